//! Sums that are kept, in SQLite.

use std::{collections::HashSet, sync::Arc};

use rusqlite::{OptionalExtension, Row, Transaction, params};
use tacit_signals::Id;

use super::{
    Durability, SqliteStore,
    bucket::{bucket, group_of, groups, key, kind},
    conduct,
    shelves::Shelf,
    time, unsigned,
};
use crate::{
    control::ProjectId,
    label::Trust,
    rollup::{Cell, Cells, Key},
    sights::Place,
    store::{
        AddedUp, Bucket, BucketRead, Concerned, KeptBucket, KeptScreen, Mark, Reading, RollupStore,
        StoreError, VisitSights,
        rows::{Group, StoredSubject},
    },
};

const UNREADABLE: StoreError = StoreError::Unreadable("roll-up");

/// Buckets that wait, each once, with ?1 a version and ?2 a moment.
const WAITING: &str = "
    SELECT project, kind, bucket FROM rollup_marks
    UNION
    SELECT project, kind, bucket FROM rollup_buckets
    WHERE version <> ?1 OR (changes_at IS NOT NULL AND changes_at <= ?2)";

impl RollupStore for SqliteStore {
    fn rollups_due(
        &self,
        version: &str,
        as_of: u64,
        len: usize,
    ) -> Result<Vec<Bucket>, StoreError> {
        let len = time(len as u64);
        self.read(|snapshot| {
            let mut marked = snapshot.prepare_cached(
                "SELECT project, kind, bucket FROM rollup_marks ORDER BY mark LIMIT ?1",
            )?;
            let mut due: Vec<_> = marked.query_map([len], bucket)?.collect::<Result<_, _>>()?;
            let mut changed = snapshot.prepare_cached(
                "SELECT project, kind, bucket FROM rollup_buckets
                 WHERE changes_at IS NOT NULL AND changes_at <= ?1
                 ORDER BY changes_at LIMIT ?2",
            )?;
            for found in changed.query_map(params![time(as_of), len], bucket)? {
                due.push(found?);
            }
            let mut other = snapshot.prepare_cached(
                "SELECT project, kind, bucket FROM rollup_buckets
                 WHERE version <> ?1 ORDER BY bucket DESC LIMIT ?2",
            )?;
            for found in other.query_map(params![version, len], bucket)? {
                due.push(found?);
            }
            let mut seen = HashSet::new();
            due.retain(|bucket| seen.insert(*bucket));
            Ok(due)
        })
    }

    fn rollups_waiting(
        &self,
        project: Option<ProjectId>,
        version: &str,
        as_of: u64,
    ) -> Result<u64, StoreError> {
        self.read(|snapshot| waiting(snapshot, project, version, as_of))
    }

