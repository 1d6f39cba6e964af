//! Erasures in ClickHouse, where several collectors write at once.
//!
//! # Nothing of the person survives
//! A grave counts from one state of the [`history`](super::history) on ([`graves`]).
//! A block is checked against all graves of a state that was read after the block began, and
//! its last row says which state that was. So of a block one of three is true:
//! - It was checked against the grave, and has nothing of the person.
//! - It counted before whoever erases looked: what it has of them is found.
//! - It was checked before the grave was there, and counts after that look. Whoever looks
//!   waits for that: until every writer that may still write has ended a block that knows
//!   of the newest graves. One of the same process is waited for by taking its pen; others
//!   write an empty block as soon as they hear of new graves, which they ask for every
//!   moment. A collector that does neither is taken for dead after a while ([`late`]).
//!   One that was not (it was stopped, its machine was) reads the state again after its
//!   last row counted, and finds that graves came meanwhile; after a crash its next start
//!   does, as the last row says what was known. It then says that these erasures are
//!   *late*: they are open again, and everything is looked for once more.
//!
//! # Once, whoever dies
//! What is found is removed as a [`plan`], and the counts in the report of an erasure are
//! those of its plans. Before anything is looked for, plans that are there are carried out.
//!
//! # Nothing of them comes back
//! What a writer remembers to be written is forgotten when there are new graves, so that
//! it does not rest on rows that go. Links and places that an output of others has through
//! the person alone are written anew as if they had never come ([`places`]).
//!
//! # Each collector for itself
//! The log, the file of graves and builds in the making are in the directory of each: an
//! erasure is open for a collector until that one has done these steps as well.

mod find;
mod late;
mod look;
mod moved;
mod places;
mod remove;
mod shred;
mod sweep;

use std::collections::BTreeSet;

use super::{
    ClickHouseStore,
    blocks::Snapshot,
    documents::{Document, NewDocument, Next, Which},
    graves,
};
use crate::{
    control::ProjectId,
    erase::{Erasure, State as Progress, Step, grave::Grave},
    store::{ErasureStore, Found, StoreError, Tombstone},
};
use find::Theirs;
pub(super) use late::Silent;

const ERASURE: &str = "erasure";
/// That a collector has done what is to do in its own directory.
const HERE: &str = "erasure_here";

/// Steps that every collector does in its own directory.
const OWN: [Step; 3] = [Step::Tombstone, Step::Log, Step::Builds];

/// What a look found.
enum Own {
    /// Plans that are not carried out; there was no look beyond.
    Unfinished,
    /// By whoever held the lease of this name.
    Theirs(Box<Theirs>, String),
}

impl ErasureStore for ClickHouseStore {
    fn ask(&self, asked: &Erasure, grave: Grave) -> Result<Erasure, StoreError> {
        self.change(|state| {
            if let Some(known) = self.kept(asked.project, &asked.job)? {
                return Ok((None, known));
            }
            let documents = vec![
                graves::document(&asked.tombstone(grave), state)?,
                document(asked)?,
            ];
            Ok((Some(Next::of_graves(state, documents)), asked.clone()))
        })
    }

    fn bury(&self, tombstones: &[Tombstone]) -> Result<(), StoreError> {
        self.change(|state| {
            let buried = self.buried_at(state)?;
            let mut documents = Vec::new();
            let mut jobs: BTreeSet<(ProjectId, &str)> = BTreeSet::new();
            let mut new: BTreeSet<_> = BTreeSet::new();
            for tombstone in tombstones {
                let Tombstone {
                    project,
                    what,
                    grave,
                    job,
                    at,
                } = tombstone;
                if buried.has(*project, *what, grave) || !new.insert((project, what, grave)) {
                    continue;
                }
                documents.push(graves::document(tombstone, state)?);
                if !jobs.insert((*project, job)) {
                    continue;
                }
                let known = self.kept(*project, job)?;
                if known.is_none_or(|known| known.state == Progress::Done) {
                    // Of what it was asked by nothing is known here but the grave.
                    let restored = Erasure::new(*project, job.clone(), "restored", *at);
                    documents.push(document(&restored)?);
                }
            }
            let next = (!documents.is_empty()).then(|| Next::of_graves(state, documents));
            Ok((next, ()))
        })
    }

    fn tombstones(&self) -> Result<Vec<Tombstone>, StoreError> {
        Ok(self.buried()?.all())
    }

    /// Nothing is known to be not erased: every block asks.
    fn doubt(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn erasure(&self, project: ProjectId, job: &str) -> Result<Option<Erasure>, StoreError> {
        let Some(mut erasure) = self.kept(project, job)? else {
            return Ok(None);
        };
        self.told(&mut erasure)?;
        Ok(Some(erasure))
    }

    fn erasures(&self, project: ProjectId) -> Result<Vec<Erasure>, StoreError> {
        let mut all = newest(self.documents(ERASURE, Which::OfProject(project))?);
        for erasure in &mut all {
            self.told(erasure)?;
        }
        Ok(all)
    }

    fn open_erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let mut all = newest(self.documents(ERASURE, Which::All)?);
        if all.is_empty() {
            return Ok(all);
        }
        let late = self.late_jobs()?;
        let here = self.documents::<()>(HERE, Which::All)?.into_iter();
        let here: BTreeSet<(ProjectId, String)> =
            here.map(|here| (here.project, here.key)).collect();
        all.retain_mut(|erasure| {
            if late.contains(&(erasure.project, erasure.job.clone())) {
                reopen(erasure, &Step::ALL[1..]);
            }
            if !here.contains(&(erasure.project, self.here(&erasure.job))) {
                reopen(erasure, &OWN);
            }
            erasure.state != Progress::Done
        });
        for erasure in &mut all {
            self.counted(erasure)?;
        }
        Ok(all)
    }

