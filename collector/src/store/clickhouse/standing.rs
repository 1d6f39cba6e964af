//! Which buckets are kept, and which of them wait: what one process knows of it, in memory.
//! It asks nobody: whoever has the lease makes all marks and keeps all sums himself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{client::Client, marks, sums};
use crate::{
    control::ProjectId,
    store::{Bucket, StoreError},
};

/// What is kept of a bucket, but for the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Which reading it is of.
    pub(super) reading: u64,
    /// Its version, as a number.
    version: u32,
    /// By which choice of the screen.
    screen: u64,
    /// When time alone changes it, Unix ms.
    changes_at: Option<u64>,
}

/// A bucket that is marked.
#[derive(Debug, Clone, Copy)]
struct Marked {
    /// Its place among those that wait.
    since: u64,
    /// How often it was marked.
    changes: i64,
}

/// What is known.
#[derive(Debug, Default)]
pub(super) struct Standing {
    versions: Vec<String>,
    /// Of buckets that hold anything.
    heads: BTreeMap<Bucket, Head>,
    changing: BTreeSet<(u64, Bucket)>,
    marked: HashMap<Bucket, Marked>,
    waiting: BTreeMap<u64, Bucket>,
    clock: u64,
    /// The choice of the screen that counts, by project; 0 where none is here.
    screens: HashMap<ProjectId, u64>,
    /// Buckets that are not of the version that was asked for last.
    others: Option<(String, BTreeSet<Bucket>)>,
}

impl Standing {
    /// Everything, or a project: marks are read before what is kept, which may then cover
    /// more of them than were read.
    pub(super) fn load(client: &Client, project: Option<ProjectId>) -> Result<Self, StoreError> {
        let mut standing = Self::default();
        standing.read(client, project)?;
        Ok(standing)
    }

    /// Reads anew what others may have changed of a project.
    pub(super) fn reload(&mut self, client: &Client, project: ProjectId) -> Result<(), StoreError> {
        self.read(client, Some(project))
    }

    fn read(&mut self, client: &Client, project: Option<ProjectId>) -> Result<(), StoreError> {
        self.screens.extend(sums::choices(client, project)?);
        self.others = None;
        let mut marks = marks::all(client, project)?;
        sums::heads(client, project, |kept| {
            if let Some(of) = marks.get_mut(&kept.bucket) {
                of.retain(|mark| !kept.covers.iter().any(|known| covers(*known, *mark)));
            }
            self.set(&kept);
        })?;
        for (bucket, of) in marks {
            if !of.is_empty() {
                self.mark(bucket);
            }
        }
        Ok(())
    }

    /// What is kept of a bucket from now on.
    pub(super) fn set(&mut self, kept: &sums::Head) {
        let bucket = kept.bucket;
        if let Some(old) = self.heads.remove(&bucket)
            && let Some(at) = old.changes_at
        {
            self.changing.remove(&(at, bucket));
        }
        if kept.len > 0 {
            let head = Head {
                reading: kept.reading,
                version: self.version(&kept.version),
                screen: kept.screen,
                changes_at: kept.changes_at,
            };
            self.changing.extend(head.changes_at.map(|at| (at, bucket)));
            self.heads.insert(bucket, head);
        }
        if let Some((version, mut others)) = self.others.take() {
            if kept.len > 0 && !self.is_of(bucket, &version) {
                others.insert(bucket);
            } else {
                others.remove(&bucket);
            }
            self.others = Some((version, others));
        }
    }

