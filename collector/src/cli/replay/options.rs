//! What `tacit replay` is told.

use std::path::PathBuf;

use clap::Args;

use super::{
    super::{
        Common,
        selection::{moment, trust},
    },
    arguments::{self, Header, Since},
};
use crate::{
    export::SEED,
    label::{State, Trust},
    replay::{Allocation, Dimension, report::QUOTED, run::Cost, select::INPUT_CHARS_MAX},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    #[command(flatten)]
    pub(super) draw: Draw,
    #[command(flatten)]
    pub(super) ask: Ask,
    #[command(flatten)]
    pub(super) pace: Pace,
    #[command(flatten)]
    pub(super) judge: JudgeOptions,
    #[command(flatten)]
    pub(super) report: ReportOptions,
    /// Directory of the replay; one that holds a replay goes on where it was. A new
    /// one below `replays` without.
    #[arg(long, conflicts_with = "report_dir")]
    pub(super) out: Option<PathBuf>,
    /// Show what would be asked and what it would take, and ask nothing.
    #[arg(long, conflicts_with = "report_dir")]
    pub(super) dry_run: bool,
    /// Do not ask whether to go on.
    #[arg(long)]
    pub(super) yes: bool,
    /// Ask those again that failed for good in an earlier run.
    #[arg(long, requires = "out")]
    pub(super) retry_failed: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Which inputs.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is asked again")]
pub(super) struct Draw {
    /// Only outputs shown at or after: 365d, 12w, 6h before --as-of, Unix ms, or a date
    /// or time, UTC.
    #[arg(long, value_parser = arguments::since)]
    pub(super) since: Option<Since>,
    /// Only outputs shown before, said in the same way.
    #[arg(long, value_parser = arguments::since)]
    pub(super) until: Option<Since>,
    /// As everything was known at this moment; now without.
    #[arg(long, value_parser = moment)]
    pub(super) as_of: Option<u64>,
    /// The project; not needed when there is only one.
    #[arg(long)]
    pub(super) project: Option<String>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    pub(super) policy: Option<PathBuf>,
    /// The least trust: claimed, known or signed.
    #[arg(long, value_parser = trust, default_value = "known")]
    pub(super) trust: Trust,
    /// Only outputs with these labels: positive, negative, conflict, neutral, pending;
    /// all without.
    #[arg(long, value_delimiter = ',', value_parser = arguments::state)]
    pub(super) label: Vec<State>,
    /// How many inputs, at most.
    #[arg(long, default_value_t = 500, value_parser = arguments::sample)]
    pub(super) sample: usize,
    /// Decides which inputs are drawn.
    #[arg(long, default_value_t = SEED)]
    pub(super) seed: u64,
    /// What strata are told apart by, the last given up first where there are more of
    /// them than inputs; none for a plain draw.
    #[arg(long, value_delimiter = ',', value_parser = arguments::dimension,
          default_value = "label,prompt_version,month")]
    pub(super) stratify: Vec<Option<Dimension>>,
    /// How inputs are shared out among strata: proportional or equal.
    #[arg(long, value_parser = arguments::allocation, default_value = "proportional")]
    pub(super) allocation: Allocation,
    /// Leave what looks private (addresses, numbers, keys) in texts.
    #[arg(long)]
    pub(super) no_redact: bool,
    /// Documents that are registered without their text stand in the registered input.
    #[arg(long)]
    pub(super) documents_in_input: bool,
    /// Characters of an input, at most; longer ones are counted and not asked.
    #[arg(long, default_value_t = INPUT_CHARS_MAX)]
    pub(super) input_chars_max: usize,
}

/// Whom, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Who is asked, and how")]
pub(super) struct Ask {
    /// Address of an OpenAI-compatible API: <https://api.example/v1>.
    #[arg(
        long,
        required_unless_present = "report_dir",
        conflicts_with = "report_dir"
    )]
    pub(super) endpoint: Option<String>,
    /// The model.
    #[arg(
        long,
        required_unless_present = "report_dir",
        conflicts_with = "report_dir"
    )]
    pub(super) model: Option<String>,
    /// File of a system prompt that takes the place of the stored one.
    #[arg(long)]
    pub(super) system: Option<PathBuf>,
    /// A further field of every request, `name=value`, the value in JSON or else a
    /// text: temperature=0. Repeatable.
    #[arg(long = "param", value_parser = arguments::param)]
    pub(super) params: Vec<(String, serde_json::Value)>,
    /// A further header, `name: value`; `name: env:VARIABLE` takes it from the
    /// environment. Repeatable.
    #[arg(long = "header", value_parser = arguments::header)]
    pub(super) headers: Vec<Header>,
    /// Variable of the environment that holds the API key [default: `OPENAI_API_KEY`,
    /// if there is one].
    #[arg(long)]
    pub(super) api_key_env: Option<String>,
    /// Take answers whole: what is cut off is noticed less well.
    #[arg(long)]
    pub(super) no_stream: bool,
}

