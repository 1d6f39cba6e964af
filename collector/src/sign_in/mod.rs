//! Who is signed in at the dashboard. Somebody shows a secret key once and gets a
//! cookie; what the cookie allows is what the key allows at that moment, so it ends
//! with the key. Kept by its digest, in the store as well: a restart signs nobody out.

mod attempts;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

pub use attempts::{Attempts, TooMany};

use crate::limits::{SIGN_IN_AGE_MS_MAX, SIGN_IN_IDLE_MS_MAX, SIGN_INS_PER_KEY_MAX};

/// SHA-256 of a cookie or a key.
pub type Digest = [u8; 32];

/// To this an idle one's last use is kept.
const MINUTE_MS: u64 = 60_000;

/// Somebody who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    /// Of the cookie.
    pub digest: Digest,
    /// Of the key that was shown.
    pub key: Digest,
    /// Unix ms.
    pub created_at: u64,
    /// Unix ms, to the minute once it is kept.
    pub used_at: u64,
}

impl SignIn {
    /// The first moment it is over at the latest, Unix ms.
    #[must_use]
    pub const fn ends_at(&self) -> u64 {
        self.created_at.saturating_add(SIGN_IN_AGE_MS_MAX)
    }

    /// Whether it is over at `now` (Unix ms): too old, or unused for too long. A clock
    /// that was set back makes none younger than new.
    #[must_use]
    pub const fn is_over(&self, now: u64) -> bool {
        self.ends_at() <= now || self.used_at.saturating_add(SIGN_IN_IDLE_MS_MAX) <= now
    }
}

/// Everybody who is signed in.
#[derive(Debug, Default)]
pub struct SignIns(Mutex<HashMap<Digest, Known>>);

#[derive(Debug)]
struct Known {
    sign_in: SignIn,
    kept_at: u64,
}

impl SignIns {
    /// Those the store knew.
    #[must_use]
    pub fn new(known: Vec<SignIn>) -> Self {
        let known = known.into_iter().map(|sign_in| {
            let kept_at = sign_in.used_at;
            (sign_in.digest, Known { sign_in, kept_at })
        });
        Self(Mutex::new(known.collect()))
    }

    /// One more; gives those that are over by now, and the ones unused for longest where
    /// a key has too many.
    pub fn begin(&self, sign_in: SignIn, now: u64) -> Vec<Digest> {
        let mut known = self.known();
        let all = known.values().map(|known| known.sign_in);
        let (over, going): (Vec<_>, Vec<_>) = all.partition(|one| one.is_over(now));
        let mut same: Vec<_> = going
            .into_iter()
            .filter(|one| one.key == sign_in.key)
            .collect();
        same.sort_by_key(|one| std::cmp::Reverse(one.used_at));
        let crowded = same.into_iter().skip(SIGN_INS_PER_KEY_MAX - 1);
        let ended: Vec<_> = over
            .into_iter()
            .chain(crowded)
            .map(|one| one.digest)
            .collect();
        for digest in &ended {
            known.remove(digest);
        }
        let kept_at = sign_in.used_at;
        known.insert(sign_in.digest, Known { sign_in, kept_at });
        ended
    }

    /// Whose cookie has this digest, if they are signed in at `now` (Unix ms); it counts
    /// as used. Digests are looked up for the reason keys are
    /// ([`crate::control::Control::secret`]).
    pub fn find(&self, digest: &Digest, now: u64) -> Option<SignIn> {
        let mut known = self.known();
        let one = &mut known.get_mut(digest)?.sign_in;
        if one.is_over(now) {
            return None;
        }
        one.used_at = one.used_at.max(now);
        Some(*one)
    }

    /// As [`SignIns::find`], without counting as use.
    pub fn look(&self, digest: &Digest, now: u64) -> Option<SignIn> {
        let one = self.known().get(digest)?.sign_in;
        (!one.is_over(now)).then_some(one)
    }

    /// Signs out; whether anybody was signed in.
    pub fn end(&self, digest: &Digest) -> bool {
        self.known().remove(digest).is_some()
    }

    /// Which were used a minute or more after what the store has.
    pub fn uses(&self) -> Vec<(Digest, u64)> {
        let mut known = self.known();
        let late = known.values_mut().filter_map(|known| {
            let minute = known.sign_in.used_at - known.sign_in.used_at % MINUTE_MS;
            (known.kept_at < minute).then(|| {
                known.kept_at = minute;
                (known.sign_in.digest, minute)
            })
        });
        late.collect()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Digest, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(number: u8, now: u64) -> SignIn {
        SignIn {
            digest: [number; 32],
            key: [7; 32],
            created_at: now,
            used_at: now,
        }
    }

    #[test]
    fn it_ends_with_age_and_with_idleness() {
        let all = SignIns::default();
        assert_eq!(all.begin(one(1, 0), 0), Vec::<Digest>::new());
        let mut now = 0;
        while now + SIGN_IN_IDLE_MS_MAX - 1 < SIGN_IN_AGE_MS_MAX {
            now += SIGN_IN_IDLE_MS_MAX - 1;
            assert!(all.find(&[1; 32], now).is_some(), "{now}");
        }
        assert!(all.find(&[1; 32], SIGN_IN_AGE_MS_MAX).is_none());
        assert!(all.begin(one(2, now), now).is_empty());
        assert!(all.look(&[2; 32], now + SIGN_IN_IDLE_MS_MAX - 1).is_some());
        assert!(all.look(&[2; 32], now + SIGN_IN_IDLE_MS_MAX).is_none());
        assert!(all.find(&[2; 32], now + SIGN_IN_IDLE_MS_MAX).is_none());
        // Looking does not wake it up.
        assert_eq!(
            all.begin(one(3, now), now + SIGN_IN_AGE_MS_MAX).len(),
            2,
            "who is gone is forgotten"
        );
    }

    #[test]
    fn of_too_many_the_one_unused_for_longest_ends() {
        let all = SignIns::default();
        let most = u8::try_from(SIGN_INS_PER_KEY_MAX).unwrap();
        for number in 0..most {
            assert!(
                all.begin(one(number, number.into()), most.into())
                    .is_empty()
            );
        }
        assert!(all.find(&[0; 32], 1_000).is_some());
        let other = SignIn {
            key: [8; 32],
            ..one(most + 1, 1_000)
        };
        assert!(all.begin(other, 1_000).is_empty(), "another key's");
        assert_eq!(all.begin(one(most, 1_000), 1_000), [[1; 32]]);
        assert!(all.find(&[1; 32], 1_000).is_none());
        assert!(all.end(&[0; 32]) && !all.end(&[0; 32]));
    }

    #[test]
    fn uses_are_told_by_the_minute_and_survive() {
        let all = SignIns::new(vec![one(1, 5 * MINUTE_MS)]);
        let _ = all.find(&[1; 32], 5 * MINUTE_MS + 59_999);
        assert_eq!(all.uses(), []);
        let _ = all.find(&[1; 32], 6 * MINUTE_MS + 1);
        assert_eq!(all.uses(), [([1; 32], 6 * MINUTE_MS)]);
        assert_eq!(all.uses(), []);
    }
}
