//! Every received batch ends in exactly one outcome.
//!
//! A [`Received`] is made when a request arrives and consumed by its outcome;
//! one that is dropped without (a client that hung up half-way, a bug) is
//! counted as rejected with the code `abandoned`. Once a batch is queued for
//! the log its `Received` travels with it, so that a client that hangs up while
//! the disk syncs is still counted by what the disk did.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::control::ProjectId;

/// Counts of one project; of nobody's, while a batch has no valid key.
#[derive(Debug, Default)]
pub struct Tally {
    acknowledged_batches: AtomicU64,
    acknowledged_events: AtomicU64,
    refused: Mutex<Refused>,
}

/// Batches of which nothing was kept.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Refused {
    /// By code.
    pub rejected: BTreeMap<String, u64>,
    /// For want of room.
    pub shed: u64,
}

impl Tally {
    /// Events that are on disk; each ends stored, duplicate, quarantined or erased.
    #[must_use]
    pub fn acknowledged_events(&self) -> u64 {
        self.acknowledged_events.load(Ordering::Acquire)
    }

    /// Batches that are on disk.
    #[must_use]
    pub fn acknowledged_batches(&self) -> u64 {
        self.acknowledged_batches.load(Ordering::Acquire)
    }

    /// What was refused.
    #[must_use]
    pub fn refused(&self) -> Refused {
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Counts `batches` that are on disk.
    pub fn acknowledge(&self, batches: u64, events: u64) {
        self.acknowledged_batches
            .fetch_add(batches, Ordering::AcqRel);
        self.acknowledged_events.fetch_add(events, Ordering::AcqRel);
    }

    fn reject(&self, code: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match refused.rejected.get_mut(code) {
            Some(count) => *count += 1,
            None => {
                refused.rejected.insert(code.into(), 1);
            }
        }
    }

    fn shed(&self) {
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .shed += 1;
    }
}

/// The tallies of all projects.
#[derive(Debug, Default)]
pub struct Outcomes {
    nobody: Arc<Tally>,
    projects: RwLock<HashMap<ProjectId, Arc<Tally>>>,
}

impl Outcomes {
    /// The tally of `project`, or of batches without a valid key.
    #[must_use]
    pub fn of(&self, project: Option<ProjectId>) -> Arc<Tally> {
        let Some(project) = project else {
            return Arc::clone(&self.nobody);
        };
        let projects = self.projects.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(tally) = projects.get(&project) {
            return Arc::clone(tally);
        }
        drop(projects);
        let mut projects = self
            .projects
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(projects.entry(project).or_default())
    }

    /// Takes up the refusals an earlier process counted.
    pub fn resume(&self, project: Option<ProjectId>, refused: Refused) {
        *self
            .of(project)
            .refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = refused;
    }

    /// All refusals, to be kept.
    #[must_use]
    pub fn refused(&self) -> Vec<(Option<ProjectId>, Refused)> {
        let projects = self.projects.read().unwrap_or_else(PoisonError::into_inner);
        let own = projects
            .iter()
            .map(|(id, tally)| (Some(*id), tally.refused()));
        std::iter::once((None, self.nobody.refused()))
            .chain(own)
            .filter(|(_, refused)| *refused != Refused::default())
            .collect()
    }

    /// A batch arrived.
    pub fn received(&self) -> Received {
        Received {
            tally: Arc::clone(&self.nobody),
            open: true,
        }
    }
}

/// A batch on its way to its outcome.
#[derive(Debug)]
#[must_use = "a batch without an outcome counts as abandoned"]
pub struct Received {
    tally: Arc<Tally>,
    open: bool,
}

impl Received {
    /// Its key told whose it is.
    pub fn belongs_to(&mut self, tally: Arc<Tally>) {
        self.tally = tally;
    }

    /// It is on disk, with `events` to answer for.
    pub fn acknowledged(mut self, events: u64) {
        self.open = false;
        self.tally.acknowledge(1, events);
    }

    /// Nothing of it is kept, for a reason the sender can mend.
    pub fn rejected(mut self, code: &str) {
        self.open = false;
        self.tally.reject(code);
    }

    /// Nothing of it is kept for want of room; the sender should come again.
    pub fn shed(mut self) {
        self.open = false;
        self.tally.shed();
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if self.open {
            self.tally.reject("abandoned");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_batch_ends_once() {
        let outcomes = Outcomes::default();
        let ours = outcomes.of(Some(ProjectId(1)));
        let mut batch = outcomes.received();
        batch.belongs_to(Arc::clone(&ours));
        batch.acknowledged(7);
        let mut batch = outcomes.received();
        batch.belongs_to(Arc::clone(&ours));
        batch.shed();
        outcomes.received().rejected("key_unknown");
        drop(outcomes.received());

        assert_eq!(
            (ours.acknowledged_batches(), ours.acknowledged_events()),
            (1, 7)
        );
        assert_eq!(ours.refused().shed, 1);
        let nobody = outcomes.of(None).refused();
        let codes: Vec<_> = nobody
            .rejected
            .iter()
            .map(|(code, n)| (code.as_str(), *n))
            .collect();
        assert_eq!(codes, [("abandoned", 1), ("key_unknown", 1)]);
    }

    #[test]
    fn refusals_survive_a_restart() {
        let before = Outcomes::default();
        before.received().rejected("json_malformed");
        let after = Outcomes::default();
        for (project, refused) in before.refused() {
            after.resume(project, refused);
        }
        after.received().rejected("json_malformed");
        assert_eq!(after.of(None).refused().rejected["json_malformed"], 2);
    }
}
