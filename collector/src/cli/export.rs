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

use super::{
    Common, Usage, note, out_json,
    policy::policy_or_default,
    selection::{Selection, moment},
};
use crate::{
    cadence::period::instant,
    dataset::{ExportError, Summary, Wanted, build::facts_of},
    expire::unseen,
    export::{SEED, export},
    label::Policy,
    objects::{Bucket, Place, Staging},
    wall::now_ms,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// As everything was known at this moment; now without.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    /// File to write, or - for stdout, or s3://BUCKET/KEY.
    #[arg(long, default_value = "-")]
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let filter = options.selection.filter()?;
    let policy = policy_or_default(options.policy.as_deref())?;
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let wanted = Wanted {
        format: options.selection.format,
        filter,
        state: None,
        as_of: options.as_of.unwrap_or_else(now_ms),
        seed: SEED,
    };
    let horizon = data.store.horizon_of(project)?;
    if let Some(unseen) = unseen(horizon, filter.since) {
        note(&format!(
            "tacit: signals from before {} and texts from before {} have expired",
            instant(unseen.signals_before)?,
            instant(unseen.texts_before)?
        ));
    }
    let to = |out: &mut (dyn Write + Send)| {
        let (store, work) = (&*data.store, &options.common.data);
        let out = BufWriter::new(out);
        export(store, &policy, project, wanted, work, out).map(|(_, summary)| summary)
    };
    let to_stdout = options.out == Path::new("-");
    let summary = if to_stdout {
        to(&mut io::stdout())?
    } else if let Some(place) =
        Place::parse(&options.out).map_err(|error| Usage(error.to_string()))?
    {
        let staging = Staging::open(&options.common.data, &place, project)?;
        let bucket = Bucket::open(place)?;
        let summary = replace(staging.directory(), to)?;
        bucket.put_one(staging.directory(), &facts_of(staging.directory())?)?;
        staging.clear()?;
        summary
    } else {
        replace(&options.out, to)
            .with_context(|| format!("{} could not be written", options.out.display()))?
    };
    tell(options, &summary, &policy, wanted.as_of, to_stdout)
}

/// Writes beside the file and renames: nobody ever reads half a dataset. A link stays
/// one, and a device or a pipe is written to: `/dev/null` is not to be replaced.
fn replace(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<Summary, ExportError>,
) -> Result<Summary, ExportError> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    if fs::metadata(&path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return write(&mut File::options().write(true).open(path)?);
    }
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let mut file = File::create(&partial)?;
    let summary = write(&mut file)?;
    file.sync_all()?;
    fs::rename(partial, path)?;
    Ok(summary)
}

fn tell(
    options: &Options,
    summary: &Summary,
    policy: &Policy,
    as_of: u64,
    to_stdout: bool,
) -> anyhow::Result<()> {
    let told = json!({
        "format": options.selection.format.name(),
        "out": options.out,
        "policy": policy.reference(),
        "as_of": as_of,
        "rows": summary.rows,
        "skipped": summary.skipped,
        "redacted": summary.redacted,
        "hint": summary.hint,
    });
    if options.common.json && !to_stdout {
        return out_json(&told);
    }
    if options.common.json {
        note(&told.to_string());
        return Ok(());
    }
    let skipped = listed(&summary.skipped);
    note(&format!("tacit: {} rows, skipped {skipped}", summary.rows));
    if let Some(hint) = &summary.hint {
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
