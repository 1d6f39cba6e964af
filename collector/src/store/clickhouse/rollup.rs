//! Sums that are kept, in ClickHouse.
//!
//! The path of a change: a block says which outputs it touches (`touched`, [`pages`]);
//! the process that adds up ([`adding`]) takes that in once the block counts: it gives new
//! groups their numbers and marks the buckets that are concerned ([`intake`], [`numbers`],
//! [`marks`]); the keeper reads a bucket that waits and keeps its sums as one row, with the
//! marks that were there before it was read ([`sums`]). A bucket waits as long as there is
//! a mark that what is kept does not cover.
//!
//! [`pages`]: super::pages
//! [`adding`]: super::adding
//! [`intake`]: super::intake
//! [`numbers`]: super::numbers
//! [`marks`]: super::marks

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::ControlFlow,
};

use tacit_signals::Id;

use super::{
    ClickHouseStore,
    blocks::Snapshot,
    buckets::is_covered,
    client::Client,
    groups,
    literal::keys,
    marks,
    pages::kind_number,
    rowbinary::{Rows, TAG_COLUMN},
    sums::{self, Sights},
    unseen,
};
use crate::{
    accept::record::subject_bytes,
    control::ProjectId,
    rollup::{Cell, Key},
    sights::Place,
    store::{
        AddedUp, Bucket, BucketRead, Concerned, KeptBucket, KeptScreen, Mark, Reading, RollupStore,
        StoreError, VisitSights,
        rows::{Group, GroupName, StoredSubject},
    },
};

/// People that are looked for in one query.
const PEOPLE_MAX: usize = 5_000;

impl RollupStore for ClickHouseStore {
    fn rollups_due(
        &self,
        version: &str,
        as_of: u64,
        len: usize,
    ) -> Result<Vec<Bucket>, StoreError> {
        let due = self.fresh(true, false, |adder| adder.standing.due(version, as_of, len))?;
        // Where another process adds up, nothing is to be done here.
        Ok(due.unwrap_or_default())
    }

    fn rollups_waiting(
        &self,
        project: Option<ProjectId>,
        version: &str,
        as_of: u64,
    ) -> Result<u64, StoreError> {
        let waiting = self.standing(project, |standing| {
            standing.waiting(project, version, as_of)
        })?;
        Ok(waiting + self.behind(project)?)
    }

    fn rollups_kept(&self, project: ProjectId) -> Result<u64, StoreError> {
        self.standing(Some(project), |standing| {
            standing.kept(project).count() as u64
        })
    }

    fn read_bucket(
        &self,
        bucket: Bucket,
        visit: &mut dyn FnMut(i64, Group),
    ) -> Result<BucketRead, StoreError> {
        let begun = self.fresh(true, false, |adder| {
            let changes = adder.standing.changes(bucket);
            let mark = changes.map(|changes| Mark {
                changes,
                removals: 0,
            });
            let reading = Reading {
                order: adder.reading(),
                screen: adder.standing.screen(bucket.project),
                covers: Vec::new(),
            };
            (mark, reading)
        })?;
        let (mark, mut reading) = begun.unwrap_or_default();
        // Marks before facts: what is marked later may not be in them.
        reading.covers = marks::of(&self.client, bucket)?;
        let groups = self.visit_bucket(bucket, visit)?;
        Ok(BucketRead {
            mark,
            groups,
            reading,
        })
    }

    fn keep_bucket(&self, sums: &AddedUp<'_>) -> Result<(), StoreError> {
        let BucketRead { mark, reading, .. } = &sums.read;
        self.adding(false, |adder| {
            // Whoever has the lease by now adds it up.
            if !adder.made(reading.order) {
                return Ok(None);
            }
            let removals = marks::removals_of(&self.client, sums.bucket)?;
            if !is_covered(&reading.covers, &removals) {
                // It may be of somebody who is gone by now. It is marked, and is taken again.
                adder.forget();
                return Ok(None);
            }
            let head = sums::Head::of(sums);
            sums::insert(&self.client, &head, sums)?;
            let removals = marks::removals_of(&self.client, sums.bucket)?;
            if !is_covered(&reading.covers, &removals) {
                // Whoever removed it meanwhile may not have seen this row.
                unseen::forget(&self.client, [sums.bucket])?;
            }
            adder.standing.set(&head);
            if let Some(Mark { changes, .. }) = mark {
                adder.standing.unmark(sums.bucket, *changes);
            }
            Ok(Some(()))
        })?;
        Ok(())
    }

    fn rollups(
        &self,
        project: ProjectId,
        version: &str,
        as_of: u64,
        (first, end): (Option<u32>, Option<u32>),
        visit: &mut dyn FnMut(&Key, &Cell),
    ) -> Result<u64, StoreError> {
        let before = self.current(project, version, as_of)?;
        let shelves = self.merged(version, before.screen, &before.shelves)?;
        for (key, cell) in shelves.iter().flat_map(|cells| &**cells) {
            let is_asked_for = first.is_none_or(|first| key.day >= Some(first))
                && end.is_none_or(|end| key.day.is_some_and(|day| day < end));
            if is_asked_for {
                visit(key, cell);
            }
        }
        // What was read while a bucket was replaced may be of two moments: then it waits, or
        // did just now.
        let after = self.current(project, version, as_of)?;
        let changed = u64::from(after.shelves != before.shelves);
        let behind = self.behind(Some(project))?;
        Ok((after.waiting + behind).max(changed))
    }

