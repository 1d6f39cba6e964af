//! What changed between two builds: what they were made from, which rows, and what
//! they are made of.
//!
//! Both tables of provenance are read beside their rows ([`read`]) and sorted by the
//! rows' names under one bound of memory; [`rows`] then looks at each name once.
//! [`composition`] compares what both builds say they are made of.

mod composition;
mod read;
mod rows;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

pub use self::{
    composition::Shift,
    rows::{Changed, Rows},
};
use super::{
    build::Manifest,
    sort::{SortError, Sorter},
};

/// Names of rows that are told of as examples.
pub const EXAMPLES: usize = 5;

/// Two builds could not be compared.
#[derive(Debug, Error)]
pub enum DiffError {
    /// There is no build.
    #[error("{0} holds no dataset: there is no manifest.json that says so")]
    NoBuild(PathBuf),
    /// A file of a build is not what its manifest says.
    #[error("{path}: {problem}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Records could not be sorted.
    #[error(transparent)]
    Sort(#[from] SortError),
    /// There is no room for records.
    #[error("no room to sort in: {0}")]
    Work(std::io::Error),
}

/// What changed from build `a` to build `b`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diff {
    /// Every file is the same, byte for byte.
    pub identical: bool,
    /// The earlier one's id.
    pub a: String,
    /// The later one's id.
    pub b: String,
    /// Whether `b` says that it follows `a`.
    pub b_follows_a: bool,
    /// What they were made from, where it differs.
    pub inputs: BTreeMap<String, Sides<Value>>,
    /// Row by row.
    pub rows: Rows,
    /// What is in no row, by reason, where it differs.
    pub skipped: BTreeMap<String, Sides<u64>>,
    /// Rows by property, where the share differs, the largest shift first.
    pub shifts: Vec<Shift>,
    /// Measures of the whole, where they differ.
    pub measures: BTreeMap<&'static str, Sides<Value>>,
}

/// Of both builds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names of the builds")]
pub struct Sides<T> {
    pub a: T,
    pub b: T,
}

/// Compares the builds in the directories `a` and `b` with `memory` bytes for records
/// and names up to `examples` rows of each kind.
pub fn diff(a: &Path, b: &Path, memory: usize, examples: usize) -> Result<Diff, DiffError> {
    let (one, other) = (manifest(a)?, manifest(b)?);
    let work = tempfile::tempdir().map_err(DiffError::Work)?;
    let mut sorter = Sorter::new(work.path(), "rows", memory, super::sort::Keep::ForNow);
    read::side(a, read::Side::A, &mut sorter)?;
    read::side(b, read::Side::B, &mut sorter)?;
    let rows = rows::compare(&sorter.finish()?, examples)?;
    let (shifts, measures) = composition::compare(a, b)?;
    Ok(Diff {
        identical: one == other,
        b_follows_a: other.inputs.previous.as_deref() == Some(one.id.as_str()),
        inputs: differing(&value(&one.inputs), &value(&other.inputs)),
        skipped: counts(&one.counts.skipped, &other.counts.skipped),
        a: one.id,
        b: other.id,
        rows,
        shifts,
        measures,
    })
}

fn manifest(directory: &Path) -> Result<Manifest, DiffError> {
    Manifest::read(directory).ok_or_else(|| DiffError::NoBuild(directory.into()))
}

fn value(inputs: &impl Serialize) -> Value {
    serde_json::to_value(inputs).unwrap_or_default()
}

/// Fields that say something else on both sides.
fn differing(a: &Value, b: &Value) -> BTreeMap<String, Sides<Value>> {
    let names = |side: &Value| -> BTreeSet<String> {
        let fields = side.as_object().into_iter().flatten();
        fields.map(|(name, _)| name.clone()).collect()
    };
    let all: BTreeSet<String> = names(a).union(&names(b)).cloned().collect();
    let of = |side: &Value, name: &str| side.get(name).cloned().unwrap_or_default();
    let sides = all.into_iter().map(|name| {
        let (a, b) = (of(a, &name), of(b, &name));
        (name, Sides { a, b })
    });
    sides.filter(|(_, sides)| sides.a != sides.b).collect()
}

fn counts(a: &BTreeMap<String, u64>, b: &BTreeMap<String, u64>) -> BTreeMap<String, Sides<u64>> {
    let of = |side: &BTreeMap<String, u64>, name: &str| side.get(name).copied().unwrap_or_default();
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let sides = names.into_iter().map(|name| {
        let (a, b) = (of(a, name), of(b, name));
        (name.clone(), Sides { a, b })
    });
    sides.filter(|(_, sides)| sides.a != sides.b).collect()
}

#[cfg(test)]
mod tests;
