//! How often one address may show a key that is none. A key has 160 random bits, so this
//! does not keep it from being guessed; it keeps a stranger from trying what leaked
//! elsewhere, and from filling the log with it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use thiserror::Error;

use crate::limits::{SIGN_IN_ADDRESSES_MAX, SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW_MS};

/// Failed attempts, by a number that stands for an address.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<u64, Failures>>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    since: u64,
}

/// Too many failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{SIGN_IN_FAILURES_MAX} attempts to sign in failed; wait {} s", wait.as_secs())]
pub struct TooMany {
    /// Until an attempt is looked at again.
    pub wait: Duration,
}

impl Failures {
    fn left(self, now: u64) -> Option<u64> {
        let left = self
            .since
            .saturating_add(SIGN_IN_WINDOW_MS)
            .checked_sub(now)?;
        // A clock that was set back locks nobody out for longer than a window.
        (left > 0).then_some(left.min(SIGN_IN_WINDOW_MS))
    }
}

impl Attempts {
    /// Whether `who` may try at `now` (Unix ms).
    pub fn look(&self, who: u64, now: u64) -> Result<(), TooMany> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failures) = known.get(&who) else {
            return Ok(());
        };
        match failures.left(now) {
            Some(left) if failures.count >= SIGN_IN_FAILURES_MAX => Err(TooMany {
                wait: Duration::from_millis(left.next_multiple_of(1_000)),
            }),
            _ => Ok(()),
        }
    }

    /// `who` showed a key that is none.
    pub fn failed(&self, who: u64, now: u64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= SIGN_IN_ADDRESSES_MAX && !known.contains_key(&who) {
            known.retain(|_, failures| failures.left(now).is_some());
            if known.len() >= SIGN_IN_ADDRESSES_MAX {
                // More addresses than can be told apart fail: forgetting some lets each
                // of them try a few times more, which keys stand.
                known.clear();
            }
        }
        let fresh = Failures {
            count: 0,
            since: now,
        };
        let failures = known.entry(who).or_insert(fresh);
        if failures.left(now).is_none() {
            *failures = fresh;
        }
        failures.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_bounded_by_address_and_forgotten() {
        let attempts = Attempts::default();
        for _ in 0..SIGN_IN_FAILURES_MAX {
            assert_eq!(attempts.look(1, 100), Ok(()));
            attempts.failed(1, 100);
        }
        let wait = attempts.look(1, 100).unwrap_err().wait;
        assert_eq!(wait, Duration::from_millis(SIGN_IN_WINDOW_MS));
        assert_eq!(attempts.look(2, 100), Ok(()));
        assert!(attempts.look(1, 50).is_err(), "the clock was set back");
        assert_eq!(attempts.look(1, 100 + SIGN_IN_WINDOW_MS), Ok(()));
        attempts.failed(1, 100 + SIGN_IN_WINDOW_MS);
        assert_eq!(attempts.look(1, 100 + SIGN_IN_WINDOW_MS), Ok(()));
    }

    #[test]
    fn no_more_addresses_are_held_than_fit() {
        let attempts = Attempts::default();
        for who in 0..3 * SIGN_IN_ADDRESSES_MAX as u64 {
            attempts.failed(who, 1);
        }
        assert!(attempts.0.lock().unwrap().len() <= SIGN_IN_ADDRESSES_MAX);
    }
}
