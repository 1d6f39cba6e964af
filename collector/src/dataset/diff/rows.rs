//! Which rows came, went, moved and changed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    DiffError, Sides,
    read::{RowFacts, Side, name_of},
};
use crate::dataset::sort::Sorted;

/// Models, and prompt versions, that are told apart.
const NAMES_MAX: usize = 64;

/// Rows of two builds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Rows {
    /// Rows of each.
    pub a: u64,
    /// Rows of each.
    pub b: u64,
    /// In both, and nothing changed.
    pub same: u64,
    /// In `b` alone.
    pub added: u64,
    /// In `a` alone.
    pub removed: u64,
    /// In both, and something changed besides the split.
    pub changed: u64,
    /// What changed in them; one row may be in several.
    pub changed_by: Changed,
    /// In both, by the file they went from and to.
    pub moved: BTreeMap<String, u64>,
    /// Labels that turned, as `negative to positive`.
    pub flips: BTreeMap<String, u64>,
    /// Rows by model, where they differ.
    pub models: BTreeMap<String, Sides<u64>>,
    /// Rows by prompt version, where they differ.
    pub prompt_versions: BTreeMap<String, Sides<u64>>,
    /// Names of some rows, by what became of them; those of pairs without line breaks.
    pub examples: BTreeMap<&'static str, Vec<String>>,
}

/// What changed in rows that are in both builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Changed {
    /// The line a trainer reads.
    pub text: u64,
    /// The verdict.
    pub state: u64,
    /// The score.
    pub score: u64,
    /// The training weight.
    pub weight: u64,
    /// Nothing of these, but what the row rests on.
    pub provenance: u64,
}

/// Looks at every name once.
pub(super) fn compare(sorted: &Sorted, examples: usize) -> Result<Rows, DiffError> {
    let mut rows = Rows::default();
    let mut open: Option<(String, RowFacts)> = None;
    let mut merge = sorted.open()?;
    while let Some((key, payload)) = merge.next()? {
        let unreadable = || DiffError::Broken {
            path: "records".into(),
            problem: "unreadable".into(),
        };
        let (name, side) = name_of(key).ok_or_else(unreadable)?;
        let facts: RowFacts = postcard::from_bytes(payload).map_err(|_| unreadable())?;
        rows.count(&facts, side);
        match (side, open.take()) {
            (Side::A, before) => {
                rows.gone(before, examples);
                open = Some((name, facts));
            }
            (Side::B, Some((known, was))) if known == name => {
                rows.both(&name, &was, &facts, examples);
            }
            (Side::B, before) => {
                rows.gone(before, examples);
                rows.added += 1;
                rows.example("added", &name, examples);
            }
        }
    }
    rows.gone(open, examples);
    let differ = |_: &String, sides: &mut Sides<u64>| sides.a != sides.b;
    rows.models.retain(differ);
    rows.prompt_versions.retain(differ);
    Ok(rows)
}

impl Rows {
    fn count(&mut self, facts: &RowFacts, side: Side) {
        match side {
            Side::A => self.a += 1,
            Side::B => self.b += 1,
        }
        add(&mut self.models, facts.model.as_deref(), side);
        add(
            &mut self.prompt_versions,
            facts.prompt_version.as_deref(),
            side,
        );
    }

    fn gone(&mut self, row: Option<(String, RowFacts)>, examples: usize) {
        if let Some((name, _)) = row {
            self.removed += 1;
            self.example("removed", &name, examples);
        }
    }

    fn both(&mut self, name: &str, was: &RowFacts, is: &RowFacts, examples: usize) {
        if was.split != is.split {
            let way = format!("{} to {}", was.split.name(), is.split.name());
            *self.moved.entry(way).or_default() += 1;
            self.example("moved", name, examples);
        }
        if was.line == is.line && was.provenance == is.provenance {
            self.same += u64::from(was.split == is.split);
            return;
        }
        self.changed += 1;
        self.example("changed", name, examples);
        let by = &mut self.changed_by;
        let told = [
            (&mut by.text, was.line != is.line),
            (&mut by.state, was.state != is.state),
            (&mut by.score, was.score != is.score),
            (&mut by.weight, was.weight != is.weight),
        ];
        let mut any = false;
        for (count, changed) in told {
            *count += u64::from(changed);
            any |= changed;
        }
        by.provenance += u64::from(!any);
        if was.state != is.state {
            let way = format!("{} to {}", was.state, is.state);
            *self.flips.entry(way).or_default() += 1;
            self.example("flipped", name, examples);
        }
    }

    fn example(&mut self, what: &'static str, name: &str, most: usize) {
        let names = self.examples.entry(what).or_default();
        if names.len() < most {
            names.push(name.trim_end().replace('\n', " < "));
        }
    }
}

fn add(names: &mut BTreeMap<String, Sides<u64>>, name: Option<&str>, side: Side) {
    let name = name.unwrap_or("unknown");
    let known = names.contains_key(name) || names.len() < NAMES_MAX;
    let name = if known { name } else { "other" };
    let sides = names.entry(name.into()).or_insert(Sides { a: 0, b: 0 });
    match side {
        Side::A => sides.a += 1,
        Side::B => sides.b += 1,
    }
}
