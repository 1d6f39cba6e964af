//! Screens a server made a short while ago, for whoever asks about one output: a screen
//! reads everything there is, which one output is not worth. Whoever asks about all of
//! them, or about a moment of the past, has one made.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
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
/// Screens that are kept: projects and policies that are asked about at once.
const KEPT: usize = 64;

struct Kept {
    screen: Arc<Screen>,
    as_of: u64,
    made: Instant,
    took: Duration,
}

/// Screens by project and thresholds.
#[derive(Default)]
pub struct Screens(Mutex<HashMap<(ProjectId, ScreenTerms), Kept>>);

impl Screens {
    /// A screen of about now, `as_of` (Unix ms).
    pub fn recent(
        &self,
        store: &dyn Store,
        policy: &Policy,
        project: ProjectId,
        as_of: u64,
    ) -> Result<Arc<Screen>, StoreError> {
        // Held while one is made: others would only make the same.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (project, policy.screen);
        if let Some(known) = kept.get(&key)
            && known.as_of <= as_of
            && known.made.elapsed() < GOOD_FOR.max(known.took * GOOD_FOR_TIMES)
        {
            return Ok(Arc::clone(&known.screen));
        }
        let started = Instant::now();
        let screen = Arc::new(Screen::of_store(store, policy, project, as_of)?);
        if kept.len() >= KEPT {
            kept.clear();
        }
        let known = Kept {
            screen: Arc::clone(&screen),
            as_of,
            made: Instant::now(),
            took: started.elapsed(),
        };
        kept.insert(key, known);
        Ok(screen)
    }
}
