//! Who and what is buried, for whoever writes the store.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use rusqlite::{OptionalExtension, Transaction, params};
use tacit_signals::Id;

use super::{
    super::{time, unsigned},
    moment,
};
use crate::{
    control::ProjectId,
    erase::grave::{self, Grave},
    keyed::Keyed,
    store::{StoreError, Tombstone, What, rows::StoredSubject},
};

/// Answers for nothing in projects in which nobody was erased.
#[derive(Default)]
pub(in super::super) struct Buried {
    /// The pepper of projects with graves.
    peppers: HashMap<ProjectId, Option<Keyed>>,
}

impl Buried {
    pub(in super::super) fn subject(
        &mut self,
        tx: &Transaction<'_>,
        project: ProjectId,
        subject: &StoredSubject,
    ) -> Result<bool, StoreError> {
        let Some(pepper) = self.pepper(tx, project)? else {
            return Ok(false);
        };
        let grave = grave::of_subject(pepper, subject);
        exists(tx, project, What::Subject, &grave)
    }

    pub(in super::super) fn output(
        &mut self,
        tx: &Transaction<'_>,
        project: ProjectId,
        id: &Id,
    ) -> Result<bool, StoreError> {
        let Some(pepper) = self.pepper(tx, project)? else {
            return Ok(false);
        };
        let grave = grave::of_output(pepper, id.as_str());
        exists(tx, project, What::Output, &grave)
    }

    fn pepper(
        &mut self,
        tx: &Transaction<'_>,
        project: ProjectId,
    ) -> Result<Option<&Keyed>, StoreError> {
        let pepper = match self.peppers.entry(project) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let has_graves = tx
                    .prepare_cached("SELECT 1 FROM graves WHERE project = ?1 LIMIT 1")?
                    .exists([project.0])?;
                place.insert(if has_graves {
                    pepper(tx, project)?
                } else {
                    None
                })
            }
        };
        Ok(pepper.as_ref())
    }
}

pub(super) fn pepper(
    tx: &Transaction<'_>,
    project: ProjectId,
) -> Result<Option<Keyed>, StoreError> {
    let mut select = tx.prepare_cached("SELECT pepper FROM projects WHERE project = ?1")?;
    let pepper: Option<[u8; 32]> = select.query_row([project.0], |row| row.get(0)).optional()?;
    Ok(pepper.as_ref().map(Keyed::new))
}

pub(super) fn exists(
    tx: &Transaction<'_>,
    project: ProjectId,
    what: What,
    grave: &Grave,
) -> Result<bool, StoreError> {
    let mut select =
        tx.prepare_cached("SELECT 1 FROM graves WHERE project = ?1 AND what = ?2 AND grave = ?3")?;
    Ok(select.exists(params![project.0, number(what), grave])?)
}

/// Adds a tombstone; false when it is there.
pub(super) fn add(tx: &Transaction<'_>, tombstone: &Tombstone) -> Result<bool, StoreError> {
    let added = tx
        .prepare_cached(
            "INSERT INTO graves (project, what, grave, job, buried_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            tombstone.project.0,
            number(tombstone.what),
            tombstone.grave,
            tombstone.job,
            time(tombstone.at),
        ])?;
    Ok(added > 0)
}

/// All graves of a project, ascending.
pub(in super::super) fn of_project(
    snapshot: &Transaction<'_>,
    project: ProjectId,
) -> Result<Vec<Grave>, StoreError> {
    let mut select =
        snapshot.prepare_cached("SELECT grave FROM graves WHERE project = ?1 ORDER BY grave")?;
    let rows = select.query_map([project.0], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many graves a project has.
pub(in super::super) fn count(
    snapshot: &Transaction<'_>,
    project: ProjectId,
) -> Result<u64, StoreError> {
    let mut select = snapshot.prepare_cached("SELECT count(*) FROM graves WHERE project = ?1")?;
    let count = select.query_row([project.0], |row| row.get(0))?;
    Ok(unsigned(count))
}

/// The graves of an erasure.
pub(super) fn of_job(
    snapshot: &Transaction<'_>,
    job: &str,
    what: What,
) -> Result<HashSet<Grave>, StoreError> {
    let mut select =
        snapshot.prepare_cached("SELECT grave FROM graves WHERE job = ?1 AND what = ?2")?;
    let rows = select.query_map(params![job, number(what)], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn all(snapshot: &Transaction<'_>) -> Result<Vec<Tombstone>, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT project, what, grave, job, buried_at FROM graves ORDER BY project, what, grave",
    )?;
    let rows = select.query_map([], |row| {
        let what: i64 = row.get(1)?;
        Ok(Tombstone {
            project: ProjectId(row.get(0)?),
            what: if what == 0 {
                What::Subject
            } else {
                What::Output
            },
            grave: row.get(2)?,
            job: row.get(3)?,
            at: moment(row, 4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const fn number(what: What) -> i64 {
    match what {
        What::Subject => 0,
        What::Output => 1,
    }
}
