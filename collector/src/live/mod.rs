//! The live tail: what arrives for a project, as long as somebody watches.
//!
//! Nothing is kept of a project nobody asked about within [`LIVE_IDLE_MS_MAX`]; all that
//! ingest pays then is a look at one number. For a project that is watched the consumer
//! adds what it folded and handlers what they refused, to a [`ring`] in memory. The ring
//! holds no raw subject and no text ([`entry`]), and whoever is erased leaves it before
//! it is next shown.

pub mod entry;
pub mod folded;
pub mod ring;

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use self::{
    entry::{Entry, Refusal},
    ring::Ring,
};
use crate::{
    control::{Project, ProjectId},
    limits::{LIVE_IDLE_MS_MAX, LIVE_PROJECTS_MAX},
};

pub use ring::Tail;

/// The rings of all projects that are watched.
#[derive(Debug, Default)]
pub struct Live {
    /// How many rings there are, to be asked without a lock.
    watched: AtomicUsize,
    rings: Mutex<HashMap<ProjectId, Watched>>,
}

#[derive(Debug)]
struct Watched {
    ring: Ring,
    asked_at: u64,
}

impl Live {
    /// What came to `project` after the entry numbered `after`, asked at `now` (Unix ms).
    /// From now on what comes is kept for the next time.
    pub fn watch(&self, project: &Project, after: Option<u64>, now: u64) -> Tail {
        let mut rings = self.rings();
        if !rings.contains_key(&project.id) && rings.len() >= LIVE_PROJECTS_MAX {
            let longest = rings.iter().min_by_key(|(_, watched)| watched.asked_at);
            if let Some(project) = longest.map(|(project, _)| *project) {
                rings.remove(&project);
            }
        }
        let watched = rings.entry(project.id).or_insert_with(|| Watched {
            ring: Ring::new(now),
            asked_at: now,
        });
        watched.asked_at = now;
        watched.ring.forget(project);
        let tail = watched.ring.after(after);
        self.watched.store(rings.len(), Ordering::Release);
        tail
    }

    /// Whether anybody watches anything.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Acquire) > 0
    }

    /// Whether somebody watches `project`.
    #[must_use]
    pub fn watches(&self, project: ProjectId) -> bool {
        self.is_watched() && self.rings().contains_key(&project)
    }

    /// Adds what came to `project`, if somebody watches it.
    pub fn add(&self, project: ProjectId, entries: impl IntoIterator<Item = Entry>) {
        if !self.is_watched() {
            return;
        }
        if let Some(watched) = self.rings().get_mut(&project) {
            for entry in entries {
                watched.ring.push(entry);
            }
        }
    }

    /// Adds a request of which nothing was kept: to its project or, where it named none,
    /// to all that are watched.
    pub fn refused(&self, project: Option<ProjectId>, refusal: &Refusal) {
        if !self.is_watched() {
            return;
        }
        let mut rings = self.rings();
        let meant = rings
            .iter_mut()
            .filter(|(id, _)| project.is_none_or(|project| project == **id));
        for (_, watched) in meant {
            watched.ring.refuse(refusal.clone());
        }
    }

    /// Drops the rings nobody asked for lately, at `now` (Unix ms).
    pub fn sweep(&self, now: u64) {
        if !self.is_watched() {
            return;
        }
        let mut rings = self.rings();
        rings.retain(|_, watched| now.saturating_sub(watched.asked_at) <= LIVE_IDLE_MS_MAX);
        self.watched.store(rings.len(), Ordering::Release);
    }

    fn rings(&self) -> MutexGuard<'_, HashMap<ProjectId, Watched>> {
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
