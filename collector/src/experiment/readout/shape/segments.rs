//! The primary metric in parts of the people.

use serde::{Deserialize, Serialize};

use super::Effect;

/// The primary metric in a part of the people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// By what the people are told apart.
    pub by: Dimension,
    /// Which of them; empty where unknown, null for all other values.
    pub value: Option<String>,
    /// Always true: made for ideas, corrected for nothing, no ground for a decision.
    pub exploratory: bool,
    /// The treatment arm.
    pub arm: String,
    /// People in both arms.
    pub people: u64,
    /// The effect.
    pub effect: Option<Effect>,
}

/// By what people are told apart: as it was at their exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The model that answered.
    Model,
    /// A coarse device kind.
    Device,
    /// The page's language.
    Language,
    /// Where in the app.
    Surface,
    /// Who made the person's id up.
    SubjectKind,
}
