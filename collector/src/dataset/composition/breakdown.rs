//! Rows by one property.

use std::{cmp::Reverse, collections::BTreeMap, ops::AddAssign};

use serde::{Deserialize, Serialize};
use tacit_signals::SubjectKind;

use super::{
    capped::Capped,
    figure::{ratio, share},
    length::Length,
    stratum,
};
use crate::{
    dataset::{provenance::Provenance, split::Split},
    label::Milli,
};

/// Names of one property that are counted apart; the others together.
const NAMES_MAX: usize = 1_024;

/// Names of one property that a report lists.
const PARTS_MAX: usize = 30;

/// A property of rows; each row has one value, or it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Families of the rules it rests on, joined by `+`; `none` for a pair whose
    /// chosen answer has none.
    Signals,
    /// Where the good text comes from.
    Basis,
    /// The label's verdict.
    State,
    /// What the label's signals rest on.
    Trust,
    /// Who made the person's id up.
    SubjectKind,
    /// Whether nothing can change the label any more.
    Mature,
    /// The model that answered.
    Model,
    /// The prompt version.
    PromptVersion,
    /// The page's language without its region.
    Language,
    /// A coarse device kind.
    Device,
    /// Where in the app.
    Surface,
    /// Characters of the prompt.
    PromptLength,
    /// Characters of the good text.
    CompletionLength,
    /// Characters of the answer as it was shown.
    ShownLength,
    /// Which file.
    Split,
}

impl Dimension {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 15] = [
        Self::Signals,
        Self::Basis,
        Self::State,
        Self::Trust,
        Self::SubjectKind,
        Self::Mature,
        Self::Model,
        Self::PromptVersion,
        Self::Language,
        Self::Device,
        Self::Surface,
        Self::PromptLength,
        Self::CompletionLength,
        Self::ShownLength,
        Self::Split,
    ];

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Signals => "Signals",
            Self::Basis => "Where the good text comes from",
            Self::State => "Verdict",
            Self::Trust => "Trust",
            Self::SubjectKind => "How people are known",
            Self::Mature => "Label is final",
            Self::Model => "Model",
            Self::PromptVersion => "Prompt version",
            Self::Language => "Language",
            Self::Device => "Device",
            Self::Surface => "Surface",
            Self::PromptLength => "Characters of the prompt",
            Self::CompletionLength => "Characters of the good text",
            Self::ShownLength => "Characters of the answer as shown",
            Self::Split => "Split",
        }
    }

    const fn is_length(self) -> bool {
        matches!(
            self,
            Self::PromptLength | Self::CompletionLength | Self::ShownLength
        )
    }

    /// What a row's provenance says; signals and split are not in it.
    pub(super) fn value(self, row: &Provenance) -> Option<String> {
        let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let length = |chars: u64| Some(Length::of(chars).name().to_owned());
        match self {
            Self::Signals | Self::Split => None,
            Self::Basis => known(row.basis.name()),
            Self::State => known(row.state.name()),
            Self::Trust => known(row.trust.name()),
            Self::SubjectKind => row.subject_kind.map(SubjectKind::name).and_then(known),
            Self::Mature => Some(row.mature.to_string()),
            Self::Model => row.model.clone(),
            Self::PromptVersion => row.prompt_version.clone(),
            Self::Language => stratum::language(&row.language),
            Self::Device => known(&row.device),
            Self::Surface => known(&row.surface),
            Self::PromptLength => length(row.prompt_chars),
            Self::CompletionLength => length(row.completion_chars),
            Self::ShownLength => row.shown_chars.and_then(length),
        }
    }
}

/// Rows by the values of a property. The parts and `other` add up to all rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Breakdown {
    /// Largest first, lengths ascending.
    pub parts: Vec<Part>,
    /// Rows of the values that are not listed.
    pub other: u64,
}

/// Rows of one value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The value; `None` where it is not known.
    pub value: Option<String>,
    /// Rows.
    pub rows: u64,
    /// Of all rows, 0 to 1.
    pub share: Milli,
    /// Of all training weight, 0 to 1.
    pub weight_share: Milli,
}

/// Rows and their training weight in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rows {
    pub(super) rows: u64,
    pub(super) weight: u128,
}

impl AddAssign for Rows {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.weight += other.weight;
    }
}

/// Counts rows by every property.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Breakdowns {
    by: BTreeMap<Dimension, Capped<Option<String>, Rows>>,
    rules: Capped<String, Rows>,
    pub(super) total: Rows,
}

impl Breakdowns {
    pub(super) fn new() -> Self {
        let empty = |dimension| (dimension, Capped::new(NAMES_MAX));
        Self {
            by: Dimension::ALL.into_iter().map(empty).collect(),
            rules: Capped::new(NAMES_MAX),
            total: Rows::default(),
        }
    }

    pub(super) fn add(&mut self, row: &Provenance, split: Split, families: &str) {
        let one = Rows {
            rows: 1,
            weight: row.weight.thousandths().unsigned_abs().into(),
        };
        for (dimension, counts) in &mut self.by {
            let value = match dimension {
                Dimension::Signals => Some(families.to_owned()),
                Dimension::Split => Some(split.name().to_owned()),
                _ => dimension.value(row),
            };
            counts.add(value, one);
        }
        let mut rules = row.rules.clone();
        rules.sort_unstable();
        rules.dedup();
        rules.into_iter().for_each(|rule| self.rules.add(rule, one));
        self.total += one;
    }

    pub(super) fn finish(&self) -> BTreeMap<Dimension, Breakdown> {
        let finished = |(dimension, counts): (&Dimension, &Capped<Option<String>, Rows>)| {
            let parts = counts.iter().map(|(name, rows)| (name.clone(), *rows));
            let breakdown = self.listed(parts.collect(), counts.other().rows, *dimension);
            (*dimension, breakdown)
        };
        self.by.iter().map(finished).collect()
    }

    /// How many rows each rule counts for; a row may rest on several.
    pub(super) fn rules(&self) -> Vec<Part> {
        let parts = self.rules.iter();
        let parts = parts.map(|(name, rows)| (Some(name.clone()), *rows));
        self.listed(parts.collect(), 0, Dimension::Signals).parts
    }

    fn listed(
        &self,
        mut parts: Vec<(Option<String>, Rows)>,
        mut other: u64,
        dimension: Dimension,
    ) -> Breakdown {
        parts.sort_by(|(a, x), (b, y)| (Reverse(x.rows), a).cmp(&(Reverse(y.rows), b)));
        if parts.len() > PARTS_MAX {
            let rest = parts.split_off(PARTS_MAX);
            other += rest.iter().map(|(_, rows)| rows.rows).sum::<u64>();
        }
        if dimension.is_length() {
            parts.sort_by_key(|(name, _)| place(name.as_deref()));
        }
        let part = |(value, rows): (Option<String>, Rows)| Part {
            value,
            rows: rows.rows,
            share: share(rows.rows, self.total.rows),
            weight_share: ratio(rows.weight, self.total.weight),
        };
        Breakdown {
            parts: parts.into_iter().map(part).collect(),
            other,
        }
    }
}

/// Where a bucket stands among lengths; what is not known comes last.
pub(super) fn place(name: Option<&str>) -> usize {
    let places = Length::ALL.iter();
    let place = places.map(|length| Some(length.name()));
    place.take_while(|length| *length != name).count()
}
