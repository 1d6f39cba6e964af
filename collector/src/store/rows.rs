//! What a store hands to the fold: everything known about the outputs of one
//! conversation at a moment, and nothing that was learnt later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tacit_signals::{
    Event, Id, SessionId, Share, SubjectKind, limits::EVENT_AGE_MS_MAX, signal::Kind,
};

use crate::{clock, limits::HISTORY_AGE_MS_MAX};

/// The outputs that pairs can be made of: those of one conversation, or an
/// output that has none alone. Ordered by id, bytewise.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The outputs, aliases resolved.
    pub outputs: Vec<OutputRows>,
}

/// What a group is called. Names ascend as the store hands groups out: by id,
/// bytewise, and of equal ids the conversation first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupName {
    /// The conversation or, where it has none, the output.
    pub id: String,
    /// An output that is in no conversation.
    pub alone: bool,
}

/// One output.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputRows {
    /// The registered id where an alias led to it, else the id signals came with.
    pub id: Id,
    /// What the server said about it.
    pub registered: Option<Registered>,
    /// How signals under another id came to be joined.
    pub joined_by: Option<JoinedBy>,
    /// What browsers and servers said about it, by (session, first seq); at most
    /// [`crate::limits::EVENTS_PER_OUTPUT_MAX`] events.
    pub slices: Vec<Slice>,
    /// Events that are stored and not among `slices`.
    pub beyond: u64,
    /// Slices of people the screen found, which no label sees; a store leaves it empty.
    pub screened: Vec<Slice>,
}

/// How signals that carry another id were joined to an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinedBy {
    /// The registration named the other id.
    Alias,
    /// Both sides gave the same (conversation, turn, variant).
    Turn,
}

/// One session's slice of one output, as one batch brought it.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// The document load, or the stand-in of a server's signal.
    pub session: SessionId,
    /// The person.
    pub subject: StoredSubject,
    /// The collector's clock when it was received, Unix ms.
    pub received_at: u64,
    /// The client's clock when it was sent, Unix ms.
    pub sent_at: u64,
    /// Share of conversations that this session captures.
    pub sample: Share,
    /// Driven by a program.
    pub automated: bool,
    /// A token from the registration was valid.
    pub signed: bool,
    /// Language, device, surface and source, as the batch said.
    pub origin: Origin,
    /// The events about this output, by ascending `seq`; times are the client's.
    pub events: Vec<Event>,
}

impl Slice {
    /// When an event of it happened that the client's clock says happened at `at`, by
    /// the collector's clock: within 14 days before it was received, or within
    /// [`HISTORY_AGE_MS_MAX`] where history was imported.
    #[must_use]
    pub fn corrected(&self, at: u64) -> u64 {
        let age_ms_max = self.origin.age_ms_max();
        clock::corrected_within(at, self.sent_at, self.received_at, age_ms_max)
    }
}

/// Where a batch came from, in its own words; any may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the fields of Batch, which explains them")]
pub struct Origin {
    pub lang: String,
    pub device: String,
    pub surface: String,
    pub sdk: String,
}

impl Origin {
    /// Whether an evaluation sent it: a server's signal whose source is `eval`, or
    /// begins with `eval` and one of `: . - _ /`. What an evaluation says is a measured
    /// value, and no person's act: no label rests on it.
    #[must_use]
    pub fn is_evaluation(&self) -> bool {
        is_evaluation(&self.sdk)
    }

    /// Whether only a server can have sent it: an evaluation, or an import.
    #[must_use]
    pub fn is_from_server_alone(&self) -> bool {
        self.is_evaluation() || is_import(&self.sdk)
    }

    /// How old an event from here may be when it is received, ms.
    #[must_use]
    pub fn age_ms_max(&self) -> u64 {
        if is_import(&self.sdk) {
            HISTORY_AGE_MS_MAX
        } else {
            EVENT_AGE_MS_MAX
        }
    }
}

/// Whether a source names an import of history, of people's feedback or of evaluations:
/// `import:langfuse`, `eval:import:langfuse`. Only a server's signals have one.
#[must_use]
pub fn is_import(source: &str) -> bool {
    let source = source.strip_prefix("eval:").unwrap_or(source);
    source.starts_with("import:")
}

/// Whether a source names an evaluation; see [`Origin::is_evaluation`].
#[must_use]
pub fn is_evaluation(source: &str) -> bool {
    let rest = source.strip_prefix("eval");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '.', '-', '_', '/']))
}

/// One session's slice of one output, as the screen looks at it: who did what and when,
/// and no text. Programs, evaluations and imports are in none.
#[derive(Debug, Clone, Copy)]
pub struct Conduct<'a> {
    /// Any number that tells the output from all others within one reading, aliases
    /// resolved: in another reading it may be another.
    pub output: u64,
    /// What its server called it, where one registered it.
    pub named: Option<&'a Named>,
    /// Who sent it.
    pub subject: &'a StoredSubject,
    /// Any number that tells the document load from all others within one reading.
    pub session: u64,
    /// A token from the registration was valid.
    pub signed: bool,
    /// When, in corrected time, and what.
    pub events: &'a [(u64, Option<Kind>)],
}

/// What a server called an output's origin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the fields of Registered")]
pub struct Named {
    pub model: Option<String>,
    pub prompt_version: Option<String>,
}

/// A person without a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoredSubject {
    /// `s_` and the first 32 hex digits of HMAC-SHA256(project pepper, raw value).
    pub id: String,
    /// Who made the raw value up.
    pub kind: SubjectKind,
}

/// An output as its server registered it; each field was filled once.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "the fields of POST /v1/outputs in CONTRACTS")]
pub struct Registered {
    pub created_at: Option<u64>,
    pub conversation: Option<Id>,
    pub turn: Option<u32>,
    pub variant: Option<u32>,
    pub subject: Option<StoredSubject>,
    pub model: Option<String>,
    pub prompt_version: Option<String>,
    pub surface: Option<String>,
    pub arms: BTreeMap<String, String>,
    pub input: Option<Vec<Message>>,
    pub output: Option<String>,
    pub documents: Option<Vec<Value>>,
    pub tags: BTreeMap<String, String>,
    pub aliases: Vec<Id>,
}

/// One message of a chat, as trainers take them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `user`, `assistant` or `tool`.
    pub role: String,
    /// Text, or the parts a provider takes.
    pub content: Value,
}
