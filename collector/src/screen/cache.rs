//! Screens at hand, for whoever reads one output or a list of them: a screen reads
//! everything there is, which one output is not worth. Nobody waits for one: a reading takes
//! what is at hand, says as of when that is, and asks for a newer one, which is made behind
//! its back (`looker`). Whatever teaches or decides makes one of its own moment instead.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::Screen;
use crate::{
    control::ProjectId,
    label::policy::ScreenTerms,
    store::{Store, StoreError},
};

/// For how long a screen is good at least.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// Or so many times as long as it took to make: making them takes a twentieth of the time.
const GOOD_FOR_TIMES: u32 = 20;
/// Screens that are kept, and that are asked for at once: projects and policies.
const KEPT: usize = 64;

/// Of which project, by which thresholds.
type Name = (ProjectId, ScreenTerms);

/// A screen as it is at hand.
#[derive(Debug, Clone, Default)]
pub struct AtHand {
    /// Whom it leaves out: nobody before somebody looked.
    pub screen: Arc<Screen>,
    /// When somebody looked, Unix ms; `None` before.
    pub looked_at: Option<u64>,
}

struct Kept {
    at_hand: AtHand,
    made: Instant,
    took: Duration,
    asked: Instant,
}

impl Kept {
    fn is_good(&self) -> bool {
        is_good(self.made.elapsed(), self.took)
    }
}

/// Whether a screen need not be made again yet.
fn is_good(age: Duration, took: Duration) -> bool {
    age < GOOD_FOR.max(took * GOOD_FOR_TIMES)
}

/// Screens by project and thresholds.
#[derive(Default)]
pub struct Screens {
    kept: Mutex<HashMap<Name, Kept>>,
    /// Those that somebody asked for, once each.
    wanted: Mutex<VecDeque<Name>>,
    /// Held while one is made: others would only make the same.
    making: Mutex<()>,
    ending: AtomicBool,
}

impl Screens {
    /// The screen at hand, however old; a newer one is asked for where that is due.
    #[must_use]
    pub(crate) fn at_hand(&self, project: ProjectId, terms: ScreenTerms, now: u64) -> AtHand {
        if terms.is_off() {
            return AtHand {
                looked_at: Some(now),
                ..AtHand::default()
            };
        }
        let mut kept = lock(&self.kept);
        let known = kept.get_mut(&(project, terms));
        let (at_hand, is_good) = known.map_or_else(Default::default, |known| {
            known.asked = Instant::now();
            (known.at_hand.clone(), known.is_good())
        });
        drop(kept);
        if !is_good {
            self.want(project, terms);
        }
        at_hand
    }

    /// Asks for a look. More than can be kept are not remembered: whoever reads asks again.
    pub(crate) fn want(&self, project: ProjectId, terms: ScreenTerms) {
        let mut wanted = lock(&self.wanted);
        if wanted.len() < KEPT && !wanted.contains(&(project, terms)) {
            wanted.push_back((project, terms));
        }
    }

    /// Makes the screen that waits longest, at `now` (Unix ms); whether one waited.
    pub(crate) fn look_next(&self, store: &dyn Store, now: u64) -> Result<bool, StoreError> {
        let next = lock(&self.wanted).pop_front();
        let Some((project, terms)) = next else {
            return Ok(false);
        };
        self.recent(store, project, terms, now)?;
        Ok(true)
    }

    /// One that is good still, or else a new one.
    pub(crate) fn recent(
        &self,
        store: &dyn Store,
        project: ProjectId,
        terms: ScreenTerms,
        now: u64,
    ) -> Result<AtHand, StoreError> {
        let good = || {
            let kept = lock(&self.kept);
            let known = kept.get(&(project, terms)).filter(|known| known.is_good());
            known.map(|known| known.at_hand.clone())
        };
        if let Some(at_hand) = good() {
            return Ok(at_hand);
        }
        let making = lock(&self.making);
        if let Some(at_hand) = good() {
            return Ok(at_hand);
        }
        self.make(store, (project, terms), now, &making)
    }

    /// A new one, of all that is known.
    pub(crate) fn look(
        &self,
        store: &dyn Store,
        project: ProjectId,
        terms: ScreenTerms,
        now: u64,
    ) -> Result<AtHand, StoreError> {
        self.make(store, (project, terms), now, &lock(&self.making))
    }

