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

use super::{
    Common,
    kept::{self, Kept},
    out, out_json,
    policy::policy_or_default,
};
use crate::{
    config::Config,
    log::{Damage, disk::RealDisk, inspect},
    rollup,
    store::{self, AnyStore, ErasureStore, SqliteStore, StoreUrl, is_there},
    wall::now_ms,
};

/// Parts of the roll-ups that are compared with their facts where not all are: they take a
/// second or so.
const ROLLUPS_SAMPLED: usize = 16;

/// An erasure that is not done after so long needs somebody's look.
const ERASING_MS_MAX: u64 = 10 * 60_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Compare every index of the database with its table as well, and all roll-ups with
    /// their facts, not only some; takes longer.
    #[arg(long)]
    check: bool,
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
    if !is_there(&options.common.url()?, data) {
        bail!("there is no data directory {}", data.display());
    }
    let (findings, kept) = look(options)?;
    let is_sound = findings.iter().all(|finding| finding.ok);
    if options.common.json {
        out_json(&json!({
            "ok": is_sound, "findings": findings,
            "bytes": kept.as_ref().map(|kept| &kept.parts),
            "retention": kept.as_ref().map(|kept| &kept.retention),
        }))?;
    } else {
        for Finding { check, ok, detail } in &findings {
            let sign = if *ok { "ok" } else { "WRONG" };
            out(&format!("{sign}\t{check}\t{detail}"))?;
        }
        if let Some(kept) = &kept {
            kept::print(&kept.parts)?;
        }
    }
    if !is_sound {
        bail!("something is wrong with {}", data.display());
    }
    Ok(())
}

/// Looks at everything; what cannot be looked at is a finding as well, and does not keep
/// the rest from being looked at.
fn look(options: &Options) -> anyhow::Result<(Vec<Finding>, Option<Kept>)> {
    let data = &options.common.data;
    let url = options.common.url()?;
    let mut findings = or_wrong("permissions", permissions(&url, data));
    let store = match store::open(&url, data) {
        Ok(store) => store,
        Err(error) => {
            let detail = format!("the database cannot be opened: {error}");
            findings.push(Finding::new("database", false, detail));
            return Ok((findings, None));
        }
    };
    let pages = pages(&*store, options.check).map(|one| vec![one]);
    findings.extend(or_wrong("database", pages));
    findings.extend(or_wrong("books", books(&*store)));
    findings.extend(or_wrong("log", log(data, &*store)));
    findings.extend(or_wrong("erasure", erasures(&*store)));
    findings.extend(or_wrong("rollups", rollups(&*store, options)));
    let is_sound = findings.iter().all(|finding| finding.ok);
    match kept::kept(data, &*store, options.config.as_deref()) {
        Ok(mut kept) => {
            findings.append(&mut kept.findings);
            Ok((findings, Some(kept)))
        }
        // Of a damaged database less can be said.
        Err(_) if !is_sound => Ok((findings, None)),
        Err(error) => Err(error),
    }
}

fn or_wrong(check: &'static str, found: anyhow::Result<Vec<Finding>>) -> Vec<Finding> {
    found.unwrap_or_else(|error| vec![Finding::new(check, false, format!("{error:#}"))])
}

fn permissions(url: &StoreUrl, data: &Path) -> anyhow::Result<Vec<Finding>> {
    if *url != StoreUrl::Sqlite {
        return Ok(Vec::new());
    }
    let mode = fs::metadata(SqliteStore::file(data))?.permissions().mode();
    let detail = format!("tacit.sqlite has mode {:o}; it holds secrets", mode & 0o777);
    Ok(vec![Finding::new("permissions", mode & 0o077 == 0, detail)])
}

fn pages(store: &dyn AnyStore, thoroughly: bool) -> anyhow::Result<Finding> {
    let broken = store.damage(thoroughly)?;
    let detail = match broken.first() {
        None => "every page of the database is sound".into(),
        Some(first) => format!("{first} (and {} more)", broken.len() - 1),
    };
    Ok(Finding::new("database", broken.is_empty(), detail))
}

fn books(store: &dyn AnyStore) -> anyhow::Result<Vec<Finding>> {
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

fn log(data: &Path, store: &dyn AnyStore) -> anyhow::Result<Vec<Finding>> {
    if !data.join("log").is_dir() {
        return Ok(vec![Finding::new("log", true, "there is none yet")]);
    }
    let position = store.position()?;
    let disk = RealDisk::new(data.join("log"))?;
    let told = inspect(&disk, store.salt()?, position)?;
    if told.damage.is_empty() {
        let detail = format!(
            "{} records in {} segments, all readable; {} bytes after the last",
            told.records, told.segments, told.tail_bytes
        );
        return Ok(vec![Finding::new("log", true, detail)]);
    }
    let wrong = |damage: &Damage| {
        let stored = if damage.is_before(position) {
            "; the store had taken what was there"
        } else {
            ""
        };
        Finding::new("log", false, format!("{damage}{stored}"))
    };
    Ok(told.damage.iter().map(wrong).collect())
}

fn erasures(store: &dyn ErasureStore) -> anyhow::Result<Vec<Finding>> {
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

fn rollups(store: &dyn AnyStore, options: &Options) -> anyhow::Result<Vec<Finding>> {
    let config = options.config.as_deref().map(Config::read).transpose()?;
    let own = config.and_then(|config| config.policy);
    let policy = policy_or_default(own.as_deref())?;
    let most = (!options.check).then_some(ROLLUPS_SAMPLED);
    let checked = rollup::check(store, &policy, most)?;
    let differing = checked.differing.len();
    let detail = format!(
        "by {}: {} parts are what their facts give, {differing} are not, {} were passed over \
         since they wait to be added up",
        policy.reference(),
        checked.same,
        checked.passed_over
    );
    Ok(vec![Finding::new("rollups", differing == 0, detail)])
}