    fn keep_erasure(&self, erasure: &Erasure) -> Result<(), StoreError> {
        let key = self.here(&erasure.job);
        let keys = [key.clone()];
        self.change(|state| {
            let mut documents = Vec::new();
            // A step that waits says the same every second.
            if self.kept(erasure.project, &erasure.job)?.as_ref() != Some(erasure) {
                documents.push(document(erasure)?);
            }
            let which = Which::Keys(erasure.project, &keys);
            if OWN.iter().all(|step| erasure.is_done(*step))
                && self.documents::<()>(HERE, which)?.is_empty()
            {
                documents.push(NewDocument::new(HERE, erasure.project, key.clone(), &())?);
            }
            let next = (!documents.is_empty()).then(|| Next::with(state, documents));
            Ok((next, ()))
        })
    }

    fn look_for(&self, project: ProjectId, job: &str) -> Result<Found, StoreError> {
        if !self.open_plans(project)?.is_empty() || self.is_expiring()? {
            return Ok(Found::new(BTreeSet::new(), true, Own::Unfinished));
        }
        let late = self.late_of(project, job)?;
        let buried = self.settled()?;
        self.sweep()?;
        let snapshot = Snapshot::take(&self.client)?;
        let (theirs, graves) = find::find(self, &snapshot, &buried, project, job)?;
        let holds = !theirs.is_empty();
        if !holds && graves.is_empty() && !late.is_empty() {
            self.note(&[late::looked(project, job, &late)?])?;
        }
        let holder = self.holder().unwrap_or_default();
        Ok(Found::new(
            graves,
            holds,
            Own::Theirs(Box::new(theirs), holder),
        ))
    }

    /// Removes it by a plan, and what the report says of it is that of its plans.
    fn remove(&self, erasure: &mut Erasure, found: &Found) -> Result<(), StoreError> {
        match found.own::<Own>()? {
            Own::Unfinished => self.finish_plans(erasure.project)?,
            Own::Theirs(theirs, holder) => {
                remove::remove(self, erasure.project, &erasure.job, theirs, holder)?;
            }
        }
        self.counted(erasure)
    }

    fn shred(&self) -> Result<(), StoreError> {
        self.begin_shredding()
    }

    fn is_shredded(&self) -> Result<bool, StoreError> {
        self.has_shredded()
    }
}

impl ClickHouseStore {
    /// An erasure as it was kept.
    fn kept(&self, project: ProjectId, job: &str) -> Result<Option<Erasure>, StoreError> {
        let keys = [job.to_owned()];
        let kept = self.documents(ERASURE, Which::Keys(project, &keys))?;
        Ok(newest(kept).pop())
    }

    /// Makes it say what is true of it now.
    fn told(&self, erasure: &mut Erasure) -> Result<(), StoreError> {
        if !self.late_of(erasure.project, &erasure.job)?.is_empty() {
            reopen(erasure, &Step::ALL[1..]);
        }
        self.counted(erasure)
    }

    /// Makes it say what its plans found.
    fn counted(&self, erasure: &mut Erasure) -> Result<(), StoreError> {
        let plans = self.plans_of(erasure.project, &erasure.job)?;
        let mut steps = erasure.steps.iter_mut();
        let Some(report) = steps.find(|report| report.step == Step::Store) else {
            return Ok(());
        };
        report.found.clear();
        erasure.sent_to.clear();
        for plan in plans {
            for (name, count) in plan.found {
                *report.found.entry(name).or_default() += count;
            }
            for sent in plan.sent_to {
                let mut known = erasure.sent_to.iter_mut();
                match known.find(|known| known.target == sent.target) {
                    Some(known) => known.outputs += sent.outputs,
                    None => erasure.sent_to.push(sent),
                }
            }
        }
        Ok(())
    }

    fn here(&self, job: &str) -> String {
        format!("{job}\n{}", self.collector)
    }
}

/// Erasures in the order they were asked for, as the last document of each says.
fn newest(documents: Vec<Document<Erasure>>) -> Vec<Erasure> {
    let mut last = std::collections::BTreeMap::new();
    for Document {
        project,
        key,
        mut body,
    } in documents
    {
        body.project = project;
        last.insert((project, key), body);
    }
    let mut erasures: Vec<Erasure> = last.into_values().collect();
    erasures.sort_by(|a, b| (a.requested_at, &a.job).cmp(&(b.requested_at, &b.job)));
    erasures
}

fn document(erasure: &Erasure) -> Result<NewDocument, StoreError> {
    NewDocument::new(ERASURE, erasure.project, &*erasure.job, erasure)
}

/// Makes `steps` of it due again.
fn reopen(erasure: &mut Erasure, steps: &[Step]) {
    for report in &mut erasure.steps {
        if steps.contains(&report.step) && report.state == Progress::Done {
            report.state = Progress::Running;
            report.done_at = None;
            // The files are written anew once more.
            if report.step == Step::File {
                report.found.clear();
            }
        }
    }
    if erasure
        .steps
        .iter()
        .any(|report| report.state != Progress::Done)
    {
        erasure.state = Progress::Running;
        erasure.finished_at = None;
    }
}
