//! `tacit dataset`.

mod diff;

use std::{
    io::{IsTerminal, stderr},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Common, Usage, data::Data, export, note, out_json, policy::policy_or_default};
use crate::{
    builds, clock,
    dataset::{
        Filter, Format,
        build::{
            BuildRequest, Built, MEMORY_BYTES, Phase, Progress, Published, SplitBy, Splitting,
            build, pending_as_of,
        },
    },
    export::SEED,
    label::{Milli, Trust},
    wall::now_ms,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build a dataset into a directory: rows, provenance, manifest, card, composition.
    Build(Box<Build>),
    /// Say what changed between two builds.
    Diff(diff::Diff),
}

#[derive(Debug, Args)]
pub(super) struct Build {
    /// Name of the format, trl-kto for instance.
    #[arg(long, value_parser = export::format)]
    format: Format,
    /// The directory to make.
    #[arg(long)]
    out: PathBuf,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// Only outputs shown at or after this moment: Unix ms, or a date or time, UTC.
    #[arg(long, visible_alias = "since", value_parser = moment)]
    from: Option<u64>,
    /// Only outputs shown before this moment.
    #[arg(long, visible_alias = "until", value_parser = moment)]
    to: Option<u64>,
    /// As everything was known at this moment; without, the moment of the interrupted
    /// build it goes on with, else now.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// The least confidence of a label, 0 to 1; undecided ones have 0.5.
    #[arg(long, value_parser = share)]
    min_confidence: Option<Milli>,
    /// The least trust: claimed, known or signed.
    #[arg(long, value_parser = export::trust)]
    trust: Option<Trust>,
    /// Only labels that nothing can change any more.
    #[arg(long)]
    mature_only: bool,
    /// Share of people, or conversations, kept apart in test.jsonl.
    #[arg(long, value_parser = share)]
    split: Option<Milli>,
    /// What stays together in a split: person or conversation.
    #[arg(long, value_parser = split_by, default_value = "person", requires = "split")]
    split_by: SplitBy,
    /// Decides the order of rows and who is in the test set.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Keep near-duplicates.
    #[arg(long)]
    no_dedupe: bool,
    /// Leave what looks private (addresses, numbers, keys) in texts.
    #[arg(long)]
    no_redact: bool,
    /// Id of the build before this one, kept in the manifest.
    #[arg(long)]
    previous: Option<String>,
    /// Memory for records, in bytes or as 64MiB.
    #[arg(long, value_parser = bytes, default_value_t = MEMORY_BYTES)]
    memory: u64,
    /// Replace another build in the directory.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Build(options) => build_one(options),
        Command::Diff(options) => diff::run(options),
    }
}

fn build_one(options: &Build) -> anyhow::Result<()> {
    check_range(options.from, options.to)?;
    let policy = policy_or_default(options.policy.as_deref())?;
    let data = Data::open(&options.common.data)?;
    let store = &*data.store;
    let mut request = BuildRequest {
        filter: Filter {
            since: options.from,
            until: options.to,
            mature_only: options.mature_only,
            trust: options.trust.unwrap_or(options.format.default_trust()),
            min_confidence: options.min_confidence.unwrap_or_default(),
            redact: !options.no_redact,
        },
        split: options.split.map(|share| Splitting {
            share,
            by: options.split_by,
        }),
        seed: options.seed,
        dedupe: !options.no_dedupe,
        previous: options.previous.clone(),
        memory_bytes: options.memory,
        replace: options.replace,
        ..BuildRequest::new(
            data.project(options.project.as_deref())?,
            options.format,
            options.as_of.unwrap_or_else(now_ms),
            &options.out,
        )
    };
    if request.as_of > now_ms() {
        return Err(Usage("--as-of is in the future: what it sees may still change".into()).into());
    }
    if options.as_of.is_none()
        && let Some(as_of) = pending_as_of(store, &policy, &request)
    {
        request.as_of = as_of;
    }
    let mut teller = Teller::new();
    let built = build(store, &policy, &request, &mut |progress| {
        teller.tell(progress)
    });
    teller.finish();
    let built = built?;
    builds::record(store, request.project, &request, &built.manifest)?;
    tell(options, &built)
}

