//! How long the keeper leaves alone what it just did, in ms. Pure: times are arguments.

use std::time::Duration;

/// A bucket that gets new traffic is added up at most so often,
const REST_MS_MIN: u64 = 500;
/// and takes at most a tenth of the time of a core.
const REST_TIMES: u64 = 10;
/// A bucket that cannot be added up is tried again,
const RETRY_MS_FIRST: u64 = 1_000;
/// at the latest after that.
const RETRY_MS_MAX: u64 = 300_000;
/// The screen reads everything there is: not more often than that,
const LOOK_MS_MIN: u64 = 30_000;
/// and a twentieth of the time at most.
const LOOK_TIMES: u64 = 20;
/// Between two buckets as long as the last one took, at most that.
const BREATH_MS_MAX: u64 = 1_000;

/// How long a bucket rests that took so long, and failed so often in a row.
pub(super) fn rest_ms(took_ms: u64, failures: u32) -> u64 {
    let rest = took_ms.saturating_mul(REST_TIMES).max(REST_MS_MIN);
    if failures == 0 {
        return rest;
    }
    let doublings = failures.saturating_sub(1).min(20);
    let retry = RETRY_MS_FIRST.saturating_mul(1 << doublings);
    rest.max(retry.min(RETRY_MS_MAX))
}

/// How long the screen is good that took so long.
pub(super) fn look_ms(took_ms: u64) -> u64 {
    took_ms.saturating_mul(LOOK_TIMES).max(LOOK_MS_MIN)
}

/// How long everybody else has the core after a bucket that took so long.
pub(super) fn breath(took_ms: u64) -> Duration {
    Duration::from_millis(took_ms.min(BREATH_MS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_longer_rests_longer_and_what_fails_longer_still() {
        assert_eq!(rest_ms(1, 0), 500);
        assert_eq!(rest_ms(200, 0), 2_000);
        assert_eq!(rest_ms(1, 1), 1_000);
        assert_eq!(rest_ms(1, 3), 4_000);
        assert_eq!(rest_ms(1, u32::MAX), 300_000);
        assert_eq!(rest_ms(u64::MAX, 1), u64::MAX);
        assert_eq!((look_ms(10), look_ms(4_000)), (30_000, 80_000));
        assert_eq!(breath(5_000), Duration::from_secs(1));
    }
}
