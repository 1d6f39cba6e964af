//! A label as other systems get it.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value, json};
use tacit_signals::Id;

use super::Ids;
use crate::label::{Labelled, Milli, State, Trust};

/// 128 bits that name a label, or what it says.
pub type Hash128 = [u8; 16];

/// What is sent of an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What the label says.
    Verdict,
    /// The text a person made of the output.
    Correction(String),
}

impl Part {
    /// Its number in the store.
    #[must_use]
    pub const fn number(&self) -> u8 {
        match self {
            Self::Verdict => 0,
            Self::Correction(_) => 1,
        }
    }

    /// Its name in files.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Correction(_) => "correction",
        }
    }
}

/// What a system takes a label under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// A span, with its trace where that is known.
    Span {
        /// 32 hex digits.
        trace: Option<String>,
        /// 16 hex digits.
        span: String,
    },
    /// A trace, in the system's own writing.
    Trace(String),
    /// A run, inference or response.
    Run(String),
    /// The collector's own id.
    Output,
}

impl Address {
    /// Labels of different lanes go in different requests.
    #[must_use]
    pub const fn lane(&self) -> u8 {
        match self {
            Self::Span { .. } => 0,
            Self::Trace(_) => 1,
            Self::Run(_) => 2,
            Self::Output => 3,
        }
    }
}

/// A reason in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ground {
    /// Name of the rule.
    pub rule: String,
    /// What it added or, below zero, took.
    pub score: Milli,
}

/// A label on its way out. Times are Unix ms.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelOut {
    /// Names this part of this output's label in this system, whatever it says.
    pub id: Hash128,
    /// Of what it says: a label whose digest did not change is not sent again.
    pub digest: Hash128,
    /// Revision that was delivered before.
    pub before: Option<Hash128>,
    /// What is there is not what was delivered: to be made where it should be changed,
    /// changed where it should be made.
    pub other_way: bool,
    /// What is sent.
    pub part: Part,
    /// What it is called: `implicit.kept`.
    pub name: String,
    /// What it is sent under.
    pub address: Address,
    /// All ids of the output.
    pub ids: Ids,
    /// The output.
    pub output: Id,
    /// Positive or negative.
    pub state: State,
    /// Sum of the evidence.
    pub score: Milli,
    /// Training weight at `as_of`.
    pub weight: Milli,
    /// 0.5 to 1.
    pub confidence: Milli,
    /// Nothing can change it any more.
    pub mature: bool,
    /// What it rests on.
    pub reasons: Vec<Ground>,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// The moment it is the label of.
    pub as_of: u64,
    /// When the output was first shown.
    pub shown_at: Option<u64>,
    /// The person, as a pseudonym.
    pub subject: Option<String>,
    /// What the signals rest on.
    pub trust: Trust,
    /// The conversation.
    pub conversation: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The prompt version.
    pub prompt_version: Option<String>,
}

/// What of a label decides whether it is sent again: not the moment it was read at, nor
/// its weight, which a policy may let fade with time.
#[derive(Serialize)]
struct Said<'a> {
    part: &'a Part,
    address: &'a Address,
    state: State,
    score: Milli,
    confidence: Milli,
    mature: bool,
    reasons: &'a [Ground],
    policy: &'a str,
    trust: Trust,
}

/// What labels of a push have in common.
#[derive(Debug, Clone)]
pub struct Naming {
    /// The project's name.
    pub project: String,
    /// The system's name.
    pub kind: &'static str,
    /// What names start with: `implicit`.
    pub prefix: String,
}

impl LabelOut {
    /// A part of a label, under an address.
    #[must_use]
    pub fn new(label: &Labelled, ids: Ids, address: Address, part: Part, naming: &Naming) -> Self {
        let what = match part {
            Part::Verdict => "kept",
            Part::Correction(_) => "edit",
        };
        let name = format!("{}.{what}", naming.prefix);
        let output = label.output.as_str();
        let id = hash(&[&naming.project, output, naming.kind, &name, part.name()]);
        let mut out = Self {
            id,
            digest: [0; 16],
            before: None,
            other_way: false,
            part,
            name,
            address,
            ids,
            output: label.output.clone(),
            state: label.state,
            score: label.score,
            weight: label.weight,
            confidence: label.confidence,
            mature: label.mature,
            reasons: label.reasons.iter().map(ground).collect(),
            policy: label.policy.to_string(),
            as_of: label.as_of,
            shown_at: label.shown_at,
            subject: label.subject.as_ref().map(|subject| subject.id.clone()),
            trust: label.trust,
            conversation: label.conversation.as_ref().map(ToString::to_string),
            model: label.model.clone(),
            prompt_version: label.prompt_version.clone(),
        };
        out.digest = out.said();
        out
    }

