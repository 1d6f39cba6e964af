//! Screens a server made a short while ago, for whoever asks about one output: a screen
//! reads everything there is, which one output is not worth. Whoever asks about all of
//! them, or about a moment of the past, has one made.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::Screen;
use crate::{
    control::ProjectId,
    label::{Policy, policy::ScreenTerms},
    store::{Store, StoreError},
};

/// For how long a screen is good at least.
const GOOD_FOR: Duration = Duration::from_secs(30);
/// Or so many times as long as it took to make: making them takes a twentieth of the time.
const GOOD_FOR_TIMES: u32 = 20;
/// For how long one will do, past that, while the next is made: whoever looks at a list does
/// not wait for a reading of everything.
const WILL_DO_FOR: Duration = Duration::from_secs(3_600);
/// Screens that are kept: projects and policies that are asked about at once.
const KEPT: usize = 64;

struct Kept {
    screen: Arc<Screen>,
    as_of: u64,
    made: Instant,
    took: Duration,
}

/// What a screen made a while ago is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    Good,
    WillDo,
    Nothing,
}

fn worth(age: Duration, took: Duration) -> Worth {
    let good_for = GOOD_FOR.max(took * GOOD_FOR_TIMES);
    if age < good_for {
        Worth::Good
    } else if age < good_for + WILL_DO_FOR {
        Worth::WillDo
    } else {
        Worth::Nothing
    }
}

/// Screens by project and thresholds.
#[derive(Default)]
pub struct Screens {
    kept: Mutex<HashMap<(ProjectId, ScreenTerms), Kept>>,
    /// Held while one is made: others would only make the same.
    making: Mutex<()>,
}

impl Screens {
    /// A screen of about now, `as_of` (Unix ms).
    pub fn recent(
        &self,
        store: &dyn Store,
        policy: &Policy,
        project: ProjectId,
        as_of: u64,
    ) -> Result<Arc<Screen>, StoreError> {
        let good = || match self.known(policy, project, as_of) {
            Some((screen, Worth::Good)) => Some(screen),
            _ => None,
        };
        if let Some(screen) = good() {
            return Ok(screen);
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(screen) = good() {
            return Ok(screen);
        }
        self.make(store, policy, project, as_of)
    }

    /// As [`Screens::recent`], but one that was good a while ago will do, and the next is
    /// made meanwhile. Only who asks first, or after an hour, waits.
    pub fn at_hand(
        self: &Arc<Self>,
        store: &Arc<impl Store + 'static>,
        policy: &Policy,
        project: ProjectId,
        as_of: u64,
    ) -> Result<Arc<Screen>, StoreError> {
        match self.known(policy, project, as_of) {
            Some((screen, Worth::Good)) => Ok(screen),
            Some((screen, Worth::WillDo)) => {
                let (screens, store) = (Arc::clone(self), Arc::clone(store));
                let policy = policy.clone();
                thread::spawn(move || {
                    // Whoever holds it is making one.
                    let Ok(_making) = screens.making.try_lock() else {
                        return;
                    };
                    if let Err(error) = screens.make(&*store, &policy, project, as_of) {
                        tracing::error!(%error, "a screen could not be made");
                    }
                });
                Ok(screen)
            }
            _ => self.recent(&**store, policy, project, as_of),
        }
    }

    fn known(
        &self,
        policy: &Policy,
        project: ProjectId,
        as_of: u64,
    ) -> Option<(Arc<Screen>, Worth)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.get(&(project, policy.screen))?;
        let worth = worth(known.made.elapsed(), known.took);
        let is_known = known.as_of <= as_of && worth != Worth::Nothing;
        is_known.then(|| (Arc::clone(&known.screen), worth))
    }

    fn make(
        &self,
        store: &dyn Store,
        policy: &Policy,
        project: ProjectId,
        as_of: u64,
    ) -> Result<Arc<Screen>, StoreError> {
        let started = Instant::now();
        let screen = Arc::new(Screen::of_store(store, policy, project, as_of)?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        let known = Kept {
            screen: Arc::clone(&screen),
            as_of,
            made: Instant::now(),
            took: started.elapsed(),
        };
        kept.insert((project, policy.screen), known);
        Ok(screen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SqliteStore;

    #[test]
    fn a_screen_is_good_for_as_long_as_it_was_dear() {
        let seconds = Duration::from_secs;
        for (age, took, expected) in [
            (29, 0, Worth::Good),
            (30, 0, Worth::WillDo),
            (3_629, 0, Worth::WillDo),
            (3_630, 0, Worth::Nothing),
            (199, 10, Worth::Good),
            (200, 10, Worth::WillDo),
            (3_800, 10, Worth::Nothing),
        ] {
            assert_eq!(worth(seconds(age), seconds(took)), expected, "{age} {took}");
        }
    }

    #[test]
    fn whoever_looks_at_a_list_does_not_wait_for_the_next_screen() {
        let directory = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(directory.path()).unwrap());
        let (screens, project) = (Arc::new(Screens::default()), ProjectId(1));
        let policy = Policy::default_policy().unwrap();
        let at_hand = |as_of| screens.at_hand(&store, &policy, project, as_of).unwrap();
        let first = at_hand(5);
        assert!(Arc::ptr_eq(&first, &at_hand(6)));
        {
            let mut kept = screens.kept.lock().unwrap();
            let known = kept.get_mut(&(project, policy.screen)).unwrap();
            known.made = known.made.checked_sub(GOOD_FOR).unwrap();
        }
        assert!(Arc::ptr_eq(&first, &at_hand(7)), "it will do");
        while Arc::ptr_eq(&first, &at_hand(8)) {
            thread::yield_now();
        }
        // Of a moment before it was made it says nothing.
        assert!(!Arc::ptr_eq(&at_hand(9), &at_hand(6)));
    }
}
