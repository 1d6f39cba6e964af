//! What a row rests on: kept beside the trainer's file, since strict loaders
//! refuse further columns. One per row, under the row's name.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use tacit_signals::SubjectKind;

use crate::label::{Labelled, Milli, State, Trust};

/// Where the good text of a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// An answer as the model gave it.
    Answer,
    /// What a person made of it.
    Edit,
    /// Two answers to one prompt.
    Sibling,
}

impl Basis {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Edit => "edit",
            Self::Sibling => "sibling",
        }
    }
}

/// What a row rests on. Texts are not in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The row's name, which its place is made of: the output's id; of a pair the
    /// rejected id, a newline and the chosen id or, of an edit, nothing.
    pub name: String,
    /// The output whose label it is; of a pair the chosen one.
    pub output: String,
    /// The rejected output of a pair.
    pub rejected: Option<String>,
    /// Where the good text comes from.
    pub basis: Basis,
    /// The label's verdict.
    pub state: State,
    /// The label's score.
    pub score: Milli,
    /// Training weight.
    pub weight: Milli,
    /// 0.5 to 1; of a pair the weaker of both.
    pub confidence: Milli,
    /// Of a pair: how strong the preference is.
    pub margin: Option<Milli>,
    /// Nothing can change the label any more.
    pub mature: bool,
    /// What the signals rest on; of a pair the weaker of both.
    pub trust: Trust,
    /// Rules that count, without notes.
    pub rules: Vec<String>,
    /// The events they rest on, `session:seq`.
    pub evidence: Vec<String>,
    /// The person, without a name.
    pub subject: Option<String>,
    /// Who made the person's id up.
    #[serde(serialize_with = "kind_out", deserialize_with = "kind_in")]
    pub subject_kind: Option<SubjectKind>,
    /// The conversation.
    pub conversation: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// The prompt version.
    pub prompt_version: Option<String>,
    /// The page's language, empty when unknown.
    pub language: String,
    /// A coarse device kind, empty when unknown.
    pub device: String,
    /// Where in the app, empty when unknown.
    pub surface: String,
    /// Characters of the prompt.
    pub prompt_chars: u64,
    /// Characters of the good text.
    pub completion_chars: u64,
    /// Of a pair: characters of the rejected text.
    pub rejected_chars: Option<u64>,
    /// Characters of the answer as first shown, edited or not.
    pub shown_chars: Option<u64>,
    /// When the output was first shown, Unix ms.
    pub shown_at: Option<u64>,
    /// Somebody held out of every loop: never in a file.
    pub held_out: bool,
}

/// Arm that says a person is held out: what no dataset may learn from. Any
/// experiment of a registered output may name it (`"arms": {"loop": "holdout"}`).
pub const HOLDOUT: &str = "holdout";

impl Provenance {
    /// Of a row that rests on one label.
    #[must_use]
    pub fn of(name: String, basis: Basis, label: &Labelled) -> Self {
        let counts = label.reasons.iter().filter(|reason| reason.polarity != 0);
        let evidence = counts.clone().flat_map(|reason| &reason.evidence);
        Self {
            name,
            output: label.output.to_string(),
            rejected: None,
            basis,
            state: label.state,
            score: label.score,
            weight: label.weight,
            confidence: label.confidence,
            margin: None,
            mature: label.mature,
            trust: label.trust,
            evidence: evidence.map(ToString::to_string).collect(),
            rules: counts.map(|reason| reason.rule.to_string()).collect(),
            subject: label.subject.as_ref().map(|subject| subject.id.clone()),
            subject_kind: label.subject.as_ref().map(|subject| subject.kind),
            conversation: label.conversation.as_ref().map(ToString::to_string),
            model: label.model.clone(),
            prompt_version: label.prompt_version.clone(),
            language: label.origin.lang.clone(),
            device: label.origin.device.clone(),
            surface: label.origin.surface.clone(),
            prompt_chars: 0,
            completion_chars: 0,
            rejected_chars: None,
            shown_chars: label.chars,
            shown_at: label.shown_at,
            held_out: held_out(label),
        }
    }
}

/// Whether the output was given to a person who is held out.
#[must_use]
pub fn held_out(label: &Labelled) -> bool {
    label.arms.values().any(|arm| arm == HOLDOUT)
}

fn kind_out<S: Serializer>(kind: &Option<SubjectKind>, to: S) -> Result<S::Ok, S::Error> {
    kind.map(SubjectKind::name).serialize(to)
}

fn kind_in<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SubjectKind>, D::Error> {
    let name = Option::<String>::deserialize(from)?;
    let known = |name: String| {
        SubjectKind::from_name(&name).ok_or_else(|| D::Error::custom("no kind of subject"))
    };
    name.map(known).transpose()
}
