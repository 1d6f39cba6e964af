//! Forgetting a person.
//!
//! # The path of an erasure
//!
//! 1. Somebody with a secret key, or at the command line, names a person as the site
//!    does. Before they are answered, a [`grave`] is durable: in the store and, beside it,
//!    in a file of its own ([`file`]). From here on nothing more of that person is
//!    taken: not at the edge, not out of the log, not by a registration.
//! 2. The thread that runs here finds what the store has of them
//!    ([`ErasureStore::look_for`]), buries the sessions and outputs that were theirs
//!    alone, and removes it all in one transaction that moves their events to `erased` in
//!    the books.
//! 3. It takes them out of the log ([`Log::rewrite`]), throws builds in the making away
//!    and names finished ones that hold the person ([`builds`]).
//! 4. It has the store shred what was removed ([`ErasureStore::shred`]): SQLite writes its
//!    file anew and empties its write-ahead log. It is then in no file.
//!
//! Every step is done again until it is done, whoever is killed meanwhile: what is to do
//! follows from the graves. A store that was restored from a backup lacks graves that the
//! file has: they are put back and the second step is done before anything is served.

pub(crate) mod builds;
mod file;
pub mod grave;
mod graves;
mod report;
#[cfg(test)]
mod tests;
pub(crate) mod unfinished;

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use tacit_signals::{Id, SubjectKind};
use thiserror::Error;

pub(crate) use self::file::NAME as GRAVES;
pub use self::report::{Erasure, HeldBy, SentTo, State, Step, StepReport};
use self::{file::GraveFile, grave::Grave, graves::Graves, unfinished::Unfinished};
use crate::{
    accept::trim::trimmed,
    bell::Bell,
    control::{ControlCell, Project},
    log::Log,
    metrics::{self, Count},
    store::{AnyStore, ErasureStore, StoreError, Tombstone, rows::StoredSubject},
    wall::now_ms,
};

/// Between two looks for erasures another process asked for, and before another try.
const EVERY: Duration = Duration::from_millis(1_000);
/// Looks for whoever reads an older state before that is left for later: some seconds.
const SHRED_TRIES: u32 = 20;
/// Bytes of the grave an erasure is called by.
const JOB_BYTES: usize = 8;
/// Looks at the store in one erasure; what the first ones bury is all there is.
const LOOKS_MAX: u32 = 16;

/// The erasures of a data directory.
pub struct Erasures {
    store: Arc<dyn AnyStore>,
    control: Arc<ControlCell>,
    file: Mutex<GraveFile>,
    data: PathBuf,
    bell: Bell,
    stop: AtomicBool,
}

/// Why a step is not done yet.
#[derive(Debug, Error)]
pub enum EraseError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It has to wait for somebody.
    #[error("{0}")]
    Busy(&'static str),
}

impl Erasures {
    /// Those of the directory `data`. A store that was restored is brought to what the
    /// file of graves says, and what the store still has of anybody is removed.
    pub fn open(
        data: &Path,
        store: Arc<dyn AnyStore>,
        control: Arc<ControlCell>,
    ) -> Result<Self, EraseError> {
        let (file, written) = GraveFile::open(data)?;
        let erasures = Self {
            store,
            control,
            file: Mutex::new(file),
            data: data.into(),
            bell: Bell::default(),
            stop: AtomicBool::new(false),
        };
        erasures.agree(&written)?;
        for mut erasure in erasures.store.open_erasures()? {
            let removed = erasures.at(&mut erasure, Step::Store, |erasure| {
                erasures.unstore(erasure)
            });
            match removed {
                // Nothing is served of a store that is away; it goes on once it is there.
                Err(EraseError::Store(StoreError::Unreachable(error))) => {
                    tracing::warn!(error, "an erasure waits for the store");
                }
                removed => removed?,
            }
        }
        Ok(erasures)
    }

    /// Makes the file and the store say the same.
    fn agree(&self, written: &[Tombstone]) -> Result<(), EraseError> {
        let key = |tombstone: &Tombstone| (tombstone.project, tombstone.what, tombstone.grave);
        let stored = self.store.tombstones()?;
        let known: HashSet<_> = stored.iter().map(key).collect();
        let kept: HashSet<_> = written.iter().map(key).collect();
        let control = self.control.get();
        let missing: Vec<Tombstone> = written
            .iter()
            .filter(|grave| !known.contains(&key(grave)))
            .filter(|grave| control.projects.contains_key(&grave.project))
            .cloned()
            .collect();
        if !missing.is_empty() {
            tracing::warn!(
                graves = missing.len(),
                "the store is older than the graves beside it: erasing again"
            );
            self.store.bury(&missing)?;
            self.look_again()?;
        }
        let unwritten: Vec<Tombstone> = stored
            .into_iter()
            .filter(|grave| !kept.contains(&key(grave)))
            .collect();
        Ok(self.file().append(&unwritten)?)
    }

