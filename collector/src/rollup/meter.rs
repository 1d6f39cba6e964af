//! What the keeper does, for whoever asks.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{control::ProjectId, store::Bucket};

/// Counters since the start, and since when what waits has waited.
#[derive(Debug, Default)]
pub struct Meter {
    buckets: AtomicU64,
    failures: AtomicU64,
    busy_ms: AtomicU64,
    /// Steady ms when a waiting bucket was first found to.
    waiting: Mutex<HashMap<Bucket, u64>>,
}

impl Meter {
    /// Buckets that were added up.
    #[must_use]
    pub fn buckets(&self) -> u64 {
        self.buckets.load(Ordering::Relaxed)
    }

    /// Times that failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// How long all of it took, in ms.
    #[must_use]
    pub fn busy_ms(&self) -> u64 {
        self.busy_ms.load(Ordering::Relaxed)
    }

    /// How long the bucket that waits longest has waited at `steady`, in ms: of a project,
    /// or of all.
    #[must_use]
    pub fn lag_ms(&self, project: Option<ProjectId>, steady: u64) -> u64 {
        let waiting = self.waiting();
        let own = |bucket: &Bucket| project.is_none_or(|project| project == bucket.project);
        let since = waiting.iter().filter(|(bucket, _)| own(bucket));
        let first = since.map(|(_, since)| *since).min();
        first.map_or(0, |since| steady.saturating_sub(since))
    }

    /// These wait at `steady`, and no others.
    pub(super) fn wait(&self, due: &[Bucket], steady: u64) {
        let mut waiting = self.waiting();
        let before = std::mem::take(&mut *waiting);
        let since = |bucket: &Bucket| before.get(bucket).copied().unwrap_or(steady);
        waiting.extend(due.iter().map(|bucket| (*bucket, since(bucket))));
    }

    pub(super) fn took(&self, failed: bool, ms: u64) {
        let count = if failed {
            &self.failures
        } else {
            &self.buckets
        };
        count.fetch_add(1, Ordering::Relaxed);
        self.busy_ms.fetch_add(ms, Ordering::Relaxed);
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Bucket, u64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
