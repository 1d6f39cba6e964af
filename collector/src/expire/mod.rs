//! Data that end: by their age, and when the store is larger than it may be.
//!
//! # The path of an expiry
//!
//! 1. The horizon of each project is moved, durably and before anything is removed: what
//!    was received before is gone, whoever is killed meanwhile. Builds say how far back
//!    they could see by it.
//! 2. Facts: outputs are looked through in the order they were first heard of, from
//!    snapshots, and what is past its time is removed in small transactions that move its
//!    events to `expired` in the books. Between two of them the store is everybody
//!    else's.
//! 3. People: sessions, people and arms of whom nothing is left.
//! 4. Builds in the making are thrown away, finished ones that reach back are named.
//! 5. The database's file is written anew, as after an erasure: at once where somebody
//!    asked or the size is at stake, else when much of it is empty, and within a week.
//!
//! Each step is done again by the next process when this one is killed: what is to do
//! follows from the horizons alone.
//!
//! The server does this itself, once a day: how long data are kept is a promise of its
//! configuration, and a timer that somebody forgot would break it. Labels do not follow
//! the clock thereby but horizons, which move at midnight and are written down.

mod builds;
mod report;
pub mod retention;
mod size;
mod steps;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use thiserror::Error;

pub(crate) use self::builds::build_concerns;
pub use self::{
    builds::{concerns, unseen},
    report::{Expiry, Reach, Step, Why},
    retention::{Age, Ages, Horizon, Horizons, Retention},
    size::{Parts, parts},
};
use crate::{
    bell::Bell,
    control::{Control, ControlCell},
    erase::EraseError,
    store::{AnyStore, ExpiryStore, StoreError},
    wall::now_ms,
};

/// A day in milliseconds.
pub const DAY_MS: u64 = 86_400_000;
/// Between two looks for expiries another process asked for, for a new day, and before
/// another try.
const EVERY: Duration = Duration::from_millis(1_000);
/// Between two looks at the size.
const SIZE_EVERY_MS: u64 = 60_000;

/// The expiries of a data directory.
pub struct Expiries {
    store: Arc<dyn AnyStore>,
    control: Arc<ControlCell>,
    data: PathBuf,
    retention: Mutex<Retention>,
    working: Mutex<()>,
    bell: Bell,
    stop: AtomicBool,
    /// When the size was looked at, Unix ms.
    sized_at: AtomicU64,
    /// It is larger than it may be, and nothing old enough is left to go.
    is_over: AtomicBool,
}

/// Why a step is not done yet.
#[derive(Debug, Error)]
pub enum ExpireError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A build could not be looked at.
    #[error(transparent)]
    Builds(#[from] EraseError),
    /// A file could not be removed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The process ends; the next one goes on.
    #[error("it is gone on with by the next process")]
    Stopped,
}

impl Expiries {
    /// Those of the directory `data`. Nothing ends before [`Expiries::keep`] or
    /// [`Expiries::ask`].
    #[must_use]
    pub fn new(data: &Path, store: Arc<dyn AnyStore>, control: Arc<ControlCell>) -> Self {
        Self {
            store,
            control,
            data: data.into(),
            retention: Mutex::default(),
            working: Mutex::default(),
            bell: Bell::default(),
            stop: AtomicBool::new(false),
            sized_at: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        }
    }

    /// From now on data are kept as `retention` says. Whatever is past its time at `now`
    /// is gone when this returns: a store that was restored has it again.
    pub fn keep(&self, retention: &Retention, now: u64) -> Result<(), ExpireError> {
        self.retention().clone_from(retention);
        self.warn_of_unknown(retention);
        while self.work(now)? {}
        Ok(())
    }

    fn warn_of_unknown(&self, retention: &Retention) {
        let control = self.control.get();
        for name in retention.project.keys() {
            let mut projects = control.projects.values();
            if !projects.any(|project| project.name == *name) {
                tracing::warn!(
                    project = name,
                    "[retention.project] names no project there is"
                );
            }
        }
    }

    /// Works until told to stop.
    pub fn run(&self) {
        while !self.is_stopping() {
            match self.work(now_ms()) {
                Ok(true) => continue,
                Ok(false) | Err(ExpireError::Stopped) => {}
                Err(error) => tracing::warn!(%error, "an expiry is not done yet"),
            }
            self.bell.wait(EVERY);
        }
    }

