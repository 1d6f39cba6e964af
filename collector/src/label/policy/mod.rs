//! A policy: what each act says about an answer, and how much.
//!
//! A TOML file ([`Policy::parse`]) becomes rules whose numbers are whole
//! thousandths or milliseconds. `policies/default.toml` shows every field and
//! where its numbers come from; `file` is the shape of the file, `check`
//! refuses what makes no sense, `error` says where.

mod check;
mod error;
mod field;
mod file;

use std::sync::Arc;

use tacit_signals::signal::Kind;

pub use self::error::PolicyError;
pub(crate) use self::field::{Number, Text};
use super::milli::Milli;

/// The policy that holds where nobody named one.
const DEFAULT: &str = include_str!("../../../policies/default.toml");

/// Hex digits of the file's hash in a reference: 48 bits tell the policies of a
/// project apart, the manifest of a dataset holds the whole file.
const HASH_DIGITS: usize = 12;

/// A parsed and checked policy. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `name@version#hash`, of the file's very bytes.
    pub(crate) reference: Arc<str>,
    /// BLAKE3 of the file, in hex.
    pub(crate) blake3: Arc<str>,
    /// |score| that decides.
    pub(crate) decide: Milli,
    /// Score that is worth one unit of log-odds.
    pub(crate) temperature: Milli,
    /// How long checks of accepted text count, from acceptance, in ms.
    pub(crate) survival_ms: u64,
    /// Silence that ends a visit, in ms.
    pub(crate) visit_ms: u64,
    /// How reading time scales confidence.
    pub(crate) dwell: Dwell,
    /// When two answers make a pair.
    pub(crate) pairs: PairRules,
    /// How much of a dataset one person may fill.
    pub(crate) caps: Caps,
    /// Distinct windows of the rules and the policy, in ms from `shown`, ascending.
    pub(crate) windows: Vec<u64>,
    /// Index of the policy's own window in `windows`.
    pub(crate) act_window: usize,
    /// The rules, in the file's order.
    pub(crate) rules: Arc<[Rule]>,
}

/// How reading time scales confidence: never a label.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dwell {
    /// Words a minute that a person reads.
    pub(crate) words_per_minute: u64,
    /// Share of the expected time from which an answer counts as read.
    pub(crate) read: Milli,
    /// What is left of the distance from 0.5 when nothing was read.
    pub(crate) floor: Milli,
}

/// When two answers make a pair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairRules {
    /// Least score difference between siblings.
    pub(crate) margin: Milli,
    /// Survival from which an edited answer is the same answer.
    pub(crate) same: Milli,
}

/// How much of a dataset one person may fill.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caps {
    /// Most rows of one person.
    pub(crate) rows_per_person: u64,
    /// Most rows, as a share of all, of those known only by their session.
    pub(crate) session_share: Milli,
}

/// Evidence that one signal gives.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) name: Arc<str>,
    pub(crate) family: Family,
    pub(crate) trigger: Trigger,
    /// All must hold.
    pub(crate) conditions: Vec<Condition>,
    pub(crate) score: Milli,
    /// Training weight.
    pub(crate) weight: Milli,
    /// Counts beside the strongest of its family.
    pub(crate) bonus: bool,
    /// Index in [`Policy::windows`].
    pub(crate) window: usize,
    /// For people.
    pub(crate) reason: String,
}

/// Acts that mean the same; only the strongest of each sign counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Took it somewhere.
    Use,
    /// Asked for something else.
    Redo,
    /// Changed it.
    Edit,
    /// It worked.
    Outcome,
    /// Said so.
    Rating,
    /// Went away.
    Leave,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Use,
        Self::Redo,
        Self::Edit,
        Self::Outcome,
        Self::Rating,
        Self::Leave,
    ];

    /// Its name in a policy.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Redo => "redo",
            Self::Edit => "edit",
            Self::Outcome => "outcome",
            Self::Rating => "rating",
            Self::Leave => "leave",
        }
    }
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A signal.
    On(Kind),
    /// A look at accepted text at this age or, where none was made, the first after.
    Survived {
        /// A bucket of [`super::facts::BUCKETS_S`].
        age_s: u32,
    },
    /// Seen, nothing done, and the visit is over.
    Absence,
}

/// One condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// A number of the signal lies in `min..=max`, in the field's own unit or in
    /// thousandths.
    Number { field: Number, min: i64, max: i64 },
    /// A name in the signal is one of these.
    Text { field: Text, any: Vec<String> },
    /// The editor was left or saved.
    Final(bool),
    /// Whether the output was used before this signal, in corrected time.
    UsedBefore(bool),
    /// Least active reading time, in ms.
    SeenMs(u64),
}

impl Policy {
    /// The policy built in.
    pub fn default_policy() -> Result<Self, PolicyError> {
        Self::parse(DEFAULT)
    }

    /// The file of [`Policy::default_policy`], to start one's own from.
    #[must_use]
    pub const fn default_toml() -> &'static str {
        DEFAULT
    }

    /// Reads a policy file; the error names line and field.
    pub fn parse(toml: &str) -> Result<Self, PolicyError> {
        let raw = toml::from_str(toml).map_err(|error| PolicyError::syntax(toml, &error))?;
        let hash = blake3::hash(toml.as_bytes()).to_hex();
        check::policy(raw, &hash).map_err(|wrong| wrong.at(toml))
    }

    /// Its name, version and the start of the file's BLAKE3: `default@1#9c1f…`.
    #[must_use]
    pub fn reference(&self) -> String {
        self.reference.to_string()
    }

    /// BLAKE3 of the whole file, in hex.
    #[must_use]
    pub fn blake3(&self) -> &str {
        &self.blake3
    }

    /// What a rule means, for people.
    #[must_use]
    pub fn reason(&self, rule: &str) -> Option<&str> {
        let rule = self.rules.iter().find(|known| &*known.name == rule)?;
        Some(&rule.reason)
    }

    /// Least active reading time for an output to count as seen, in ms: a second,
    /// as in the definition of the capture rate (DESIGN §7).
    pub(crate) const SEEN_MS: u64 = 1_000;
}

#[cfg(test)]
mod tests;
