//! Whether the database is sound, and whether the books agree with what is in it.

use rusqlite::Transaction;
use tacit_signals::{Id, codec::EventReader};

use super::{SqliteStore, unsigned};
use crate::{control::ProjectId, store::StoreError};

/// The books of a project beside what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recount {
    /// The project.
    pub project: ProjectId,
    /// Events stored or quarantined, by the books.
    pub booked: u64,
    /// Events that are there.
    pub counted: u64,
}

impl SqliteStore {
    /// What is wrong with the database's pages; nothing when they are sound. With
    /// `thoroughly`, every index is compared with its table as well, and every reference
    /// with what it refers to.
    pub fn broken_pages(&self, thoroughly: bool) -> Result<Vec<String>, StoreError> {
        self.read(|snapshot| {
            if !thoroughly {
                return said(snapshot, "PRAGMA quick_check");
            }
            let mut wrong = said(snapshot, "PRAGMA integrity_check")?;
            let dangling =
                "SELECT \"table\" || ' ' || coalesce(rowid, '') || ' refers to a missing '
                || parent FROM pragma_foreign_key_check";
            wrong.extend(said(snapshot, dangling)?);
            Ok(wrong)
        })
    }

    /// Counts all events again. Both numbers are of one snapshot.
    pub fn recount(&self, project: ProjectId) -> Result<Recount, StoreError> {
        self.read(|snapshot| {
            Ok(Recount {
                project,
                booked: booked(snapshot, project)?,
                counted: counted(snapshot, project)?,
            })
        })
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
