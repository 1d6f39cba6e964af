//! What the consumer does, measured where it does it.

use std::time::Duration;

use prometheus_client::{
    metrics::histogram::Histogram,
    registry::{Registry, Unit},
};

/// Bounds of one fold, in seconds: one transaction of at most some 10 000 batches.
const FOLD_SECONDS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// Of one consumer.
#[derive(Debug)]
pub struct FoldMeter {
    seconds: Histogram,
}

impl Default for FoldMeter {
    fn default() -> Self {
        Self {
            seconds: Histogram::new(FOLD_SECONDS),
        }
    }
}

impl FoldMeter {
    /// A portion of the log was folded into the store.
    pub fn folded(&self, took: Duration) {
        self.seconds.observe(took.as_secs_f64());
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "tacit_fold_duration",
            "Time of a transaction that folds a portion of the log into the store",
            Unit::Seconds,
            self.seconds.clone(),
        );
    }
}
