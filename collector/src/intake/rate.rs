//! How often somebody may come: the generic cell rate algorithm, which is a token bucket
//! that needs one number to remember.

/// A steady rate and what may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Nanoseconds that one request costs.
    interval_ns: u64,
    /// Nanoseconds somebody may be ahead of the steady rate.
    ahead_ns: u64,
}

const SECOND_NS: u64 = 1_000_000_000;

impl Rate {
    /// `per_second` in the long run and `burst` at once; `None` for no limit, a rate of 0.
    #[must_use]
    pub fn new(per_second: u32, burst: u32) -> Option<Self> {
        let interval_ns = SECOND_NS.checked_div(per_second.into())?.max(1);
        Some(Self {
            interval_ns,
            ahead_ns: interval_ns.saturating_mul(u64::from(burst.max(1)) - 1),
        })
    }

    /// Whether one more may come at `now`, of somebody whose requests so far are paid for
    /// until `paid` (0 at first): until when they are then, or how long to wait. All are
    /// nanoseconds, the moments of one clock that never goes back.
    pub fn take(self, paid: u64, now: u64) -> Result<u64, u64> {
        let start = paid.max(now);
        match start.saturating_sub(now.saturating_add(self.ahead_ns)) {
            0 => Ok(start.saturating_add(self.interval_ns)),
            wait_ns => Err(wait_ns),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_burst_then_the_steady_rate() {
        let rate = Rate::new(10, 3).unwrap();
        let mut paid = 0;
        for _ in 0..3 {
            paid = rate.take(paid, SECOND_NS).unwrap();
        }
        let wait = rate.take(paid, SECOND_NS).unwrap_err();
        assert_eq!(wait, SECOND_NS / 10);
        assert!(rate.take(paid, SECOND_NS + wait - 1).is_err());
        paid = rate.take(paid, SECOND_NS + wait).unwrap();
        // Who waited long has a whole burst again, and no more.
        let later = 100 * SECOND_NS;
        for _ in 0..3 {
            paid = rate.take(paid, later).unwrap();
        }
        assert!(rate.take(paid, later).is_err());
    }

    #[test]
    fn no_rate_is_no_limit_and_no_burst_is_one() {
        assert_eq!(Rate::new(0, 5), None);
        let rate = Rate::new(1, 0).unwrap();
        let paid = rate.take(0, 5).unwrap();
        assert!(rate.take(paid, 5).is_err());
    }

    proptest! {
        /// In any stretch of time at most the burst and what the rate allows in it is
        /// taken, and who comes at the steady rate is never refused.
        #[test]
        fn never_more_than_promised(
            per_second in 1_u32..2_000, burst in 1_u32..50,
            steps in prop::collection::vec(0_u64..3_000_000_000, 1..200),
        ) {
            let rate = Rate::new(per_second, burst).unwrap();
            let (mut paid, mut now) = (0, 0);
            let mut taken = Vec::new();
            for step in steps {
                now += step / u64::from(per_second);
                match rate.take(paid, now) {
                    Ok(next) => { paid = next; taken.push(now); }
                    Err(wait) => {
                        prop_assert!(rate.take(paid, now + wait).is_ok());
                        prop_assert!(rate.take(paid, now + wait - 1).is_err());
                    }
                }
            }
            for (first, &from) in taken.iter().enumerate() {
                for (last, &to) in taken.iter().enumerate().skip(first) {
                    let count = (last - first + 1) as u64;
                    let earned = (to - from) / (SECOND_NS / u64::from(per_second));
                    prop_assert!(count <= u64::from(burst) + earned);
                }
            }
        }

        #[test]
        fn who_keeps_to_the_rate_is_never_refused(per_second in 1_u32..5_000, count in 1_u64..500) {
            let rate = Rate::new(per_second, 1).unwrap();
            let mut paid = 0;
            for turn in 0..count {
                paid = rate.take(paid, turn * (SECOND_NS / u64::from(per_second))).unwrap();
            }
        }
    }
}
