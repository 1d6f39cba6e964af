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
        Arc, Mutex, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{control::ProjectId, metrics::Seen, wall::now_ms};

/// Counts of one project; of nobody's, while a batch has no valid key.
#[derive(Debug, Default)]
pub struct Tally {
    acknowledged_batches: AtomicU64,
    acknowledged_events: AtomicU64,
    refused: Mutex<Refused>,
    /// When this process last rejected one, by code, Unix ms.
    refused_last: Mutex<BTreeMap<String, u64>>,
    /// What an earlier process counted.
    before: OnceLock<Seen>,
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

    /// When batches were last rejected since this process began, by code, Unix ms.
    #[must_use]
    pub fn refused_last(&self) -> BTreeMap<String, u64> {
        let last = self.refused_last.lock();
        last.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All it counted, earlier processes too.
    #[must_use]
    pub fn ever(&self) -> Seen {
        Seen {
            batches: self.acknowledged_batches(),
            events: self.acknowledged_events(),
            refused: self.refused(),
        }
    }

    /// What it counted of `ever` since this process began to take batches.
    #[must_use]
    pub fn since_start(&self, ever: &Seen) -> Seen {
        let Some(before) = self.before.get() else {
            return ever.clone();
        };
        let mut refused = ever.refused.clone();
        refused.shed = refused.shed.saturating_sub(before.refused.shed);
        for (code, earlier) in &before.refused.rejected {
            if let Some(count) = refused.rejected.get_mut(code) {
                *count = count.saturating_sub(*earlier);
            }
        }
        Seen {
            batches: ever.batches.saturating_sub(before.batches),
            events: ever.events.saturating_sub(before.events),
            refused,
        }
    }

    /// Counts `batches` that are on disk.
    pub fn acknowledge(&self, batches: u64, events: u64) {
        self.acknowledged_batches
            .fetch_add(batches, Ordering::AcqRel);
        self.acknowledged_events.fetch_add(events, Ordering::AcqRel);
    }

    fn reject(&self, code: &str, now: u64) {
        let mut last = self
            .refused_last
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match last.get_mut(code) {
            Some(at) => *at = now,
            None => {
                last.insert(code.into(), now);
            }
        }
        drop(last);
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
    received: AtomicU64,
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

    /// From now on batches are taken: what is counted by now was counted before.
    pub fn begin(&self) {
        let projects = self.projects.read().unwrap_or_else(PoisonError::into_inner);
        for tally in projects.values().chain([&self.nobody]) {
            // Begins once; a second time changes nothing.
            let _ = tally.before.set(tally.ever());
        }
    }

    /// Batches that arrived since the process began.
    #[must_use]
    pub fn received_batches(&self) -> u64 {
        self.received.load(Ordering::Acquire)
    }

    /// A batch arrived.
    pub fn received(&self) -> Received {
        self.received.fetch_add(1, Ordering::AcqRel);
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
        self.tally.reject(code, now_ms());
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
            self.tally.reject("abandoned", now_ms());
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
    fn what_was_counted_before_the_start_is_told_apart() {
        let outcomes = Outcomes::default();
        let tally = outcomes.of(Some(ProjectId(1)));
        tally.acknowledge(3, 30);
        outcomes.received().rejected("key_unknown");
        outcomes.begin();
        let mut batch = outcomes.received();
        batch.belongs_to(Arc::clone(&tally));
        batch.acknowledged(4);
        outcomes.received().rejected("key_unknown");
        let since = tally.since_start(&tally.ever());
        assert_eq!((since.batches, since.events, since.ended()), (1, 4, 1));
        let nobody = outcomes.of(None);
        assert_eq!(nobody.since_start(&nobody.ever()).ended(), 1);
        assert_eq!(nobody.ever().ended(), 2);
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
