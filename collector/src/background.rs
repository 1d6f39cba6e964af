//! Work that nobody waits for steps back for everything else.

use std::{thread::sleep, time::Duration};

use crate::{collector::Collector, wall::now_ms};

/// How far its threads step back, from 0 to 19: further than what folds.
const NICE: i32 = 15;
/// Before another look where nothing waits; as long as the end of the process may be late.
pub(crate) const LOOK: Duration = Duration::from_millis(200);
/// While the oldest batch in the log waits that long for the store, in ms, such work waits,
const INGEST_LAG_MS: u64 = 1_000;
/// but no longer than so many looks: it would never be done.
const YIELDS_MAX: u32 = 25;

/// This thread does such work.
pub(crate) fn step_back() {
    // Counts for this thread only; without it the thread is as fast as any.
    let _ = rustix::process::setpriority_process(None, NICE);
}

/// Waits while the store is behind the log, for a while.
pub(crate) fn yield_to_ingest(collector: &Collector) {
    let is_behind = || collector.progress.lag_ms(now_ms()) > INGEST_LAG_MS;
    for _ in 0..YIELDS_MAX {
        if collector.is_stopping() || !is_behind() {
            return;
        }
        sleep(LOOK);
    }
}
