//! What an erasure says of itself: its steps, and where else the person is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::grave::Grave;
use crate::{
    control::ProjectId,
    store::{Tombstone, What},
};

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is on disk that nothing more of the person is taken.
    Tombstone,
    /// Facts, texts, registrations, assignments, spans: everything in the store.
    Store,
    /// Batches in the log.
    Log,
    /// Builds in the making are thrown away; finished ones that hold the person are named.
    Builds,
    /// The database's file holds none of the bytes any more.
    File,
}

impl Step {
    /// All, in order.
    pub const ALL: [Self; 5] = [
        Self::Tombstone,
        Self::Store,
        Self::Log,
        Self::Builds,
        Self::File,
    ];
}

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has not begun.
    Waiting,
    /// It has begun; after a failure, it is tried again.
    Running,
    /// It is done for good.
    Done,
}

/// One step of one erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// Which.
    pub step: Step,
    /// How far it is.
    pub state: State,
    /// When it was done, Unix ms.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub done_at: Option<u64>,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// What it found, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub found: BTreeMap<String, u64>,
}

/// A build that was made before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HeldBy {
    /// Its id.
    pub build: String,
    /// Dataset or brief.
    pub kind: String,
    /// Where it was written.
    pub out: String,
}

/// Labels about the person's outputs that were sent to another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentTo {
    /// Which, as `tacit push` names it.
    pub target: String,
    /// Of how many outputs.
    pub outputs: u64,
}

/// An erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Its id.
    pub job: String,
    /// The kind of id the person was named by.
    pub kind: String,
    /// Whether there is anything left to do.
    pub state: State,
    /// When it was asked for, Unix ms.
    pub requested_at: u64,
    /// When the last step was done, Unix ms.
    pub finished_at: Option<u64>,
    /// In their order.
    pub steps: Vec<StepReport>,
    /// Builds that hold the person.
    pub builds: Vec<HeldBy>,
    /// Builds that are not where they were written, or cannot be read from here: whether
    /// they hold the person is not known.
    pub builds_unread: Vec<HeldBy>,
    /// Systems that were told about the person's outputs.
    pub sent_to: Vec<SentTo>,
    /// The tenant.
    #[serde(skip)]
    pub project: ProjectId,
}

impl Erasure {
    /// One that was just asked for.
    #[must_use]
    pub fn new(project: ProjectId, job: String, kind: &str, now: u64) -> Self {
        let steps = Step::ALL.map(|step| StepReport {
            step,
            state: State::Waiting,
            done_at: None,
            error: None,
            found: BTreeMap::new(),
        });
        Self {
            job,
            kind: kind.into(),
            state: State::Running,
            requested_at: now,
            finished_at: None,
            steps: steps.into(),
            builds: Vec::new(),
            builds_unread: Vec::new(),
            sent_to: Vec::new(),
            project,
        }
    }

    /// The person's own tombstone.
    #[must_use]
    pub fn tombstone(&self, grave: Grave) -> Tombstone {
        Tombstone {
            project: self.project,
            what: What::Subject,
            grave,
            job: self.job.clone(),
            at: self.requested_at,
        }
    }

    /// Whether `step` is done.
    #[must_use]
    pub fn is_done(&self, step: Step) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|report| report.step == step && report.state == State::Done)
    }

    /// Adds to what `step` found.
    pub fn found(&mut self, step: Step, name: &str, count: u64) {
        if let Some(report) = self.of(step) {
            *report.found.entry(name.into()).or_default() += count;
        }
    }

    /// `step` begins, again perhaps.
    pub fn begin(&mut self, step: Step) {
        if let Some(report) = self.of(step) {
            report.state = State::Running;
        }
    }

    /// `step` is done at `now` (Unix ms).
    pub fn done(&mut self, step: Step, now: u64) {
        if let Some(report) = self.of(step) {
            report.state = State::Done;
            report.done_at = Some(now);
            report.error = None;
        }
        if self.steps.iter().all(|report| report.state == State::Done) {
            self.state = State::Done;
            self.finished_at = Some(now);
        }
    }

    /// `step` did not work out this time.
    pub fn failed(&mut self, step: Step, error: &str) {
        if let Some(report) = self.of(step) {
            report.error = Some(error.into());
        }
    }

    fn of(&mut self, step: Step) -> Option<&mut StepReport> {
        self.steps.iter_mut().find(|report| report.step == step)
    }
}
