//! Erasures: who is to be forgotten, what is found of them, and how far it is.

use std::{any::Any, collections::BTreeSet};

use super::{StoreError, own::Own};
use crate::{
    control::ProjectId,
    erase::{Erasure, grave::Grave},
};

/// What a grave is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A person, or a session that was theirs alone.
    Subject,
    /// An output that was theirs.
    Output,
}

/// Somebody or something of which nothing is taken any more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tombstone {
    /// The tenant.
    pub project: ProjectId,
    /// What it is of.
    pub what: What,
    /// By which it is known again.
    pub grave: Grave,
    /// The erasure it is part of.
    pub job: String,
    /// Since when, Unix ms.
    pub at: u64,
}

/// What is stored of the people of an erasure.
#[derive(Debug, Default)]
pub struct Found {
    /// What is to be buried before anything is removed.
    pub(crate) graves: BTreeSet<(What, Grave)>,
    /// Something is to be removed.
    holds: bool,
    own: Own,
}

impl Found {
    /// `found`, as the store knows it, and whether anything of it is to be removed once
    /// `graves` are there.
    pub(crate) fn new(
        graves: BTreeSet<(What, Grave)>,
        holds: bool,
        found: impl Any + Send + Sync,
    ) -> Self {
        Self {
            graves,
            holds,
            own: Own::new(found),
        }
    }

    /// As the store made it.
    pub(crate) fn own<T: Any>(&self) -> Result<&T, StoreError> {
        self.own.get()
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.holds
    }

    /// Whose graves are missing, for the erasure `job`.
    #[must_use]
    pub fn tombstones(&self, project: ProjectId, job: &str, at: u64) -> Vec<Tombstone> {
        let tombstone = |&(what, grave): &(What, Grave)| Tombstone {
            project,
            what,
            grave,
            job: job.into(),
            at,
        };
        self.graves.iter().map(tombstone).collect()
    }
}

/// Erasures. All that writes is durable on return.
pub trait ErasureStore: Send + Sync {
    /// Asks for an erasure, from now on dropping whatever else comes of the person; the
    /// one there is, if it was asked for before.
    fn ask(&self, asked: &Erasure, grave: Grave) -> Result<Erasure, StoreError>;

    /// Adds tombstones; those that are there stay. An erasure that is not known, or
    /// finished without them, is to be done.
    fn bury(&self, tombstones: &[Tombstone]) -> Result<(), StoreError>;

    /// All tombstones.
    fn tombstones(&self) -> Result<Vec<Tombstone>, StoreError>;

    /// Forgets which people and outputs are known not to be erased: another process may
    /// have asked for an erasure.
    fn doubt(&self) -> Result<(), StoreError>;

    /// One erasure.
    fn erasure(&self, project: ProjectId, job: &str) -> Result<Option<Erasure>, StoreError>;

    /// All erasures of a project, in the order they were asked for.
    fn erasures(&self, project: ProjectId) -> Result<Vec<Erasure>, StoreError>;

    /// Those that are not finished, of all projects, in that order.
    fn open_erasures(&self) -> Result<Vec<Erasure>, StoreError>;

    /// Keeps what an erasure says of itself.
    fn keep_erasure(&self, erasure: &Erasure) -> Result<(), StoreError>;

    /// What is stored of the people of an erasure.
    fn look_for(&self, project: ProjectId, job: &str) -> Result<Found, StoreError>;

    /// Removes it, in one transaction with what the erasure says of it.
    fn remove(&self, erasure: &mut Erasure, found: &Found) -> Result<(), StoreError>;

    /// Makes what was removed so far unreadable in whatever the store lies in, as far as
    /// nobody reads an older state: removing alone may leave its bytes there.
    fn shred(&self) -> Result<(), StoreError>;

    /// Whether it is unreadable everywhere by now, after [`ErasureStore::shred`]; false
    /// while somebody still reads an older state. Waits for them a little.
    fn is_shredded(&self) -> Result<bool, StoreError>;
}
