//! A policy: what each act says about an answer, and how much.
//!
//! A TOML file ([`Policy::parse`]) becomes rules whose numbers are whole
//! thousandths or milliseconds. `policies/default.toml` shows where the numbers
//! come from, `demo-site/docs/policy.md` every field; `file` is the shape of the
//! file, `check` refuses what makes no sense, `error` says where; `rule` is what
//! fires, `terms` what holds for one output.

mod between;
mod check;
mod error;
mod family;
mod field;
mod file;
mod rule;
mod screen;
mod summary;
mod terms;

use std::sync::Arc;

use self::terms::Resolver;
pub(crate) use self::{
    between::{Between, End},
    family::Class,
    field::{Number, Text},
    rule::{ABSENCE, Clause, Condition, Order, Rule, Trigger},
    screen::{RUN_MS_MIN, ScreenTerms},
    summary::duration,
    terms::{Override, Pattern, Terms},
};
pub use self::{error::PolicyError, family::Family, summary::Summary};
use super::milli::Milli;

/// The policy that holds where nobody named one.
const DEFAULT: &str = include_str!("../../../policies/default.toml");

/// Hex digits of the file's hash in a reference: 48 bits tell the policies of a
/// project apart, the dataset's `policy.toml` is the whole file.
const HASH_DIGITS: usize = 12;

/// A parsed and checked policy. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `name@version#hash`, of the file's very bytes.
    pub(crate) reference: Arc<str>,
    /// BLAKE3 of the file, in hex.
    pub(crate) blake3: Arc<str>,
    /// The file itself, which builds keep.
    pub(crate) toml: Arc<str>,
    /// Silence that ends a visit, in ms.
    pub(crate) visit_ms: u64,
    /// How reading time scales confidence.
    pub(crate) dwell: Dwell,
    /// When two answers make a pair.
    pub(crate) pairs: PairRules,
    /// How much of a dataset one person may fill.
    pub(crate) caps: Caps,
    /// Who must not teach.
    pub(crate) screen: ScreenTerms,
    /// Age of an output at which its training weight is half, in ms.
    pub(crate) half_life_ms: Option<u64>,
    /// What holds for an output, by model and surface.
    resolver: Arc<Resolver>,
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
        check::policy(raw, toml).map_err(|wrong| wrong.at(toml))
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

    /// The whole file.
    #[must_use]
    pub fn toml(&self) -> &str {
        &self.toml
    }

    /// Whether `asked` names it: by name, `name@version` or the full reference.
    #[must_use]
    pub fn is_named(&self, asked: &str) -> bool {
        let start = |end| self.reference.split(end).next() == Some(asked);
        &*self.reference == asked || start('@') || start('#')
    }

    /// What a rule means, for people.
    #[must_use]
    pub fn reason(&self, rule: &str) -> Option<&str> {
        let mut rules = self.base().rules.iter();
        rules
            .find(|known| &*known.name == rule)
            .map(|rule| &*rule.reason)
    }

    /// What holds where no override matches.
    pub(crate) fn base(&self) -> &Terms {
        self.resolver.base()
    }

    /// What holds for an output of this model and surface; empty where unknown.
    pub(crate) fn terms(&self, model: &str, surface: &str) -> Arc<Terms> {
        self.resolver.terms(model, surface)
    }

    /// The shortest time after which an output's label may be mature, in ms.
    pub(crate) fn shortest_ms(&self) -> u64 {
        self.resolver.shortest_ms()
    }

    /// The overrides, in the file's order.
    pub(crate) fn overrides(&self) -> &[Override] {
        self.resolver.overrides()
    }

    /// Least active reading time for an output to count as seen, in ms: a second,
    /// as in the definition of the capture rate (DESIGN §7).
    pub(crate) const SEEN_MS: u64 = 1_000;
}

#[cfg(test)]
#[path = "language_tests.rs"]
mod language;
#[cfg(test)]
#[path = "reference_tests.rs"]
mod reference;
#[cfg(test)]
mod tests;
