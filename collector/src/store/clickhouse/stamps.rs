//! Numbers that ascend: what was told first has the lowest.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// Bits below the microseconds: that many stamps a microsecond before they run ahead.
const FINER_BITS: u32 = 12;

/// Stamps of one process: its clock, and never the same twice, nor a lower one.
///
/// Two collectors agree on what came first as far as their clocks do. Nothing that has to
/// be right hangs on it: whoever writes reads before what is known already, so an order is
/// needed only between those who wrote in the same moment.
#[derive(Debug, Default)]
pub(super) struct Stamps(AtomicU64);

impl Stamps {
    pub(super) fn next(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let micros = since.map_or(0, |since| since.as_micros());
        let now = u64::try_from(micros).unwrap_or(0) << FINER_BITS;
        let mut given = now;
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                given = now.max(last.saturating_add(1));
                Some(given)
            });
        given
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_ascend_and_fit() {
        let stamps = Stamps::default();
        let given: Vec<u64> = (0..10_000).map(|_| stamps.next()).collect();
        assert!(given.windows(2).all(|pair| pair[0] < pair[1]));
        // Positions in lists are numbers that other languages read as signed.
        assert!(given.iter().all(|stamp| i64::try_from(*stamp).is_ok()));
    }
}