    fn said(&self) -> Hash128 {
        let said = Said {
            part: &self.part,
            address: &self.address,
            state: self.state,
            score: self.score,
            confidence: self.confidence,
            mature: self.mature,
            reasons: &self.reasons,
            policy: &self.policy,
            trust: self.trust,
        };
        hash(&[&serde_json::to_string(&said).unwrap_or_default()])
    }

    /// Whether people kept the output.
    #[must_use]
    pub fn kept(&self) -> bool {
        self.state == State::Positive
    }

    /// 1 kept, 0 not.
    #[must_use]
    pub fn value(&self) -> f64 {
        f64::from(u8::from(self.kept()))
    }

    /// `kept` or `not_kept`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.kept() { "kept" } else { "not_kept" }
    }

    /// The id as 32 hex digits.
    #[must_use]
    pub fn hex_id(&self) -> String {
        hex::encode(self.id)
    }

    /// The id as a UUID.
    #[must_use]
    pub fn uuid(&self) -> String {
        uuid(self.id)
    }

    /// An id of its own for every change of the label, where nothing can be replaced. It
    /// follows from what was delivered before, so it is the same when it is sent twice.
    #[must_use]
    pub fn revision(&self) -> Hash128 {
        let before = self.before.map(hex::encode).unwrap_or_default();
        hash(&[&self.hex_id(), &hex::encode(self.digest), &before])
    }

    /// When it happened, for systems that want one moment that does not change.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.shown_at.unwrap_or(self.as_of)
    }

    /// The reasons in words.
    #[must_use]
    pub fn explanation(&self) -> String {
        let mut text = String::from(if self.kept() { "kept: " } else { "not kept: " });
        for (number, ground) in self.reasons.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            let rule = ground.rule.replace('_', " ");
            let sign = if ground.score >= Milli::default() {
                "+"
            } else {
                ""
            };
            // Writing to a text cannot fail.
            let _ = write!(text, "{comma}{rule} ({sign}{})", ground.score);
        }
        let _ = write!(
            text,
            "; score {}, confidence {}",
            self.score, self.confidence
        );
        text
    }

    /// What there is no field for elsewhere.
    #[must_use]
    pub fn metadata(&self) -> Map<String, Value> {
        let rules: Vec<_> = self.reasons.iter().map(|ground| &*ground.rule).collect();
        let mut map = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                map.insert(name.into(), value);
            }
        };
        put("source", "implicit".into());
        put("tacit_id", self.hex_id().into());
        put("output", self.output.as_str().into());
        put("state", self.state.name().into());
        put("score", json!(self.score));
        put("weight", json!(self.weight));
        put("confidence", json!(self.confidence));
        put("mature", self.mature.into());
        put("rules", rules.join(",").into());
        put("policy", self.policy.as_str().into());
        put("as_of", self.as_of.into());
        put("trust", self.trust.name().into());
        put("subject", json!(self.subject));
        put("prompt_version", json!(self.prompt_version));
        put("supersedes", json!(self.before.map(hex::encode)));
        map
    }

    /// As [`LabelOut::metadata`], for systems that take texts alone.
    #[must_use]
    pub fn texts(&self) -> Map<String, Value> {
        let text = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        let metadata = self.metadata().into_iter();
        metadata
            .map(|(name, value)| (name, text(value).into()))
            .collect()
    }

    /// The bytes it takes in a request, about and not less.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let correction = match &self.part {
            Part::Verdict => 0,
            // Escaped, a text may be longer.
            Part::Correction(text) => 2 * text.len(),
        };
        2_048 + 128 * self.reasons.len() + correction
    }
}

fn ground(reason: &crate::label::Reason) -> Ground {
    Ground {
        rule: reason.rule.to_string(),
        score: Milli::new(reason.weight.thousandths() * i64::from(reason.polarity)),
    }
}

/// BLAKE3 of texts, each with its length, cut to 128 bits.
pub(crate) fn hash(texts: &[&str]) -> Hash128 {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

/// Bytes as a UUID of version 8, which says that they mean nothing (RFC 9562 §5.8).
#[must_use]
pub(crate) fn uuid(mut bytes: Hash128) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex::encode(bytes);
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}
