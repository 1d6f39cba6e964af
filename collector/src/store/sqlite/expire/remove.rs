//! Removes what is past its time, and moves its events to `expired` in the books.

use std::collections::BTreeSet;

use rusqlite::{Transaction, params};
use tacit_signals::{Id, codec::EventReader, signal::Kind};

use super::{
    super::{RowKey, erase::Remover, marks, time, unsigned},
    look::{DueOutput, PastTime},
};
use crate::{
    accept::{ChunkWriter, EXPIRED},
    control::ProjectId,
    expire::Expiry,
    store::{StoreError, expiries::REMEMBERED_MS},
};

/// Rows an output that stays may have for its places to be told anew from them.
const ROWS_MAX: i64 = 4_096;

pub(super) fn remove(
    tx: &Transaction<'_>,
    expiry: &mut Expiry,
    due: &PastTime,
    now: u64,
) -> Result<(), StoreError> {
    let projects: BTreeSet<ProjectId> = due.outputs.values().map(|due| due.project).collect();
    for project in projects {
        let mut remover = Remover::new(tx, project);
        let own = |of: &ProjectId| *of == project;
        for (&(of, row), &received_at) in &due.rows {
            if own(&of) {
                remover.row(&row)?;
                remember(tx, project, row.1, received_at, now)?;
            }
        }
        for (of, row) in &due.texts {
            if own(of) {
                let (texts, received_at) = strip(tx, project, *row)?;
                remover.stored += texts;
                remember(tx, project, row.1, received_at, now)?;
            }
        }
        for &(of, output, ordinal) in &due.registered {
            if own(&of) {
                forget_texts(tx, project, output, ordinal)?;
            }
        }
        let mut outputs = 0;
        for due in due.outputs.values().filter(|due| own(&due.project)) {
            outputs += u64::from(output(tx, &mut remover, due, expiry)?);
        }
        expiry.count("events", remover.stored + remover.quarantined);
        expiry.count("outputs", outputs);
        remover.empty_conversations()?;
        remover.cursors()?;
        remover.books(EXPIRED)?;
        marks::removed(tx, project)?;
    }
    expiry.count("texts", of(due, "texts"));
    expiry.count("registered_texts", of(due, "registered_texts"));
    Ok(())
}

fn of(due: &PastTime, name: &str) -> u64 {
    due.counts.get(name).copied().unwrap_or_default()
}

/// An output that lost something; whether it went.
fn output(
    tx: &Transaction<'_>,
    remover: &mut Remover<'_>,
    due: &DueOutput,
    expiry: &Expiry,
) -> Result<bool, StoreError> {
    let horizons = expiry.horizons();
    let before = horizons
        .get(&due.project)
        .map(|horizon| horizon.signals_before);
    if due.is_over && !is_heard_of(tx, due, before.unwrap_or_default())? {
        for &id in &due.ids {
            remover.forget_pushed(id)?;
            remover.output(id)?;
        }
        return Ok(true);
    }
    for &id in &due.ids {
        let mut select = tx.prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM chunks WHERE project = ?1 AND output = ?2
                                   LIMIT ?3)",
        )?;
        let key = params![due.project.0, id, ROWS_MAX + 1];
        let rows: i64 = select.query_row(key, |row| row.get(0))?;
        if rows <= ROWS_MAX {
            remover.place_again(id)?;
        }
    }
    Ok(false)
}

/// Whether something came since it was looked at.
fn is_heard_of(tx: &Transaction<'_>, due: &DueOutput, before: u64) -> Result<bool, StoreError> {
    let mut rows =
        tx.prepare_cached("SELECT 1 FROM chunks WHERE project = ?1 AND output = ?2 LIMIT 1")?;
    let mut said = tx.prepare_cached(
        "SELECT 1 FROM registrations WHERE project = ?1 AND output = ?2 AND received_at >= ?3
         UNION ALL
         SELECT 1 FROM aliases WHERE project = ?1 AND output = ?2 AND received_at >= ?3 LIMIT 1",
    )?;
    for &id in &due.ids {
        if rows.exists(params![due.project.0, id])?
            || said.exists(params![due.project.0, id, time(before)])?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A session that is done with is remembered while its events may come again.
fn remember(
    tx: &Transaction<'_>,
    project: ProjectId,
    session: i64,
    received_at: u64,
    now: u64,
) -> Result<(), StoreError> {
    let until = received_at.saturating_add(REMEMBERED_MS);
    if until > now {
        tx.prepare_cached(
            "INSERT INTO spent (project, session, until) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET until = max(until, excluded.until)",
        )?
        .execute(params![project.0, session, time(until)])?;
    }
    Ok(())
}

/// Takes the texts out of a row; how many there were, and when it was received.
fn strip(
    tx: &Transaction<'_>,
    project: ProjectId,
    (output, session, first_seq): RowKey,
) -> Result<(u64, u64), StoreError> {
    let key = params![project.0, output, session, first_seq];
    let mut select = tx.prepare_cached(
        "SELECT base_at, events, received_at FROM chunks
         WHERE project = ?1 AND output = ?2 AND session = ?3 AND first_seq = ?4",
    )?;
    let (base_at, bytes, received_at): (i64, Vec<u8>, i64) =
        select.query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let unreadable = || StoreError::Unreadable("event");
    let any = Id::parse("output", "o").map_err(|_| unreadable())?;
    let mut kept = ChunkWriter::new(any.clone(), false);
    let mut texts = 0;
    for event in EventReader::of_output(&bytes, unsigned(base_at), any) {
        let event = event.ok().and_then(Result::ok).ok_or_else(unreadable)?;
        if event.signal.kind() == Some(Kind::Content) {
            texts += 1;
        } else {
            kept.push(&event);
        }
    }
    let kept = kept.finish();
    if kept.seqs.is_empty() {
        tx.prepare_cached(
            "DELETE FROM chunks
             WHERE project = ?1 AND output = ?2 AND session = ?3 AND first_seq = ?4",
        )?
        .execute(key)?;
    } else {
        tx.prepare_cached(
            "UPDATE chunks SET base_at = ?5, events = ?6
             WHERE project = ?1 AND output = ?2 AND session = ?3 AND first_seq = ?4",
        )?
        .execute(params![
            project.0,
            output,
            session,
            first_seq,
            time(kept.base_at),
            kept.bytes
        ])?;
    }
    Ok((texts, unsigned(received_at)))
}

/// What else was said of the output stays as long as it is used.
fn forget_texts(
    tx: &Transaction<'_>,
    project: ProjectId,
    output: i64,
    ordinal: i64,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE registrations SET body = json_remove(body, '$.input', '$.output', '$.documents')
         WHERE project = ?1 AND output = ?2 AND ordinal = ?3",
    )?
    .execute(params![project.0, output, ordinal])?;
    Ok(())
}
