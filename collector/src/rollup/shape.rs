//! The shape of what leaves. Rates are rounded to six decimals; times are Unix ms; what is
//! not known is null.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ask::By, cell::Funnel};
use crate::{export::Fates, watch::capture::Tier};

/// Version of the shape of an [`Answer`].
pub const VERSION: u32 = 1;

/// What roll-ups say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// [`VERSION`].
    pub version: u32,
    /// When it was read, Unix ms.
    pub as_of: u64,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// Nothing waits to be added up: the rows are what adding up everything at `as_of`
    /// would give.
    pub complete: bool,
    /// Parts of the project that wait to be added up, and are in the rows as they were
    /// before, or not at all.
    pub waiting: u64,
    /// How long the first of them has waited, ms; 0 where none does.
    pub lag_ms: u64,
    /// As of when it is known whom the screen leaves out, Unix ms; null before it looked.
    pub screened_at: Option<u64>,
    /// By what rows are told apart.
    pub by: By,
    /// The first moment of the first day, Unix ms; null without a beginning.
    pub since: Option<u64>,
    /// The first moment after the last day, Unix ms; null without an end.
    pub until: Option<u64>,
    /// Days in order; names by outputs, most first. Empty where there is nothing.
    pub rows: Vec<Row>,
}

/// One day, model or prompt version, or everything.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Which: `2026-11-26`, a model, a prompt version; null where that is not known, of
    /// the total, and of the row of all `others`.
    pub slice: Option<String>,
    /// Names that are in this row together, since there are more than rows; 0 of others.
    #[serde(skip_serializing_if = "is_zero")]
    pub others: u64,
    /// Outputs that count: not driven by a program, nor screened.
    pub outputs: u64,
    /// Of them registered by a server.
    pub registered: u64,
    /// Of them seen by a person.
    pub seen: u64,
    /// Of the seen ones those whose label may still change: in no rate but `reach`.
    pub immature: u64,
    /// Outputs that do not count.
    pub left_out: LeftOut,
    /// Stored signals by what became of them, of outputs that do not count as well: over
    /// all days they add up to all that are stored.
    pub fates: Fates,
    /// Outputs by trust, with their label's name.
    pub trust: BTreeMap<&'static str, u64>,
    /// Signals by kind, with those of outputs that do not count.
    pub signals: BTreeMap<&'static str, Kind>,
    /// Labels by state.
    pub labels: BTreeMap<&'static str, Labels>,
    /// Labels by the rules that counted, most first.
    pub reasons: Vec<Reason>,
    /// How far outputs got.
    pub funnel: Funnel,
    /// Turns that somebody saw an answer of, by how often another was asked for: 0, 1, 2,
    /// 3 or more.
    pub regenerations: [u64; 4],
    /// Edited outputs by the share that was changed: below 0.1, below 0.2, … , 0.9 and more.
    pub edit_depth: [u64; 10],
    /// `reach`, and every metric that somebody was measured by.
    pub rates: BTreeMap<String, Rate>,
    /// Where the capture rate stands.
    pub tier: Option<Tier>,
}

/// Outputs that do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct LeftOut {
    /// A program drove the browser.
    pub automated: u64,
    /// All that is known of them came from people the screen found.
    pub screened: u64,
    /// Signals that the screen withheld.
    pub screened_signals: u64,
}

/// Signals of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Kind {
    /// How many.
    pub count: u64,
    /// When the first happened, Unix ms.
    pub first_at: u64,
    /// When the last did.
    pub last_at: u64,
}

/// Labels of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Labels {
    /// They are what they will ever be.
    pub mature: u64,
    /// They may still change.
    pub immature: u64,
}

/// Labels that a rule counted in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Its name in the policy.
    pub rule: String,
    /// 1 for, −1 against, 0 a note.
    pub polarity: i8,
    /// How many.
    pub outputs: u64,
}

/// A ratio of two sums over mature outputs; of `reach`, over registered ones.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rate {
    /// `numerator` ÷ `denominator`.
    pub value: f64,
    /// Lower end of its 95 % confidence sequence, by conversations; null of fewer than
    /// 100, or of fewer than 10 that did it or did not.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Over the bar, each output standing for 1 / sample.
    pub numerator: f64,
    /// Below it.
    pub denominator: f64,
    /// Conversations, and outputs in none, that were measured.
    pub groups: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature serde asks for"
)]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}
