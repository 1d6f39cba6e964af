//! Datasets: rows for trainers, and for everything else the reason it is not a row.
//!
//! One group's path: [`crate::label::label_group`] labels it; `candidate` makes
//! every output or pair a row or a reason, exactly one of the two; [`Exporter`]
//! collects both and puts the rows in their final order. The shapes of rows are
//! in `row`, the texts that go into them in `text`.
//!
//! Same groups, policy, `as_of`, filter and seed: same bytes.

pub mod build;
mod candidate;
pub mod card;
pub mod composition;
mod format;
pub mod labels;
mod ledger;
pub mod near;
mod people;
pub mod provenance;
pub mod redact;
mod row;
pub mod sort;
pub mod split;
mod text;

use std::{collections::BTreeMap, io::Write};

use serde::Serialize;

use crate::{
    label::{Labelled, LabelledGroup, Milli, Policy, Trust, label_group},
    store::rows::Group,
};

pub(crate) use self::text::{answer as answered, last_asked};
pub use self::{format::Format, ledger::Skip};
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

/// A finished dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// Lines without their newline, in final order.
    pub rows: Vec<String>,
    /// What a table of labels is made of instead of lines.
    table: Option<(labels::Form, Vec<Labelled>)>,
    /// What became of everything.
    pub summary: Summary,
}

impl Export {
    /// Writes the file.
    pub fn write<W: Write + Send>(&self, mut out: W) -> Result<W, labels::WriteError> {
        if let Some((form, labels)) = &self.table {
            let mut writer = labels::Writer::new(*form, out)?;
            labels.iter().try_for_each(|label| writer.write(label))?;
            return writer.finish();
        }
        for row in &self.rows {
            out.write_all(row.as_bytes())?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        Ok(out)
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

/// Makes a dataset of groups.
#[derive(Debug)]
pub struct Exporter {
    format: Format,
    filter: Filter,
    policy: Policy,
    as_of: u64,
    seed: u64,
    rows: Vec<(blake3::Hash, String)>,
    labels: Vec<Labelled>,
    redacted: u64,
    skipped: BTreeMap<Skip, u64>,
}

impl Exporter {
    /// An empty dataset as of `as_of` (Unix ms). `seed` decides the order of rows.
    #[must_use]
    pub fn new(format: Format, filter: Filter, policy: &Policy, as_of: u64, seed: u64) -> Self {
        Self {
            format,
            filter,
            policy: policy.clone(),
            as_of,
            seed,
            rows: Vec::new(),
            labels: Vec::new(),
            redacted: 0,
            skipped: BTreeMap::new(),
        }
    }

    /// Labels a group and takes its rows.
    pub fn add(&mut self, group: &Group) {
        let labelled = label_group(group, &self.policy, self.as_of);
        let build = candidate::Build {
            filter: &self.filter,
            policy: &self.policy,
            redactor: Redactor::standard(),
            group,
            labelled: &labelled,
        };
        match self.format.shape() {
            Shape::Labels(_) => self.take_labels(labelled.outputs),
            Shape::Rows(takes, _) => self.take(build.candidates(takes)),
        }
    }

    fn take_labels(&mut self, labels: Vec<Labelled>) {
        for label in labels {
            match candidate::listed(&self.filter, &label) {
                Ok(()) => self.labels.push(label),
                Err(skip) => *self.skipped.entry(skip).or_default() += 1,
            }
        }
    }

    fn take(&mut self, candidates: Vec<candidate::Candidate>) {
        for candidate in candidates {
            match candidate {
                Ok(row) => {
                    self.redacted += row.redacted;
                    let place = place(self.seed, &row.provenance.name);
                    self.rows.push((place, row.line(self.format)));
                }
                Err(skip) => *self.skipped.entry(skip).or_default() += 1,
            }
        }
    }

    /// The rows in their final order, and what became of the rest.
    ///
    /// Labels keep the order they came in; rows for trainers are ordered by
    /// BLAKE3 of seed and name, which shuffles them: TRL's KTO pairs neighbours, so answers to
    /// one prompt must not stand together.
    #[must_use]
    pub fn finish(mut self) -> Export {
        self.rows
            .sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
        let mut rows: Vec<String> = self.rows.into_iter().map(|(_, row)| row).collect();
        let count = rows.len() + self.labels.len();
        let table = match self.format.shape() {
            Shape::Labels(labels::Form::Ndjson) => {
                rows.extend(self.labels.iter().map(Labelled::to_line));
                None
            }
            Shape::Labels(form) => Some((form, self.labels)),
            Shape::Rows(..) => None,
        };
        let hint = (count == 0).then(|| ledger::hint(self.format, &self.skipped));
        let named = self.skipped.into_iter();
        let summary = Summary {
            rows: count as u64,
            skipped: named.map(|(skip, n)| (skip.name().into(), n)).collect(),
            redacted: self.redacted,
            hint,
        };
        Export {
            rows,
            table,
            summary,
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
