//! Bodies that are taken. Only their shapes are of use: what reads them is the wire
//! crate and the parsers of `accept`.
#![expect(dead_code, reason = "only the shapes are of use")]

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::fields;

/// A batch of a page, the JSON twin of the binary one (`signals/WIRE.md`). Unknown fields
/// are ignored and counted; an event with a bad value is refused alone, in a 200
#[derive(ToSchema)]
#[schema(example = json!({
    "v": 1, "key": "pk_x", "session": "9f3c2a51d07be64489c1d2e3f4a5b6c7", "sent_at": 1763890000000u64,
    "events": [
        {"seq": 0, "at": 1763889990000u64, "kind": "shown", "output": "o-1", "chars": 812, "words": 130, "code_share": 0.2, "stream_ms": 2100},
        {"seq": 1, "at": 1763889995000u64, "kind": "copied", "output": "o-1", "chars": 400, "share": 0.493, "via": "selection"}
    ]
}))]
pub(crate) struct Batch {
    /// Version of the wire
    #[schema(minimum = 1, maximum = 1)]
    v: u8,
    /// A publishable key
    #[schema(pattern = "^[!-~]{1,128}$")]
    key: String,
    /// 128 random bits of the page, in hexadecimal
    #[schema(pattern = "^[0-9a-f]{32}$")]
    session: String,
    /// When it was sent, by the page's clock, Unix ms
    #[schema(schema_with = fields::moment)]
    sent_at: u64,
    /// What happened; each has `seq`, `at`, `kind`, `output` and the fields of its kind
    events: Vec<Map<String, Value>>,
}

/// Bytes as they are
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Raw(Vec<u8>);

/// What servers say people did: one signal, or several. Each has an `id` (the idempotency
/// key), the `output`, its `kind`, the fields of that, and perhaps `at` and the `subject`.
/// One that is wrong is refused alone, in a 200
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(example = json!([{"id": "order-77", "output": "o-1", "kind": "converted", "at": 1763889995000u64, "name": "order", "subject": "u-42"}]))]
pub(crate) enum Signals {
    /// One
    One(Map<String, Value>),
    /// Several
    Many(Vec<Map<String, Value>>),
}

/// Outputs to register: one, or several, of which each that is wrong is refused alone, in
/// a 200
#[derive(ToSchema)]
#[serde(untagged)]
pub(crate) enum Registrations {
    /// One
    One(Box<Registered>),
    /// Several, each as the one
    Many(Vec<Map<String, Value>>),
}

/// An output to register; each field may be filled once
#[derive(ToSchema)]
#[schema(example = json!({
    "id": "o-1", "conversation": "c-1", "turn": 2, "subject": "u-42", "model": "m-1",
    "prompt_version": "support@14", "input": [{"role": "user", "content": "…"}], "output": "…"
}))]
pub(crate) struct Registered {
    /// Its id
    #[schema(pattern = "^[!-~]{1,128}$")]
    id: String,
    /// Other ids it has: of a trace, a span, a response, a message
    aliases: Option<Vec<String>>,
    /// When it was made, Unix ms
    #[schema(schema_with = fields::moment_or_null)]
    created_at: Option<u64>,
    /// Its conversation
    conversation: Option<String>,
    /// Its turn in the conversation
    #[schema(schema_with = fields::ordinal_or_null)]
    turn: Option<u32>,
    /// Its variant in the turn
    #[schema(schema_with = fields::ordinal_or_null)]
    variant: Option<u32>,
    /// The person it was made for
    subject: Option<String>,
    /// The model
    model: Option<String>,
    /// The prompt version
    prompt_version: Option<String>,
    /// Where it is shown
    surface: Option<String>,
    /// Arm by experiment
    arms: Option<BTreeMap<String, String>>,
    /// Messages it answers
    input: Option<Vec<Map<String, Value>>>,
    /// Its text
    output: Option<String>,
    /// Documents it rests on
    documents: Option<Vec<Map<String, Value>>>,
    /// Anything
    tags: Option<BTreeMap<String, String>>,
}

