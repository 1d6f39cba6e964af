//! Of outputs, their signals, labels and policies.
#![expect(dead_code, reason = "only the shapes are of use")]

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::fields;

/// A report whose parts are told in the documentation
#[derive(ToSchema)]
pub(crate) struct Document(Map<String, Value>);

/// Some events of the batch were refused, the others kept
#[derive(ToSchema)]
pub(crate) struct Partly {
    /// Events that were kept
    accepted: u64,
    /// Events of the batch that stood in it twice
    duplicate: u64,
    /// Which, and why
    rejected: Vec<Rejection>,
}

/// An event that was refused
#[derive(ToSchema)]
pub(crate) struct Rejection {
    /// Its number; of signals that a server sends, it is called by `id`
    seq: Option<u32>,
    /// Why
    code: String,
    /// What is wrong with it
    field: Option<String>,
}

/// What became of each output, in their order
#[derive(ToSchema)]
pub(crate) struct RegisteredAll {
    outputs: Vec<RegisteredOne>,
}

/// What became of one output
#[derive(ToSchema)]
pub(crate) struct RegisteredOne {
    /// Its id, as it was said
    id: Value,
    /// created, updated, unchanged, conflict, erased or rejected
    status: String,
    /// Makes signals of the page `signed`
    token: Option<String>,
    /// What it says otherwise than before, or what is wrong
    field: Option<String>,
    /// Why it was rejected
    code: Option<String>,
}

/// An output with its signals and its label
#[derive(ToSchema)]
pub(crate) struct OutputTold {
    output: Output,
    signals: Vec<Signal>,
    label: Label,
    /// As of when it is known whom the screen leaves out, Unix ms; null where nobody looked
    /// yet: then nobody is left out
    #[schema(required = true)]
    screened_at: Option<u64>,
    /// Why the label is that; this and all further fields where `explain` asks for it
    explanation: Option<Document>,
    /// What was asked and answered, and what the person made of it, as far as it is known
    texts: Option<BTreeMap<String, String>>,
    /// The answers of the same turn, if there are others
    siblings: Option<Vec<Document>>,
    /// What the person made of the answer, in runs
    diff: Option<Document>,
    /// What datasets make of it
    fates: Option<Vec<Document>>,
}

/// What is known of an output; what nobody said is left out
#[derive(ToSchema)]
pub(crate) struct Output {
    id: String,
    /// A server told of it
    registered: bool,
    aliases: Vec<String>,
    trust: String,
    /// Unix ms
    created_at: Option<u64>,
    conversation: Option<String>,
    turn: Option<u32>,
    variant: Option<u32>,
    /// Hashed
    subject: Option<String>,
    subject_kind: Option<String>,
    model: Option<String>,
    prompt_version: Option<String>,
}

/// A signal, with the fields of its kind
#[derive(ToSchema)]
pub(crate) struct Signal {
    /// `<session>:<seq>`
    id: String,
    kind: String,
    /// By the page's clock, Unix ms
    at: u64,
    /// Unix ms
    received_at: u64,
    /// By the collector's clock, Unix ms
    corrected_at: u64,
    /// After the output was first shown
    offset_ms: Option<i64>,
    signed: bool,
}

/// A verdict on an output
#[derive(ToSchema)]
#[schema(example = json!({
    "output": "o-1", "state": "positive", "score": 3.0, "weight": 6.0, "confidence": 0.9,
    "mature": false, "reasons": [{"rule": "copied_most", "polarity": 1, "weight": 3.0, "evidence": ["9f3c…:1"]}],
    "policy": "default@1#9c1f…", "as_of": 1763890600000u64, "trust": "known"
}))]
pub(crate) struct Label {
    output: String,
    #[schema(schema_with = fields::state)]
    state: String,
    score: f64,
    weight: f64,
    confidence: f64,
    /// Nothing can change it any more
    mature: bool,
    reasons: Vec<Reason>,
    policy: String,
    /// Unix ms
    as_of: u64,
    #[schema(schema_with = fields::trust)]
    trust: String,
}

/// Why
#[derive(ToSchema)]
pub(crate) struct Reason {
    rule: String,
    polarity: i8,
    weight: f64,
    evidence: Vec<String>,
}

/// A page of outputs, latest first
#[derive(ToSchema)]
pub(crate) struct OutputList {
    outputs: Vec<Listed>,
    /// Cursor of the next page; null on the last
    #[schema(required = true)]
    next: Option<String>,
    /// Outputs it went through to find these
    looked_at: u64,
    /// When the last of them was first heard of, Unix ms; null where there was none
    #[schema(required = true)]
    until_looked: Option<u64>,
    /// As of when it is known whom the screen leaves out, Unix ms; null where nobody looked
    /// yet: then nobody is left out
    #[schema(required = true)]
    screened_at: Option<u64>,
}

/// What another policy would change
#[derive(ToSchema)]
pub(crate) struct Previewed {
    /// The policy that was tried
    policy: String,
    /// The one it is compared with
    against: String,
    /// Unix ms
    as_of: u64,
    /// Both leave out the same people: where it is false, the screen of the new one is not tried
    same_screen: bool,
    /// As of when it is known whom the screen leaves out, Unix ms; null where nobody looked
    /// yet: then nobody is left out
    #[schema(required = true)]
    screened_at: Option<u64>,
    /// One output by both policies; where it was asked for
    output: Option<Document>,
    /// As `tacit label diff` tells it, of the latest outputs
    sample: Document,
}

/// Policies, the one that holds first
#[derive(ToSchema)]
pub(crate) struct Policies {
    policies: Vec<PolicyTold>,
}

/// A policy
#[derive(ToSchema)]
pub(crate) struct PolicyTold {
    /// `name@version#hash`
    policy: String,
    /// Its file
    toml: String,
    /// Its rules by name, and what they mean
    rules: Vec<Document>,
}

/// An output in a list: without texts, with its label
#[derive(ToSchema)]
pub(crate) struct Listed {
    id: String,
    registered: bool,
    /// Unix ms
    received_at: u64,
    /// How many
    signals: u64,
    /// How many of each kind
    kinds: BTreeMap<String, u64>,
    /// Unix ms
    shown_at: Option<u64>,
    /// How the question begins
    prompt_start: Option<String>,
    /// How the answer begins
    answer_start: Option<String>,
    label: Label,
}
