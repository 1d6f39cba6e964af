//! Erasures in SQLite.

mod find;
mod graves;
mod look;
mod remove;

use std::time::Duration;

use rusqlite::{OptionalExtension, Row, Transaction, params};

pub(super) use self::{
    graves::{Buried, count as graves_of, of_project},
    look::Look,
    remove::Remover,
};
use super::{Durability, SqliteStore, connect, control, time, unsigned};
use crate::{
    control::ProjectId,
    erase::{Erasure, State, grave::Grave},
    store::{ErasureStore, Found, StoreError, Tombstone},
};

/// How long emptying the write-ahead log waits for readers, of which there may be some.
const READERS: Duration = Duration::from_millis(250);

const UNREADABLE: StoreError = StoreError::Unreadable("erasure");
const SELECT: &str = "SELECT project, report FROM erasures";

impl ErasureStore for SqliteStore {
    fn ask(&self, asked: &Erasure, grave: Grave) -> Result<Erasure, StoreError> {
        self.write(Durability::Now, |tx, interned| {
            if let Some(known) = one(tx, asked.project, &asked.job)? {
                return Ok(known);
            }
            interned.forget();
            graves::add(tx, &asked.tombstone(grave))?;
            keep(tx, asked)?;
            control::changed(tx)?;
            Ok(asked.clone())
        })
    }

    fn bury(&self, tombstones: &[Tombstone]) -> Result<(), StoreError> {
        self.write(Durability::Now, |tx, interned| {
            interned.forget();
            for tombstone in tombstones {
                if !graves::add(tx, tombstone)? {
                    continue;
                }
                let Tombstone { project, job, .. } = tombstone;
                let known = one(tx, *project, job)?;
                if known.is_none_or(|known| known.state == State::Done) {
                    // Of what it was asked by nothing is known here but the grave.
                    keep(
                        tx,
                        &Erasure::new(*project, job.clone(), "restored", tombstone.at),
                    )?;
                }
            }
            control::changed(tx)
        })
    }

    fn tombstones(&self) -> Result<Vec<Tombstone>, StoreError> {
        self.read(graves::all)
    }

    fn doubt(&self) -> Result<(), StoreError> {
        self.writer().interned.forget();
        Ok(())
    }

    fn erasure(&self, project: ProjectId, job: &str) -> Result<Option<Erasure>, StoreError> {
        self.read(|snapshot| one(snapshot, project, job))
    }

    fn erasures(&self, project: ProjectId) -> Result<Vec<Erasure>, StoreError> {
        let select = format!(
            "{SELECT} WHERE project = {} ORDER BY requested_at, job",
            project.0
        );
        self.read(|snapshot| several(snapshot, &select))
    }

    fn open_erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let select = format!("{SELECT} WHERE finished_at IS NULL ORDER BY requested_at, job");
        self.read(|snapshot| several(snapshot, &select))
    }

    fn keep_erasure(&self, erasure: &Erasure) -> Result<(), StoreError> {
        self.write(Durability::Now, |tx, _| keep(tx, erasure))
    }

    fn look_for(&self, project: ProjectId, job: &str) -> Result<Found, StoreError> {
        self.read(|snapshot| find::find(snapshot, project, job))
    }

    fn remove(&self, erasure: &mut Erasure, found: &Found) -> Result<(), StoreError> {
        self.write(Durability::Now, |tx, interned| {
            interned.forget();
            remove::remove(tx, erasure, found.own()?)?;
            keep(tx, erasure)
        })
    }

    fn shred(&self) -> Result<(), StoreError> {
        // Written anew, the file lacks the pages that were removed.
        let writer = self.writer();
        writer.connection.flush_prepared_statement_cache();
        writer.connection.execute_batch("VACUUM")?;
        Ok(())
    }

    fn is_shredded(&self) -> Result<bool, StoreError> {
        // They are in the write-ahead log until it is emptied into the file.
        // Not the writer's: it would be waited for by everybody meanwhile.
        let connection = connect(&self.path)?;
        connection.busy_timeout(READERS)?;
        let is_busy: i64 =
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(is_busy == 0)
    }
}

fn one(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    job: &str,
) -> Result<Option<Erasure>, StoreError> {
    let select = format!("{SELECT} WHERE project = ?1 AND job = ?2");
    let mut select = snapshot.prepare_cached(&select)?;
    let found = select.query_row(params![project.0, job], |row| Ok(read(row)));
    found.optional()?.transpose()
}

fn several(snapshot: &Transaction<'_>, select: &str) -> Result<Vec<Erasure>, StoreError> {
    let mut select = snapshot.prepare(select)?;
    let mut rows = select.query([])?;
    let mut erasures = Vec::new();
    while let Some(row) = rows.next()? {
        erasures.push(read(row)?);
    }
    Ok(erasures)
}

fn read(row: &Row<'_>) -> Result<Erasure, StoreError> {
    let report: String = row.get(1)?;
    let mut erasure: Erasure = serde_json::from_str(&report).map_err(|_| UNREADABLE)?;
    erasure.project = ProjectId(row.get(0)?);
    Ok(erasure)
}

fn keep(tx: &Transaction<'_>, erasure: &Erasure) -> Result<(), StoreError> {
    let report = serde_json::to_string(erasure).map_err(|_| UNREADABLE)?;
    tx.prepare_cached(
        "INSERT INTO erasures (job, project, requested_at, finished_at, report)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET finished_at = excluded.finished_at, report = excluded.report",
    )?
    .execute(params![
        erasure.job,
        erasure.project.0,
        time(erasure.requested_at),
        erasure.finished_at.map(time),
        report,
    ])?;
    Ok(())
}

/// A moment as it was kept.
fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(unsigned(row.get(column)?))
}
