//! What `tacit doctor` says of how much is kept, and for how long.

use std::{collections::BTreeMap, path::Path};

use serde::Serialize;

use super::{Usage, doctor::Finding, expire::would_go, out};
use crate::{
    config::Config,
    expire::{DAY_MS, Horizons, Parts, horizons, parts},
    store::{AnyStore, ExpiryStore},
    wall::now_ms,
};

/// How large things are, and what their limits are.
pub(super) struct Kept {
    pub(super) findings: Vec<Finding>,
    pub(super) parts: Parts,
    pub(super) retention: Option<WouldGo>,
}

/// What `[retention]` would remove now.
#[derive(Debug, Serialize)]
pub(super) struct WouldGo {
    would_remove: BTreeMap<&'static str, u64>,
    max_bytes: Option<u64>,
}

pub(super) fn kept(
    data: &Path,
    store: &dyn AnyStore,
    config: Option<&Path>,
) -> anyhow::Result<Kept> {
    let mut kept = Kept {
        findings: open(store)?,
        parts: parts(data, store)?,
        retention: None,
    };
    let Some(config) = config else {
        return Ok(kept);
    };
    let config = Config::read(config).map_err(|error| Usage(error.to_string()))?;
    let now = now_ms();
    let due = horizons(&config.retention, &store.control()?, now);
    let would_remove = would_go(store, &due)?;
    let (events, outputs) = (would_remove["events"], would_remove["outputs"]);
    // A server has done it since midnight, or has not looked yet.
    let is_kept = events + outputs == 0 || !is_late(store, &due)?;
    let detail = format!("{events} events and {outputs} outputs are past their time");
    kept.findings
        .push(Finding::new("retention", is_kept, detail));
    let max_bytes = config.retention.max_bytes;
    if let Some(max) = max_bytes {
        let used = kept.parts.store - kept.parts.store_free;
        let detail = format!("the store holds {used} bytes of the {max} it may");
        kept.findings
            .push(Finding::new("size", used <= max, detail));
    }
    kept.retention = Some(WouldGo {
        would_remove,
        max_bytes,
    });
    Ok(kept)
}

/// Whether what is due has been for more than a day.
fn is_late(store: &dyn ExpiryStore, due: &Horizons) -> anyhow::Result<bool> {
    let known = store.horizons()?;
    Ok(due.iter().any(|(project, due)| {
        let known = known.get(project).copied().unwrap_or_default();
        due.signals_before > known.signals_before + DAY_MS
            || due.texts_before > known.texts_before + DAY_MS
    }))
}

/// An expiry that was begun and does not end.
fn open(store: &dyn ExpiryStore) -> anyhow::Result<Vec<Finding>> {
    let open = store.open_expiry()?.into_iter();
    let finding = open.map(|open| {
        let since = now_ms().saturating_sub(open.asked_at);
        let error = open.error.unwrap_or_default();
        let detail = format!(
            "expiry {} is not done after {} s {error}",
            open.number,
            since / 1_000
        );
        Finding::new("expiry", since < DAY_MS, detail)
    });
    Ok(finding.collect())
}

/// The parts, for people.
pub(super) fn print(parts: &Parts) -> anyhow::Result<()> {
    let whole = [
        ("log", parts.log),
        ("database", parts.store),
        ("database, of it free", parts.store_free),
        ("write-ahead log", parts.wal),
        ("builds", parts.builds),
        ("everything else", parts.rest),
    ];
    for (part, bytes) in whole {
        out(&format!("bytes\t{part}\t{bytes}"))?;
    }
    for (table, bytes) in &parts.tables {
        out(&format!("bytes\ttable {table}\t{bytes}"))?;
    }
    Ok(())
}
