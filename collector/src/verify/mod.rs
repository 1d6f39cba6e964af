//! The gate: may this go live, or stay live?
//!
//! A [`Subject`] is what is asked about, a release or an experiment, as the store knows
//! it. [`Evidence`] is what its readout says of one arm. [`decide`] weighs it, condition
//! by condition: **ship** when all hold, **stop** when one is broken, **hold** in
//! between, with how much longer. [`everybody`] asks the same of all that was ever
//! learnt, by those held out of it. A [`Report`] tells either.
//!
//! The decision is a pure function of a readout: the same facts, policy, declaration and
//! `as_of` give the same answer, and every number it rests on is in it.

mod ask;
mod conditions;
mod decide;
mod everybody;
mod evidence;
mod more;
mod report;
mod spoken;
mod subject;
mod text;
mod trend;

use serde::{Deserialize, Serialize};

pub use ask::{Asked, VerifyError, everybody_held_out, verify, verify_of};
pub use decide::{Decision, Outlook, decide};
pub use everybody::everybody;
pub use evidence::{Evidence, Gain, Guarding, HeldOut, Mix, Pace};
pub use more::More;
pub use report::{About, Compared, Report};
pub use spoken::Spoken;
pub use subject::{Origin, Subject, SubjectError, find};

/// People whom both arms need each before anything ships. The confidence sequence is
/// asymptotic, so it needs some to start from; no effect is worth a release that
/// fewer people than this have seen.
pub const PEOPLE_MIN: u64 = 200;

/// Share of people with another arm than assigned beyond which nothing is believed.
pub const MISMATCHED_MAX: f64 = 0.01;

/// Days back from which everybody is compared with those held out, where nothing else is
/// asked: long enough for what is learnt to add up.
pub const HOLDOUT_DAYS: u64 = 90;

/// What the gate says; the worst of its conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is proven.
    Ship,
    /// It is not known.
    Hold,
    /// It harms, or nothing can prove it as it is.
    Stop,
}

/// One of the conditions, as it was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// What is asked.
    pub check: Check,
    /// Of which metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// What it says.
    pub verdict: Verdict,
    /// What was found.
    pub value: Option<f64>,
    /// The bound it is held against.
    pub bound: Option<f64>,
    /// What was found, for people.
    pub found: String,
    /// What has to be found, for people.
    pub needs: String,
}

/// What a condition asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Where it came from, and whether that needs proof.
    Origin,
    /// Whether people came into the arms as often as declared.
    Assignment,
    /// Whether people were given the arm they were assigned.
    ArmsGiven,
    /// Whether enough people saw it.
    People,
    /// Whether what was to get better did.
    Primary,
    /// Whether what must not get worse did not.
    Guardrail,
    /// Whether somebody is held out, and everybody else no worse off.
    Holdout,
}

impl Verdict {
    /// The exit code of `tacit verify`.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Ship => 0,
            Self::Hold => 1,
            Self::Stop => 2,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ship => "ship",
            Self::Hold => "hold",
            Self::Stop => "stop",
        }
    }
}

impl Verdict {
    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Ship, Self::Hold, Self::Stop]
            .into_iter()
            .find(|verdict| verdict.name() == name)
    }
}

impl Check {
    /// Its name, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Assignment => "people in the arms",
            Self::ArmsGiven => "arms as assigned",
            Self::People => "people",
            Self::Primary => "primary",
            Self::Guardrail => "guardrail",
            Self::Holdout => "holdout",
        }
    }
}

#[cfg(test)]
mod tests;
