//! The thread that keeps roll-ups, stepping back for everything else.

use std::{
    io,
    sync::Arc,
    thread::{Builder, JoinHandle, sleep},
    time::{Duration, Instant},
};

use super::{
    keeper::{Clocks, Keeper},
    pace,
};
use crate::{
    background::{LOOK, step_back, yield_to_ingest},
    collector::Collector,
    store::StoreError,
    wall::now_ms,
};

/// Starts it; it ends when the collector stops.
pub(crate) fn start(collector: Arc<Collector>) -> io::Result<JoinHandle<()>> {
    Builder::new().name("rollups".into()).spawn(move || {
        step_back();
        let Some(policy) = collector.policies.named(None).cloned() else {
            return;
        };
        let meter = Arc::clone(&collector.rollups);
        let keeper = Keeper::new(Arc::clone(&collector.store), policy, meter)
            .sharing(Arc::clone(&collector.screens));
        Keeping {
            collector,
            keeper,
            failures: 0,
        }
        .run();
    })
}

struct Keeping {
    collector: Arc<Collector>,
    keeper: Keeper,
    /// In a row, of looking for what waits.
    failures: u32,
}

impl Keeping {
    fn run(&mut self) {
        while !self.collector.is_stopping() {
            yield_to_ingest(&self.collector);
            let worked = self.turn();
            match worked {
                Ok(Some(took)) => sleep(pace::breath(took)),
                Ok(None) => sleep(LOOK),
                Err(StoreError::Ending) => return,
                Err(error) => {
                    if self.failures == 0 {
                        tracing::warn!(%error, "sums are not kept up to date");
                    }
                    self.failures += 1;
                    self.wait(pace::rest_ms(0, self.failures));
                }
            }
        }
    }

    /// One bucket, or one look of the screen; how long it took, in ms.
    fn turn(&mut self) -> Result<Option<u64>, StoreError> {
        let clocks = self.clocks();
        if let Some(project) = self.keeper.unscreened(clocks.steady) {
            let began = Instant::now();
            self.keeper.look(project, clocks.now)?;
            let took = ms(began.elapsed());
            self.keeper.looked(project, took, self.clocks().steady);
            return Ok(Some(took));
        }
        let next = self.keeper.next(clocks)?;
        self.failures = 0;
        let Some(bucket) = next else {
            return Ok(None);
        };
        let began = Instant::now();
        let done = self.keeper.refold(bucket, clocks.now);
        let took = ms(began.elapsed());
        if matches!(done, Err(StoreError::Ending)) {
            return Ok(None);
        }
        if let Err(error) = &done {
            tracing::warn!(%error, ?bucket, "sums could not be brought up to date");
        }
        let steady = self.clocks().steady;
        self.keeper.done(bucket, done.is_err(), took, steady);
        Ok(Some(took))
    }

    fn clocks(&self) -> Clocks {
        Clocks {
            now: now_ms(),
            steady: self.collector.steady_ms(),
        }
    }

    /// Waits, unless the collector stops.
    fn wait(&self, time_ms: u64) {
        let until = Instant::now() + Duration::from_millis(time_ms);
        while Instant::now() < until && !self.collector.is_stopping() {
            sleep(LOOK);
        }
    }
}

fn ms(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
