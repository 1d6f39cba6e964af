//! Rows that another policy would give or take.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    dataset::{Filter, Format, Maker, provenance::Provenance},
    label::{LabelledGroup, Milli, Policy, State},
    store::rows::Group,
};

/// The datasets whose rows are counted: answers to imitate, answers judged, pairs.
const FORMATS: [Format; 3] = [Format::TrlSft, Format::TrlKto, Format::TrlDpo];

/// What becomes of the rows of a kind of dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct RowChanges {
    /// Rows by the old policy.
    pub before: u64,
    /// Rows by the new one.
    pub after: u64,
    /// Rows only the new one gives.
    pub gained: u64,
    /// Rows only the old one gives.
    pub lost: u64,
    /// Rows that say the opposite: of answers judged, as only these say a verdict.
    pub reversed: u64,
    /// Other rows with another training weight or margin.
    pub reweighted: u64,
}

/// Makes rows by both policies and compares them by name.
#[derive(Debug)]
pub(super) struct Rows<'p> {
    makers: Vec<(Format, Maker<'p>, Maker<'p>, RowChanges)>,
}

impl<'p> Rows<'p> {
    pub(super) fn new((old, new): (&'p Policy, &'p Policy), filter: Filter) -> Self {
        let maker = |format, policy| Maker::new(format, filter, policy);
        let both = |format| {
            let (old, new) = (maker(format, old), maker(format, new));
            (format, old, new, RowChanges::default())
        };
        Self {
            makers: FORMATS.into_iter().map(both).collect(),
        }
    }

    pub(super) fn add(&mut self, group: &Group, (before, after): (&LabelledGroup, &LabelledGroup)) {
        for (format, old, new, changes) in &mut self.makers {
            let mut earlier = named(*format, old.grounds(group, before));
            let later = named(*format, new.grounds(group, after));
            changes.before += earlier.len() as u64;
            changes.after += later.len() as u64;
            for (name, is) in later {
                match earlier.remove(&name) {
                    None => changes.gained += 1,
                    Some(was) if was.verdict != is.verdict => changes.reversed += 1,
                    Some(was) => changes.reweighted += u64::from(was != is),
                }
            }
            changes.lost += earlier.len() as u64;
        }
    }

    pub(super) fn finish(self) -> BTreeMap<&'static str, RowChanges> {
        let makers = self.makers.into_iter();
        makers
            .map(|(format, _, _, changes)| (format.name(), changes))
            .collect()
    }
}

/// What a row says and how strongly.
#[derive(Debug, PartialEq, Eq)]
struct Terms {
    /// The verdict, in rows that say one: an imitated text or a pair says the same
    /// whatever became of the output it comes from.
    verdict: Option<State>,
    weight: i64,
    margin: Option<i64>,
}

fn named(format: Format, rows: Vec<Provenance>) -> BTreeMap<String, Terms> {
    let rows = rows.into_iter();
    rows.map(|row| {
        let terms = Terms {
            verdict: (format == Format::TrlKto).then_some(row.state),
            weight: row.weight.thousandths(),
            margin: row.margin.map(Milli::thousandths),
        };
        (row.name, terms)
    })
    .collect()
}