/// How fast, how often, for how much.
#[derive(Debug, Args)]
#[command(next_help_heading = "How fast, how often, for how much")]
pub(super) struct Pace {
    /// Requests under way at a time.
    #[arg(long, default_value_t = 4, value_parser = arguments::from_one_to::<256>)]
    pub(super) concurrency: usize,
    /// Requests a minute, at most.
    #[arg(long, visible_alias = "rpm", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) requests_per_minute: Option<u64>,
    /// Tokens a minute, at most.
    #[arg(long, visible_alias = "tpm", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) tokens_per_minute: Option<u64>,
    /// How often a request is repeated, at most.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(..=100))]
    pub(super) retries: u32,
    /// Milliseconds that the pause before the first repeat lasts at most; each further
    /// one twice as long, up to a minute.
    #[arg(long, default_value_t = 1_000)]
    pub(super) backoff_ms: u64,
    /// Requests that fail in a row before the run stops.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_failures_in_a_row: u32,
    /// Seconds from a request to the end of its answer.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) timeout: u64,
    /// Price of a million tokens of prompts.
    #[arg(long, requires = "price_out")]
    pub(super) price_in: Option<String>,
    /// Price of a million tokens of answers.
    #[arg(long, requires = "price_in")]
    pub(super) price_out: Option<String>,
    /// Stop before it costs more, in the currency of the prices; a judge is not counted.
    #[arg(long, requires = "price_in", value_parser = arguments::cost)]
    pub(super) max_cost: Option<Cost>,
}

/// A second opinion.
#[derive(Debug, Args)]
#[command(next_help_heading = "A judge model")]
pub(super) struct JudgeOptions {
    /// A model that is shown both answers, in both orders.
    #[arg(long)]
    pub(super) judge_model: Option<String>,
    /// Its endpoint; the same without.
    #[arg(long, requires = "judge_model")]
    pub(super) judge_endpoint: Option<String>,
    /// Variable of the environment that holds its key; the same as --api-key-env
    /// without, if the endpoint is the same.
    #[arg(long, requires = "judge_model")]
    pub(super) judge_api_key_env: Option<String>,
    /// A further field of every request to it. Repeatable.
    #[arg(long = "judge-param", requires = "judge_model", value_parser = arguments::param)]
    pub(super) judge_params: Vec<(String, serde_json::Value)>,
    /// Pairs that people decided, by which the judge is judged.
    #[arg(long, default_value_t = 100)]
    pub(super) judge_people: usize,
}

/// What comes of it.
#[derive(Debug, Args)]
#[command(next_help_heading = "The report")]
pub(super) struct ReportOptions {
    /// Make the report of this replay again, and ask nothing.
    #[arg(long = "report", id = "report_dir", value_name = "DIR")]
    pub(super) again: Option<PathBuf>,
    /// A condition under which the replay fails, such as `loss_rate>0.1`. Repeatable.
    #[arg(long)]
    pub(super) fail_if: Vec<String>,
    /// Cases quoted of each kind.
    #[arg(long, default_value_t = QUOTED)]
    pub(super) quoted: usize,
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command};

    use super::*;
    use crate::replay::Reason;

    #[test]
    fn the_page_names_every_option_and_every_reason() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo-site/docs/replay.md");
        let page = std::fs::read_to_string(path).unwrap();
        let command = Options::augment_args(Command::new("replay"));
        let names = command.get_arguments().filter_map(clap::Arg::get_long);
        for name in names.filter(|name| !["data", "store", "json"].contains(name)) {
            assert!(page.contains(&format!("--{name}")), "--{name}");
        }
        for reason in Reason::ALL {
            let name = serde_json::to_string(&reason).unwrap();
            let row = format!("| `{}` |", name.trim_matches('"'));
            assert!(page.contains(&row), "{row}");
        }
    }
}
