//! Sums that are kept: which wait, what they are of, and what is kept of them.

use std::{collections::HashSet, ops::ControlFlow};

use tacit_signals::Id;

use super::{
    StoreError,
    rows::{Group, StoredSubject},
};
use crate::{
    control::ProjectId,
    rollup::{Cell, Cells, Key, Summed},
    sights::Place,
};

/// Groups that are added up together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket {
    /// The tenant.
    pub project: ProjectId,
    /// Of what.
    pub kind: BucketKind,
    /// Number of the bucket. Which groups it is of is the store's to say, as long as a group
    /// stays in one.
    pub number: i64,
}

/// What the groups of a bucket are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BucketKind {
    /// Conversations.
    Conversations,
    /// Outputs that are in none.
    Outputs,
}

impl BucketKind {
    /// What it is called where buckets are kept.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Conversations => 0,
            Self::Outputs => 1,
        }
    }

    /// The kind of that number.
    pub(super) const fn of(number: u8) -> Self {
        match number {
            0 => Self::Conversations,
            _ => Self::Outputs,
        }
    }
}

/// Groups of a bucket, as a power of two.
pub(super) const BUCKET_BITS: u32 = 9;

/// What a bucket held when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketRead {
    /// How it was marked; `None` when it was not.
    pub mark: Option<Mark>,
    /// Groups.
    pub groups: u64,
    /// Which reading it is, where a store tells one from another.
    pub reading: Reading,
}

/// What a bucket waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// How often it was marked.
    pub changes: i64,
    /// How often something of the project was taken out meanwhile.
    pub removals: i64,
}

/// One reading of a bucket among others, which may be other processes': the store's to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// Readings of a bucket in the order in which they may replace each other; 0 where none
    /// may be kept.
    pub(super) order: u64,
    /// By which choice of the screen.
    pub(super) screen: u64,
    /// The marks that were there: by whom, and the last of theirs.
    pub(super) covers: Vec<(u64, u64)>,
}

/// What is kept of a bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptBucket {
    /// As of when, Unix ms.
    pub as_of: u64,
    /// The sums.
    pub cells: Cells,
    /// The sights, as they are kept.
    pub sights: Vec<u8>,
}

/// A bucket, added up.
#[derive(Debug)]
pub struct AddedUp<'a> {
    /// Which.
    pub bucket: Bucket,
    /// What it rests on beside its facts.
    pub version: &'a str,
    /// What it was read as.
    pub read: BucketRead,
    /// As of when labels are, Unix ms.
    pub as_of: u64,
    /// What came of it.
    pub summed: &'a Summed,
}

/// Whom the screen left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptScreen {
    /// A hash of everybody it found.
    pub found: String,
    /// When it looked, Unix ms.
    pub looked_at: u64,
}

/// Takes the sights of a bucket, as they are kept.
pub type VisitSights<'v> = dyn FnMut(BucketKind, &[u8]) -> Result<ControlFlow<()>, StoreError> + 'v;

/// Sums of labels. They are made of facts and of nothing else: whatever changes a fact
/// marks the buckets it is in, in the same transaction.
pub trait RollupStore: Send + Sync {
    /// Buckets that wait, at most `len`: marked ones, the longest waiting first; those that
    /// time changed by `as_of` (Unix ms); those of another version.
    fn rollups_due(&self, version: &str, as_of: u64, len: usize)
    -> Result<Vec<Bucket>, StoreError>;

    /// How many wait, of one project or of all.
    fn rollups_waiting(
        &self,
        project: Option<ProjectId>,
        version: &str,
        as_of: u64,
    ) -> Result<u64, StoreError>;

    /// How many buckets a project has.
    fn rollups_kept(&self, project: ProjectId) -> Result<u64, StoreError>;

    /// Calls `visit` with every group of a bucket and its number, all that is known, from one
    /// snapshot. Memory holds one group at a time.
    fn read_bucket(
        &self,
        bucket: Bucket,
        visit: &mut dyn FnMut(i64, Group),
    ) -> Result<BucketRead, StoreError>;

    /// Replaces what is kept of a bucket in one transaction. It waits no more, unless it was
    /// marked since it was read; nothing is kept of it where something may have been taken out since.
    fn keep_bucket(&self, sums: &AddedUp<'_>) -> Result<(), StoreError>;

    /// Calls `visit` with the cells of a version, of the days from the first on and before the
    /// second where they are said, and says how many buckets wait, from one snapshot.
    fn rollups(
        &self,
        project: ProjectId,
        version: &str,
        as_of: u64,
        days: (Option<u32>, Option<u32>),
        visit: &mut dyn FnMut(&Key, &Cell),
    ) -> Result<u64, StoreError>;

    /// Calls `visit` with the sights of buckets of a version that have any dated in a span of
    /// time (Unix ms, its end not in it), until it breaks, from one snapshot.
    fn sights(
        &self,
        project: ProjectId,
        version: &str,
        span: (u64, u64),
        visit: &mut VisitSights<'_>,
    ) -> Result<(), StoreError>;

    /// The id of the output that stands in a place.
    fn output_at(&self, project: ProjectId, place: Place) -> Result<Option<Id>, StoreError>;

    /// What is kept of that version.
    fn kept_buckets(&self, version: &str) -> Result<Vec<Bucket>, StoreError>;

    /// What is kept of a bucket, where it is not marked; `visit` gets its groups with their
    /// numbers, of the same snapshot.
    fn kept_bucket(
        &self,
        bucket: Bucket,
        visit: &mut dyn FnMut(i64, Group),
    ) -> Result<Option<KeptBucket>, StoreError>;

    /// Whom the screen left out of what is kept.
    fn kept_screen(&self, project: ProjectId) -> Result<Option<KeptScreen>, StoreError>;

    /// Keeps whom it leaves out from now on, and marks the buckets that are concerned, in one
    /// transaction.
    fn keep_screen(
        &self,
        project: ProjectId,
        screen: &KeptScreen,
        concerned: Concerned<'_>,
    ) -> Result<(), StoreError>;
}

/// Whose buckets another screen makes to be added up again.
#[derive(Debug, Clone, Copy)]
pub enum Concerned<'a> {
    /// Those of outputs that any of these people did anything with, of all that is known.
    People(&'a HashSet<StoredSubject>),
    /// Everybody's.
    All,
}
