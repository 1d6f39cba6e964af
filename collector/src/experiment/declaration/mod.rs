//! What an experiment is, said before it runs.

use serde::{Deserialize, Serialize};

use super::metric::Metric;
use crate::label::Milli;

/// An experiment as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardrail {
    /// The metric.
    pub metric: Metric,
    /// How much worse than the control still counts as no harm, in the metric's unit:
    /// a non-inferiority margin.
    pub margin: Milli,
}
