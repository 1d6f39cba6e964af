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
use crate::{collector::Collector, store::StoreError, wall::now_ms};

/// How far the thread steps back, from 0 to 19: further than what folds.
const NICE: i32 = 15;
/// Before another look where nothing waits; as long as the end of the process may be late.
const LOOK: Duration = Duration::from_millis(200);
/// While the oldest batch in the log waits that long for the store, in ms, roll-ups wait,
const INGEST_LAG_MS: u64 = 1_000;
/// but no longer than so many looks: they would never come to be.
const YIELDS_MAX: u32 = 25;

/// Starts it; it ends when the collector stops.
pub(crate) fn start(collector: Arc<Collector>) -> io::Result<JoinHandle<()>> {
    Builder::new().name("rollups".into()).spawn(move || {
        // Counts for this thread only; without it the thread is as fast as any.
        let _ = rustix::process::setpriority_process(None, NICE);
        let Some(policy) = collector.policies.named(None).cloned() else {
            return;
        };
        let meter = Arc::clone(&collector.rollups);
        let keeper = Keeper::new(Arc::clone(&collector.store), policy, meter);
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
            self.yield_to_ingest();
            let worked = self.turn();
            match worked {
                Ok(Some(took)) => sleep(pace::breath(took)),
                Ok(None) => sleep(LOOK),
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

    fn yield_to_ingest(&self) {
        let is_behind = || self.collector.progress.lag_ms(now_ms()) > INGEST_LAG_MS;
        for _ in 0..YIELDS_MAX {
            if self.collector.is_stopping() || !is_behind() {
                return;
            }
            sleep(LOOK);
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