    fn rollups_kept(&self, project: ProjectId) -> Result<u64, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot
                .prepare_cached("SELECT count(*) FROM rollup_buckets WHERE project = ?1")?;
            Ok(unsigned(select.query_row([project.0], |row| row.get(0))?))
        })
    }

    fn read_bucket(
        &self,
        bucket: Bucket,
        visit: &mut dyn FnMut(i64, Group),
    ) -> Result<BucketRead, StoreError> {
        self.read(|snapshot| {
            let mark = mark(snapshot, bucket)?;
            let groups = groups(snapshot, bucket, visit)?;
            Ok(BucketRead {
                mark,
                groups,
                reading: Reading::default(),
            })
        })
    }

    fn keep_bucket(&self, sums: &AddedUp<'_>) -> Result<(), StoreError> {
        let (_, kind, number) = key(sums.bucket);
        let shelf = Shelf::of(sums.bucket.project, kind, number);
        let _changing = self.shelves.changing(Some(shelf));
        self.write(Durability::WithNextSync, |tx, _| keep(tx, sums))
    }

    fn rollups(
        &self,
        project: ProjectId,
        version: &str,
        as_of: u64,
        (first, end): (Option<u32>, Option<u32>),
        visit: &mut dyn FnMut(&Key, &Cell),
    ) -> Result<u64, StoreError> {
        let since = self.shelves.clock();
        self.read(|snapshot| {
            // Begins the snapshot: what is held is looked at after it.
            let waiting = waiting(snapshot, Some(project), version, as_of)?;
            for shelf in shelves(snapshot, project)? {
                let held = self.shelves.get(shelf, version);
                let cells = held.map_or_else(
                    || {
                        let cells = Arc::new(merged(snapshot, shelf, version)?);
                        self.shelves.hold(shelf, since, version, Arc::clone(&cells));
                        Ok::<_, StoreError>(cells)
                    },
                    Ok,
                )?;
                for (key, cell) in &*cells {
                    let is_asked_for = first.is_none_or(|first| key.day >= Some(first))
                        && end.is_none_or(|end| key.day.is_some_and(|day| day < end));
                    if is_asked_for {
                        visit(key, cell);
                    }
                }
            }
            Ok(waiting)
        })
    }

    fn sights(
        &self,
        project: ProjectId,
        version: &str,
        (from, until): (u64, u64),
        visit: &mut VisitSights<'_>,
    ) -> Result<(), StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot.prepare_cached(
                "SELECT kind, body
                 FROM rollup_sights CROSS JOIN rollup_buckets USING (project, kind, bucket)
                 WHERE rollup_sights.project = ?1 AND version = ?2
                   AND first_at < ?4 AND last_at >= ?3
                 ORDER BY kind, bucket",
            )?;
            let of = params![project.0, version, time(from), time(until)];
            let mut rows = select.query(of)?;
            while let Some(row) = rows.next()? {
                let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
                if visit(kind(row.get(0)?), body)?.is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    fn output_at(&self, project: ProjectId, place: Place) -> Result<Option<Id>, StoreError> {
        self.read(|snapshot| {
            let group = group_of(snapshot, project, place.kind, place.group)?;
            let output =
                group.and_then(|group| group.outputs.into_iter().nth(place.place as usize));
            Ok(output.map(|rows| rows.id))
        })
    }

    fn kept_buckets(&self, version: &str) -> Result<Vec<Bucket>, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot.prepare_cached(
                "SELECT project, kind, bucket FROM rollup_buckets WHERE version = ?1",
            )?;
            let kept = select.query_map([version], bucket)?;
            Ok(kept.collect::<Result<_, _>>()?)
        })
    }

    fn kept_bucket(
        &self,
        bucket: Bucket,
        visit: &mut dyn FnMut(i64, Group),
    ) -> Result<Option<KeptBucket>, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot.prepare_cached(
                "SELECT as_of FROM rollup_buckets
                 WHERE project = ?1 AND kind = ?2 AND bucket = ?3
                   AND NOT EXISTS (SELECT 1 FROM rollup_marks
                                   WHERE project = ?1 AND kind = ?2 AND bucket = ?3)",
            )?;
            let as_of = select.query_row(key(bucket), |row| row.get(0)).optional()?;
            let Some(as_of) = as_of.map(unsigned) else {
                return Ok(None);
            };
            groups(snapshot, bucket, visit)?;
            let mut select = snapshot.prepare_cached(
                "SELECT day, model, prompt_version, trust, cell FROM rollups
                 WHERE project = ?1 AND kind = ?2 AND bucket = ?3",
            )?;
            let mut rows = select.query(key(bucket))?;
            let mut cells = Cells::new();
            while let Some(row) = rows.next()? {
                cells.extend([read(row)?]);
            }
            let mut select = snapshot.prepare_cached(
                "SELECT body FROM rollup_sights
                 WHERE project = ?1 AND kind = ?2 AND bucket = ?3",
            )?;
            let sights = select.query_row(key(bucket), |row| row.get(0)).optional()?;
            Ok(Some(KeptBucket {
                as_of,
                cells,
                sights: sights.unwrap_or_default(),
            }))
        })
    }

    fn kept_screen(&self, project: ProjectId) -> Result<Option<KeptScreen>, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot
                .prepare_cached("SELECT found, looked_at FROM rollup_screens WHERE project = ?1")?;
            let found = select.query_row([project.0], |row| {
                Ok(KeptScreen {
                    found: row.get(0)?,
                    looked_at: unsigned(row.get(1)?),
                })
            });
            Ok(found.optional()?)
        })
    }

    fn keep_screen(
        &self,
        project: ProjectId,
        screen: &KeptScreen,
        concerned: Concerned<'_>,
    ) -> Result<(), StoreError> {
        let outputs = match concerned {
            Concerned::People(people) => {
                self.read(|snapshot| outputs_of(snapshot, project, people))?
            }
            Concerned::All => HashSet::new(),
        };
        let _changing = self.shelves.changing(None);
        self.write(Durability::WithNextSync, |tx, _| {
            match concerned {
                Concerned::All => {
                    tx.prepare_cached("UPDATE rollup_buckets SET version = '' WHERE project = ?1")?
                        .execute([project.0])?;
                }
                Concerned::People(_) => {
                    let mut touch =
                        tx.prepare_cached("INSERT INTO rollup_touch VALUES (?1, ?2)")?;
                    for output in outputs {
                        touch.execute(params![project.0, time(output)])?;
                    }
                }
            }
            tx.prepare_cached(
                "INSERT INTO rollup_screens (project, found, looked_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE
                   SET found = excluded.found, looked_at = excluded.looked_at",
            )?
            .execute(params![project.0, screen.found, time(screen.looked_at)])?;
            Ok(())
        })
    }
}

/// Numbers of the outputs that these people did anything with.
fn outputs_of(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    people: &HashSet<StoredSubject>,
) -> Result<HashSet<u64>, StoreError> {
    let mut outputs = HashSet::new();
    if people.is_empty() {
        return Ok(outputs);
    }
    conduct::visit(snapshot, project, u64::MAX, &mut |conduct| {
        if people.contains(conduct.subject) {
            outputs.insert(conduct.output);
        }
        Ok(())
    })?;
    Ok(outputs)
}

