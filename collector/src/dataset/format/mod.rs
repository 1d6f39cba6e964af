//! The datasets there are.
//!
//! A format is a name, what it is made of ([`Takes`]) and how a row becomes a line.
//! The lines of a family of loaders stand together in a file of their own. To add a
//! format: its line there, its variant and its `spec` here, its example in the docs.

mod evals;
mod openai;
mod ragas;
mod trl;

use serde::Serialize;

use super::{labels::Form, row::Row};
use crate::label::Trust;

/// What a dataset is for. Lines are as the loaders take them that are named here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Every label, as in CONTRACTS.
    Labels,
    /// The same as a table of text.
    LabelsCsv,
    /// The same with typed columns.
    LabelsParquet,
    /// TRL 1.16, supervised fine-tuning: prompt and completion.
    TrlSft,
    /// TRL 1.16, supervised fine-tuning: one list of messages.
    TrlSftChat,
    /// TRL 1.16, direct preference optimisation: prompt, chosen, rejected.
    TrlDpo,
    /// TRL 1.16, Kahneman-Tversky optimisation: prompt, completion, good or bad.
    TrlKto,
    /// TRL 1.16, reward model: chosen, rejected and how much better.
    TrlReward,
    /// Chat fine-tuning as OpenAI, Azure, Together and Fireworks take it.
    OpenAiSft,
    /// Preference fine-tuning as the same take it.
    OpenAiDpo,
    /// ragas 0.4: question, retrieved documents, answer, reference.
    Rag,
    /// Inspect 0.3: input and target.
    EvalsInspect,
    /// promptfoo 0.123: test cases.
    EvalsPromptfoo,
}

/// Which part of what is known a format is made of, whatever its lines look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Texts worth imitating: answers people took, and what they made of others.
    Targets,
    /// Answers judged good or bad.
    Verdicts,
    /// Pairs of a better and a worse answer.
    Preferences,
    /// Answers to retrieved documents, judged or corrected.
    Retrievals,
}

/// What a file of the format holds.
pub(super) enum Shape {
    /// Labels, in a form of theirs.
    Labels(Form),
    /// Rows.
    Rows(Takes, fn(&Row) -> String),
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Labels,
        Self::LabelsCsv,
        Self::LabelsParquet,
        Self::TrlSft,
        Self::TrlSftChat,
        Self::TrlDpo,
        Self::TrlKto,
        Self::TrlReward,
        Self::OpenAiSft,
        Self::OpenAiDpo,
        Self::Rag,
        Self::EvalsInspect,
        Self::EvalsPromptfoo,
    ];

    const fn spec(self) -> (&'static str, Shape) {
        use Shape::{Labels, Rows};
        use Takes::{Preferences, Retrievals, Targets, Verdicts};
        match self {
            Self::Labels => ("labels", Labels(Form::Ndjson)),
            Self::LabelsCsv => ("labels-csv", Labels(Form::Csv)),
            Self::LabelsParquet => ("labels-parquet", Labels(Form::Parquet)),
            Self::TrlSft => ("trl-sft", Rows(Targets, trl::sft)),
            Self::TrlSftChat => ("trl-sft-chat", Rows(Targets, trl::sft_chat)),
            Self::TrlDpo => ("trl-dpo", Rows(Preferences, trl::dpo)),
            Self::TrlKto => ("trl-kto", Rows(Verdicts, trl::kto)),
            Self::TrlReward => ("trl-reward", Rows(Preferences, trl::reward)),
            Self::OpenAiSft => ("openai-sft", Rows(Targets, openai::sft)),
            Self::OpenAiDpo => ("openai-dpo", Rows(Preferences, openai::dpo)),
            Self::Rag => ("rag", Rows(Retrievals, ragas::sample)),
            Self::EvalsInspect => ("evals-inspect", Rows(Targets, evals::inspect)),
            Self::EvalsPromptfoo => ("evals-promptfoo", Rows(Targets, evals::promptfoo)),
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its name in URLs and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.spec().0
    }

    pub(super) const fn shape(self) -> Shape {
        self.spec().1
    }

    /// Whether it is rows, which builds are made of.
    #[must_use]
    pub const fn is_built(self) -> bool {
        matches!(self.shape(), Shape::Rows(..))
    }

    /// What kind of file it is; rows are lines of JSON.
    #[must_use]
    pub const fn form(self) -> Form {
        match self.shape() {
            Shape::Labels(form) => form,
            Shape::Rows(..) => Form::Ndjson,
        }
    }

    /// Whether its files are rows for trainers and tests, rather than labels.
    #[must_use]
    pub const fn has_rows(self) -> bool {
        matches!(self.shape(), Shape::Rows(..))
    }

    /// How a file of it ends, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self.form() {
            Form::Ndjson => "jsonl",
            Form::Csv => "csv",
            Form::Parquet => "parquet",
        }
    }

    /// The least trust unless told otherwise: whatever trains or tests a model rests
    /// on outputs the server registered; a list of labels may show everything.
    #[must_use]
    pub const fn default_trust(self) -> Trust {
        match self.shape() {
            Shape::Labels(_) => Trust::Claimed,
            Shape::Rows(..) => Trust::Known,
        }
    }
}

/// A row as its line. These shapes always have one.
fn json(row: &impl Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default()
}
