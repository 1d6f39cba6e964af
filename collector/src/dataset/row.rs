//! The lines of datasets, exactly as loaders take them: no further columns, since
//! strict ones refuse them.

use serde::Serialize;

use super::text::Turn;

/// TRL SFT, prompt-completion, conversational: the loss is on the completion only.
#[derive(Serialize)]
pub(super) struct Sft<'a> {
    pub(super) prompt: &'a [Turn],
    pub(super) completion: [Turn; 1],
}

/// TRL DPO, explicit prompt, conversational.
#[derive(Serialize)]
pub(super) struct Dpo<'a> {
    pub(super) prompt: &'a [Turn],
    pub(super) chosen: [Turn; 1],
    pub(super) rejected: [Turn; 1],
}

/// TRL KTO, conversational.
#[derive(Serialize)]
pub(super) struct Kto<'a> {
    pub(super) prompt: &'a [Turn],
    pub(super) completion: [Turn; 1],
    pub(super) label: bool,
}

/// A row as its line. These shapes always have one.
pub(super) fn line(row: &impl Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default()
}
