//! What is wrong with a dataset, and what to do about it.
//!
//! Each check reads the finished figures and says one thing or nothing. Bounds
//! stand beside the checks, with their reasons.

mod labels;
mod people;
mod sample;

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::Composition;
use crate::label::Milli;

/// Something that whoever trains on a dataset should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Which.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, for people.
    pub message: String,
    /// The number it rests on; what it counts is in the docs of the code.
    pub figure: Milli,
    /// What would help.
    pub remedy: String,
}

/// How much a warning matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// The result may be worse for it.
    Warning,
    /// Training on it is likely in vain, or does harm.
    Serious,
}

impl Severity {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Serious => "serious",
        }
    }
}

/// What a warning is about, and what its figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No row at all. Figure: outputs and pairs considered.
    Empty,
    /// Fewer rows than training needs. Figure: rows.
    FewRows,
    /// Few people. Figure: effective number of people.
    FewPeople,
    /// One person gave much of it. Figure: their share of the rows.
    OnePerson,
    /// People known by their session alone. Figure: their share of the rows.
    SessionPeople,
    /// People who left are over- or underrepresented. Figure: their share of rows
    /// minus their share of outputs.
    Churned,
    /// One model alone. Figure: its share of the rows.
    OneModel,
    /// One prompt version alone. Figure: its share of the rows.
    OnePromptVersion,
    /// Mostly ratings. Figure: share of the rows that rest on ratings alone.
    RatingsOnly,
    /// Good or bad is missing altogether. Figure: rows.
    OneLabel,
    /// Good and bad are out of balance. Figure: good ÷ bad.
    LabelImbalance,
    /// Good texts are longer or shorter than bad ones. Figure: of pairs, the share
    /// whose chosen text is the longer; else mean length good ÷ bad.
    LengthBias,
    /// Nothing vouches for who sent the signals. Figure: share of signed rows.
    Unverified,
    /// Labels that may still change. Figure: their share of the rows.
    Immature,
    /// Rows that said nearly the same were left out. Figure: their share.
    Duplicates,
    /// Weights leave few rows. Figure: effective sample size ÷ rows.
    LowEffectiveSize,
    /// Rows are not like what people saw. Figure: the largest shift.
    SelectionBias,
    /// Strata without rows, or whose weights had to be cut. Figure: share of seen
    /// outputs without a row in their stratum.
    ThinStrata,
    /// More names than are counted apart. Figure: share of the seen outputs that
    /// are in no stratum of their own.
    ManyNames,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Empty,
        Self::FewRows,
        Self::FewPeople,
        Self::OnePerson,
        Self::SessionPeople,
        Self::Churned,
        Self::OneModel,
        Self::OnePromptVersion,
        Self::RatingsOnly,
        Self::OneLabel,
        Self::LabelImbalance,
        Self::LengthBias,
        Self::Unverified,
        Self::Immature,
        Self::Duplicates,
        Self::LowEffectiveSize,
        Self::SelectionBias,
        Self::ThinStrata,
        Self::ManyNames,
    ];

    /// Its name in files and docs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::FewRows => "few_rows",
            Self::FewPeople => "few_people",
            Self::OnePerson => "one_person",
            Self::SessionPeople => "session_people",
            Self::Churned => "churned",
            Self::OneModel => "one_model",
            Self::OnePromptVersion => "one_prompt_version",
            Self::RatingsOnly => "ratings_only",
            Self::OneLabel => "one_label",
            Self::LabelImbalance => "label_imbalance",
            Self::LengthBias => "length_bias",
            Self::Unverified => "unverified",
            Self::Immature => "immature",
            Self::Duplicates => "duplicates",
            Self::LowEffectiveSize => "low_effective_size",
            Self::SelectionBias => "selection_bias",
            Self::ThinStrata => "thin_strata",
            Self::ManyNames => "many_names",
        }
    }
}

/// A look at the figures that finds something or nothing.
type Check = fn(&Composition) -> Option<Warning>;

/// Everything there is to say about a composition, worst first.
pub(super) fn all(composition: &Composition) -> Vec<Warning> {
    if let Some(empty) = sample::empty(composition) {
        return vec![empty];
    }
    let checks = [sample::CHECKS, people::CHECKS, labels::CHECKS].concat();
    let found = checks.iter().filter_map(|check| check(composition));
    let mut found: Vec<Warning> = found.collect();
    found.sort_by_key(|warning| (Reverse(warning.severity), warning.code));
    found
}

/// Formats that train a model; the others are read by people and tests.
fn trains(composition: &Composition) -> bool {
    let format = composition.format.as_str();
    format.starts_with("trl-") || format.starts_with("openai-")
}

/// A share as people read it, `12.5 %`.
pub(in crate::dataset) fn percent(share: Milli) -> String {
    let tenths = share.thousandths();
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        _ => format!("{:?} %", share.thousandths() as f64 / 10.0),
    }
}

/// So many of something: `1 row`, `2 rows`.
pub(in crate::dataset) fn some(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A name as people read it.
pub(super) fn named(value: Option<&str>) -> &str {
    value.unwrap_or("unknown")
}
