//! What an experiment is, said before it runs.
//!
//! [`Declaration`] is what somebody said, in `tacit.toml` or over HTTP, checked
//! field by field; [`Experiment`] is what follows from it, with what was left out
//! filled in; [`Declared`] is the fact in the store. [`record`] writes it down:
//! once, and never another one under the same name.

pub mod config;
mod fields;
mod json;
mod read;
mod record;

use serde::{Deserialize, Serialize};
use tacit_signals::{
    Share,
    assignment::{Plan, PlanError},
};
use thiserror::Error;

use super::metric::Metric;
use crate::label::Milli;
pub use json::settle::text as settle_text;
pub use read::Declaration;
pub use record::{DeclareError, Recorded, end, record};

/// An experiment as declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Experiment {
    /// Its name, as in the `arms` of outputs: 1–64 of letters, digits, `_`, `.`, `-`.
    pub name: String,
    /// Two at least; the first is the control, which all others are compared with.
    pub arms: Vec<Arm>,
    /// Share of the people not held out who take part.
    pub traffic: Milli,
    /// Share of all people held out of it, the same people in every experiment.
    pub holdout: Milli,
    /// What is to get better.
    pub primary: Metric,
    /// What is looked at as well.
    pub secondary: Vec<Metric>,
    /// What must not get worse.
    pub guardrails: Vec<Guardrail>,
    /// The smallest change of the primary metric worth knowing, in its unit.
    pub mde: Milli,
    /// Chance of finding a difference where there is none.
    pub alpha: Milli,
    /// Milliseconds after an output was first shown before it counts, so that people
    /// had the time to act on it.
    #[serde(rename = "settle", with = "json::settle")]
    pub settle_ms: u64,
    /// When it starts, Unix ms.
    pub starts_at: u64,
    /// When it ends, Unix ms; open without.
    pub ends_at: Option<u64>,
    /// For people.
    pub note: Option<String>,
}

/// One arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// Its name; never `holdout`.
    pub name: String,
    /// Share of those taking part; all weights add up to 1.
    pub weight: Milli,
}

/// What must not get worse.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Guardrail {
    /// The metric.
    pub metric: Metric,
    /// How much worse than the control still counts as no harm, in the metric's unit:
    /// a non-inferiority margin.
    pub margin: Milli,
}

/// An experiment that was declared, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// As declared.
    pub experiment: Experiment,
    /// When it was declared, Unix ms.
    pub declared_at: u64,
    /// When somebody ended it, Unix ms.
    pub ended_at: Option<u64>,
    /// What was said, word for word: the same words again are the same declaration,
    /// whatever a later version fills in for what they leave out.
    pub said: serde_json::Value,
}

/// What an experiment is doing at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has not started.
    Planned,
    /// People take part in it.
    Running,
    /// Nobody does any more; its readout goes on until all outputs have settled.
    Ended,
}

/// A field that says what cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// The field; `experiment` for one that there is not.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl Experiment {
    /// What all others are compared with.
    #[must_use]
    pub fn control(&self) -> &str {
        self.arms.first().map_or("", |arm| &arm.name)
    }

    /// The arms that are compared with the control.
    pub fn treatments(&self) -> impl Iterator<Item = &Arm> {
        self.arms.iter().skip(1)
    }

    /// Who is in which arm.
    pub fn plan(&self) -> Result<Plan, PlanError> {
        let arms = self.arms.iter();
        let arms = arms.map(|arm| (arm.name.clone(), share(arm.weight)));
        let (holdout, traffic) = (share(self.holdout), share(self.traffic));
        Plan::new(&*self.name, holdout, traffic, arms.collect())
    }

    /// The fields in which two declarations differ.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let fields = [
            ("name", self.name != other.name),
            ("arms", self.arms != other.arms),
            ("traffic", self.traffic != other.traffic),
            ("holdout", self.holdout != other.holdout),
            ("primary", self.primary != other.primary),
            ("secondary", self.secondary != other.secondary),
            ("guardrails", self.guardrails != other.guardrails),
            ("mde", self.mde != other.mde),
            ("alpha", self.alpha != other.alpha),
            ("settle", self.settle_ms != other.settle_ms),
            ("starts_at", self.starts_at != other.starts_at),
            ("ends_at", self.ends_at != other.ends_at),
            ("note", self.note != other.note),
        ];
        let differing = fields.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(field, _)| field).collect()
    }
}

/// Thousandths as assignment has them; a declaration has none but shares here.
fn share(milli: Milli) -> Share {
    let thousandths = u64::try_from(milli.thousandths()).unwrap_or_default();
    Share::of(thousandths, 1_000)
}

impl Declared {
    /// When people begin to take part, Unix ms: never before it was declared, so
    /// that nobody declares what they have seen already.
    #[must_use]
    pub fn runs_from(&self) -> u64 {
        self.experiment.starts_at.max(self.declared_at)
    }

    /// The first moment nobody takes part any more, Unix ms; open without.
    #[must_use]
    pub fn runs_until(&self) -> Option<u64> {
        let ends = [self.experiment.ends_at, self.ended_at];
        ends.into_iter().flatten().min()
    }

    /// What it is doing at `now` (Unix ms).
    #[must_use]
    pub fn state(&self, now: u64) -> State {
        if self.runs_until().is_some_and(|until| until <= now) {
            State::Ended
        } else if now < self.runs_from() {
            State::Planned
        } else {
            State::Running
        }
    }
}

impl State {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Ended => "ended",
        }
    }
}

#[cfg(test)]
mod tests;
