//! Numbers of groups: what buckets are runs of.
//!
//! A group gets its number when what was said of it is taken in ([`super::intake`]), the
//! next one of its project and kind: so what is new is in few buckets. Numbers are given
//! by whoever holds the lease for roll-ups, and by nobody else, a *batch* at a time: the
//! rows are inserted under the batch's number, and then the state of [`super::history`]
//! says that it counts, if nobody has begun to give numbers since (`epoch`). Whoever begins
//! passes over the one batch that the holder before may have been about to make, and names
//! it in `abandoned`: its rows never count, however late they come. So a group has one
//! number, and never two.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tacit_signals::Id;

use super::{
    belonging::GroupKey,
    client::Client,
    history::State,
    links::IDS_MAX,
    literal::ids,
    rowbinary::{Out, TAG_COLUMN},
};
use crate::{
    control::ProjectId,
    store::{Bucket, BucketKind, StoreError, rollups::BUCKET_BITS},
};

/// Which batches count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Batches {
    /// The last one that does, or was passed over.
    pub(super) last: u64,
    /// Those that were.
    pub(super) abandoned: BTreeSet<u64>,
    /// How often somebody began to give numbers.
    pub(super) epoch: u64,
}

impl Batches {
    fn count(&self, batch: u64) -> bool {
        batch <= self.last && !self.abandoned.contains(&batch)
    }

    /// Passes over the one that somebody may have been about to make.
    pub(super) fn abandon(&mut self) {
        self.last += 1;
        self.abandoned.insert(self.last);
    }
}

/// The bucket of a number.
pub(super) const fn bucket(project: ProjectId, kind: BucketKind, number: u64) -> Bucket {
    Bucket {
        project,
        kind,
        number: (number >> BUCKET_BITS).cast_signed(),
    }
}

/// Numbers of those of `groups` that have one.
pub(super) fn of<'g>(
    client: &Client,
    batches: &Batches,
    project: ProjectId,
    groups: impl IntoIterator<Item = &'g GroupKey>,
) -> Result<BTreeMap<GroupKey, u64>, StoreError> {
    let mut names: BTreeMap<BucketKind, BTreeSet<&Id>> = BTreeMap::new();
    for (kind, name) in groups {
        names.entry(*kind).or_default().insert(name);
    }
    let mut numbers = BTreeMap::new();
    for (kind, names) in names {
        let names: Vec<&Id> = names.into_iter().collect();
        for names in names.chunks(IDS_MAX) {
            let select = format!(
                "SELECT {TAG_COLUMN}, name, number, batch FROM numbers
                 WHERE project = {} AND kind = {} AND name IN {}",
                project.0,
                kind.number(),
                ids(names.iter().copied())
            );
            let rows = client.all(&select, |rows| Ok((rows.id()?, rows.u64()?, rows.u64()?)))?;
            let counting = rows.into_iter().filter(|(.., batch)| batches.count(*batch));
            numbers.extend(counting.map(|(name, number, _)| ((kind, name), number)));
        }
    }
    Ok(numbers)
}

/// The groups of these numbers, the last not among them, by number.
pub(super) fn groups(
    client: &Client,
    batches: &Batches,
    (project, kind): (ProjectId, BucketKind),
    (first, end): (u64, u64),
) -> Result<BTreeMap<u64, Id>, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, number, name, batch FROM numbered
         WHERE project = {} AND kind = {} AND number >= {first} AND number < {end}",
        project.0,
        kind.number(),
    );
    let rows = client.all(&select, |rows| Ok((rows.u64()?, rows.id()?, rows.u64()?)))?;
    let counting = rows.into_iter().filter(|(.., batch)| batches.count(*batch));
    Ok(counting.map(|(number, name, _)| (number, name)).collect())
}

/// The highest number of a kind that was ever given, whether it counts or not.
pub(super) fn highest(
    client: &Client,
    project: ProjectId,
    kind: BucketKind,
) -> Result<u64, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, max(number) FROM numbered WHERE project = {} AND kind = {}",
        project.0,
        kind.number(),
    );
    let found = client.all(&select, super::rowbinary::Rows::u64)?;
    Ok(found.into_iter().max().unwrap_or_default())
}

/// Rows of a batch.
pub(super) struct NewBatch {
    batch: u64,
    by_name: Out,
    by_number: Out,
}

impl NewBatch {
    /// The one after all that `state` knows.
    pub(super) fn after(state: &State) -> Self {
        Self {
            batch: state.batches.last + 1,
            by_name: Out::default(),
            by_number: Out::default(),
        }
    }

    pub(super) fn put(&mut self, project: ProjectId, (kind, name): &GroupKey, number: u64) {
        let kind = kind.number();
        self.by_name.u32(project.0).u8(kind).text(name.as_str());
        self.by_name.u64(number).u64(self.batch);
        self.by_number.u32(project.0).u8(kind).u64(number);
        self.by_number.text(name.as_str()).u64(self.batch);
    }

    /// Inserts all of it; it does not count yet.
    pub(super) fn insert(&self, client: &Client) -> Result<(), StoreError> {
        let by_name = "numbers (project, kind, name, number, batch)";
        client.insert(by_name, &self.by_name)?;
        let by_number = "numbered (project, kind, number, name, batch)";
        client.insert(by_number, &self.by_number)
    }

    pub(super) const fn number(&self) -> u64 {
        self.batch
    }
}