    fn sights(
        &self,
        project: ProjectId,
        version: &str,
        span: (u64, u64),
        visit: &mut VisitSights<'_>,
    ) -> Result<(), StoreError> {
        let current: BTreeMap<Bucket, u64> = self.standing(Some(project), |standing| {
            standing.current(project, version).collect()
        })?;
        let removals = marks::removals(&self.client, project)?;
        let mut last = None;
        let mut visit = |sights: &Sights| {
            let Sights { bucket, .. } = sights;
            let is_current = current
                .get(bucket)
                .is_some_and(|reading| sights.reading >= *reading && sights.version == version);
            let removals = removals.get(bucket).map_or(&[][..], |marks| marks);
            // A bucket that somebody is gone of is nobody's to see.
            if !is_current || last == Some(*bucket) || !is_covered(&sights.covers, removals) {
                return Ok(ControlFlow::Continue(()));
            }
            last = Some(*bucket);
            if sights.body.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            visit(bucket.kind, &sights.body)
        };
        sums::sights(&self.client, project, span, &mut visit)
    }

    fn output_at(&self, project: ProjectId, place: Place) -> Result<Option<Id>, StoreError> {
        let number = place.group.cast_unsigned();
        let named = self.numbered((project, place.kind), (number, number + 1))?;
        let names: Vec<GroupName> = named.into_values().collect();
        let mut output = None;
        self.view(project, u64::MAX, |view| {
            groups::windows(view, &mut names.into_iter().map(Ok), &mut |_, group| {
                let outputs = group.outputs.into_iter();
                output = outputs.map(|rows| rows.id).nth(place.place as usize);
                ControlFlow::Break(())
            })
        })?;
        Ok(output)
    }

    fn kept_buckets(&self, version: &str) -> Result<Vec<Bucket>, StoreError> {
        self.standing(None, |standing| standing.all_current(version))
    }

    fn kept_bucket(
        &self,
        bucket: Bucket,
        visit: &mut dyn FnMut(i64, Group),
    ) -> Result<Option<KeptBucket>, StoreError> {
        let Some((covers, kept)) = sums::of(&self.client, bucket)? else {
            return Ok(None);
        };
        if !self.rests(bucket, &covers)? {
            return Ok(None);
        }
        self.visit_bucket(bucket, visit)?;
        // It may have been marked, or replaced, while its groups were read.
        let rests = self.rests(bucket, &covers)?;
        let is_same =
            sums::of(&self.client, bucket)?.is_some_and(|now| now == (covers, kept.clone()));
        Ok((rests && is_same).then_some(kept))
    }

    fn kept_screen(&self, project: ProjectId) -> Result<Option<KeptScreen>, StoreError> {
        let kept = sums::screen(&self.client, project)?;
        Ok(kept.map(|(_, screen)| screen))
    }

    fn keep_screen(
        &self,
        project: ProjectId,
        screen: &KeptScreen,
        concerned: Concerned<'_>,
    ) -> Result<(), StoreError> {
        let client = &self.client;
        let before = sums::screen(client, project)?;
        let mut choice = before.map_or(0, |(choice, _)| choice);
        let is_other = match concerned {
            Concerned::All => {
                choice += 1;
                true
            }
            Concerned::People(people) => {
                let outputs = outputs_of(client, project, people)?;
                let outputs: BTreeMap<Id, bool> =
                    outputs.into_iter().map(|id| (id, false)).collect();
                let snapshot = Snapshot::take(client)?;
                let no_others = BTreeSet::new();
                if !outputs.is_empty() {
                    marks::mark((client, &snapshot), project, &outputs, no_others, false)?;
                }
                !outputs.is_empty()
            }
        };
        // Whoever dies here looks again, and finds the same people.
        sums::keep_screen(client, project, self.stamps.next(), choice, screen)?;
        if is_other {
            marks::call(client, project, &[])?;
            self.adding(false, |adder| {
                adder.forget();
                Ok(Some(()))
            })?;
        }
        Ok(())
    }
}

/// The outputs that these people did anything with, under the ids it came with.
fn outputs_of(
    client: &Client,
    project: ProjectId,
    people: &HashSet<StoredSubject>,
) -> Result<BTreeSet<Id>, StoreError> {
    let mut by_kind: BTreeMap<u8, Vec<[u8; 16]>> = BTreeMap::new();
    for person in people {
        let of_kind = by_kind.entry(kind_number(person.kind)).or_default();
        of_kind.push(subject_bytes(person));
    }
    let mut outputs = BTreeSet::new();
    for (kind, people) in by_kind {
        for people in people.chunks(PEOPLE_MAX) {
            let select = format!(
                "SELECT DISTINCT {TAG_COLUMN}, output FROM chunks
                 WHERE project = {} AND kind = {kind} AND subject IN {}",
                project.0,
                keys(people)
            );
            outputs.extend(client.all(&select, Rows::id)?);
        }
    }
    Ok(outputs)
}
