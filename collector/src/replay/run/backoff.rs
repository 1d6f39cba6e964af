//! How long to wait before asking again.
//!
//! Exponential with full jitter: anything from nothing to the bound, so that questions
//! that failed together do not come back together (M. Brooker, "Exponential Backoff And
//! Jitter", AWS Architecture Blog, 2015).

use super::Limits;

/// Milliseconds to wait after the `attempt`-th request (from 1) for `id` failed.
pub(super) fn wait_ms(limits: &Limits, seed: u64, id: &str, attempt: u32) -> u64 {
    let doublings = attempt.saturating_sub(1).min(63);
    let bound = limits.backoff_ms.saturating_mul(1 << doublings);
    below(bound.min(limits.backoff_ms_max), seed, id, attempt)
}

/// A number from 0 to `bound`: BLAKE3 of seed, attempt and id, so that a run waits as
/// long whatever else it does.
pub(super) fn below(bound: u64, seed: u64, id: &str, attempt: u32) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(&attempt.to_le_bytes());
    hasher.update(id.as_bytes());
    let mut random = [0; 8];
    hasher.finalize_xof().fill(&mut random);
    let scaled = u128::from(u64::from_le_bytes(random)) * (u128::from(bound) + 1);
    u64::try_from(scaled >> 64).unwrap_or(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_their_bound_and_are_spread_over_all_of_it() {
        let limits = Limits {
            backoff_ms: 100,
            backoff_ms_max: 1_000,
            ..Limits::default()
        };
        for (attempt, bound) in [(1, 100), (2, 200), (4, 800), (5, 1_000), (200, 1_000)] {
            let waits: Vec<u64> = (0..1_000)
                .map(|job| wait_ms(&limits, 7, &format!("o-{job}"), attempt))
                .collect();
            assert!(waits.iter().all(|wait| *wait <= bound));
            assert!(*waits.iter().max().unwrap() > bound * 98 / 100);
            assert!(*waits.iter().min().unwrap() < bound * 2 / 100 + 1);
            let mean = waits.iter().sum::<u64>() / 1_000;
            assert!(mean.abs_diff(bound / 2) <= bound / 20, "{attempt}: {mean}");
        }
    }

    #[test]
    fn a_pause_hangs_on_seed_question_and_attempt_alone() {
        let limits = Limits::default();
        let wait = |seed, id, attempt| wait_ms(&limits, seed, id, attempt);
        assert_eq!(wait(1, "a", 3), wait(1, "a", 3));
        assert_ne!(wait(1, "a", 3), wait(2, "a", 3));
        assert_ne!(wait(1, "a", 3), wait(1, "b", 3));
    }
}