fn tell(options: &Build, built: &Built) -> anyhow::Result<()> {
    let manifest = &built.manifest;
    let counts = &manifest.counts;
    if options.common.json {
        out_json(&json!({
            "id": manifest.id,
            "out": options.out,
            "published": built.published,
            "resumed": built.resumed,
            "manifest": manifest,
        }))?;
    }
    let skipped = export::listed(&counts.skipped);
    let became = match built.published {
        Published::Created => "made",
        Published::Replaced => "replaced",
        Published::Unchanged => "unchanged",
    };
    note(&format!(
        "tacit: build {} {became} in {}: {} rows ({} train, {} test), skipped {skipped}",
        manifest.id,
        options.out.display(),
        counts.rows,
        counts.train,
        counts.test,
    ));
    if let Some(hint) = &counts.hint {
        note(&format!("tacit: {hint}"));
    }
    Ok(())
}

/// Outputs between two lines where nobody watches a bar.
const LINE_EVERY: u64 = 100_000;

/// Shows progress: as a bar to people, in lines to everything else.
struct Teller {
    bar: Option<ProgressBar>,
    last: Option<Progress>,
}

impl Teller {
    fn new() -> Self {
        let watched = stderr().is_terminal();
        Self {
            bar: watched.then(ProgressBar::no_length),
            last: None,
        }
    }

    fn tell(&mut self, progress: Progress) {
        let doing = match progress.phase {
            Phase::Reading => "reading outputs",
            Phase::Deciding => "deciding",
            Phase::Writing => "writing rows",
        };
        let new_phase = self.last.is_none_or(|last| last.phase != progress.phase);
        if self.last.is_none() && progress.resumed > 0 {
            let resumed = progress.resumed;
            self.line(&format!(
                "tacit: going on after {resumed} outputs that an interrupted build had read"
            ));
        }
        match &self.bar {
            Some(bar) => {
                if new_phase {
                    bar.set_style(style(progress.total.is_some()));
                    bar.set_message(doing);
                }
                bar.set_length(progress.total.unwrap_or(progress.done));
                bar.set_position(progress.done);
            }
            None => {
                let every = |progress: Progress| progress.done / LINE_EVERY;
                if new_phase || self.last.is_some_and(|last| every(last) != every(progress)) {
                    let of = progress.total.map(|total| format!(" of {total}"));
                    let of = of.unwrap_or_default();
                    self.line(&format!("tacit: {doing}: {}{of}", progress.done));
                }
            }
        }
        self.last = Some(progress);
    }

    fn line(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => note(line),
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(has_end: bool) -> ProgressStyle {
    let template = if has_end {
        "{msg} {wide_bar} {human_pos}/{human_len} {eta}"
    } else {
        "{spinner} {msg} {human_pos} {per_sec} {elapsed}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Refuses a range that nothing can be in.
pub(super) fn check_range(from: Option<u64>, to: Option<u64>) -> Result<(), Usage> {
    match (from, to) {
        (Some(from), Some(to)) if from >= to => Err(Usage("--to is not after --from".into())),
        _ => Ok(()),
    }
}

/// A moment as Unix ms.
pub(super) fn moment(text: &str) -> Result<u64, String> {
    clock::moment(text).ok_or_else(|| clock::NO_MOMENT.into())
}

/// A number from 0 to 1 with at most three decimals.
pub(super) fn share(text: &str) -> Result<Milli, String> {
    let share = text.parse().ok().and_then(Milli::exact);
    share
        .filter(|share| (0..=1_000).contains(&share.thousandths()))
        .ok_or_else(|| "a number from 0 to 1 with at most three decimals".into())
}

fn split_by(name: &str) -> Result<SplitBy, String> {
    SplitBy::from_name(name).ok_or_else(|| "one of person, conversation".into())
}

/// Bytes: a number, alone or of KiB, MiB or GiB.
fn bytes(text: &str) -> Result<u64, String> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("", 0)];
    let unit = units.iter().find(|(unit, _)| text.ends_with(unit));
    let parsed = unit.and_then(|(unit, shift)| {
        let number: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        number.checked_mul(1 << shift)
    });
    parsed.ok_or_else(|| "bytes, or a number of KiB, MiB or GiB".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_bytes() {
        assert_eq!(share("0.125"), Ok(Milli::new(125)));
        for wrong in ["1.1", "-0.1", "0.1234", "ten"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
        assert_eq!(bytes("1048576"), Ok(1 << 20));
        assert_eq!(bytes("64MiB"), Ok(64 << 20));
        assert_eq!(bytes("1 GiB"), Ok(1 << 30));
        for wrong in ["64MB", "MiB", "", "99999999999GiB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