/// How a bucket is marked, if it is.
fn mark(snapshot: &Transaction<'_>, bucket: Bucket) -> Result<Option<Mark>, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT changes, removals FROM rollup_marks
         WHERE project = ?1 AND kind = ?2 AND bucket = ?3",
    )?;
    let found = select.query_row(key(bucket), |row| {
        Ok(Mark {
            changes: row.get(0)?,
            removals: row.get(1)?,
        })
    });
    Ok(found.optional()?)
}

fn waiting(
    snapshot: &Transaction<'_>,
    project: Option<ProjectId>,
    version: &str,
    as_of: u64,
) -> Result<u64, StoreError> {
    let select = format!("SELECT count(*) FROM ({WAITING}) WHERE ?3 IS NULL OR project = ?3");
    let mut select = snapshot.prepare_cached(&select)?;
    let key = params![version, time(as_of), project.map(|project| project.0)];
    Ok(unsigned(select.query_row(key, |row| row.get(0))?))
}

/// The shelves on which a project has anything.
fn shelves(snapshot: &Transaction<'_>, project: ProjectId) -> Result<Vec<Shelf>, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT kind, bucket FROM rollup_buckets WHERE project = ?1 ORDER BY kind, bucket",
    )?;
    let mut rows = select.query([project.0])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let shelf = Shelf::of(project, row.get(0)?, row.get(1)?);
        if all.last() != Some(&shelf) {
            all.push(shelf);
        }
    }
    Ok(all)
}

/// The sums of a version on a shelf.
fn merged(snapshot: &Transaction<'_>, shelf: Shelf, version: &str) -> Result<Cells, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT day, model, prompt_version, trust, cell
         FROM rollups CROSS JOIN rollup_buckets USING (project, kind, bucket)
         WHERE rollups.project = ?1 AND rollups.kind = ?2
           AND rollups.bucket >= ?3 AND rollups.bucket < ?4 AND version = ?5",
    )?;
    let (first, end) = shelf.buckets();
    let of = params![shelf.project.0, shelf.kind, first, end, version];
    let mut rows = select.query(of)?;
    let mut cells = Cells::new();
    while let Some(row) = rows.next()? {
        let (key, cell) = read(row)?;
        cells.entry(key).or_default().merge(&cell);
    }
    Ok(cells)
}

fn keep(tx: &Transaction<'_>, sums: &AddedUp<'_>) -> Result<(), StoreError> {
    let bucket = sums.bucket;
    let (project, kind, number) = key(bucket);
    let removals = |mark: Option<Mark>| mark.map(|mark| mark.removals);
    if removals(mark(tx, bucket)?) != removals(sums.read.mark) {
        // It may be of somebody who is gone by now. It is marked, and is taken again.
        return Ok(());
    }
    let summed = sums.summed;
    for delete in [
        "DELETE FROM rollup_sights WHERE project = ?1 AND kind = ?2 AND bucket = ?3",
        "DELETE FROM rollups WHERE project = ?1 AND kind = ?2 AND bucket = ?3",
        "DELETE FROM rollup_buckets WHERE project = ?1 AND kind = ?2 AND bucket = ?3",
    ] {
        tx.prepare_cached(delete)?.execute(key(bucket))?;
    }
    if !summed.cells.is_empty() {
        tx.prepare_cached(
            "INSERT INTO rollup_buckets (project, kind, bucket, version, as_of, changes_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            project,
            kind,
            number,
            sums.version,
            time(sums.as_of),
            summed.changes_at.map(time)
        ])?;
    }
    let mut insert = tx.prepare_cached(
        "INSERT INTO rollups
           (project, kind, bucket, part, day, model, prompt_version, trust, cell)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (part, (of, cell)) in (0_i64..).zip(&summed.cells) {
        let cell = postcard::to_allocvec(cell).map_err(|_| UNREADABLE)?;
        let trust = Trust::ALL.iter().position(|trust| *trust == of.trust);
        let trust = time(trust.unwrap_or_default() as u64);
        insert.execute(params![
            project,
            kind,
            number,
            part,
            of.day,
            of.model,
            of.prompt_version,
            trust,
            cell
        ])?;
    }
    if !summed.sights.body.is_empty() {
        // What has no date is in no span of time, but in that of everything.
        let (first, last) = summed.sights.span.unwrap_or((0, 0));
        tx.prepare_cached(
            "INSERT INTO rollup_sights (project, kind, bucket, first_at, last_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            project,
            kind,
            number,
            time(first),
            time(last),
            summed.sights.body
        ])?;
    }
    if let Some(Mark { changes, .. }) = sums.read.mark {
        tx.prepare_cached(
            "DELETE FROM rollup_marks
             WHERE project = ?1 AND kind = ?2 AND bucket = ?3 AND changes = ?4",
        )?
        .execute(params![project, kind, number, changes])?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<(Key, Cell), StoreError> {
    let trust = usize::try_from(row.get::<_, i64>(3)?).map_err(|_| UNREADABLE)?;
    let key = Key {
        day: row.get(0)?,
        model: row.get(1)?,
        prompt_version: row.get(2)?,
        trust: *Trust::ALL.get(trust).ok_or(UNREADABLE)?,
    };
    let cell = row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?;
    let cell = postcard::from_bytes(cell).map_err(|_| UNREADABLE)?;
    Ok((key, cell))
}
