//! The shape of a readout: what `readout.json` and the API answer with.
//!
//! Shares, deltas and bounds are in the unit of their metric (a share of 0.05 is five
//! points), rounded to six decimals, p-values and e-values to six digits; times are
//! Unix ms. What is not known is null.

mod course;
mod effects;
mod guardrails;
mod holdout;
mod people;
mod segments;

use serde::{Deserialize, Serialize};

pub use self::{
    course::{Course, Look, Novelty, Power, Series, Week},
    effects::{Comparison, Correction, Effect, Effects, Measured, Method, Value},
    guardrails::{Guard, GuardState, Guarded, Hacking},
    holdout::{Holdout, HoldoutMetric},
    people::{ArmPeople, People, Srm},
    segments::{Dimension, Segment},
};
use crate::label::Milli;

/// Version of this shape.
pub const VERSION: u32 = 1;

/// What an experiment says by now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Readout {
    /// Version of this shape.
    pub version: u32,
    /// The experiment's name.
    pub experiment: String,
    /// As known at this moment.
    pub as_of: u64,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// When the experiment starts.
    pub starts_at: u64,
    /// When it ends; open where null.
    pub ends_at: Option<u64>,
    /// Milliseconds after an output was first shown before it counts.
    pub settle_ms: u64,
    /// How long before the start the pre-period of CUPED reaches.
    pub pre_period_ms: u64,
    /// Chance of finding a difference where there is none, over all looks.
    pub alpha: Milli,
    /// The smallest change of the primary metric worth knowing, in its unit.
    pub mde: Milli,
    /// Why no effect is shown, if so.
    pub stopped: Option<Stopped>,
    /// Who took part.
    pub people: People,
    /// Whether people came into the arms as often as declared; null while there are
    /// none.
    pub srm: Option<Srm>,
    /// What the arms did; null where `stopped`.
    pub effects: Option<Effects>,
    /// Everybody held out against everybody else, in the experiment's time.
    pub holdout: Holdout,
}

/// Why no effect is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// More than 1 % of the people who took part were given another arm than they were
    /// assigned.
    ArmMismatch,
}

impl Readout {
    /// The readout as a file of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
