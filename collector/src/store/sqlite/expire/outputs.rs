//! Which outputs may lose something: those that were first heard of before the horizon, and
//! those of which anything older came later.

use std::collections::HashSet;

use rusqlite::{Transaction, params};

use super::super::{time, unsigned};
use crate::{control::ProjectId, expire::Horizon, store::StoreError};

/// Outputs that are looked at in one go: some milliseconds.
pub(super) const AT_ONCE: usize = 2_000;

/// The next outputs after a number, and when each was first heard of.
pub(super) fn heard_of(
    snapshot: &Transaction<'_>,
    after: i64,
) -> Result<Vec<(i64, ProjectId, u64)>, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT output, project, received_at FROM outputs NOT INDEXED
         WHERE output > ?1 ORDER BY output LIMIT ?2",
    )?;
    let rows = select.query_map(params![after, time(AT_ONCE as u64)], |row| {
        Ok((row.get(0)?, ProjectId(row.get(1)?), unsigned(row.get(2)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those of some outputs (numbers from after the first to the last) of which anything was
/// received before the horizon, whenever they were heard of: batches may have waited in the
/// log for long when a server told of an output, and a clock may have been wrong for a while.
pub(super) fn of_older(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    horizon: &Horizon,
    (after, last): (i64, i64),
) -> Result<HashSet<i64>, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT output FROM chunks
         WHERE project = ?1 AND output > ?2 AND output <= ?3 AND received_at < ?4
         UNION
         SELECT output FROM registrations
         WHERE project = ?1 AND output > ?2 AND output <= ?3 AND received_at < ?4",
    )?;
    let before = time(horizon.latest());
    let rows = select.query_map(params![project.0, after, last, before], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
