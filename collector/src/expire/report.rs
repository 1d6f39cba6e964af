//! What an expiry says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Horizon, Horizons};
use crate::{
    control::ProjectId,
    erase::{HeldBy, State},
};

/// Why data end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The configuration says how long they are kept.
    Age,
    /// The store was larger than it may be.
    Size,
    /// `tacit expire` was called.
    Asked,
}

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Signals, texts, outputs.
    Facts,
    /// Sessions and people of whom nothing is left, arms of experiments.
    People,
    /// Builds in the making are thrown away; finished ones that reach back are named.
    Builds,
    /// The database's file is written anew, if it is time.
    File,
}

impl Step {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Facts, Self::People, Self::Builds, Self::File];
}

/// How far back a project reaches afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Its number.
    pub project: u32,
    /// What was received before is gone.
    #[serde(flatten)]
    pub horizon: Horizon,
}

/// An expiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// Its place in the order they were begun in.
    #[serde(default)]
    pub number: i64,
    /// Why.
    pub why: Why,
    /// Whether there is anything left to do.
    pub state: State,
    /// When it was begun, Unix ms.
    pub asked_at: u64,
    /// When the last step was done, Unix ms.
    pub finished_at: Option<u64>,
    /// The steps that are done.
    pub done: Vec<Step>,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// How far back projects reach afterwards.
    pub horizons: Vec<Reach>,
    /// What went, by name.
    pub removed: BTreeMap<String, u64>,
    /// Bytes of the store that hold something, before.
    pub bytes_before: u64,
    /// And now.
    pub bytes_after: u64,
    /// Whether the database's file was written anew; `false` leaves that for later.
    pub rewritten: bool,
    /// Builds that may hold what is gone.
    pub builds: Vec<HeldBy>,
}

impl Expiry {
    /// One that begins.
    #[must_use]
    pub fn new(why: Why, horizons: &Horizons, now: u64) -> Self {
        let mut expiry = Self {
            number: 0,
            why,
            state: State::Running,
            asked_at: now,
            finished_at: None,
            done: Vec::new(),
            error: None,
            horizons: Vec::new(),
            removed: BTreeMap::new(),
            bytes_before: 0,
            bytes_after: 0,
            rewritten: false,
            builds: Vec::new(),
        };
        expiry.reach(horizons);
        expiry
    }

    /// Takes these horizons over.
    pub fn reach(&mut self, horizons: &Horizons) {
        let reach = |(project, horizon): (&ProjectId, &Horizon)| Reach {
            project: project.0,
            horizon: *horizon,
        };
        self.horizons = horizons.iter().map(reach).collect();
    }

    /// Its horizons.
    #[must_use]
    pub fn horizons(&self) -> Horizons {
        let of = |reach: &Reach| (ProjectId(reach.project), reach.horizon);
        self.horizons.iter().map(of).collect()
    }

    /// Adds to what went.
    pub fn count(&mut self, name: &str, count: u64) {
        if count > 0 {
            *self.removed.entry(name.into()).or_default() += count;
        }
    }

    /// Whether nothing went.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed.values().all(|count| *count == 0)
    }

    /// Whether `step` is done.
    #[must_use]
    pub fn is_done(&self, step: Step) -> bool {
        self.done.contains(&step)
    }

    /// `step` is done at `now` (Unix ms).
    pub fn finish(&mut self, step: Step, now: u64) {
        if !self.is_done(step) {
            self.done.push(step);
        }
        self.error = None;
        if Step::ALL.iter().all(|step| self.is_done(*step)) {
            self.state = State::Done;
            self.finished_at = Some(now);
        }
    }
}