    /// Ends [`Expiries::run`] after the transaction it is at.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.bell.ring();
    }

    fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Whether the store is larger than it may be although nothing old enough is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// How long data of the project called `name` are kept, and when they end next after `now`
    /// (Unix ms), with what is gone then.
    #[must_use]
    pub fn kept(&self, name: &str, now: u64) -> (Ages, Option<(u64, Horizon)>) {
        let retention = self.retention();
        (retention.of(name), retention.next(name, now))
    }

    /// Most bytes of the store, if it is bounded.
    #[must_use]
    pub fn max_bytes(&self) -> Option<u64> {
        self.retention().max_bytes
    }

    /// Does what is to do at `now` (Unix ms); whether there was anything.
    pub fn work(&self, now: u64) -> Result<bool, ExpireError> {
        let working = self.working.lock();
        let _working = working.unwrap_or_else(PoisonError::into_inner);
        let Some(mut expiry) = self.next(now)? else {
            return Ok(false);
        };
        let done = Step::ALL
            .into_iter()
            .try_for_each(|step| self.step(step, &mut expiry, now));
        if let Err(error) = done {
            expiry.error = Some(error.to_string());
            self.store.keep_expiry(&expiry)?;
            return Err(error);
        }
        tell(&expiry);
        Ok(true)
    }

    /// What was begun, or what is to begin.
    fn next(&self, now: u64) -> Result<Option<Expiry>, ExpireError> {
        if let Some(open) = self.store.open_expiry()? {
            return Ok(Some(open));
        }
        let retention = self.retention().clone();
        let due = horizons(&retention, &self.control.get(), now);
        let known = self.store.horizons()?;
        let is_new = |(project, due): (_, &Horizon)| {
            let known: Horizon = known.get(project).copied().unwrap_or_default();
            known.max(*due) != known
        };
        if due.iter().any(is_new) {
            return Ok(Some(self.begin(Why::Age, &due, now)?));
        }
        self.over_size(&retention, now)
    }

    /// Begins one because the store is too large.
    fn over_size(&self, retention: &Retention, now: u64) -> Result<Option<Expiry>, ExpireError> {
        let Some(max) = retention.max_bytes else {
            return Ok(None);
        };
        let last = self.sized_at.swap(now, Ordering::AcqRel);
        if now.saturating_sub(last) < SIZE_EVERY_MS && last <= now {
            self.sized_at.store(last, Ordering::Release);
            return Ok(None);
        }
        let used = self.store.bytes()?.used;
        if used <= max {
            self.is_over.store(false, Ordering::Release);
            return Ok(None);
        }
        if self.is_over() {
            // It was said, and nothing has changed: a new day may.
            if self.next_day(&self.store.horizons()?, now)?.is_none() {
                return Ok(None);
            }
        }
        tracing::warn!(
            bytes = used,
            max_bytes = max,
            "the store is larger than it may be: the oldest days go"
        );
        let expiry = self.begin(Why::Size, &Horizons::new(), now)?;
        Ok(Some(expiry))
    }

    fn begin(&self, why: Why, horizons: &Horizons, now: u64) -> Result<Expiry, ExpireError> {
        let mut expiry = Expiry::new(why, horizons, now);
        expiry.bytes_before = self.store.bytes()?.used;
        Ok(self.store.begin_expiry(&expiry)?)
    }

    fn retention(&self) -> MutexGuard<'_, Retention> {
        self.retention
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What follows from `retention` for the projects there are.
#[must_use]
pub fn horizons(retention: &Retention, control: &Control, now: u64) -> Horizons {
    let projects = control.projects.values();
    retention.horizons(projects.map(|project| (project.id, &*project.name)), now)
}

/// Asks for an expiry: whoever runs on the directory does it.
pub fn ask(store: &dyn ExpiryStore, horizons: &Horizons, now: u64) -> Result<Expiry, StoreError> {
    let mut expiry = Expiry::new(Why::Asked, horizons, now);
    expiry.bytes_before = store.bytes()?.used;
    store.begin_expiry(&expiry)
}

fn tell(expiry: &Expiry) {
    let Expiry { why, removed, .. } = expiry;
    if expiry.is_empty() {
        return;
    }
    let (before, after) = (expiry.bytes_before, expiry.bytes_after);
    match why {
        Why::Size => tracing::warn!(
            ?removed,
            before,
            after,
            "the oldest data went for want of room"
        ),
        Why::Age | Why::Asked => tracing::info!(?removed, before, after, "old data went"),
    }
}
