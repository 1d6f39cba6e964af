//! When the next request may be made: backoff, and a circuit that opens.

use crate::detect::Ms;

/// The first wait after a failure is up to this long, ms; it doubles.
const FIRST_MS: Ms = 1_000;

/// After so many failures in a row the circuit is open: whoever answers there is
/// no collector, or a blocker stands between.
const FAILURES_MAX: u32 = 5;

/// With an open circuit, at most one request in this time, ms.
const CIRCUIT_MS: Ms = 60_000;

/// How requests went of late.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace {
    not_before: Ms,
    failures: u32,
    /// The collector itself said how long to wait.
    asked: bool,
}

impl Pace {
    /// Ms until the next request may be made.
    pub(super) fn wait(&self, now: Ms) -> Ms {
        self.not_before.saturating_sub(now)
    }

    /// Whether only a try a minute is worth it.
    pub(super) fn is_circuit_open(&self) -> bool {
        self.failures >= FAILURES_MAX
    }

    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// A batch was refused for good: no reason to wait, unless all are.
    pub(super) fn refused(&mut self, now: Ms, random: u32) {
        self.failures = self.failures.saturating_add(1);
        if self.is_circuit_open() {
            self.not_before = now.saturating_add(backoff(self.failures, random));
        }
    }

    /// There was no answer, or one that asks to come back `after` so many ms.
    pub(super) fn failed(&mut self, now: Ms, after: Option<Ms>, random: u32) {
        self.failures = self.failures.saturating_add(1);
        let mut wait = backoff(self.failures, random);
        self.asked = after.is_some();
        if let Some(after) = after {
            wait = if self.is_circuit_open() {
                wait.max(after)
            } else {
                after
            };
        }
        self.not_before = now.saturating_add(wait);
    }

    /// Something was handed over that nobody will answer.
    pub(super) fn tried(&mut self, now: Ms) {
        self.not_before = now.saturating_add(CIRCUIT_MS);
    }

    /// The network is back: one try at once, unless the collector asked to wait.
    pub(super) fn reconnected(&mut self) {
        if !self.asked {
            self.not_before = 0;
        }
    }
}

/// Exponential backoff with full jitter (AWS architecture blog, 2015).
fn backoff(failures: u32, random: u32) -> Ms {
    let random = Ms::from(random);
    if failures >= FAILURES_MAX {
        return CIRCUIT_MS + random % CIRCUIT_MS;
    }
    random % (FIRST_MS << failures.saturating_sub(1).min(FAILURES_MAX)) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ceiling(failures: u32) -> Ms {
        let waits = (0..5_000).map(|random| backoff(failures, random * 7_919));
        waits.max().unwrap()
    }

    #[test]
    fn waits_grow_from_a_second_and_are_spread_over_all_of_it() {
        for (failures, most) in [(1, 1_000), (2, 2_000), (3, 4_000), (4, 8_000)] {
            assert!((most * 9 / 10..=most).contains(&ceiling(failures)));
            let least = (0..5_000)
                .map(|random| backoff(failures, random * 7_919))
                .min();
            assert!(least.unwrap() < most / 10);
        }
    }

    #[test]
    fn an_open_circuit_tries_at_most_once_a_minute_whatever_happens() {
        let mut pace = Pace::default();
        let (mut now, mut tries) = (0, Vec::new());
        for random in 0..200_u32 {
            now += pace.wait(now);
            tries.push(now);
            match random % 3 {
                0 => pace.failed(now, None, random * 7_919),
                1 => pace.failed(now, Some(1_000), random * 7_919),
                _ => pace.refused(now, random * 7_919),
            }
        }
        let pairs = tries.windows(2).skip(FAILURES_MAX as usize - 1);
        assert!(pairs.clone().all(|pair| pair[1] - pair[0] >= CIRCUIT_MS));
        assert!(
            pairs
                .clone()
                .all(|pair| pair[1] - pair[0] <= 2 * CIRCUIT_MS)
        );
        pace.succeeded();
        assert!(!pace.is_circuit_open() && pace.wait(now) == 0);
    }

    #[test]
    fn what_the_collector_asks_for_holds_also_when_the_network_comes_back() {
        let mut pace = Pace::default();
        pace.failed(100, Some(30_000), 5);
        pace.reconnected();
        assert_eq!(pace.wait(100), 30_000);
        pace.failed(100, None, 5);
        assert_eq!(pace.wait(100), 6);
        pace.reconnected();
        assert_eq!(pace.wait(100), 0);
    }
}
