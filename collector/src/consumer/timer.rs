//! What is done now and then.

use std::time::{Duration, Instant};

/// Due once a period.
pub(super) struct Timer {
    period: Duration,
    last: Instant,
}

impl Timer {
    pub(super) fn every(period: Duration) -> Self {
        Self {
            period,
            last: Instant::now(),
        }
    }

    pub(super) fn is_due(&mut self) -> bool {
        let due = self.last.elapsed() >= self.period;
        if due {
            self.last = Instant::now();
        }
        due
    }
}
