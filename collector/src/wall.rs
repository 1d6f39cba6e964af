//! The wall clock. Only the edges read it; everything behind them is told the time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, Unix ms.
#[must_use]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// By how much the wall clock may differ from a steady one between two looks before it
/// counts as set, in ms: what is sent with a clock off by less is not corrected either.
const JUMP_MS_MIN: u64 = tacit_signals::limits::SKEW_MS_MIN;

/// Notices that somebody set the wall clock.
#[derive(Debug)]
pub struct WallWatch {
    wall_ms: u64,
    steady_ms: u64,
}

impl WallWatch {
    /// Both clocks now; the steady one counts from whenever it likes.
    #[must_use]
    pub const fn new(wall_ms: u64, steady_ms: u64) -> Self {
        Self { wall_ms, steady_ms }
    }

    /// Both clocks now: how many ms the wall clock was set forward (or back, below 0) since
    /// the last look, if it was.
    pub fn look(&mut self, wall_ms: u64, steady_ms: u64) -> Option<i64> {
        let steady = steady_ms.saturating_sub(self.steady_ms);
        let expected = self.wall_ms.saturating_add(steady);
        *self = Self { wall_ms, steady_ms };
        if wall_ms.abs_diff(expected) <= JUMP_MS_MIN {
            return None;
        }
        let ms = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
        Some(ms(wall_ms).saturating_sub(ms(expected)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_is_noticed_once() {
        let mut watch = WallWatch::new(1_000_000, 50);
        assert_eq!(watch.look(1_002_000, 2_050), None, "two seconds passed");
        assert_eq!(watch.look(1_009_000, 4_050), None, "5 s are no jump");
        assert_eq!(watch.look(1_009_000 + 3_600_000, 4_050), Some(3_600_000));
        assert_eq!(watch.look(1_011_000 + 3_600_000, 6_050), None, "only once");
        assert_eq!(watch.look(1_013_000, 8_050), Some(-3_600_000));
        assert_eq!(watch.look(0, 10_050), Some(-1_015_000));
    }
}
