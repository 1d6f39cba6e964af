//! OpenAI's chat and preference fine-tuning, which Azure, Together and Fireworks
//! take as well. Strict: a further column is refused, and a side of a preference is
//! exactly one answer.

use serde::Serialize;

use super::json;
use crate::dataset::{row::Row, text::Turn};

/// Trained on or not: an integer, and of answers only.
#[derive(Serialize)]
struct Weighted<'a> {
    #[serde(flatten)]
    turn: &'a Turn,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<u8>,
}

#[derive(Serialize)]
struct Sft<'a> {
    messages: Vec<Weighted<'a>>,
}

/// Only the last answer is trained on: nobody judged the earlier ones.
pub(super) fn sft(row: &Row) -> String {
    let completion = row.completion();
    let earlier = row.prompt.iter().map(|turn| Weighted {
        turn,
        weight: turn.is_assistant().then_some(0),
    });
    let last = Weighted {
        turn: &completion,
        weight: Some(1),
    };
    json(&Sft {
        messages: earlier.chain([last]).collect(),
    })
}

#[derive(Serialize)]
struct Dpo<'a> {
    input: Input<'a>,
    preferred_output: [&'a Turn; 1],
    non_preferred_output: [&'a Turn; 1],
}

#[derive(Serialize)]
struct Input<'a> {
    messages: &'a [Turn],
    tools: [(); 0],
    parallel_tool_calls: bool,
}

pub(super) fn dpo(row: &Row) -> String {
    json(&Dpo {
        input: Input {
            messages: &row.prompt,
            tools: [],
            parallel_tool_calls: true,
        },
        preferred_output: [&row.completion()],
        non_preferred_output: [&row.rejected()],
    })
}
