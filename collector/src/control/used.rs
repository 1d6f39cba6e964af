//! When a key was last used, to the hour: enough to know which ones nobody misses, and
//! no record of when people are at work.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::Control;
use crate::store::KeyUse;

const HOUR_MS: u64 = 3_600_000;

/// Of one key. Written once an hour, so that nobody waits for anybody's cache line.
#[derive(Debug, Default)]
pub struct Used {
    at: AtomicU64,
    kept: AtomicU64,
}

impl Used {
    /// As the store has it.
    #[must_use]
    pub fn known(at: Option<u64>) -> Self {
        let at = at.unwrap_or_default();
        Self {
            at: at.into(),
            kept: at.into(),
        }
    }

    /// The key is used at `now` (Unix ms).
    pub fn mark(&self, now: u64) {
        let hour = now - now % HOUR_MS;
        if self.at.load(Relaxed) < hour {
            self.at.fetch_max(hour, Relaxed);
        }
    }

    /// The hour the store does not have yet; from now on it is taken as kept.
    fn take(&self) -> Option<u64> {
        let at = self.at.load(Relaxed);
        (self.kept.fetch_max(at, Relaxed) < at).then_some(at)
    }

    fn follow(&self, old: &Self) {
        self.at.fetch_max(old.at.load(Relaxed), Relaxed);
    }
}

impl Control {
    /// Which keys were used since the store was told.
    #[must_use]
    pub fn uses(&self) -> Vec<KeyUse> {
        let secret = self.secret.values().map(|key| (&key.id, &key.used));
        let publishable = self.publishable.values().map(|key| (&key.id, &key.used));
        secret
            .chain(publishable)
            .filter_map(|(id, used)| {
                let at = used.take()?;
                Some(KeyUse { id: id.clone(), at })
            })
            .collect()
    }

    /// Takes over what `old` knew of uses.
    pub(super) fn follow(&self, old: &Self) {
        for (digest, key) in &self.secret {
            if let Some(old) = old.secret.get(digest) {
                key.used.follow(&old.used);
            }
        }
        for (text, key) in &self.publishable {
            if let Some(old) = old.publishable.get(text) {
                key.used.follow(&old.used);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, control, project};

    #[test]
    fn a_use_is_told_once_an_hour_whatever_is_read_again() {
        let ours = project(1);
        let before = control(&ours, &[]);
        assert_eq!(before.uses(), []);
        before.publishable["pk_1"].used.mark(NOW);
        let after = control(&ours, &[]);
        after.follow(&before);
        let hour = NOW - NOW % HOUR_MS;
        let told = after.uses();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].at, hour);
        after.publishable["pk_1"].used.mark(hour + HOUR_MS - 1);
        assert_eq!(after.uses(), []);
        after.publishable["pk_1"].used.mark(hour + HOUR_MS);
        assert_eq!(after.uses()[0].at, hour + HOUR_MS);
    }
}
