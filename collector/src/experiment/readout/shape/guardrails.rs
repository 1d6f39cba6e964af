//! What must not get worse.

use serde::{Deserialize, Serialize};

use super::Measured;
use crate::label::Milli;

/// A guardrail in every arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guarded {
    /// The metric.
    #[serde(flatten)]
    pub measured: Measured,
    /// How much worse still counts as no harm.
    pub margin: Milli,
    /// By treatment arm.
    pub guards: Vec<Guard>,
}

/// Whether a treatment arm harms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// The treatment arm.
    pub arm: String,
    /// What is known of it.
    pub state: GuardState,
    /// How much worse than the control: the difference, above 0 when it is worse.
    pub worse: Option<f64>,
    /// One-sided confidence sequence: no worse than this.
    pub at_most: Option<f64>,
    /// One-sided confidence sequence: at least this much worse.
    pub at_least: Option<f64>,
    /// All of it in a sentence.
    pub evidence: String,
}

/// The optimised metric rose while what guards it fell: the number was gamed, not the
/// answers made better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hacking {
    /// The treatment arm.
    pub arm: String,
    /// The metric that rose.
    pub metric: String,
    /// What is known of each guardrail that is harmed.
    pub evidence: Vec<String>,
}

/// What is known of a guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardState {
    /// It is not worse by the margin.
    Held,
    /// Not known yet.
    Open,
    /// It hardly happens to anybody in either arm, or nobody can be measured in it:
    /// there is nothing to judge, however long one waits.
    Rare,
    /// It is worse by more than the margin.
    Harmed,
}
