//! Spans on their way to outputs: a row for each portion of a trace.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Durability, SqliteStore, time, unsigned};
use crate::{
    control::ProjectId,
    limits::{DUE_BYTES_MAX, TRACE_BYTES_MAX, TRACE_WAIT_MS_MAX},
    otlp::Facts,
    store::{DueTrace, StoreError, TraceKey, TraceStore},
};

const UNREADABLE: StoreError = StoreError::Unreadable("span");

impl TraceStore for SqliteStore {
    fn keep_spans(
        &self,
        project: ProjectId,
        at: u64,
        settle_ms: u64,
        traces: &[(&str, &[Facts])],
    ) -> Result<Vec<String>, StoreError> {
        let mut bodies = Vec::with_capacity(traces.len());
        for (trace, spans) in traces {
            bodies.push((
                *trace,
                serde_json::to_string(spans).map_err(|_| UNREADABLE)?,
            ));
        }
        self.write(Durability::Now, |tx, _| {
            let mut crowded = Vec::new();
            for (trace, body) in &bodies {
                if !keep(tx, project, trace, at, settle_ms, body)? {
                    crowded.push((*trace).to_owned());
                }
            }
            Ok(crowded)
        })
    }

    fn due_traces(&self, now: u64, len: usize) -> Result<Vec<DueTrace>, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot.prepare_cached(
                "SELECT project, trace, portions, bytes FROM traces INDEXED BY traces_by_due
                 WHERE due_at <= ?1 ORDER BY due_at, project, trace LIMIT ?2",
            )?;
            let len = i64::try_from(len).unwrap_or(i64::MAX);
            let mut rows = select.query(params![time(now), len])?;
            let mut due = Vec::new();
            let mut bytes = 0;
            while let Some(row) = rows.next()? {
                bytes += unsigned(row.get(3)?);
                if bytes > DUE_BYTES_MAX && !due.is_empty() {
                    break;
                }
                let key = TraceKey {
                    project: ProjectId(row.get(0)?),
                    trace: row.get(1)?,
                    portions: unsigned(row.get(2)?),
                };
                let spans = spans(snapshot, &key)?;
                due.push(DueTrace { key, spans });
            }
            Ok(due)
        })
    }

    fn settle_traces(&self, traces: &[TraceKey]) -> Result<(), StoreError> {
        self.write(Durability::WithNextSync, |tx, _| {
            for TraceKey {
                project,
                trace,
                portions,
            } in traces
            {
                tx.prepare_cached(
                    "UPDATE traces SET due_at = NULL, waiting_since = NULL
                     WHERE project = ?1 AND trace = ?2 AND portions = ?3",
                )?
                .execute(params![project.0, trace, time(*portions)])?;
            }
            Ok(())
        })
    }

    fn drop_traces(&self, traces: &[TraceKey]) -> Result<(), StoreError> {
        self.write(Durability::WithNextSync, |tx, _| {
            for TraceKey { project, trace, .. } in traces {
                for table in ["spans", "traces"] {
                    let delete = format!("DELETE FROM {table} WHERE project = ?1 AND trace = ?2");
                    tx.prepare_cached(&delete)?
                        .execute(params![project.0, trace])?;
                }
            }
            Ok(())
        })
    }

    fn forget_traces(&self, before: u64) -> Result<(), StoreError> {
        self.write(Durability::WithNextSync, |tx, _| {
            let before = params![time(before)];
            tx.execute(
                "DELETE FROM spans WHERE (project, trace) IN
                   (SELECT project, trace FROM traces INDEXED BY traces_by_last
                    WHERE last_at < ?1 AND due_at IS NULL)",
                before,
            )?;
            tx.execute(
                "DELETE FROM traces INDEXED BY traces_by_last
                 WHERE last_at < ?1 AND due_at IS NULL",
                before,
            )?;
            Ok(())
        })
    }
}

/// Keeps a portion of a trace; false when it holds too much already.
fn keep(
    tx: &Transaction<'_>,
    project: ProjectId,
    trace: &str,
    at: u64,
    settle_ms: u64,
    body: &str,
) -> Result<bool, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT portions, bytes, waiting_since FROM traces WHERE project = ?1 AND trace = ?2",
    )?;
    let known: Option<(i64, i64, Option<i64>)> = select
        .query_row(params![project.0, trace], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let (portions, bytes, since) = known.unwrap_or_default();
    let bytes = unsigned(bytes) + body.len() as u64;
    if bytes > TRACE_BYTES_MAX {
        return Ok(false);
    }
    let since = since.map_or(at, unsigned);
    let due = at
        .saturating_add(settle_ms)
        .min(since.saturating_add(TRACE_WAIT_MS_MAX.max(settle_ms)));
    tx.prepare_cached(
        "INSERT INTO traces (project, trace, portions, bytes, last_at, waiting_since, due_at)
         VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET portions = portions + 1, bytes = excluded.bytes,
           last_at = excluded.last_at, waiting_since = excluded.waiting_since,
           due_at = excluded.due_at",
    )?
    .execute(params![
        project.0,
        trace,
        time(bytes),
        time(at),
        time(since),
        time(due)
    ])?;
    tx.prepare_cached("INSERT INTO spans (project, trace, portion, body) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![project.0, trace, portions, body])?;
    Ok(true)
}

fn spans(snapshot: &Transaction<'_>, key: &TraceKey) -> Result<Vec<Facts>, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT body FROM spans WHERE project = ?1 AND trace = ?2 ORDER BY portion",
    )?;
    let mut rows = select.query(params![key.project.0, key.trace])?;
    let mut spans = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let portion: Vec<Facts> = serde_json::from_str(body).map_err(|_| UNREADABLE)?;
        spans.extend(portion);
    }
    Ok(spans)
}
