//! What is in buckets, and what is kept of a project.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

use super::{
    ClickHouseStore, groups, history,
    intake::behind,
    marks::{self, Source},
    numbers,
    shelves::{self, Made, Shelf},
    standing::covers,
    sums,
};
use crate::{
    control::ProjectId,
    rollup::Cells,
    store::{
        Bucket, BucketKind, StoreError,
        rollups::BUCKET_BITS,
        rows::{Group, GroupName},
    },
};

/// Shelves that are read in one query, where they follow one another.
const SHELVES_AT_ONCE: usize = 64;

/// What is kept of a project in some version.
pub(super) struct Current {
    pub(super) waiting: u64,
    pub(super) screen: u64,
    pub(super) shelves: BTreeMap<Shelf, Made>,
}

impl ClickHouseStore {
    pub(super) fn current(
        &self,
        project: ProjectId,
        version: &str,
        as_of: u64,
    ) -> Result<Current, StoreError> {
        self.standing(Some(project), |standing| Current {
            waiting: standing.waiting(Some(project), version, as_of),
            screen: standing.screen(project),
            shelves: shelves::made(standing.current(project, version)),
        })
    }

    /// How many projects, of those asked for, something of is not taken in yet by whoever
    /// adds up: what this process takes in itself is.
    pub(super) fn behind(&self, project: Option<ProjectId>) -> Result<u64, StoreError> {
        let adds_up = self.adding(false, |_| Ok(Some(())))?.is_some();
        if adds_up {
            return Ok(0);
        }
        let behind = behind(&self.client)?.into_iter();
        let asked = behind.filter(|behind| project.is_none_or(|project| project == *behind));
        Ok(asked.count() as u64)
    }

    /// Whether these marks are all there are of a bucket, and nothing is to be taken in.
    pub(super) fn rests(&self, bucket: Bucket, covers: &[Source]) -> Result<bool, StoreError> {
        let taken_in = self.fresh(false, true, |_| ())?.is_some();
        if !taken_in && self.behind(Some(bucket.project))? > 0 {
            return Ok(false);
        }
        Ok(is_covered(covers, &marks::of(&self.client, bucket)?))
    }

    /// The cells of shelves, from memory where they are held.
    pub(super) fn merged(
        &self,
        version: &str,
        screen: u64,
        wanted: &BTreeMap<Shelf, Made>,
    ) -> Result<Vec<Arc<Cells>>, StoreError> {
        let held = &self.adding.shelves;
        let mut found = Vec::new();
        let mut missing: Vec<(Shelf, Made)> = Vec::new();
        for (&shelf, &made) in wanted {
            match held.get(shelf, made) {
                Some(cells) => found.push(cells),
                None => missing.push((shelf, made)),
            }
        }
        let follows = |(one, _): &(Shelf, Made), (next, _): &(Shelf, Made)| {
            one.kind == next.kind && one.buckets().1 == next.buckets().0
        };
        let runs = missing.chunk_by(follows);
        for run in runs.flat_map(|run| run.chunks(SHELVES_AT_ONCE)) {
            let (Some((first, _)), Some((last, _))) = (run.first(), run.last()) else {
                continue;
            };
            let of = (first.project, first.kind);
            let bounds = (first.buckets().0, last.buckets().1);
            let is_asked = |of: &str, by: u64| of == version && by == screen;
            let mut buckets = sums::cells(&self.client, of, bounds, is_asked)?;
            for (shelf, made) in run {
                let later = buckets.split_off(&shelf.buckets().1);
                let mut merged = Cells::new();
                for (key, cell) in std::mem::replace(&mut buckets, later)
                    .into_values()
                    .flatten()
                {
                    merged.entry(key).or_default().merge(&cell);
                }
                let merged = Arc::new(merged);
                held.hold(*shelf, *made, Arc::clone(&merged));
                found.push(merged);
            }
        }
        Ok(found)
    }

    /// The groups of some numbers.
    pub(super) fn numbered(
        &self,
        of: (ProjectId, BucketKind),
        bounds: (u64, u64),
    ) -> Result<BTreeMap<u64, GroupName>, StoreError> {
        let (_, state) = history::now(&self.client)?;
        let groups = numbers::groups(&self.client, &state.batches, of, bounds)?;
        let named = groups.into_iter().map(|(number, id)| {
            let name = GroupName {
                id: id.to_string(),
                alone: of.1 == BucketKind::Outputs,
            };
            (number, name)
        });
        Ok(named.collect())
    }

    /// Gives every group of a bucket and its number to `visit`; how many there are.
    pub(super) fn visit_bucket(
        &self,
        bucket: Bucket,
        visit: &mut dyn FnMut(i64, Group),
    ) -> Result<u64, StoreError> {
        let first = bucket.number.cast_unsigned() << BUCKET_BITS;
        let of = (bucket.project, bucket.kind);
        let numbered = self.numbered(of, (first, first + (1 << BUCKET_BITS)))?;
        let (numbers, names): (Vec<u64>, Vec<GroupName>) = numbered.into_iter().unzip();
        let mut count = 0;
        // Windows are of groups in the order they were asked for.
        let mut numbers: BTreeMap<GroupName, u64> = names.iter().cloned().zip(numbers).collect();
        self.view(bucket.project, u64::MAX, |view| {
            groups::windows(view, &mut names.into_iter().map(Ok), &mut |name, group| {
                if let Some(number) = numbers.remove(name) {
                    count += 1;
                    visit(number.cast_signed(), group);
                }
                ControlFlow::Continue(())
            })
        })?;
        Ok(count)
    }
}

/// Whether every one of `marks` was there.
pub(super) fn is_covered(known: &[Source], marks: &[Source]) -> bool {
    let is_known = |mark: &Source| known.iter().any(|known| covers(*known, *mark));
    marks.iter().all(is_known)
}
