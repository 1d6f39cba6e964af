//! What the log's writer does, measured where it does it.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use prometheus_client::{
    metrics::histogram::Histogram,
    registry::{Registry, Unit},
};

/// Bounds of a sync, in seconds: a flash device needs a tenth of a millisecond, a
/// spinning one ten, one that is dying seconds.
const SYNC_SECONDS: [f64; 14] = [
    0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];
/// Bounds of the number of batches that share one sync.
const GROUP_BATCHES: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 1_000.0];

/// Of one log.
#[derive(Debug)]
pub struct LogMeter {
    queued: AtomicUsize,
    sync_seconds: Histogram,
    group_batches: Histogram,
}

impl Default for LogMeter {
    fn default() -> Self {
        Self {
            queued: AtomicUsize::new(0),
            sync_seconds: Histogram::new(SYNC_SECONDS),
            group_batches: Histogram::new(GROUP_BATCHES),
        }
    }
}

impl LogMeter {
    /// A batch waits for the writer.
    pub fn queue(&self) {
        self.queued.fetch_add(1, Ordering::Relaxed);
    }

    /// So many batches do not wait any more.
    pub fn unqueue(&self, batches: usize) {
        self.queued.fetch_sub(batches, Ordering::Relaxed);
    }

    /// Batches that wait for the writer.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// A group of `batches` was written and synced, the sync in `took`.
    pub fn synced(&self, batches: usize, took: Duration) {
        self.sync_seconds.observe(took.as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a group is far below 2^53")]
        self.group_batches.observe(batches as f64);
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "tacit_log_sync_duration",
            "Time of a sync of the log: what a batch waits for at least",
            Unit::Seconds,
            self.sync_seconds.clone(),
        );
        registry.register(
            "tacit_log_group_batches",
            "Batches that shared one sync",
            self.group_batches.clone(),
        );
    }
}
