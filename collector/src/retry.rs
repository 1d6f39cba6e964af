//! When those who were refused for want of room should come again: once there will be some.

/// Nobody is told to come sooner: a page has its own, longer, pauses between tries.
const LEAST_S: u64 = 2;
/// Nor later, however long it takes: what was foretold may be wrong.
const MOST_S: u64 = 60;

/// How far the store is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Behind {
    /// Bytes of the log it does not have.
    pub backlog: u64,
    /// From which batches are refused.
    pub backlog_max: u64,
    /// Whether batches are refused because the oldest waits for too long.
    pub is_late: bool,
    /// Bytes a second it takes; 0 while that is not known.
    pub bytes_per_second: u64,
    /// It takes nothing now.
    pub is_stalled: bool,
}

impl Behind {
    /// Seconds until half of the room is free again, by what the store takes at present: at
    /// the limit itself the first to come would fill it again.
    #[must_use]
    pub fn retry_after_s(self) -> u64 {
        if self.is_stalled {
            return MOST_S;
        }
        let beyond = self.backlog.saturating_sub(self.backlog_max / 2);
        let late = if self.is_late { self.backlog / 2 } else { 0 };
        match self.bytes_per_second {
            0 => LEAST_S,
            rate => beyond.max(late).div_ceil(rate).clamp(LEAST_S, MOST_S),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1_048_576;

    #[test]
    fn whoever_is_refused_comes_when_there_is_room() {
        let full = Behind {
            backlog: 100 * MIB,
            backlog_max: 100 * MIB,
            bytes_per_second: 4 * MIB,
            ..Behind::default()
        };
        assert_eq!(full.retry_after_s(), 13, "50 MiB at 4 a second");
        let with = |change: fn(&mut Behind)| {
            let mut behind = full;
            change(&mut behind);
            behind.retry_after_s()
        };
        assert_eq!(with(|b| b.bytes_per_second = 100 * MIB), LEAST_S);
        assert_eq!(with(|b| b.bytes_per_second = 1), MOST_S);
        assert_eq!(
            with(|b| b.bytes_per_second = 0),
            LEAST_S,
            "nothing is known"
        );
        assert_eq!(with(|b| b.is_stalled = true), MOST_S);
        // There is room, and what is in the log is old: a slow store.
        assert_eq!(with(|b| b.backlog_max = 1_000 * MIB), LEAST_S);
        let late = |b: &mut Behind| (b.backlog_max, b.is_late) = (1_000 * MIB, true);
        assert_eq!(with(late), 13);
        // Never more than a bound, never an overflow.
        let most = |b: &mut Behind| (b.backlog, b.backlog_max) = (u64::MAX, u64::MAX);
        assert_eq!(with(most), MOST_S);
    }
}
