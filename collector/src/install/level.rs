//! How far a site is integrated, and what is missing for the next level.

use serde::Serialize;

use super::{
    facts::Facts,
    remedy::{self, Remedy},
};
use crate::control::ContentPolicy;

/// One level of integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Level {
    /// 0, 1 or 2.
    pub level: u8,
    /// Nothing is missing.
    pub reached: bool,
    /// What it brings.
    pub brings: &'static str,
    /// What is missing.
    pub missing: Vec<Missing>,
}

/// Something that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// What is the case.
    pub says: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// Page of the documentation, and its heading.
    pub docs: &'static str,
}

impl From<Remedy> for Missing {
    fn from(words: Remedy) -> Self {
        Self {
            says: words.says,
            remedy: words.does,
            docs: words.docs,
        }
    }
}

/// All levels.
#[must_use]
pub fn levels(facts: &Facts) -> Vec<Level> {
    let level = |level, brings, missing: Vec<Remedy>| Level {
        level,
        reached: missing.is_empty(),
        brings,
        missing: missing.into_iter().map(Missing::from).collect(),
    };
    vec![
        level(0, "Signals, labels and this dashboard", zero(facts)),
        level(
            1,
            "Training rows, pairs of regenerated answers, evals and replay",
            one(facts),
        ),
        level(2, "Targets and pairs from what people edited", two(facts)),
    ]
}

/// The highest level up to which nothing is missing.
#[must_use]
pub fn reached(levels: &[Level]) -> Option<u8> {
    let reached = levels.iter().take_while(|level| level.reached);
    reached.last().map(|level| level.level)
}

fn zero(facts: &Facts) -> Vec<Remedy> {
    if facts.kinds.is_empty() {
        let words = if facts.keys == 0 {
            remedy::NO_KEY
        } else {
            remedy::SILENT
        };
        return vec![words];
    }
    if facts.kinds.contains_key("shown") {
        Vec::new()
    } else {
        vec![remedy::NOTHING_SHOWN]
    }
}

fn one(facts: &Facts) -> Vec<Remedy> {
    let outputs = &facts.outputs;
    if outputs.registered == 0 {
        return vec![remedy::REGISTER];
    }
    let mut missing = Vec::new();
    if outputs.with_answer == 0 {
        missing.push(remedy::NO_TEXT);
    }
    if outputs.with_input == 0 {
        missing.push(remedy::NO_INPUT);
    }
    if outputs.trainable == 0 && missing.is_empty() {
        missing.push(remedy::NOT_JOINED);
    }
    missing
}

fn two(facts: &Facts) -> Vec<Remedy> {
    if facts.outputs.with_edit > 0 {
        return Vec::new();
    }
    let mut missing = Vec::new();
    if facts.content == ContentPolicy::Off {
        missing.push(remedy::KEEPS_NO_TEXT);
    }
    missing.push(remedy::NO_EDIT);
    missing
}
