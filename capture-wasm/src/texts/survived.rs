//! `survived`: when accepted text is looked at again.
//!
//! At six ages; a look belongs to the last age it has reached, so the first look
//! at or after an age stands for it, and an age without one stays open: the text
//! was not seen, which is not to say that it is gone.

use tacit_signals::{Share, Signal};

/// Seconds from acceptance: 30 s, 2 min, 10 min, 1 h, 24 h, 7 d.
pub const AGES_S: [u32; 6] = [30, 120, 600, 3_600, 86_400, 604_800];

/// Ms for which a person may come late to the last look. A policy counts looks
/// up to 8 days from acceptance.
const GRACE_MS: u64 = 86_400_000;

/// Since this moment text is in use: Unix ms, as it is looked at days later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// When it was accepted.
    pub since: u64,
    /// How many ages were reached by a look.
    pub told: usize,
}

impl Schedule {
    /// When the next look is due; `None` after the last.
    #[must_use]
    pub fn due_at(&self) -> Option<u64> {
        let age_s = AGES_S.get(self.told)?;
        Some(self.since + u64::from(*age_s) * 1_000)
    }

    /// Whether no look will count any more.
    #[must_use]
    pub fn is_over(&self, now: u64) -> bool {
        let last_s = AGES_S.last().copied().unwrap_or_default();
        self.told == AGES_S.len() || self.age_ms(now) > u64::from(last_s) * 1_000 + GRACE_MS
    }

    /// It was looked at and `share` of it is there; the signal if that is due.
    pub fn looked(&mut self, now: u64, share: Share) -> Option<Signal> {
        let age_s = u32::try_from(self.age_ms(now) / 1_000).unwrap_or(u32::MAX);
        let reached = AGES_S.iter().filter(|age| **age <= age_s).count();
        if reached <= self.told {
            return None;
        }
        self.told = reached;
        Some(Signal::Survived { age_s, share })
    }

    fn age_ms(&self, now: u64) -> u64 {
        now.saturating_sub(self.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINCE: u64 = 1_763_890_000_000;

    fn looked(schedule: &mut Schedule, after_s: u64) -> Option<u32> {
        match schedule.looked(SINCE + after_s * 1_000, Share::ONE)? {
            Signal::Survived { age_s, .. } => Some(age_s),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_age_is_told_by_the_first_look_at_or_after_it() {
        let mut schedule = Schedule {
            since: SINCE,
            told: 0,
        };
        assert_eq!(schedule.due_at(), Some(SINCE + 30_000));
        assert_eq!(looked(&mut schedule, 29), None);
        assert_eq!(looked(&mut schedule, 31), Some(31));
        assert_eq!(looked(&mut schedule, 90), None, "told before");
        // Two ages went by unseen: one look, and the ages before it stay open.
        assert_eq!(looked(&mut schedule, 5_000), Some(5_000));
        assert_eq!(schedule.due_at(), Some(SINCE + 86_400_000));
        assert_eq!(looked(&mut schedule, 600_000), Some(600_000));
        assert!(!schedule.is_over(SINCE + 604_800_000));
        assert_eq!(looked(&mut schedule, 650_000), Some(650_000));
        assert_eq!(schedule.due_at(), None);
        assert!(schedule.is_over(SINCE + 650_000_000));
    }

    #[test]
    fn a_week_and_a_day_is_the_end_and_a_clock_that_went_back_is_no_age() {
        let mut schedule = Schedule {
            since: SINCE,
            told: 2,
        };
        assert!(schedule.is_over(SINCE + 8 * 86_400_000 + 1));
        assert!(!schedule.is_over(SINCE - 1));
        assert_eq!(schedule.looked(SINCE - 1, Share::ONE), None);
    }
}
