//! Datasets: rows for trainers, and for everything else the reason it is not a row.
//!
//! One group's path: [`crate::label::label_group`] labels it; `candidate` makes
//! every output or pair a row or a reason, exactly one of the two; [`Exporter`]
//! makes one file of the rows in their final order, [`build`] a directory with all
//! that belongs to them. The shapes of rows are
//! in `row`, the texts that go into them in `text`.
//!
//! Same groups, policy, `as_of`, filter and seed: same bytes.

pub mod build;
mod candidate;
pub mod card;
pub mod composition;
pub mod diff;
mod exporter;
mod format;
pub mod labels;
mod ledger;
pub mod near;
pub(crate) mod people;
pub mod provenance;
pub mod redact;
pub mod relabel;
mod row;
pub mod sort;
pub mod split;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    label::{LabelledGroup, Milli, Policy, Trust},
    store::rows::Group,
};

pub(crate) use self::text::{answer as answered, documents, filled, last_asked, plain};
pub use self::{
    exporter::{ExportError, Exporter, Wanted},
    format::Format,
    ledger::Skip,
};
use self::{format::Shape, redact::Redactor};

/// Which outputs a dataset is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Shown at or after this moment, Unix ms.
    pub since: Option<u64>,
    /// Shown before this moment, Unix ms.
    pub until: Option<u64>,
    /// Only labels that nothing can change any more.
    pub mature_only: bool,
    /// The least trust.
    pub trust: Trust,
    /// The least confidence; undecided labels have 0.5.
    pub min_confidence: Milli,
    /// What is private is taken out of texts; see [`redact`].
    pub redact: bool,
}

impl Filter {
    /// Everything, with the trust a format asks for by default.
    #[must_use]
    pub const fn of(format: Format) -> Self {
        Self {
            since: None,
            until: None,
            mature_only: false,
            trust: format.default_trust(),
            min_confidence: Milli::new(0),
            redact: true,
        }
    }

    fn has_time(&self, shown_at: Option<u64>) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        shown_at.is_some_and(|at| {
            self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
        })
    }
}

/// What became of everything that was considered.
///
/// Considered are outputs; for pairs of answers, pairs and outputs that are in no
/// pair. `rows` and the counts of `skipped` add up to them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// Rows written.
    pub rows: u64,
    /// How many are in no row, by reason; see [`Skip`].
    pub skipped: BTreeMap<String, u64>,
    /// Pieces of text in the rows written that were taken out as private.
    pub redacted: u64,
    /// Why there are no rows and what would change that.
    pub hint: Option<String>,
}

/// Makes rows of groups.
#[derive(Debug)]
pub(crate) struct Maker<'a> {
    format: Format,
    filter: Filter,
    pub(crate) policy: &'a Policy,
}

impl<'a> Maker<'a> {
    pub(crate) const fn new(format: Format, filter: Filter, policy: &'a Policy) -> Self {
        Self {
            format,
            filter,
            policy,
        }
    }

    /// What the rows of a labelled group rest on.
    pub(crate) fn grounds(
        &self,
        group: &Group,
        labelled: &LabelledGroup,
    ) -> Vec<provenance::Provenance> {
        let rows = self.candidates(group, labelled).into_iter().flatten();
        rows.map(|row| row.provenance).collect()
    }

    /// What became of the output at `place` of a labelled group: a row, or why it is none;
    /// of pairs, once for each it is a side of.
    pub(crate) fn fate(
        &self,
        group: &Group,
        labelled: &LabelledGroup,
        place: usize,
    ) -> Vec<Result<(), Skip>> {
        let all = self.candidates(group, labelled).into_iter();
        let all = all.map(|candidate| candidate.map(|_| ()));
        let Shape::Rows(format::Takes::Preferences, _) = self.format.shape() else {
            return all.skip(place).take(1).collect();
        };
        // Pairs stand first, then the outputs that are in none, both in their order.
        let pairs = &labelled.pairs;
        let is_side = |pair: &crate::label::Pair, place| {
            pair.chosen_index == place || pair.rejected_index == place
        };
        let paired = |place| pairs.iter().any(|pair| is_side(pair, place));
        if paired(place) {
            let own = all.zip(pairs).filter(|(_, pair)| is_side(pair, place));
            return own.map(|(fate, _)| fate).collect();
        }
        let alone = (0..place).filter(|before| !paired(*before)).count();
        all.skip(pairs.len() + alone).take(1).collect()
    }

    /// The rows of a labelled group, and of everything else the one reason it is none.
    fn candidates(&self, group: &Group, labelled: &LabelledGroup) -> Vec<candidate::Candidate> {
        let build = candidate::Build {
            filter: &self.filter,
            policy: self.policy,
            redactor: Redactor::standard(),
            group,
            labelled,
        };
        match self.format.shape() {
            Shape::Labels(_) => Vec::new(),
            Shape::Rows(takes, _) => build.candidates(takes),
        }
    }
}

/// Where a row stands: BLAKE3 of the seed (eight bytes, little-endian) and the
/// row's name. A row of one output is named by its id; a pair by the rejected id,
/// a newline and the chosen id or, of an edit, nothing.
fn place(seed: u64, name: &str) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(name.as_bytes());
    hasher.finalize()
}

#[cfg(test)]
mod tests;