    fn version(&mut self, version: &str) -> u32 {
        let known = self.versions.iter().position(|known| known == version);
        let place = known.unwrap_or_else(|| {
            self.versions.push(version.to_owned());
            self.versions.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    fn is_of(&self, bucket: Bucket, version: &str) -> bool {
        self.heads.get(&bucket).is_some_and(|head| {
            let named = self.versions.get(head.version as usize);
            named.is_some_and(|named| named == version)
                && head.screen == self.screen(bucket.project)
        })
    }

    /// The choice of the screen that counts.
    pub(super) fn screen(&self, project: ProjectId) -> u64 {
        self.screens.get(&project).copied().unwrap_or_default()
    }

    /// A bucket waits.
    pub(super) fn mark(&mut self, bucket: Bucket) {
        let marked = self.marked.entry(bucket).or_insert_with(|| {
            self.clock += 1;
            self.waiting.insert(self.clock, bucket);
            Marked {
                since: self.clock,
                changes: 0,
            }
        });
        marked.changes += 1;
    }

    /// How often it was marked, if it is.
    pub(super) fn changes(&self, bucket: Bucket) -> Option<i64> {
        self.marked.get(&bucket).map(|marked| marked.changes)
    }

    /// It waits no more, unless it was marked since it was as often as that.
    pub(super) fn unmark(&mut self, bucket: Bucket, changes: i64) {
        if self.changes(bucket) == Some(changes)
            && let Some(marked) = self.marked.remove(&bucket)
        {
            self.waiting.remove(&marked.since);
        }
    }

    /// Whether any bucket is marked.
    pub(super) fn is_marked(&self) -> bool {
        !self.marked.is_empty()
    }

    /// See [`crate::store::RollupStore::rollups_due`].
    pub(super) fn due(&mut self, version: &str, as_of: u64, len: usize) -> Vec<Bucket> {
        self.know_others(version);
        let mut due: Vec<Bucket> = self.waiting.values().take(len).copied().collect();
        due.extend(self.changed(as_of).take(len));
        due.extend(self.others().rev().take(len));
        let mut seen = BTreeSet::new();
        due.retain(|bucket| seen.insert(*bucket));
        due
    }

    /// How many wait, of one project or of all.
    pub(super) fn waiting(&mut self, project: Option<ProjectId>, version: &str, as_of: u64) -> u64 {
        self.know_others(version);
        let is_asked = |bucket: &Bucket| project.is_none_or(|project| bucket.project == project);
        let mut all: BTreeSet<Bucket> = self.marked.keys().copied().collect();
        all.extend(self.changed(as_of));
        all.extend(self.others());
        all.iter().filter(|bucket| is_asked(bucket)).count() as u64
    }

    fn changed(&self, as_of: u64) -> impl Iterator<Item = Bucket> {
        let changing = self.changing.iter().take_while(move |(at, _)| *at <= as_of);
        changing.map(|(_, bucket)| *bucket)
    }

    fn others(&self) -> impl DoubleEndedIterator<Item = Bucket> {
        self.others.iter().flat_map(|(_, others)| others).copied()
    }

    fn know_others(&mut self, version: &str) {
        if self.others.as_ref().is_none_or(|(of, _)| of != version) {
            let other = self
                .heads
                .keys()
                .filter(|bucket| !self.is_of(**bucket, version));
            let others = other.copied().collect();
            self.others = Some((version.to_owned(), others));
        }
    }

    /// Buckets of a project that hold anything, by kind and number.
    pub(super) fn kept(&self, project: ProjectId) -> impl Iterator<Item = (Bucket, Head)> {
        let heads = self.heads.iter().map(|(bucket, head)| (*bucket, *head));
        let after = heads.skip_while(move |(bucket, _)| bucket.project < project);
        after.take_while(move |(bucket, _)| bucket.project == project)
    }

    /// Those of them that are of a version.
    pub(super) fn current(
        &self,
        project: ProjectId,
        version: &str,
    ) -> impl Iterator<Item = (Bucket, u64)> {
        let kept = self.kept(project);
        let current = kept.filter(move |(bucket, _)| self.is_of(*bucket, version));
        current.map(|(bucket, head)| (bucket, head.reading))
    }

    /// All buckets of a version.
    pub(super) fn all_current(&self, version: &str) -> Vec<Bucket> {
        let all = self.heads.keys();
        all.filter(|bucket| self.is_of(**bucket, version))
            .copied()
            .collect()
    }
}

/// Whether the mark `known` was the same or a later one of the same source.
pub(super) const fn covers(known: (u64, u64), mark: (u64, u64)) -> bool {
    known.0 == mark.0 && known.1 >= mark.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::BucketKind;

    const VERSION: &str = "1";

    fn bucket(number: i64) -> Bucket {
        Bucket {
            project: ProjectId(1),
            kind: BucketKind::Outputs,
            number,
        }
    }

    fn kept(number: i64, version: &str, changes_at: Option<u64>) -> sums::Head {
        sums::Head {
            bucket: bucket(number),
            reading: 1,
            version: version.into(),
            screen: 0,
            changes_at,
            covers: Vec::new(),
            len: 1,
        }
    }

    #[test]
    fn what_waits_comes_in_order_each_once() {
        let mut standing = Standing::default();
        standing.set(&kept(1, VERSION, Some(9)));
        standing.set(&kept(2, "0", Some(7)));
        standing.set(&kept(3, VERSION, None));
        standing.mark(bucket(5));
        standing.mark(bucket(4));
        standing.mark(bucket(5));
        let due = |standing: &mut Standing, as_of| standing.due(VERSION, as_of, 9);
        assert_eq!(due(&mut standing, 6), [5, 4, 2].map(bucket));
        assert_eq!(due(&mut standing, 9), [5, 4, 2, 1].map(bucket));
        assert_eq!(standing.waiting(Some(ProjectId(1)), VERSION, 9), 4);
        assert_eq!(standing.waiting(Some(ProjectId(2)), VERSION, 9), 0);
        assert_eq!(standing.waiting(None, "0", 0), 4);
        standing.set(&kept(2, VERSION, None));
        standing.unmark(bucket(4), 1);
        // It was marked again.
        standing.unmark(bucket(5), 1);
        assert_eq!(due(&mut standing, 6), [5].map(bucket));
        standing.unmark(bucket(5), 2);
        assert_eq!(due(&mut standing, 6), []);
    }

    #[test]
    fn another_choice_of_the_screen_makes_all_old_and_nothing_is_kept_of_what_is_empty() {
        let mut standing = Standing::default();
        standing.set(&kept(1, VERSION, Some(9)));
        assert_eq!(standing.current(ProjectId(1), VERSION).count(), 1);
        standing.screens.insert(ProjectId(1), 2);
        assert_eq!(standing.current(ProjectId(1), VERSION).count(), 0);
        standing.others = None;
        assert_eq!(standing.due(VERSION, 0, 9), [bucket(1)]);
        standing.set(&sums::Head {
            len: 0,
            ..kept(1, VERSION, Some(9))
        });
        assert_eq!(standing.due(VERSION, 9, 9), []);
        assert_eq!(standing.kept(ProjectId(1)).count(), 0);
    }
}
