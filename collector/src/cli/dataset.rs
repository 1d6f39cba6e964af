//! `tacit dataset`.

mod diff;
mod teller;
mod upload;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use self::{teller::Teller, upload::Upload};
use super::{
    Common, Usage, export, note, out_json,
    policy::policy_or_default,
    selection::{Selection, moment, share},
};
use crate::{
    builds,
    dataset::build::{
        BuildRequest, Built, Inputs, MEMORY_BYTES, Published, SplitBy, Splitting, build,
        pending_as_of,
    },
    export::SEED,
    label::Milli,
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
    #[command(flatten)]
    selection: Selection,
    /// The directory to make, or s3://BUCKET/PREFIX; keys come from AWS_* variables.
    #[arg(long)]
    out: PathBuf,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// As everything was known at this moment; without, the moment of the interrupted
    /// build it goes on with, else now.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
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
    /// Id of the build before this one, kept in the manifest.
    #[arg(long)]
    previous: Option<String>,
    /// Memory for records, in bytes or as 64MiB.
    #[arg(long, value_parser = bytes, default_value_t = MEMORY_BYTES)]
    memory: u64,
    /// Replace another build in the directory, or below the prefix.
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
    let filter = options.selection.filter()?;
    let policy = policy_or_default(options.policy.as_deref())?;
    let data = options.common.open()?;
    let store = &*data.store;
    let project = data.project(options.project.as_deref())?;
    let upload = Upload::open(&options.out, &options.common.data, project, options.replace)?;
    let mut request = BuildRequest {
        filter,
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
            project,
            options.selection.format,
            options.as_of.unwrap_or_else(now_ms),
            &options.out,
        )
    };
    if let Some(upload) = &upload {
        request = upload.staged(request);
    }
    if request.as_of > now_ms() {
        return Err(Usage("--as-of is in the future: what it sees may still change".into()).into());
    }
    if options.as_of.is_none() {
        let sending = || upload.as_ref()?.waiting_as_of(&policy, &request);
        let pending = pending_as_of(store, &policy, &request).or_else(sending);
        request.as_of = pending.unwrap_or(request.as_of);
    }
    if let Some(upload) = &upload {
        upload.refuse_foreign(&Inputs::of(&policy, &request))?;
    }
    let mut teller = Teller::new();
    let built = build(store, &policy, &request, &mut |progress| {
        teller.tell(progress)
    });
    teller.finish();
    let mut built = built?;
    match &upload {
        None => builds::record(store, project, &request, &built.manifest)?,
        Some(upload) => {
            built.published = upload.publish(&built.manifest)?;
            upload.record(store, project, &built.manifest)?;
        }
    }
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
    fn sizes() {
        assert_eq!(bytes("1048576"), Ok(1 << 20));
        assert_eq!(bytes("64MiB"), Ok(64 << 20));
        assert_eq!(bytes("1 GiB"), Ok(1 << 30));
        for wrong in ["64MB", "MiB", "", "99999999999GiB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