    /// As of when there is one, Unix ms; asks for none.
    #[cfg(test)]
    pub(crate) fn looked_at(&self, project: ProjectId, terms: ScreenTerms) -> Option<u64> {
        lock(&self.kept).get(&(project, terms))?.at_hand.looked_at
    }

    /// Ends looks that are under way with [`StoreError::Ending`].
    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    fn make(
        &self,
        store: &dyn Store,
        (project, terms): Name,
        now: u64,
        _making: &MutexGuard<'_, ()>,
    ) -> Result<AtHand, StoreError> {
        let began = Instant::now();
        let goes_on = || !self.ending.load(Ordering::Acquire);
        let screen = Screen::of_store_while(store, &terms, (project, u64::MAX), &goes_on)?;
        let at_hand = AtHand {
            screen: Arc::new(screen),
            looked_at: Some(now),
        };
        let mut kept = lock(&self.kept);
        let made = Instant::now();
        if kept.len() >= KEPT && !kept.contains_key(&(project, terms)) {
            let unasked = kept.iter().min_by_key(|(_, known)| known.asked);
            if let Some(name) = unasked.map(|(name, _)| *name) {
                kept.remove(&name);
            }
        }
        let known = Kept {
            at_hand: at_hand.clone(),
            made,
            took: made.duration_since(began),
            asked: made,
        };
        kept.insert((project, terms), known);
        Ok(at_hand)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SqliteStore;

    const TERMS: ScreenTerms = ScreenTerms::DEFAULT;

    fn store() -> (tempfile::TempDir, SqliteStore) {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path()).unwrap();
        (directory, store)
    }

    #[test]
    fn a_screen_is_good_for_as_long_as_it_was_dear() {
        let seconds = Duration::from_secs;
        for (age, took, expected) in [
            (0, 0, true),
            (1, 0, false),
            (199, 10, true),
            (200, 10, false),
        ] {
            assert_eq!(
                is_good(seconds(age), seconds(took)),
                expected,
                "{age} {took}"
            );
        }
    }

    #[test]
    fn whoever_reads_takes_what_is_at_hand_and_asks_for_the_next() {
        let (_directory, store) = store();
        let (screens, project) = (Screens::default(), ProjectId(1));
        let at_hand = |now| screens.at_hand(project, TERMS, now).looked_at;
        assert_eq!((at_hand(5), at_hand(6)), (None, None), "nobody looked");
        assert!(screens.look_next(&store, 7).unwrap());
        assert!(!screens.look_next(&store, 8).unwrap(), "asked for once");
        assert_eq!(at_hand(9), Some(7));
        assert!(!screens.look_next(&store, 10).unwrap(), "it is good still");
        {
            let mut kept = lock(&screens.kept);
            let known = kept.get_mut(&(project, TERMS)).unwrap();
            known.made = known.made.checked_sub(GOOD_FOR).unwrap();
        }
        assert_eq!(at_hand(11), Some(7), "the old one until there is another");
        assert!(screens.look_next(&store, 12).unwrap());
        assert_eq!(at_hand(13), Some(12));
        let off = ScreenTerms {
            acts_per_minute: 0,
            acts_per_hour: 0,
            run_acts: 0,
            share_outputs: 0,
            replays: 0,
            guesses: 0,
            ..TERMS
        };
        assert_eq!(screens.at_hand(project, off, 14).looked_at, Some(14));
        assert!(
            !screens.look_next(&store, 15).unwrap(),
            "there is nothing to look for"
        );
    }

    #[test]
    fn the_one_that_was_asked_for_longest_ago_goes() {
        let (_directory, store) = store();
        let screens = Screens::default();
        let all: Vec<_> = (1..=65).map(ProjectId).collect();
        for project in &all[..KEPT] {
            screens.look(&store, *project, TERMS, 1).unwrap();
        }
        let looked_at = |project| screens.at_hand(project, TERMS, 2).looked_at;
        assert_eq!(looked_at(all[0]), Some(1));
        screens.look(&store, all[KEPT], TERMS, 3).unwrap();
        assert_eq!(lock(&screens.kept).len(), KEPT);
        assert_eq!((looked_at(all[0]), looked_at(all[1])), (Some(1), None));
        assert_eq!(looked_at(all[KEPT]), Some(3));
    }
}
