//! The shape of a report. Values are in the unit of their metric, rounded to six
//! decimals; times are Unix ms; what is not known is null.

use serde::Serialize;

use crate::{
    experiment::{metric::Better, readout::GuardState},
    label::{Milli, Trust},
    watch::By,
};

/// Version of this shape.
pub const VERSION: u32 = 1;

/// What can be said of guards without an experiment: observations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// By what outputs were told apart.
    pub by: By,
    /// First shown at or after this moment.
    pub since: Option<u64>,
    /// First shown before this moment.
    pub until: Option<u64>,
    /// As known at this moment.
    pub as_of: u64,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// The least trust.
    pub trust: Trust,
    /// In their order: each is compared with the one before.
    pub slices: Vec<Slice>,
    /// Findings that are suspicious.
    pub suspicious: u64,
    /// Findings that are unclear.
    pub unclear: u64,
    /// By slice, then by pair.
    pub findings: Vec<Finding>,
    /// Metrics nobody had an occasion to be measured in: no text is registered, nothing
    /// was edited, no evaluation came.
    pub not_measured: Vec<String>,
    /// Outputs that do not count, by reason.
    pub left_out: LeftOut,
}

/// Outputs that do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct LeftOut {
    /// A program drove the browser.
    pub automated: u64,
    /// Their signals rest on less than asked for.
    pub trust: u64,
    /// Nobody saw them.
    pub unseen: u64,
    /// Their label may still change.
    pub immature: u64,
    /// They do not say their version or model.
    pub unnamed: u64,
    /// There are too many versions or models.
    pub too_many: u64,
    /// All that is known of them came from people the screen found.
    pub screened: u64,
}

/// Outputs that are compared with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slice {
    /// Its name: a week, a version, a model, a release.
    pub name: String,
    /// People who saw any of its mature outputs.
    pub people: u64,
    /// Of them known by their session only: whoever reloads a page is a new one.
    pub session_people: u64,
    /// Mature outputs that were seen.
    pub outputs: u64,
    /// Seen outputs whose label may still change; a week that has any is not compared.
    pub immature: u64,
}

/// One pair of metrics in two slices.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What it comes to.
    pub verdict: Verdict,
    /// The metric that is optimised.
    pub metric: String,
    /// The metric that guards it.
    pub guard: String,
    /// How much worse the guard may be.
    pub margin: Milli,
    /// The earlier slice.
    pub before: String,
    /// The later one.
    pub after: String,
    /// The metric in both.
    pub metric_values: Values,
    /// The guard in both.
    pub guard_values: Values,
    /// Whether the guard held by its margin.
    pub guard_state: GuardState,
    /// The same in words.
    pub evidence: String,
    /// A few outputs of the later slice to look at; only where it is suspicious.
    pub examples: Vec<String>,
}

/// What a finding comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The metric did not rise, or its guard held.
    Ok,
    /// Too few people to say.
    Unclear,
    /// The metric rose, and its guard is worse, by more than its margin as measured.
    Suspicious,
}

/// A metric in two slices.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Values {
    /// Which way is better.
    pub better: Better,
    /// In the earlier slice.
    pub before: Side,
    /// In the later one.
    pub after: Side,
    /// Later − earlier.
    pub delta: Option<f64>,
    /// Lower end of the confidence sequence of the difference, 95 %, by people; null of
    /// fewer than 100 in either, or of fewer than 10 who did it or who did not.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// A metric in a slice.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Side {
    /// Its value.
    pub value: Option<f64>,
    /// People with an occasion to be measured.
    pub people: u64,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unclear => "unclear",
            Self::Suspicious => "suspicious",
        }
    }
}
