//! How long to wait before asking again.
//!
//! Exponential with full jitter: anything from nothing to the bound, so that requests
//! that failed together do not come back together (M. Brooker, "Exponential Backoff And
//! Jitter", AWS Architecture Blog, 2015).

/// Waits that double.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    /// Bound of the first wait, ms.
    pub(crate) first_ms: u64,
    /// Bound of any, ms.
    pub(crate) max_ms: u64,
    /// Decides, with what is waited for, how long exactly.
    pub(crate) seed: u64,
}

impl Backoff {
    /// Milliseconds to wait after the `attempt`-th request (from 1) for `what` failed.
    pub(crate) fn wait_ms(self, what: &[u8], attempt: u32) -> u64 {
        let doublings = attempt.saturating_sub(1).min(63);
        let bound = self
            .first_ms
            .saturating_mul(1 << doublings)
            .min(self.max_ms);
        self.below_ms(bound, what, attempt)
    }

    /// Anything from 0 to `bound`: BLAKE3 of seed, attempt and `what`, so that the wait
    /// is the same whatever else is done.
    pub(crate) fn below_ms(self, bound: u64, what: &[u8], attempt: u32) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(&attempt.to_le_bytes());
        hasher.update(what);
        let mut random = [0; 8];
        hasher.finalize_xof().fill(&mut random);
        let scaled = u128::from(u64::from_le_bytes(random)) * (u128::from(bound) + 1);
        u64::try_from(scaled >> 64).unwrap_or(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_their_bound_and_are_spread_over_all_of_it() {
        let backoff = Backoff {
            first_ms: 100,
            max_ms: 1_000,
            seed: 7,
        };
        for (attempt, bound) in [(1, 100), (2, 200), (4, 800), (5, 1_000), (200, 1_000)] {
            let waits: Vec<u64> = (0..1_000_u32)
                .map(|job| backoff.wait_ms(&job.to_le_bytes(), attempt))
                .collect();
            assert!(waits.iter().all(|wait| *wait <= bound));
            let mean = waits.iter().sum::<u64>() / 1_000;
            assert!(mean.abs_diff(bound / 2) <= bound / 20, "{attempt}: {mean}");
            assert!(waits.iter().max() > Some(&(bound * 98 / 100)));
            assert!(waits.iter().min() <= Some(&(bound * 2 / 100)));
        }
    }

    #[test]
    fn a_wait_hangs_on_seed_attempt_and_what_is_waited_for_alone() {
        let wait = |seed, what: &[u8], attempt| {
            let backoff = Backoff {
                first_ms: 1_000,
                max_ms: 60_000,
                seed,
            };
            backoff.wait_ms(what, attempt)
        };
        assert_eq!(wait(1, b"a", 3), wait(1, b"a", 3));
        assert_ne!(wait(1, b"a", 3), wait(2, b"a", 3));
        assert_ne!(wait(1, b"a", 3), wait(1, b"b", 3));
    }
}
