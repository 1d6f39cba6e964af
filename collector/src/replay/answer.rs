//! What became of a case: exactly one answer each.

use serde::{Deserialize, Serialize};

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The case.
    pub output: String,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Requests it took, the last one included.
    pub attempts: u32,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The model answered. Whether the text itself declines is for the comparison.
    Answered(Reply),
    /// The provider says that it declined: `refusal` in the answer, or
    /// `finish_reason: content_filter`.
    Refused(Reply),
    /// No answer, for good.
    Failed(Failure),
}

/// A complete answer of the endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The text; of a refusal what was said instead, maybe nothing.
    pub text: String,
    /// `stop`, `length` and others, in the endpoint's words.
    pub finish_reason: Option<String>,
    /// The model that answered, as the endpoint names it.
    pub model: Option<String>,
    /// Tokens of the prompt, if the endpoint counts them.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer, if the endpoint counts them.
    pub completion_tokens: Option<u64>,
    /// From sending the last request to the end of its answer. A measurement: the one
    /// number here that another run does not repeat.
    pub latency_ms: u64,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A code: `http_400`, `timeout`, `truncated`, `malformed`, `connection` …
    pub code: String,
    /// What the endpoint or the connection said, the start of it.
    pub message: String,
}

impl Answer {
    /// The answer's text, if the model gave one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Answered(reply) => Some(&reply.text),
            Outcome::Refused(_) | Outcome::Failed(_) => None,
        }
    }
}
