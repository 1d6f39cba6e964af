//! The books as a whole, whether they agree with what is there, and whether the database
//! is sound.

use std::{collections::BTreeMap, sync::PoisonError};

use rusqlite::Transaction;
use tacit_signals::{Id, codec::EventReader};

use super::{SqliteStore, ledger, unsigned};
use crate::{
    control::ProjectId,
    store::{Recount, Removing, StoreError, UpkeepStore},
};

impl UpkeepStore for SqliteStore {
    fn all_fates(&self) -> Result<BTreeMap<ProjectId, BTreeMap<String, u64>>, StoreError> {
        self.read(ledger::all_fates)
    }

    fn recount(&self, project: ProjectId) -> Result<Recount, StoreError> {
        self.read(|snapshot| {
            Ok(Recount {
                project,
                booked: booked(snapshot, project)?,
                counted: counted(snapshot, project)?,
            })
        })
    }

    fn damage(&self, thoroughly: bool) -> Result<Vec<String>, StoreError> {
        self.read(|snapshot| {
            if !thoroughly {
                return said(snapshot, "PRAGMA quick_check");
            }
            // Every index is compared with its table as well.
            let mut wrong = said(snapshot, "PRAGMA integrity_check")?;
            let dangling =
                "SELECT \"table\" || ' ' || coalesce(rowid, '') || ' refers to a missing '
                || parent FROM pragma_foreign_key_check";
            wrong.extend(said(snapshot, dangling)?);
            Ok(wrong)
        })
    }

    fn removing(&self) -> Result<Removing<'_>, StoreError> {
        // Only the process that has the data directory's lock removes anything.
        let held = self.removing.lock();
        Ok(Removing::by(held.unwrap_or_else(PoisonError::into_inner)))
    }
}

fn said(snapshot: &Transaction<'_>, check: &str) -> Result<Vec<String>, StoreError> {
    let mut check = snapshot.prepare(check)?;
    let said = check.query_map([], |row| row.get::<_, String>(0))?;
    let said: Vec<String> = said.collect::<Result<_, _>>()?;
    Ok(said.into_iter().filter(|line| line != "ok").collect())
}

fn booked(snapshot: &Transaction<'_>, project: ProjectId) -> Result<u64, StoreError> {
    let select = "SELECT coalesce(sum(count), 0) FROM fates
        WHERE project = ?1 AND name IN ('stored', 'quarantined')";
    let sum: i64 = snapshot.query_row(select, [project.0], |row| row.get(0))?;
    Ok(unsigned(sum))
}

fn counted(snapshot: &Transaction<'_>, project: ProjectId) -> Result<u64, StoreError> {
    let any = Id::parse("output", "o").map_err(|_| StoreError::Unreadable("id"))?;
    let mut select = snapshot.prepare("SELECT base_at, events FROM chunks WHERE project = ?1")?;
    let mut rows = select.query([project.0])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        let events = EventReader::of_output(bytes, unsigned(row.get(0)?), any.clone());
        count += events.filter(Result::is_ok).count() as u64;
    }
    Ok(count)
}
