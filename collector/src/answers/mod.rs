//! Answers that are made of every output, as they were worked out last.
//!
//! Guardrails, readouts and the gate ask about people, who come back in many conversations,
//! and between any two moments: they are made of every output there is. Whoever says that
//! what was found a while ago will do gets what is at hand, with the moment it is of. It is
//! made of outputs as the keeper of roll-ups keeps them ([`crate::sights`]), in a small part
//! of the time that facts take; only where none are kept, or the project is small, and for
//! the screen, all facts are read. The next is worked out behind:
//!
//! - [`Ask`] is a question, and [`Basis`] what it is asked of; both together work it out.
//! - [`Answers`] holds what came of it, in memory: it is made of facts, and of nothing that
//!   is gone by now. After an erasure, or when data ended, there is none.
//! - `standing` says whether roll-ups answer, and how far they are.
//! - `pace` says for how long an answer is good. What is quick is not kept at all.
//! - `warm` asks what the dashboard will, before anybody does.

mod ask;
mod pace;
mod standing;
#[cfg(test)]
mod tests;
mod warm;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

pub(crate) use self::warm::keep_warm;
pub use self::{
    ask::{Ask, AskError, Basis, Guarded, Span},
    pace::Worth,
};
use crate::{background::step_back, control::ProjectId, store::Forgotten, wall::now_ms};

/// Questions whose answers are held, of all projects.
const HELD_MAX: usize = 512;

/// What was found.
#[derive(Debug, Clone)]
pub struct Told {
    /// JSON.
    pub text: Arc<str>,
    /// As of when, Unix ms.
    pub as_of: u64,
}

/// The same for the same question of the same facts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Name {
    project: ProjectId,
    policy: String,
    ask: Ask,
}

/// Everything that was asked.
#[derive(Default)]
pub struct Answers {
    slots: Mutex<HashMap<Name, Arc<Slot>>>,
    /// Held by whoever works behind: one at a time.
    behind: Mutex<()>,
}

#[derive(Default)]
struct Slot {
    worked: Mutex<Option<Worked>>,
    /// Held while somebody waits for it to be worked out: others wait for the same.
    making: Mutex<()>,
    /// It is being worked out behind, or about to be.
    is_queued: AtomicBool,
}

struct Worked {
    told: Told,
    made: Instant,
    took: Duration,
    /// What was gone when its facts were read.
    forgotten: Forgotten,
}

impl Answers {
    /// What is known, however long ago it was found; the next is worked out behind where it
    /// is no longer good. Waits where nothing is known, or where it takes no time.
    pub fn at_hand(self: &Arc<Self>, basis: &Basis, ask: &Ask) -> Result<Told, AskError> {
        let slot = self.slot(basis, ask);
        let forgotten = basis.store.forgotten(basis.project)?;
        match slot.known(forgotten) {
            Some((told, Worth::Good)) => Ok(told),
            Some((told, Worth::WillDo)) => {
                self.work_behind(slot, basis.clone(), ask.clone());
                Ok(told)
            }
            Some((_, Worth::Nothing)) | None => {
                let asked = Instant::now();
                let _making = lock(&slot.making);
                match slot.made_since(asked, forgotten) {
                    Some(told) => Ok(told),
                    None => slot.work(basis, ask, forgotten).map(|(told, _)| told),
                }
            }
        }
    }

    /// Works it out for whoever will ask, unless it is known and was found so lately that
    /// nobody need; how long that took.
    fn prepare(&self, basis: &Basis, ask: &Ask) -> Result<Option<Duration>, AskError> {
        let slot = self.slot(basis, ask);
        let forgotten = basis.store.forgotten(basis.project)?;
        if slot.is_warm(forgotten) {
            return Ok(None);
        }
        let _behind = lock(&self.behind);
        let (_, took) = slot.work(basis, ask, forgotten)?;
        Ok(Some(took))
    }

    fn work_behind(self: &Arc<Self>, slot: Arc<Slot>, basis: Basis, ask: Ask) {
        if slot.is_queued.swap(true, Ordering::AcqRel) {
            return;
        }
        let answers = Arc::clone(self);
        let worker = thread::Builder::new().name("answers".into());
        let queued = Arc::clone(&slot);
        let started = worker.spawn(move || {
            step_back();
            let _behind = lock(&answers.behind);
            let forgotten = basis.store.forgotten(basis.project);
            let worked = forgotten
                .map_err(AskError::from)
                .and_then(|forgotten| queued.work(&basis, &ask, forgotten));
            if let Err(error) = worked {
                tracing::warn!(%error, ?ask, "an answer was not worked out anew");
            }
            queued.is_queued.store(false, Ordering::Release);
        });
        if let Err(error) = started {
            tracing::warn!(%error, "an answer was not worked out anew");
            slot.is_queued.store(false, Ordering::Release);
        }
    }

    fn slot(&self, basis: &Basis, ask: &Ask) -> Arc<Slot> {
        let name = Name {
            project: basis.project,
            policy: basis.policy.reference(),
            ask: ask.clone(),
        };
        let mut slots = lock(&self.slots);
        if slots.len() >= HELD_MAX && !slots.contains_key(&name) {
            // Rare: what is asked next is worked out once more.
            slots.clear();
        }
        Arc::clone(slots.entry(name).or_default())
    }
}

impl Slot {
    fn known(&self, forgotten: Forgotten) -> Option<(Told, Worth)> {
        let mut held = lock(&self.worked);
        // Of somebody who was erased, or of data that ended: it is not told any more.
        *held = held.take().filter(|worked| worked.forgotten == forgotten);
        let worked = held.as_ref()?;
        let worth = pace::worth(worked.made.elapsed(), worked.took);
        Some((worked.told.clone(), worth))
    }

    /// What somebody else worked out while this one waited.
    fn made_since(&self, asked: Instant, forgotten: Forgotten) -> Option<Told> {
        let held = lock(&self.worked);
        let worked = held
            .as_ref()
            .filter(|worked| worked.forgotten == forgotten)?;
        (worked.made >= asked + worked.took).then(|| worked.told.clone())
    }

    fn is_warm(&self, forgotten: Forgotten) -> bool {
        let held = lock(&self.worked);
        let known = held.as_ref().filter(|worked| worked.forgotten == forgotten);
        known.is_some_and(|worked| pace::is_warm(worked.made.elapsed(), worked.took))
    }

    /// `forgotten` was read before: what is forgotten meanwhile makes the answer void.
    fn work(
        &self,
        basis: &Basis,
        ask: &Ask,
        forgotten: Forgotten,
    ) -> Result<(Told, Duration), AskError> {
        let began = Instant::now();
        let told = ask.known(basis, now_ms())?;
        let took = began.elapsed();
        let worked = Worked {
            told: told.clone(),
            made: Instant::now(),
            took,
            forgotten,
        };
        *lock(&self.worked) = Some(worked);
        Ok((told, took))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