    /// Asks for an erasure. On return it is durable that nothing more of the person is
    /// taken.
    pub fn ask(
        &self,
        project: &Project,
        subject: &StoredSubject,
        now: u64,
    ) -> Result<Erasure, EraseError> {
        let grave = grave::of_subject(&project.pepper, subject);
        let mut asked = asking(project, grave, subject.kind, now);
        let known = self.store.erasure(project.id, &asked.job)?;
        if let Some(known) = known.filter(|known| known.is_done(Step::Tombstone)) {
            return Ok(known);
        }
        // A grave that is in the file alone is taken up by the next start.
        self.file().append(&[asked.tombstone(grave)])?;
        asked.done(Step::Tombstone, now);
        let asked = self.store.ask(&asked, grave)?;
        self.store.doubt()?;
        self.look_again()?;
        self.bell.ring();
        Ok(asked)
    }

    /// Works until told to stop.
    pub fn run(&self, log: &Log) {
        loop {
            if let Err(error) = self.work(log) {
                tracing::warn!(%error, "an erasure is not done yet");
            }
            if self.stop.load(Ordering::Acquire) {
                return;
            }
            self.bell.wait(EVERY);
        }
    }

    /// Ends [`Erasures::run`] once the step it is at is done.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.bell.ring();
    }

    /// Does whatever is to do. What all erasures need once is done once for all.
    pub fn work(&self, log: &Log) -> Result<(), EraseError> {
        let mut open = self.store.open_erasures()?;
        for step in Step::ALL {
            if self.stop.load(Ordering::Acquire) {
                return Ok(());
            }
            self.step(step, &mut open, log)?;
        }
        Ok(())
    }

    fn step(&self, step: Step, open: &mut [Erasure], log: &Log) -> Result<(), EraseError> {
        match step {
            Step::Tombstone => self.each(step, open, |erasure| self.entomb(erasure)),
            Step::Store => self.each(step, open, |erasure| self.unstore(erasure)),
            Step::Log => self.all(step, open, |due| self.unlog(log, due)),
            Step::Builds => self.each(step, open, |erasure| self.unbuild(erasure)),
            Step::File => self.all(step, open, |due| self.rebuild(due)),
        }
    }

    fn each(
        &self,
        step: Step,
        open: &mut [Erasure],
        act: impl Fn(&mut Erasure) -> Result<(), EraseError>,
    ) -> Result<(), EraseError> {
        open.iter_mut()
            .try_for_each(|erasure| self.at(erasure, step, &act))
    }

    fn at(
        &self,
        erasure: &mut Erasure,
        step: Step,
        act: impl FnOnce(&mut Erasure) -> Result<(), EraseError>,
    ) -> Result<(), EraseError> {
        self.all(step, std::slice::from_mut(erasure), |due| {
            due.iter_mut().next().map_or(Ok(()), |erasure| act(erasure))
        })
    }

    /// Does `step` for those that are not past it, and writes down how it went.
    fn all(
        &self,
        step: Step,
        open: &mut [Erasure],
        act: impl FnOnce(&mut [&mut Erasure]) -> Result<(), EraseError>,
    ) -> Result<(), EraseError> {
        let mut due: Vec<&mut Erasure> = open
            .iter_mut()
            .filter(|erasure| !erasure.is_done(step))
            .collect();
        if due.is_empty() {
            return Ok(());
        }
        for erasure in &mut due {
            erasure.begin(step);
        }
        let acted = act(&mut due);
        for erasure in &mut due {
            match &acted {
                Ok(()) => erasure.done(step, now_ms()),
                Err(error) => erasure.failed(step, &error.to_string()),
            }
            self.store.keep_erasure(erasure)?;
            if erasure.state == State::Done {
                metrics::count(Count::ErasureDone);
            }
        }
        acted
    }

    /// The grave is in the file as well, and known at the edge.
    fn entomb(&self, erasure: &Erasure) -> Result<(), EraseError> {
        // Another process may have asked.
        self.store.doubt()?;
        let all = self.store.tombstones()?.into_iter();
        let own: Vec<Tombstone> = all.filter(|grave| grave.job == erasure.job).collect();
        self.file().append(&own)?;
        self.look_again()
    }

    /// Removes everything from the store. What has to be buried first is, and then looked
    /// for again: nothing can come in between.
    fn unstore(&self, erasure: &mut Erasure) -> Result<(), EraseError> {
        // Nothing that is found goes for its age meanwhile.
        let _removing = self.store.removing()?;
        for _ in 0..LOOKS_MAX {
            let found = self.store.look_for(erasure.project, &erasure.job)?;
            if !found.graves.is_empty() {
                let graves = found.tombstones(erasure.project, &erasure.job, now_ms());
                self.store.bury(&graves)?;
                self.file().append(&graves)?;
                continue;
            }
            if found.is_empty() {
                return self.look_again();
            }
            self.store.remove(erasure, &found)?;
        }
        Err(EraseError::Busy("more of the person keeps coming"))
    }

    fn unlog(&self, log: &Log, due: &mut [&mut Erasure]) -> Result<(), EraseError> {
        let graves = Graves::of(&*self.store, &self.control.get())?;
        let mut events = 0;
        let rewritten = log.rewrite(&mut |payload| {
            let (bytes, erased) = trimmed(payload, &graves)?;
            events += u64::from(erased);
            Some(bytes)
        })?;
        for erasure in due {
            for (name, count) in [
                ("segments", rewritten.segments),
                ("rewritten", rewritten.rewritten),
                ("records", rewritten.records),
                ("events", events),
            ] {
                erasure.found(Step::Log, name, count);
            }
        }
        Ok(())
    }

    fn unbuild(&self, erasure: &mut Erasure) -> Result<(), EraseError> {
        let project = erasure.project;
        let Unfinished { dropped, busy } = unfinished::drop_idle(&self.data, project)?;
        if busy > 0 {
            return Err(EraseError::Busy("a dataset is being built"));
        }
        let exports = unfinished::drop_exports(&self.data, SystemTime::now())?;
        let graves = Graves::of(&*self.store, &self.control.get())?;
        let held = builds::held(&*self.store, &self.data.join("builds"), project, &graves)?;
        erasure.found(Step::Builds, "unfinished", dropped + exports);
        erasure.builds = held.holding;
        erasure.builds_unread = held.unread;
        Ok(())
    }

    fn rebuild(&self, due: &mut [&mut Erasure]) -> Result<(), EraseError> {
        let is_rebuilt = |erasure: &&mut Erasure| {
            let mut steps = erasure.steps.iter();
            steps.any(|report| report.step == Step::File && !report.found.is_empty())
        };
        if !due.iter().all(is_rebuilt) {
            self.store.shred()?;
            for erasure in &mut *due {
                erasure.found(Step::File, "rebuilt", 1);
            }
        }
        for _ in 0..SHRED_TRIES {
            if self.store.is_shredded()? {
                return Ok(());
            }
        }
        Err(EraseError::Busy(
            "somebody reads an older state of the store: what was removed is readable until they end",
        ))
    }

    /// The edge takes nothing of them either.
    fn look_again(&self) -> Result<(), EraseError> {
        self.control.set(self.store.control()?);
        Ok(())
    }

    fn file(&self) -> MutexGuard<'_, GraveFile> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for an erasure in the store alone: a collector that runs beside takes it up.
pub fn ask(
    store: &dyn ErasureStore,
    project: &Project,
    subject: &StoredSubject,
    now: u64,
) -> Result<Erasure, StoreError> {
    let grave = grave::of_subject(&project.pepper, subject);
    store.ask(&asking(project, grave, subject.kind, now), grave)
}

/// Made of the grave: asking again asks after the same erasure.
fn asking(project: &Project, grave: Grave, kind: SubjectKind, now: u64) -> Erasure {
    let job = format!("er_{}", hex::encode(&grave[..JOB_BYTES]));
    Erasure::new(project.id, job, kind.name(), now)
}

/// The stored form of whom `raw` names, by an id of that kind; `None` when it is no such
/// id.
#[must_use]
pub fn subject_of(project: &Project, raw: &str, kind: SubjectKind) -> Option<StoredSubject> {
    if kind == SubjectKind::Session {
        let session = tacit_signals::SessionId::parse("subject", raw).ok()?;
        return Some(project.session_subject(session));
    }
    let id = Id::parse("subject", raw).ok()?;
    Some(project.subject(id.as_str(), kind))
}
