//! A stored input that is asked again, with what people made of the old answer.

use serde::{Deserialize, Serialize};

use crate::label::{Milli, State};

/// One stored input. All texts are without what is private, unless the plan says else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The output that was given then; names the case.
    pub output: String,
    /// Whose it is, as a hash of the subject: enough to tell people apart, as intervals are
    /// over people. `None` where nobody is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What it was drawn from.
    pub stratum: Stratum,
    /// What the model was asked, as it was registered; text alone.
    pub input: Vec<Message>,
    /// What it answered then. Facts of its format are read from this text.
    pub answer: String,
    /// What people thought of that answer.
    pub label: Given,
    /// What people kept or wrote themselves in that turn; no text twice.
    pub kept: Vec<Kept>,
    /// What they rejected in that turn: this answer where its label is negative, and
    /// the variants they had replaced or judged bad. No text twice, none of `kept`.
    pub rejected: Vec<String>,
    /// The model that answered then.
    pub model: Option<String>,
    /// The prompt version then.
    pub prompt_version: Option<String>,
    /// When that answer was first shown, Unix ms.
    pub shown_at: u64,
    /// Pieces taken out of the texts because they looked private.
    pub redacted: u64,
}

/// What a case was drawn from. A field is `None` where the draw did not tell by it, and
/// where the output names no prompt version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stratum {
    /// The label's verdict.
    pub state: Option<State>,
    /// The prompt version.
    pub prompt_version: Option<String>,
    /// The month it was shown in, UTC: `2026-11`.
    pub month: Option<String>,
}

/// One message: what [`crate::store::rows::Message`] is when it holds text alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `developer`, `user` or `assistant`.
    pub role: String,
    /// Its text.
    pub content: String,
}

/// The label of the old answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The verdict.
    pub state: State,
    /// Sum of the evidence.
    pub score: Milli,
    /// Training weight.
    pub weight: Milli,
    /// 0.5 to 1.
    pub confidence: Milli,
}

/// A text that people kept or wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The text.
    pub text: String,
    /// How it is known to be good.
    pub how: How,
}

/// How a text is known to be good; the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// A person made it of this answer or of the variant they kept.
    Edit,
    /// Another variant of the turn, which they kept.
    Sibling,
    /// This answer: its label is positive, and nobody changed it.
    Output,
}

impl How {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Sibling => "sibling",
            Self::Output => "output",
        }
    }
}
