//! Of the books, of keys, and of what watches a site.
#![expect(dead_code, reason = "only the shapes are of use")]

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::outputs::Document;

/// What arrived and what became of it
#[derive(ToSchema)]
pub(crate) struct LedgerTold {
    batches: BatchBooks,
    events: EventBooks,
    /// Stored events by what became of them; not there with `fates=false`
    fates: Option<BTreeMap<String, u64>>,
    counts: BTreeMap<String, u64>,
    install: BTreeMap<String, u64>,
}

/// received is the sum of the others
#[derive(ToSchema)]
pub(crate) struct BatchBooks {
    received: u64,
    acknowledged: u64,
    /// By code
    rejected: BTreeMap<String, u64>,
    shed: u64,
}

/// acknowledged is the sum of the others but `rejected`
#[derive(ToSchema)]
pub(crate) struct EventBooks {
    acknowledged: u64,
    stored: u64,
    duplicate: u64,
    quarantined: u64,
    erased: u64,
    waiting: u64,
    /// By code, out of batches that were kept
    rejected: BTreeMap<String, u64>,
}

/// Labels counted
#[derive(ToSchema)]
pub(crate) struct Overview {
    project: String,
    policy: String,
    /// Labels by state
    states: BTreeMap<String, u64>,
    /// Labels by rule
    reasons: BTreeMap<String, u64>,
    /// What each rule says
    rules: BTreeMap<String, Option<String>>,
}

/// The latest signals, as they arrived
#[derive(ToSchema)]
pub(crate) struct LiveTail {
    entries: Vec<LiveEntry>,
    /// To be asked after the next time
    next: u64,
    /// Kept since then, Unix ms
    since: u64,
    /// More came after the asked one than is kept
    missed: bool,
    /// The collector's clock, Unix ms
    now: u64,
}

/// An event, or a request that was refused
#[derive(ToSchema)]
pub(crate) struct LiveEntry {
    /// Its number, ascending
    n: u64,
    /// accepted, duplicate, quarantined, rejected or refused
    outcome: String,
    /// Unix ms
    received_at: u64,
    /// `<session>:<seq>`
    id: Option<String>,
    kind: Option<String>,
    output: Option<String>,
    /// By the collector's clock, Unix ms
    corrected_at: Option<u64>,
    /// Fields of its kind, without texts
    fields: Option<Document>,
    /// Why it was refused
    code: Option<String>,
    /// What is wrong with it
    field: Option<String>,
    /// Status of the answer to a request that was refused
    status: Option<u16>,
    /// How often that came
    times: Option<u64>,
}

/// Whether signals arrive, what is wrong and what is missing
#[derive(ToSchema)]
pub(crate) struct InstallTold {
    project: String,
    /// waiting, good or attention
    state: String,
    kinds: Vec<Document>,
    checks: Vec<Document>,
    levels: Vec<Document>,
    /// The level of integration that is reached; null before the first signal
    #[schema(required = true)]
    level: Option<u8>,
}

/// What is wrong, as OTLP has it (`google.rpc.Status`)
#[derive(ToSchema)]
pub(crate) struct Status {
    code: Option<i32>,
    message: Option<String>,
}

/// Keys of the project
#[derive(ToSchema)]
pub(crate) struct KeyList {
    keys: Vec<Document>,
}

/// A key, told this once
#[derive(ToSchema)]
pub(crate) struct KeyMade {
    project: String,
    kind: String,
    key: String,
    id: String,
    scopes: Vec<String>,
    origins: Vec<String>,
    /// The key it replaces and when that ends
    replaces: Option<Document>,
}

/// A key that is not taken any more
#[derive(ToSchema)]
pub(crate) struct KeyRevoked {
    id: String,
    revoked: bool,
}

/// Who is signed in, if anybody
#[derive(ToSchema)]
pub(crate) struct SignedIn {
    signed_in: bool,
    project: Option<String>,
    /// Its id
    key: Option<String>,
    scopes: Option<Vec<String>>,
    /// Unix ms
    expires_at: Option<u64>,
    /// Every project this browser is signed in to, by name
    projects: Vec<SignedInTo>,
}

/// A project somebody is signed in to
#[derive(ToSchema)]
pub(crate) struct SignedInTo {
    project: String,
    /// The key's id
    key: String,
    scopes: Vec<String>,
    /// Unix ms
    expires_at: u64,
}
