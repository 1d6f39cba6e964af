//! `tacit export`.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::{Common, data::Data, label::policy_or_default, note, out_json};
use crate::{
    dataset::{Export, Filter, Format, labels::WriteError},
    export::{Request, dataset},
    label::{Policy, Trust},
    wall::now_ms,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// labels, trl-sft, trl-dpo or trl-kto.
    #[arg(long, value_parser = format)]
    format: Format,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// Only outputs shown at or after this moment, Unix ms.
    #[arg(long)]
    since: Option<u64>,
    /// Only outputs shown before this moment, Unix ms.
    #[arg(long)]
    until: Option<u64>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// As everything was known at this moment, Unix ms; now without.
    #[arg(long)]
    as_of: Option<u64>,
    /// Only labels that nothing can change any more.
    #[arg(long)]
    mature_only: bool,
    /// The least trust: claimed, known or signed.
    #[arg(long, value_parser = trust)]
    trust: Option<Trust>,
    /// File to write, or - for stdout.
    #[arg(long, default_value = "-")]
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

pub(super) fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Format::ALL.into_iter().map(Format::name).collect();
        format!("one of {}", names.join(", "))
    })
}

pub(super) fn trust(name: &str) -> Result<Trust, String> {
    Trust::from_name(name).ok_or_else(|| "one of claimed, known, signed".into())
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let policy = policy_or_default(options.policy.as_deref())?;
    let data = Data::open(&options.common.data)?;
    let request = Request {
        project: data.project(options.project.as_deref())?,
        as_of: options.as_of.unwrap_or_else(now_ms),
        filter: Filter {
            since: options.since,
            until: options.until,
            mature_only: options.mature_only,
            trust: options.trust.unwrap_or(options.format.default_trust()),
            ..Filter::of(options.format)
        },
    };
    let export = dataset(&*data.store, &policy, options.format, &request)?;
    let to_stdout = options.out == Path::new("-");
    if to_stdout {
        write(&export, io::stdout())?;
    } else {
        replace(&options.out, &export)
            .with_context(|| format!("{} could not be written", options.out.display()))?;
    }
    tell(options, &export, &policy, request.as_of, to_stdout)
}

fn write(export: &Export, writer: impl Write + Send) -> Result<(), WriteError> {
    export.write(BufWriter::new(writer)).map(drop)
}

/// Writes beside the file and renames: nobody ever reads half a dataset.
fn replace(path: &Path, export: &Export) -> Result<(), WriteError> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let file = File::create(&partial)?;
    write(export, &file)?;
    file.sync_all()?;
    Ok(fs::rename(partial, path)?)
}

fn tell(
    options: &Options,
    export: &Export,
    policy: &Policy,
    as_of: u64,
    to_stdout: bool,
) -> anyhow::Result<()> {
    let summary = json!({
        "format": options.format.name(),
        "out": options.out,
        "policy": policy.reference(),
        "as_of": as_of,
        "rows": export.summary.rows,
        "skipped": export.summary.skipped,
        "redacted": export.summary.redacted,
        "hint": export.summary.hint,
    });
    if options.common.json && !to_stdout {
        return out_json(&summary);
    }
    if options.common.json {
        note(&summary.to_string());
        return Ok(());
    }
    let skipped = listed(&export.summary.skipped);
    note(&format!(
        "tacit: {} rows, skipped {skipped}",
        export.summary.rows
    ));
    if let Some(hint) = &export.summary.hint {
        note(&format!("tacit: {hint}"));
    }
    Ok(())
}

/// Counts by reason, for people.
pub(super) fn listed(skipped: &BTreeMap<String, u64>) -> String {
    if skipped.is_empty() {
        return "nothing".into();
    }
    let counts = skipped.iter();
    let counts: Vec<_> = counts
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    counts.join(", ")
}
