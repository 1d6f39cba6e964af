//! A rule: when it fires, and what that says.

use std::sync::Arc;

use tacit_signals::signal::Kind;

use super::{
    Between, Family,
    field::{Number, Text},
};
use crate::label::milli::Milli;

/// Evidence that one signal gives.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) name: Arc<str>,
    pub(crate) family: Family,
    pub(crate) trigger: Trigger,
    /// All must hold for the rule's own signal.
    pub(crate) conditions: Vec<Condition>,
    /// For each of these there must be another signal.
    pub(crate) with: Vec<Clause>,
    /// For none of these there may be one.
    pub(crate) without: Vec<Clause>,
    pub(crate) score: Milli,
    /// Training weight, by its class's multiplier already.
    pub(crate) weight: Milli,
    /// Counts beside the strongest of its family.
    pub(crate) bonus: bool,
    /// The rule's own window, in ms; `None` means the policy's.
    pub(crate) within_ms: Option<u64>,
    /// Index in [`super::Terms::windows`].
    pub(crate) window: usize,
    /// For people.
    pub(crate) reason: String,
}

impl Rule {
    /// Whether it looks at accepted text, itself or by a clause.
    pub(crate) fn watches_survival(&self) -> bool {
        let by_clause = |clause: &Clause| clause.kind == Kind::Survived;
        matches!(self.trigger, Trigger::Survived { .. })
            || self.with.iter().chain(&self.without).any(by_clause)
    }
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A signal.
    On(Kind),
    /// A look at accepted text at this age or, where none was made, the first after.
    Survived {
        /// A bucket of [`crate::label::facts::BUCKETS_S`].
        age_s: u32,
    },
    /// Seen, nothing done, and the visit is over.
    Absence,
}

impl Trigger {
    /// Its name in a policy.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::On(kind) => kind.name(),
            Self::Survived { .. } => Kind::Survived.name(),
            Self::Absence => ABSENCE,
        }
    }
}

/// A rule's signal that is the lack of any.
pub(crate) const ABSENCE: &str = "absence";

/// Another signal of the same output, within the rule's window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) kind: Kind,
    /// Of a look at accepted text.
    pub(crate) age_s: Option<u32>,
    /// All must hold for that signal.
    pub(crate) conditions: Vec<Condition>,
    /// Where it stands to the rule's own signal.
    pub(crate) order: Order,
}

/// Where another signal stands to the rule's own, by (corrected time, session, seq).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Earlier.
    Before,
    /// Later.
    After,
    /// Either.
    Any,
}

impl Order {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Before, Self::After, Self::Any];

    /// Its name in a policy.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Any => "any",
        }
    }
}

/// One condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// A number of the signal or of the output lies between, in the field's own
    /// unit or in thousandths.
    Number { field: Number, between: Between },
    /// A name in the signal is one of these.
    Text { field: Text, any: Vec<String> },
    /// The editor was left or saved.
    Final(bool),
    /// Whether the output was used before this signal, in corrected time.
    UsedBefore(bool),
    /// Least active reading time, in ms.
    SeenMs(u64),
}
