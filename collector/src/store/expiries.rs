//! Expiries: what is past its time, and removing it in small transactions.

use std::collections::{BTreeMap, BTreeSet};

use super::{RowKey, StoreError};
use crate::{
    control::ProjectId,
    expire::{Expiry, Horizon, Horizons},
};

/// What one look found that is past its time.
#[derive(Debug, Default)]
pub struct Due {
    /// Rows of signals, and when they were received.
    pub(crate) rows: BTreeMap<(ProjectId, RowKey), u64>,
    /// Rows that hold texts among signals that stay.
    pub(crate) texts: BTreeSet<(ProjectId, RowKey)>,
    /// Registrations that hold texts: output and ordinal.
    pub(crate) registered: BTreeSet<(ProjectId, i64, i64)>,
    /// Outputs with all their ids, by the registered one.
    pub(crate) outputs: BTreeMap<i64, DueOutput>,
    /// Where the next look begins; `None` at the end.
    pub(crate) next: Option<i64>,
    /// What that is, by name.
    pub counts: BTreeMap<&'static str, u64>,
}

/// An output that loses something.
#[derive(Debug)]
pub(crate) struct DueOutput {
    pub(crate) project: ProjectId,
    /// All its numbers: its own and its aliases'.
    pub(crate) ids: Vec<i64>,
    /// Nothing younger is known of it: it goes itself.
    pub(crate) is_over: bool,
}

impl Due {
    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
            && self.texts.is_empty()
            && self.registered.is_empty()
            && self.outputs.is_empty()
    }

    /// Where the next look begins; `None` at the end.
    #[must_use]
    pub fn next(&self) -> Option<i64> {
        self.next
    }

    pub(crate) fn count(&mut self, name: &'static str, count: u64) {
        *self.counts.entry(name).or_default() += count;
    }
}

/// Sessions and people of whom nothing is left.
#[derive(Debug, Default)]
pub struct Left {
    pub(crate) sessions: Vec<(ProjectId, i64)>,
    pub(crate) subjects: Vec<(ProjectId, i64)>,
}

impl Left {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.subjects.is_empty()
    }

    /// Takes so many of each.
    #[must_use]
    pub fn take(&mut self, len: usize) -> Self {
        let rest = |all: &mut Vec<_>| all.split_off(all.len().saturating_sub(len));
        Self {
            sessions: rest(&mut self.sessions),
            subjects: rest(&mut self.subjects),
        }
    }
}

/// Bytes of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreBytes {
    /// Of the file.
    pub file: u64,
    /// Of its pages that hold something.
    pub used: u64,
}

/// Data that end. All that writes is durable on return.
pub trait ExpiryStore: Send + Sync {
    /// Before which moments data of projects are gone.
    fn horizons(&self) -> Result<Horizons, StoreError>;

    /// The horizon of one project.
    fn horizon_of(&self, project: ProjectId) -> Result<Horizon, StoreError> {
        let all = self.horizons()?;
        Ok(all.get(&project).copied().unwrap_or_default())
    }

    /// Begins an expiry, and moves the horizons: before anything is removed. Horizons
    /// never move back.
    fn begin_expiry(&self, expiry: &Expiry) -> Result<Expiry, StoreError>;

    /// Keeps what an expiry says of itself, and moves the horizons to its own.
    fn keep_expiry(&self, expiry: &Expiry) -> Result<(), StoreError>;

    /// The first that is not done.
    fn open_expiry(&self) -> Result<Option<Expiry>, StoreError>;

    /// The last ones, the latest first.
    fn expiries(&self, len: usize) -> Result<Vec<Expiry>, StoreError>;

    /// Looks for what is past its time from the output of that number on: some hundred
    /// rows of signals at most. Changes nothing.
    fn due(&self, horizons: &Horizons, after: i64) -> Result<Due, StoreError>;

    /// Removes it in one transaction with what the expiry says of it.
    fn expire(&self, expiry: &mut Expiry, due: &Due, now: u64) -> Result<(), StoreError>;

    /// Removes arms of experiments that became known before, of the people of the next
    /// numbers; where to go on, `None` at the end.
    fn expire_arms(&self, expiry: &mut Expiry, after: i64) -> Result<Option<i64>, StoreError>;

    /// Looks for sessions and people of whom nothing is left. From now on it is known who
    /// is heard of again, until [`ExpiryStore::found_left`].
    fn left(&self, horizons: &Horizons, now: u64) -> Result<Left, StoreError>;

    /// Removes those that were not heard of since.
    fn remove_left(&self, expiry: &mut Expiry, left: &Left) -> Result<(), StoreError>;

    /// Ends what [`ExpiryStore::left`] began.
    fn found_left(&self);

    /// When the first output was heard of that was at or after `since`, Unix ms.
    fn oldest(&self, since: u64) -> Result<Option<u64>, StoreError>;

    /// How large it is.
    fn bytes(&self) -> Result<StoreBytes, StoreError>;

    /// How large it is, by table with its indexes.
    fn bytes_by_table(&self) -> Result<Vec<(String, u64)>, StoreError>;

    /// Since when something was removed whose bytes may be in the file still, Unix ms.
    fn stale_since(&self) -> Result<Option<u64>, StoreError>;

    /// Notes that, where it is not noted yet, or that it is over.
    fn set_stale(&self, since: Option<u64>) -> Result<(), StoreError>;
}
