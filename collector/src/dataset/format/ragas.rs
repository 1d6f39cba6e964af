//! ragas 0.4, single-turn samples, with what its reader skips and a person needs:
//! the conversation before the question, the documents' scores and the verdict.

use serde::Serialize;

use super::json;
use crate::{
    dataset::{row::Row, text::Turn},
    label::{Milli, State},
};

#[derive(Serialize)]
struct Sample<'a> {
    user_input: &'a str,
    /// In the order they were given to the model; null unless all are known.
    retrieved_contexts: Option<Vec<&'a str>>,
    retrieved_context_ids: Option<Vec<&'a str>>,
    response: &'a str,
    /// What the person kept or wrote; null where they only refused the answer.
    reference: Option<&'a str>,
    retrieved_context_scores: Option<Vec<Milli>>,
    history: &'a [Turn],
    /// Null where they only corrected it.
    label: Option<bool>,
    output: &'a str,
}

pub(super) fn sample(row: &Row) -> String {
    let (history, question) = row.question();
    let all = &row.documents;
    json(&Sample {
        user_input: question,
        retrieved_contexts: all.iter().map(|one| one.content.as_deref()).collect(),
        retrieved_context_ids: all.iter().map(|one| one.id.as_deref()).collect(),
        response: &row.completion,
        reference: row.reference.as_deref(),
        retrieved_context_scores: all.iter().map(|one| one.score).collect(),
        history,
        label: match row.provenance.state {
            State::Positive => Some(true),
            State::Negative => Some(false),
            State::Neutral | State::Conflict | State::Pending => None,
        },
        output: &row.provenance.output,
    })
}