/// A dataset to build
#[derive(ToSchema)]
#[schema(example = json!({"format": "trl-kto", "mature_only": true}))]
pub(crate) struct BuildOrder {
    /// Format of the rows
    #[schema(schema_with = fields::build_format)]
    format: String,
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Outputs shown at or after
    #[schema(schema_with = fields::moment_or_null)]
    from: Option<u64>,
    /// Outputs shown before
    #[schema(schema_with = fields::moment_or_null)]
    to: Option<u64>,
    /// The moment it is a build of; now where nothing is said, never in the future
    #[schema(schema_with = fields::moment_or_null)]
    as_of: Option<u64>,
    /// Least confidence
    #[schema(schema_with = fields::confidence_or_null)]
    min_confidence: Option<f64>,
    /// Least trust
    #[schema(schema_with = fields::trust_or_null)]
    trust: Option<String>,
    /// Only labels that nothing can change any more
    mature_only: Option<bool>,
    /// Share of the test part
    #[schema(schema_with = fields::confidence_or_null)]
    split: Option<f64>,
    /// Orders the rows
    #[schema(schema_with = fields::seed_or_null)]
    seed: Option<u64>,
    /// Leave out rows that are nearly the same
    dedupe: Option<bool>,
    /// Replace what looks like personal data
    redact: Option<bool>,
}

/// A policy to try, and on what
#[derive(ToSchema)]
pub(crate) struct Tried {
    /// Its file, TOML
    policy: String,
    /// The policy it is compared with; the one that holds where nothing is said
    against: Option<String>,
    /// Id or alias of an output whose label is told by both
    output: Option<String>,
    /// Of the sample: first heard of at or after
    #[schema(schema_with = fields::moment_or_null)]
    since: Option<u64>,
    /// Of the sample: first heard of before
    #[schema(schema_with = fields::moment_or_null)]
    until: Option<u64>,
    /// The latest so many, and what stands in their conversations
    #[schema(schema_with = fields::sample_or_null)]
    outputs: Option<usize>,
}

/// What went live
#[derive(ToSchema)]
#[schema(example = json!({"name": "m-2", "kind": "model", "note": "half the price"}))]
pub(crate) struct Announced {
    /// The version's name, as outputs carry it
    name: String,
    /// prompt, rag, fine_tune or model
    kind: String,
    /// The dataset or brief it was made from
    from: Option<String>,
    /// The experiment that compared it
    experiment: Option<String>,
    /// For people
    note: Option<String>,
    /// Refuse it unless the gate ships it
    require_proof: Option<bool>,
}

/// What is tried on people
#[derive(ToSchema)]
#[schema(example = json!({
    "name": "tone", "arms": [{"name": "a", "weight": 0.5}, {"name": "b", "weight": 0.5}],
    "primary": "capture_rate", "mde": 0.02
}))]
pub(crate) struct Declared {
    /// Its name
    name: String,
    /// Its arms, the control first
    arms: Vec<Value>,
    /// The metric that decides
    primary: String,
    /// The smallest change worth finding
    #[schema(schema_with = fields::decimals)]
    mde: f64,
    /// Further metrics
    secondary: Option<Vec<String>>,
    /// What must not get worse
    guardrails: Option<Vec<Value>>,
    /// Share of people who take part
    #[schema(schema_with = fields::confidence_or_null)]
    traffic: Option<f64>,
    /// Share of people who are held out
    #[schema(schema_with = fields::confidence_or_null)]
    holdout: Option<f64>,
    /// Chance of finding a difference where there is none
    #[schema(schema_with = fields::confidence_or_null)]
    alpha: Option<f64>,
    /// How long outputs settle, `24h`
    settle: Option<String>,
    /// Unix ms
    #[schema(schema_with = fields::moment_or_null)]
    starts_at: Option<u64>,
    /// Unix ms
    #[schema(schema_with = fields::moment_or_null)]
    ends_at: Option<u64>,
    /// For people
    note: Option<String>,
}

/// A key to make; what it may do is said by `scopes`, where it may come from by `origins`
#[derive(ToSchema)]
#[schema(example = json!({"kind": "publishable", "origins": ["https://chat.example"]}))]
pub(crate) struct WantedKey {
    /// publishable or secret
    kind: String,
    /// Of a publishable key; any where none is named
    origins: Option<Vec<String>>,
    /// Of a secret key: ingest, read, admin
    scopes: Option<Vec<String>>,
}

/// How a key is replaced; nothing need be said
#[derive(ToSchema)]
pub(crate) struct WantedRotation {
    /// How long the old one is still taken
    grace_seconds: Option<u64>,
}

/// A secret key, to sign in with
#[derive(ToSchema)]
pub(crate) struct ShownKey {
    key: String,
}
