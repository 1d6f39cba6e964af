//! `tacit doctor`: what is wrong with a data directory. Reads only; a server may run.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::bail;
use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::{Common, kept, out, out_json};
use crate::{
    log::{disk::RealDisk, inspect},
    store::{ControlStore, ErasureStore, SqliteStore},
    wall::now_ms,
};

/// An erasure that is not done after so long needs somebody's look.
const ERASING_MS_MAX: u64 = 10 * 60_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The configuration, to say what its [retention] would remove.
    #[arg(long)]
    config: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    check: &'static str,
    ok: bool,
    detail: String,
}

impl Finding {
    pub(super) fn new(check: &'static str, ok: bool, detail: impl Into<String>) -> Self {
        Self {
            check,
            ok,
            detail: detail.into(),
        }
    }
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let data = &options.common.data;
    if !data.join("tacit.sqlite").is_file() {
        bail!("there is no data directory {}", data.display());
    }
    let store = SqliteStore::open(data)?;
    let mut findings = vec![permissions(data)?, pages(&store)?];
    findings.extend(books(&store)?);
    findings.push(log(data, &store)?);
    findings.extend(erasures(&store)?);
    let kept = kept::kept(data, &store, options.config.as_deref())?;
    findings.extend(kept.findings);
    let is_sound = findings.iter().all(|finding| finding.ok);
    if options.common.json {
        out_json(&json!({
            "ok": is_sound, "findings": findings,
            "bytes": kept.parts, "retention": kept.retention,
        }))?;
    } else {
        for Finding { check, ok, detail } in &findings {
            let sign = if *ok { "ok" } else { "WRONG" };
            out(&format!("{sign}\t{check}\t{detail}"))?;
        }
        kept::print(&kept.parts)?;
    }
    if !is_sound {
        bail!("something is wrong with {}", data.display());
    }
    Ok(())
}

fn permissions(data: &Path) -> anyhow::Result<Finding> {
    let mode = fs::metadata(data.join("tacit.sqlite"))?
        .permissions()
        .mode();
    let detail = format!("tacit.sqlite has mode {:o}; it holds secrets", mode & 0o777);
    Ok(Finding::new("permissions", mode & 0o077 == 0, detail))
}

fn pages(store: &SqliteStore) -> anyhow::Result<Finding> {
    let broken = store.broken_pages()?;
    let detail = match broken.first() {
        None => "every page of the database is sound".into(),
        Some(first) => format!("{first} (and {} more)", broken.len() - 1),
    };
    Ok(Finding::new("database", broken.is_empty(), detail))
}

fn books(store: &SqliteStore) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for project in store.control()?.projects.values() {
        let recount = store.recount(project.id)?;
        let detail = format!(
            "{}: {} events by the books, {} are there",
            project.name, recount.booked, recount.counted
        );
        let agrees = recount.booked == recount.counted;
        findings.push(Finding::new("books", agrees, detail));
    }
    Ok(findings)
}

fn log(data: &Path, store: &SqliteStore) -> anyhow::Result<Finding> {
    if !data.join("log").is_dir() {
        return Ok(Finding::new("log", true, "there is none yet"));
    }
    let disk = RealDisk::new(data.join("log"))?;
    let told = inspect(&disk, store.salt()?)?;
    let detail = format!(
        "{} records in {} segments; {} bytes between them unreadable, {} after the last",
        told.records, told.segments, told.damaged_bytes, told.tail_bytes
    );
    Ok(Finding::new("log", told.damaged_bytes == 0, detail))
}

fn erasures(store: &SqliteStore) -> anyhow::Result<Vec<Finding>> {
    let now = now_ms();
    let mut findings = Vec::new();
    for erasure in store.open_erasures()? {
        let age = now.saturating_sub(erasure.requested_at);
        let errors = erasure
            .steps
            .iter()
            .filter_map(|step| step.error.as_deref());
        let errors: Vec<&str> = errors.collect();
        let detail = format!(
            "{} is not done after {} s {}",
            erasure.job,
            age / 1_000,
            errors.join("; ")
        );
        findings.push(Finding::new("erasure", age < ERASING_MS_MAX, detail));
    }
    Ok(findings)
}
