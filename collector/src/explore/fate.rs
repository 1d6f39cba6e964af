//! What datasets make of one output. Pure.
//!
//! What a build decides only when it has seen everybody (caps of one person, rows that are
//! nearly the same, who is held out) is not in it.

use serde::Serialize;

use crate::{
    dataset::{Filter, Format, Maker, Skip},
    label::{LabelledGroup, Policy},
    store::rows::Group,
};

/// One of each thing a dataset is made of: answers to imitate, answers judged, pairs,
/// answers to documents.
const FORMATS: [Format; 4] = [Format::TrlSft, Format::TrlKto, Format::TrlDpo, Format::Rag];

/// What a dataset of one format makes of an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fate {
    /// The format.
    pub format: &'static str,
    /// Rows it is in.
    pub rows: u64,
    /// Why it is in no row, or in fewer than it could be, once each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
}

/// A reason, and what would change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// As in a build's summary.
    pub reason: &'static str,
    /// For people.
    pub remedy: &'static str,
}

/// What datasets make of the output at `place`.
#[must_use]
pub fn fates(group: &Group, labelled: &LabelledGroup, place: usize, policy: &Policy) -> Vec<Fate> {
    let fate = |format: Format| {
        let found = Maker::new(format, Filter::of(format), policy).fate(group, labelled, place);
        let rows = found.iter().filter(|one| one.is_ok()).count() as u64;
        let mut skips: Vec<Skip> = found.into_iter().filter_map(Result::err).collect();
        skips.sort();
        skips.dedup();
        let skipped = skips.into_iter().map(|skip| Skipped {
            reason: skip.name(),
            remedy: skip.remedy(),
        });
        Fate {
            format: format.name(),
            rows,
            skipped: skipped.collect(),
        }
    };
    FORMATS.into_iter().map(fate).collect()
}
