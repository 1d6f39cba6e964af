//! A token bucket: at most so many a minute, in bursts of so many.

/// Fills by the minute, and is drawn from. In any stretch of time no more is taken
/// than what it holds when full and what flows in meanwhile; a draw that is larger
/// than the bucket waits until it is full and then leaves a debt.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    /// Inflow, a minute.
    rate: u64,
    /// When full; in parts of which [`PARTS`] are one.
    full: i128,
    level: i128,
    /// Of the level, ms.
    at: u64,
}

/// With a minute's milliseconds as the unit, every millisecond brings `rate` parts.
const PARTS: i128 = 60_000;

impl Bucket {
    /// A full bucket; a rate of nothing counts as one.
    pub(super) fn new(rate: u64, burst: u64) -> Self {
        let full = i128::from(burst.max(1)) * PARTS;
        Self {
            rate: rate.max(1),
            full,
            level: full,
            at: 0,
        }
    }

    fn fill(&mut self, now: u64) {
        let inflow = i128::from(now.saturating_sub(self.at)) * i128::from(self.rate);
        self.level = (self.level + inflow).min(self.full);
        self.at = self.at.max(now);
    }

    /// The first moment at or after `now` when so many can be taken.
    pub(super) fn ready_at(&mut self, now: u64, amount: u64) -> u64 {
        self.fill(now);
        let missing = (i128::from(amount) * PARTS).min(self.full) - self.level;
        if missing <= 0 {
            return now;
        }
        let rate = i128::from(self.rate);
        let wait = u64::try_from((missing + rate - 1) / rate).unwrap_or(u64::MAX);
        now.saturating_add(wait)
    }

    /// Takes so many.
    pub(super) fn take(&mut self, now: u64, amount: u64) {
        self.fill(now);
        self.level -= i128::from(amount) * PARTS;
    }

    /// An earlier draw turns out to have been for `actual` and not for `taken`.
    pub(super) fn correct(&mut self, taken: u64, actual: u64) {
        let difference = i128::from(taken) - i128::from(actual);
        self.level = (self.level + difference * PARTS).min(self.full);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sixty_a_minute_are_one_a_second() {
        let mut bucket = Bucket::new(60, 2);
        let mut sent = Vec::new();
        let mut now = 0;
        for _ in 0..5 {
            now = bucket.ready_at(now, 1);
            bucket.take(now, 1);
            sent.push(now);
        }
        assert_eq!(sent, [0, 0, 1_000, 2_000, 3_000]);
    }

    #[test]
    fn what_is_larger_than_the_bucket_leaves_a_debt() {
        let mut bucket = Bucket::new(60, 10);
        assert_eq!(bucket.ready_at(0, 25), 0, "full is enough");
        bucket.take(0, 25);
        assert_eq!(bucket.ready_at(0, 1), 16_000, "15 owed and one more");
        bucket.correct(25, 12);
        assert_eq!(bucket.ready_at(0, 1), 3_000);
        bucket.correct(0, 5);
        assert_eq!(bucket.ready_at(0, 1), 8_000);
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_sees_more_than_the_rate_and_a_burst(
            rate in 1_u64..600, burst in 1_u64..20, pauses in prop::collection::vec(0_u64..3_000, 1..200)
        ) {
            let mut bucket = Bucket::new(rate, burst);
            let (mut now, mut sent) = (0, Vec::new());
            for pause in pauses {
                now = bucket.ready_at(now + pause, 1);
                bucket.take(now, 1);
                sent.push(now);
            }
            for (index, from) in sent.iter().enumerate() {
                for (later, to) in sent[index..].iter().enumerate() {
                    let inflow = (to - from) * rate;
                    prop_assert!((later as u64 + 1) * 60_000 <= burst * 60_000 + inflow);
                }
            }
        }
    }
}
