//! Counters, the position in the log, and what became of one event.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Transaction, params};
use tacit_signals::{Id, SessionId, codec::EventReader};

use super::{time, unsigned};
use crate::{
    control::ProjectId,
    log::Position,
    outcome::Refused,
    store::{StoreError, Traced},
};

/// Stands for batches without a valid key.
const NOBODY: u32 = 0;
/// Code of batches that were shed.
const SHED: &str = "shed";
/// Starts the codes of batches that were rejected.
const REJECTED: &str = "rejected.";

pub(super) fn position(snapshot: &Transaction<'_>) -> Result<Position, StoreError> {
    let row = snapshot.query_row("SELECT segment, offset FROM position", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(Position {
        segment: unsigned(row.0),
        offset: unsigned(row.1),
    })
}

pub(super) fn fates(
    snapshot: &Transaction<'_>,
    project: ProjectId,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut select = snapshot.prepare_cached("SELECT name, count FROM fates WHERE project = ?1")?;
    let rows = select.query_map([project.0], |row| Ok((row.get(0)?, unsigned(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn all_fates(
    snapshot: &Transaction<'_>,
) -> Result<BTreeMap<ProjectId, BTreeMap<String, u64>>, StoreError> {
    let mut all: BTreeMap<ProjectId, BTreeMap<String, u64>> = BTreeMap::new();
    let mut select = snapshot.prepare_cached("SELECT project, name, count FROM fates")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let project = ProjectId(row.get(0)?);
        let count = unsigned(row.get(2)?);
        all.entry(project).or_default().insert(row.get(1)?, count);
    }
    Ok(all)
}

pub(super) fn keep_refusals(
    tx: &Transaction<'_>,
    refusals: &[(Option<ProjectId>, Refused)],
) -> Result<(), StoreError> {
    let mut put = tx.prepare_cached(
        "INSERT INTO refusals (project, code, count) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET count = excluded.count",
    )?;
    for (project, refused) in refusals {
        let project = project.map_or(NOBODY, |project| project.0);
        put.execute(params![project, SHED, time(refused.shed)])?;
        for (code, &count) in &refused.rejected {
            put.execute(params![project, format!("{REJECTED}{code}"), time(count)])?;
        }
    }
    Ok(())
}

pub(super) fn refusals(
    snapshot: &Transaction<'_>,
) -> Result<Vec<(Option<ProjectId>, Refused)>, StoreError> {
    let mut refusals: BTreeMap<u32, Refused> = BTreeMap::new();
    let mut select = snapshot.prepare_cached("SELECT project, code, count FROM refusals")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let refused = refusals.entry(row.get(0)?).or_default();
        let code: String = row.get(1)?;
        let count = unsigned(row.get(2)?);
        match code.strip_prefix(REJECTED) {
            Some(code) => {
                refused.rejected.insert(code.into(), count);
            }
            None => refused.shed = count,
        }
    }
    let named = |(project, refused)| ((project != NOBODY).then_some(ProjectId(project)), refused);
    Ok(refusals.into_iter().map(named).collect())
}

pub(super) fn known(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    session: SessionId,
    seqs: &[u32],
) -> Result<Vec<u32>, StoreError> {
    let Some(number) = number(snapshot, project, session)? else {
        return Ok(Vec::new());
    };
    let mut select = snapshot.prepare_cached(IS_SEEN)?;
    let mut known = Vec::new();
    for &seq in seqs {
        if select.exists(params![project.0, number, seq])? {
            known.push(seq);
        }
    }
    Ok(known)
}

/// The range that may hold a number is the last that begins before it.
const IS_SEEN: &str = "SELECT 1 FROM (SELECT last FROM seen
     WHERE project = ?1 AND session = ?2 AND first <= ?3 ORDER BY first DESC LIMIT 1)
   WHERE last >= ?3";

fn number(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    session: SessionId,
) -> Result<Option<i64>, StoreError> {
    let mut select =
        snapshot.prepare_cached("SELECT session FROM sessions WHERE project = ?1 AND id = ?2")?;
    let number = select.query_row(params![project.0, session.0], |row| row.get(0));
    Ok(number.optional()?)
}

/// No index serves this: it looks through the project's chunks, for one person
/// who asks about one event.
pub(super) fn trace(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    session: SessionId,
    seq: u32,
) -> Result<Option<Traced>, StoreError> {
    let Some(number) = number(snapshot, project, session)? else {
        return Ok(None);
    };
    let seen = snapshot
        .prepare_cached(IS_SEEN)?
        .exists(params![project.0, number, seq])?;
    if !seen {
        return Ok(None);
    }
    let mut select = snapshot.prepare_cached(
        "SELECT outputs.id, quarantined, chunks.received_at, base_at, events
         FROM chunks JOIN outputs USING (output)
         WHERE chunks.project = ?1 AND session = ?2 AND first_seq <= ?3",
    )?;
    let mut rows = select.query(params![project.0, number, seq])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let id = Id::parse("output", &id).map_err(|_| StoreError::Unreadable("id"))?;
        let events: Vec<u8> = row.get(4)?;
        let mut reader = EventReader::of_output(&events, unsigned(row.get(3)?), id.clone());
        if reader.any(|event| matches!(event, Ok(Ok(event)) if event.seq == seq)) {
            return Ok(Some(Traced {
                output: Some(id),
                quarantined: row.get(1)?,
                received_at: Some(unsigned(row.get(2)?)),
            }));
        }
    }
    Ok(Some(Traced {
        output: None,
        quarantined: false,
        received_at: None,
    }))
}
