//! What whoever looks after a store asks of it.

use std::{collections::BTreeMap, fmt};

use super::StoreError;
use crate::control::ProjectId;

/// The books as a whole, and whether they agree with what is there.
pub trait UpkeepStore: Send + Sync {
    /// The counters of all projects, as [`Store::fates`](super::Store::fates) has those of
    /// one.
    fn all_fates(&self) -> Result<BTreeMap<ProjectId, BTreeMap<String, u64>>, StoreError>;

    /// Counts all events of a project again. Both numbers are of one moment.
    fn recount(&self, project: ProjectId) -> Result<Recount, StoreError>;

    /// What is wrong with what the store lies in; nothing when it is sound. With
    /// `thoroughly`, whatever is kept twice is compared as well, and every reference with
    /// what it refers to.
    fn damage(&self, thoroughly: bool) -> Result<Vec<String>, StoreError>;

    /// Held by whoever removes what it looked for before, in this process or another: two
    /// at once would find the same. Waits for whoever holds it.
    fn removing(&self) -> Result<Removing<'_>, StoreError>;
}

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

/// Nobody else removes anything until this is dropped.
#[must_use]
pub struct Removing<'a>(#[expect(dead_code, reason = "it is held, not read")] Box<dyn Hold + 'a>);

impl<'a> Removing<'a> {
    /// Ends with `hold`, whatever that is.
    pub(crate) fn by(hold: impl Sized + 'a) -> Self {
        Self(Box::new(hold))
    }
}

impl fmt::Debug for Removing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Removing")
    }
}

/// Anything that does something when it is dropped.
trait Hold {}

impl<T> Hold for T {}
