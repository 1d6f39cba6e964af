//! `tacit brief`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::{
    Common, Usage, note, out, out_json,
    policy::policy_or_default,
    selection::{moment, trust},
};
use crate::{
    brief::{self, Brief, EXAMPLES, files, markdown},
    cadence::{
        period::{Every, Period, PeriodError},
        schedule::EXAMPLES_MAX,
    },
    export::SEED,
    label::Trust,
    wall::now_ms,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The ISO week, UTC: 2026-W47; the last whole one without.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    week: Option<String>,
    /// Shown at or after this moment: Unix ms, or a date or time, UTC.
    #[arg(long, requires = "to", value_parser = moment)]
    from: Option<u64>,
    /// Shown before this moment.
    #[arg(long, requires = "from", value_parser = moment)]
    to: Option<u64>,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// As everything was known at this moment; now without.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    /// The least trust: claimed, known or signed.
    #[arg(long, value_parser = trust, default_value = "known")]
    trust: Trust,
    /// Examples of each group of prompts.
    #[arg(long, default_value_t = EXAMPLES, value_parser = examples)]
    examples: usize,
    /// Decides which prompts are drawn where there are too many.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Address of the collector, for links to outputs.
    #[arg(long)]
    link_base: Option<String>,
    /// The brief.json before this one, to compare with.
    #[arg(long)]
    previous: Option<PathBuf>,
    /// Directory to make, or - for Markdown (with --json JSON) on stdout.
    #[arg(long, default_value = "-")]
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

fn examples(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number <= EXAMPLES_MAX);
    number.ok_or_else(|| format!("a number up to {EXAMPLES_MAX}"))
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let now = now_ms();
    let usage = |error: PeriodError| Usage(error.to_string());
    let period = match (&options.week, options.from, options.to) {
        (Some(week), ..) => Period::week(week).map_err(usage)?,
        (None, Some(from), Some(to)) => Period::between(from, to).map_err(usage)?,
        _ => Period::last_whole(Every::Week, now)?,
    };
    if options.as_of.is_some_and(|as_of| as_of > now) {
        return Err(Usage("--as-of is in the future: what it sees may still change".into()).into());
    }
    let previous = options.previous.as_deref().map(previous).transpose()?;
    let policy = policy_or_default(options.policy.as_deref())?;
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let request = brief::Request {
        period,
        as_of: options.as_of.unwrap_or(now),
        seed: options.seed,
        trust: options.trust,
        examples: options.examples,
        link_base: options.link_base.clone(),
        previous,
    };
    let brief = brief::of_store(&*data.store, &policy, project, &request)?;
    if options.out == Path::new("-") {
        let text = if options.common.json {
            brief.to_json()
        } else {
            markdown(&brief)
        };
        return Ok(out(text.trim_end())?);
    }
    files::write(&brief, &options.out)?;
    let mut record = files::record(&brief, &options.out);
    record.made_at = now;
    record.inputs = json!({
        "period": request.period,
        "policy": brief.policy,
        "as_of": request.as_of,
        "seed": request.seed,
        "trust": request.trust,
        "examples": request.examples,
        "link_base": request.link_base,
        "previous": brief.previous,
    });
    data.store.add_build(project, &record)?;
    tell(options, &brief, &record.build)
}

fn previous(path: &Path) -> anyhow::Result<Box<Brief>> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|error| Usage(format!("{shown}: {error}")))?;
    let brief = serde_json::from_slice(&bytes).with_context(|| format!("{shown} is no brief"))?;
    Ok(Box::new(brief))
}

fn tell(options: &Options, brief: &Brief, id: &str) -> anyhow::Result<()> {
    if options.common.json {
        return out_json(&json!({
            "id": id,
            "out": options.out,
            "period": brief.period,
            "policy": brief.policy,
            "as_of": brief.as_of,
            "outputs": brief.outputs,
            "clusters": brief.clusters.len(),
        }));
    }
    let counted = brief.outputs.counted;
    note(&format!(
        "tacit: {id}: {} of {} answers of {} failed; see {}",
        counted.failing,
        counted.total,
        brief.period.name,
        options.out.join("brief.md").display()
    ));
    Ok(())
}
