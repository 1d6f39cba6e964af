//! Expiries: what is past its time, and removing it in small transactions.

use std::{any::Any, collections::BTreeMap};

use super::{Place, StoreError, own::Own};
use crate::{
    control::ProjectId,
    expire::{DAY_MS, Expiry, Horizon, Horizons},
};

/// How long numbers of events are remembered that are gone: as long as an idempotency key
/// of a server is good for, and far longer than a page may repeat itself.
pub(super) const REMEMBERED_MS: u64 = 91 * DAY_MS;

/// What one look found that is past its time.
#[derive(Debug, Default)]
pub struct Due {
    /// What that is, by name.
    pub counts: BTreeMap<&'static str, u64>,
    /// Where the next look begins; `None` at the end.
    pub next: Option<Place>,
    /// Something is to be done.
    holds: bool,
    own: Own,
}

impl Due {
    /// `found`, as the store knows it, and whether anything of it is to be done.
    pub(crate) fn new(
        counts: BTreeMap<&'static str, u64>,
        next: Option<Place>,
        holds: bool,
        found: impl Any + Send + Sync,
    ) -> Self {
        Self {
            counts,
            next,
            holds,
            own: Own::new(found),
        }
    }

    /// As the store made it.
    pub(crate) fn own<T: Any>(&self) -> Result<&T, StoreError> {
        self.own.get()
    }

    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.holds
    }
}

/// Sessions and people of whom nothing is left, in portions that are removed in one
/// transaction each.
#[derive(Debug, Default)]
pub struct Left {
    /// How many sessions.
    pub sessions: usize,
    /// How many people.
    pub people: usize,
    portions: Vec<Portion>,
}

/// Some of them.
#[derive(Debug)]
pub struct Portion(Own);

impl Left {
    /// So many, in `portions` as the store knows them.
    pub(crate) fn new<T: Any + Send + Sync>(
        (sessions, people): (usize, usize),
        portions: impl IntoIterator<Item = T>,
    ) -> Self {
        let portions = portions.into_iter().map(|own| Portion(Own::new(own)));
        Self {
            sessions,
            people,
            portions: portions.collect(),
        }
    }
}

impl Iterator for Left {
    type Item = Portion;

    fn next(&mut self) -> Option<Portion> {
        self.portions.pop()
    }
}

impl Portion {
    /// As the store made it.
    pub(crate) fn own<T: Any>(&self) -> Result<&T, StoreError> {
        self.0.get()
    }
}

/// Bytes of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreBytes {
    /// It takes on the device.
    pub file: u64,
    /// Of them those that hold something.
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

    /// Looks for what is past its time, from where the last look ended or from the start:
    /// some hundred rows of signals at most. Changes nothing.
    fn due(&self, horizons: &Horizons, after: Option<&Place>) -> Result<Due, StoreError>;

    /// What would go by these horizons, by name. Changes nothing.
    fn would_go(&self, horizons: &Horizons) -> Result<BTreeMap<&'static str, u64>, StoreError>;

    /// Removes it in one transaction with what the expiry says of it.
    fn expire(&self, expiry: &mut Expiry, due: &Due, now: u64) -> Result<(), StoreError>;

    /// Removes arms of experiments that became known before, of some people from where the
    /// last call ended or from the start; where to go on, `None` at the end.
    fn expire_arms(
        &self,
        expiry: &mut Expiry,
        after: Option<&Place>,
    ) -> Result<Option<Place>, StoreError>;

    /// Looks for sessions and people of whom nothing is left. From now on it is known who
    /// is heard of again, until [`ExpiryStore::found_left`].
    fn left(&self, horizons: &Horizons, now: u64) -> Result<Left, StoreError>;

    /// Removes those of a portion that were not heard of since.
    fn remove_left(&self, expiry: &mut Expiry, left: &Portion) -> Result<(), StoreError>;

    /// Ends what [`ExpiryStore::left`] began.
    fn found_left(&self);

    /// When the first output was heard of that was at or after `since`, Unix ms.
    fn oldest(&self, since: u64) -> Result<Option<u64>, StoreError>;

    /// How large it is.
    fn bytes(&self) -> Result<StoreBytes, StoreError>;

    /// How large it is, by table with its indexes.
    fn bytes_by_table(&self) -> Result<Vec<(String, u64)>, StoreError>;

    /// Since when something was removed that was not shredded yet
    /// ([`ErasureStore::shred`](super::ErasureStore::shred)), Unix ms.
    fn stale_since(&self) -> Result<Option<u64>, StoreError>;

    /// Notes that, where it is not noted yet, or that it is over.
    fn set_stale(&self, since: Option<u64>) -> Result<(), StoreError>;
}
