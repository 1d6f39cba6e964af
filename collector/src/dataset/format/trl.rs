//! TRL 1.16, everything conversational, so that the model's own chat template makes
//! the text. No further columns: trainers take them for features. Only the reward
//! trainer reads a strength per row; of the others a row's weight stands in its
//! provenance.

use serde::Serialize;

use super::json;
use crate::{
    dataset::{row::Row, text::Turn},
    label::{Milli, State},
};

/// Largest margin of a reward row, in log-odds. Llama 2 gave "significantly better"
/// a margin of 3 where it used large ones (Touvron et al. 2023, §3.2.2); a score
/// difference of several acts would ask for odds nobody has.
const MARGIN_MAX: Milli = Milli::new(3_000);

#[derive(Serialize)]
struct Sft<'a> {
    prompt: &'a [Turn],
    completion: [&'a Turn; 1],
}

/// Prompt-completion: the loss is on the completion only.
pub(super) fn sft(row: &Row) -> String {
    json(&Sft {
        prompt: &row.prompt,
        completion: [&row.completion()],
    })
}

#[derive(Serialize)]
struct SftChat<'a> {
    messages: Vec<&'a Turn>,
}

/// One list of messages; the loss is on all of it, or with `assistant_only_loss` on
/// every answer in it.
pub(super) fn sft_chat(row: &Row) -> String {
    json(&SftChat {
        messages: row.conversation(&row.completion()),
    })
}

#[derive(Serialize)]
struct Dpo<'a> {
    prompt: &'a [Turn],
    chosen: [&'a Turn; 1],
    rejected: [&'a Turn; 1],
}

/// Explicit prompt.
pub(super) fn dpo(row: &Row) -> String {
    json(&Dpo {
        prompt: &row.prompt,
        chosen: [&row.completion()],
        rejected: [&row.rejected()],
    })
}

#[derive(Serialize)]
struct Kto<'a> {
    prompt: &'a [Turn],
    completion: [&'a Turn; 1],
    label: bool,
}

/// Unpaired.
pub(super) fn kto(row: &Row) -> String {
    json(&Kto {
        prompt: &row.prompt,
        completion: [&row.completion()],
        label: row.provenance.state == State::Positive,
    })
}

#[derive(Serialize)]
struct Reward<'a> {
    chosen: Vec<&'a Turn>,
    rejected: Vec<&'a Turn>,
    margin: Milli,
}

/// Implicit prompt: both sides are whole conversations.
pub(super) fn reward(row: &Row) -> String {
    let margin = row.provenance.margin.unwrap_or_default();
    json(&Reward {
        chosen: row.conversation(&row.completion()),
        rejected: row.conversation(&row.rejected()),
        margin: margin.min(MARGIN_MAX),
    })
}
