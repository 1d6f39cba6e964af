//! All that a replay is a function of, fixed before anything is sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Stratum;
use crate::label::{State, Trust};

/// What is asked of whom. Written once; a run that goes on must have the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of this shape.
    pub version: u32,
    /// The project whose outputs are asked again.
    pub project: String,
    /// The labelling policy, `name@version#hash`.
    pub policy: String,
    /// Everything as known at this moment, Unix ms.
    pub as_of: u64,
    /// Shown at or after, Unix ms.
    pub since: Option<u64>,
    /// Shown before, Unix ms.
    pub until: Option<u64>,
    /// The least trust.
    pub trust: Trust,
    /// Verdicts that were drawn from.
    pub states: Vec<State>,
    /// Decides the draw.
    pub seed: u64,
    /// Cases asked for; there may be fewer.
    pub sample: u64,
    /// What strata are told apart by, as asked for.
    pub stratify: Vec<Dimension>,
    /// How the sample is shared out among strata.
    pub allocation: Allocation,
    /// What looks private was taken out of texts.
    pub redact: bool,
    /// Documents whose text is not known are taken to stand in the input.
    #[serde(default)]
    pub documents_in_input: bool,
    /// Characters of an input, at most.
    pub input_chars_max: u64,
    /// BLAKE3 of `cases.ndjson`; hex.
    pub cases: String,
    /// What came of it.
    pub selected: Selected,
    /// How the cases are asked.
    pub asking: Asking,
}

/// What strata are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The label's verdict.
    Label,
    /// The prompt version.
    PromptVersion,
    /// The month, UTC.
    Month,
}

/// How a sample is shared out among strata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allocation {
    /// One each, and the rest in proportion to the strata (largest remainders).
    Proportional,
    /// The same for each; what a small stratum cannot use goes to the others.
    Equal,
}

/// What the draw found. Every output of the project is counted once: left out, not
/// replayable, or in a stratum.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Selected {
    /// Outputs that the replay is not about.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// Outputs it is about that cannot be asked again.
    pub not_replayable: Vec<NotReplayable>,
    /// The strata of the others, in order.
    pub strata: Vec<StratumCount>,
    /// What strata are told apart by in the end: where there are more of them than
    /// cases, the last dimensions are given up.
    pub stratified_by: Vec<Dimension>,
}

/// Outputs that cannot be asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotReplayable {
    /// Why.
    pub reason: Reason,
    /// How many.
    pub count: u64,
}

/// One stratum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumCount {
    /// Which.
    pub stratum: Stratum,
    /// Outputs that can be asked again.
    pub population: u64,
    /// Of them drawn: each stands for `population / sampled` outputs.
    pub sampled: u64,
}

/// Why an output is not what the replay is about; the first that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// Shown at another time, or never.
    OutsideRange,
    /// A program drove the browser.
    Automated,
    /// Its signals rest on less than asked for: no server registered it.
    Trust,
    /// Of a person held out of every loop.
    HeldOut,
    /// Its verdict was not asked for.
    State,
    /// All that is known of it came from people the screen found.
    Screened,
}

/// Why an output cannot be asked again; the first that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// What was asked is not known.
    NoInput,
    /// A message is of a tool, or calls one: its definition is not known.
    Tools,
    /// A message holds something other than text: images, audio, files.
    NotText,
    /// A message has a role no endpoint knows.
    Roles,
    /// The last message is not the user's, or nothing is asked.
    NoQuestion,
    /// Part of what the model saw is not in the input: earlier turns or the system
    /// prompt where only the browser's text is known, or documents whose text is.
    MissingContext,
    /// Documents are named whose text is not known, so nobody can tell whether the input
    /// holds it.
    UnknownContext,
    /// What was answered then is not known.
    NoAnswer,
    /// The input is longer than the bound.
    TooLong,
}

/// How cases are asked. Names where, never with which key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asking {
    /// The endpoint, without query and credentials.
    pub endpoint: String,
    /// The model asked for.
    pub model: String,
    /// Further fields of the request: temperature and so on.
    pub params: Map<String, Value>,
    /// BLAKE3 of the system prompt that takes the place of the stored one; hex.
    pub system: Option<String>,
    /// Whether the answer is streamed.
    pub stream: bool,
}

/// How a judge is asked about the answers. Fixed when it is first asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judging {
    /// Whom, and how.
    pub asking: Asking,
    /// Pairs that people decided, by which the judge is judged, at most.
    pub people: u64,
}

impl LeftOut {
    /// For people.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::OutsideRange => "shown at another time",
            Self::Automated => "driven by a program",
            Self::Trust => "not registered by a server",
            Self::HeldOut => "of people held out",
            Self::State => "with another label",
            Self::Screened => "of people who were screened",
        }
    }
}

impl Reason {
    /// All of them, in their order.
    pub const ALL: [Self; 9] = [
        Self::NoInput,
        Self::Tools,
        Self::NotText,
        Self::Roles,
        Self::NoQuestion,
        Self::MissingContext,
        Self::UnknownContext,
        Self::NoAnswer,
        Self::TooLong,
    ];

    /// For people.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::NoInput => "what was asked is not known",
            Self::Tools => "tools were called",
            Self::NotText => "images or other parts that are not text",
            Self::Roles => "a message of an unknown role",
            Self::NoQuestion => "the last message is not the user's",
            Self::MissingContext => "documents, earlier turns or the system prompt are missing",
            Self::UnknownContext => {
                "documents are named without their text: --documents-in-input if inputs hold it"
            }
            Self::NoAnswer => "what was answered then is not known",
            Self::TooLong => "the input is too long",
        }
    }
}

impl Selected {
    /// Cases that were drawn.
    #[must_use]
    pub fn sampled(&self) -> u64 {
        self.strata.iter().map(|stratum| stratum.sampled).sum()
    }

    /// Outputs that can be asked again.
    #[must_use]
    pub fn replayable(&self) -> u64 {
        self.strata.iter().map(|stratum| stratum.population).sum()
    }
}

impl StratumCount {
    /// How many outputs each of its cases stands for; 0 where none was drawn.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn weight(&self) -> f64 {
        if self.sampled == 0 {
            return 0.0;
        }
        self.population as f64 / self.sampled as f64
    }
}
