//! Series of acts that come again: a recorded session that is sent many times.
//!
//! Of a session count its steps: what somebody did or was shown, at least half a second
//! after the step before, so that what a page does at once (a history that appears, a
//! selection and its copy) is one. A series is so many steps in a row with what they were
//! and the distances between them, in cells of a quarter second: where a session lies in
//! time, which answers it is about and who sends it changes nothing. Each series is looked
//! at twice, in cells that begin a half apart, so that what was moved a little lies in the
//! same cells one way or the other.
//!
//! Why honest sessions do not meet: one cell of a quarter second holds a few hundredths of
//! what a person's time to read, decide and point may be; of a turn that goes quickly
//! (stream of the same length each time, a copy, the next prompt) 0.33 · 0.03 · 0.05. Six
//! distances are two such turns: 2.5e-7. Of a million sessions that do just the same things
//! a quarter may then lie in the fullest cells, and ten are asked for.

use std::collections::BTreeSet;

/// Steps at least so far apart, ms.
const STEP_MS_MIN: u64 = 500;
/// Width of a cell, ms.
const CELL_MS: u64 = 250;
/// Steps of a session that are looked at, from the first.
const STEPS_MAX: usize = 64;
/// Series of a session that are kept, for each way: those with the smallest hashes, which
/// are the same of equal sessions.
const SERIES_MAX: usize = 8;

/// The steps of one session, in the order of time.
#[derive(Default)]
pub(super) struct Steps(Vec<(u64, u8)>);

impl Steps {
    /// The next thing that happened.
    pub(super) fn step(&mut self, at: u64, kind: u8) {
        let far = |(last, _): &(u64, u8)| at.saturating_sub(*last) >= STEP_MS_MIN;
        if self.0.len() < STEPS_MAX && self.0.last().is_none_or(far) {
            self.0.push((at, kind));
        }
    }

    /// Hashes of its series of so many steps.
    pub(super) fn series(&self, steps: u32) -> BTreeSet<u64> {
        let steps = usize::try_from(steps).unwrap_or(usize::MAX);
        let mut all = BTreeSet::new();
        for shift_ms in [0, CELL_MS / 2] {
            let mut way = BTreeSet::new();
            for series in self.0.windows(steps.saturating_add(1)) {
                way.insert(hash(series, shift_ms));
                if way.len() > SERIES_MAX {
                    way.pop_last();
                }
            }
            all.extend(way);
        }
        all
    }
}

fn hash(series: &[(u64, u8)], shift_ms: u64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&shift_ms.to_le_bytes());
    for pair in series.windows(2) {
        let [(before, from), (after, to)] = pair else {
            continue;
        };
        let cell = (after.saturating_sub(*before) + shift_ms) / CELL_MS;
        hasher.update(&cell.to_le_bytes());
        hasher.update(&[*from, *to]);
    }
    let mut hash = [0; 8];
    hasher.finalize_xof().fill(&mut hash);
    u64::from_be_bytes(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(at: &[u64]) -> Steps {
        let mut steps = Steps::default();
        for (place, at) in at.iter().enumerate() {
            steps.step(*at, u8::try_from(place % 3).unwrap());
        }
        steps
    }

    const SESSION: [u64; 9] = [
        0, 3_100, 9_450, 30_220, 33_900, 41_040, 60_001, 63_777, 72_000,
    ];

    #[test]
    fn a_session_that_is_moved_is_the_same() {
        let known = steps(&SESSION).series(6);
        assert_eq!(known.len(), 6, "three series, looked at twice");
        assert_eq!(steps(&SESSION.map(|at| at + 86_400_123)).series(6), known);
        let shaken: Vec<u64> = (0..)
            .zip(SESSION)
            .map(|(n, at)| at + (n * 7) % 20)
            .collect();
        assert!(!steps(&shaken).series(6).is_disjoint(&known));
        let other: Vec<u64> = (0..).zip(SESSION).map(|(n, at)| at + n * n * 300).collect();
        assert!(steps(&other).series(6).is_disjoint(&known));
    }

    #[test]
    fn what_happens_at_once_is_one_step_and_short_sessions_have_no_series() {
        let history: Vec<u64> = (0..50).map(|n| n * 3).collect();
        assert!(steps(&history).series(3).is_empty());
        assert!(steps(&SESSION[..6]).series(6).is_empty());
        let long: Vec<u64> = (0..1_000).map(|n| n * n * 600).collect();
        assert!(steps(&long).series(6).len() <= 2 * SERIES_MAX);
    }
}
