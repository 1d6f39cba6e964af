//! What the check decides by.

use std::collections::BTreeMap;

use tacit_signals::signal::Kind;

use crate::control::ContentPolicy;

/// Every kind, in the order of the wire.
pub const KINDS: [Kind; 18] = [
    Kind::Shown,
    Kind::Dwell,
    Kind::Selected,
    Kind::Copied,
    Kind::Pasted,
    Kind::Accepted,
    Kind::Dismissed,
    Kind::Edited,
    Kind::Regenerated,
    Kind::Switched,
    Kind::Stopped,
    Kind::Rated,
    Kind::FollowedUp,
    Kind::Survived,
    Kind::Shared,
    Kind::Downloaded,
    Kind::Converted,
    Kind::Content,
];

/// All of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Unix ms.
    pub now: u64,
    /// Publishable keys that are taken.
    pub keys: usize,
    /// Whose text the project keeps.
    pub content: ContentPolicy,
    /// Signals of the outputs that were read, by kind.
    pub kinds: BTreeMap<&'static str, Seen>,
    /// The outputs that were read.
    pub outputs: Outputs,
    /// Slices of them, each what one batch said of one output.
    pub slices: Slices,
    /// Batches on disk.
    pub batches: u64,
    /// Batches of which nothing was kept, by code.
    pub refused: Vec<Refused>,
    /// Batches refused for want of room or for coming too often.
    pub shed: u64,
    /// Events refused alone, by code.
    pub rejected: BTreeMap<String, u64>,
    /// Pages that told they can capture nothing, by reason.
    pub install: BTreeMap<String, u64>,
    /// Other counters of the ledger.
    pub counts: BTreeMap<String, u64>,
    /// Events of kinds this version does not know.
    pub quarantined: u64,
}

impl Facts {
    /// Of a kind there were so many ever, the last at `last_at` (Unix ms). Such sums follow
    /// somewhat later, so of outputs that were read more may be known.
    pub fn add_earlier(&mut self, kind: &'static str, count: u64, last_at: u64) {
        if count == 0 {
            return;
        }
        let seen = self.kinds.entry(kind).or_default();
        seen.count = seen.count.max(count);
        seen.last_at = seen.last_at.max(last_at);
    }
}

/// Signals of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// How many, as far as is known.
    pub count: u64,
    /// When the last was received or, of earlier ones, happened, Unix ms.
    pub last_at: u64,
}

/// Outputs, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outputs {
    /// All that were read.
    pub read: u64,
    /// With signals of people.
    pub seen: u64,
    /// Registered by a server.
    pub registered: u64,
    /// Both.
    pub joined: u64,
    /// Registered, with the answer's text.
    pub with_answer: u64,
    /// Registered, with the prompt.
    pub with_input: u64,
    /// Seen, registered, with answer and prompt: what a training row can be made of.
    pub trainable: u64,
    /// With what a person made of the text.
    pub with_edit: u64,
}

/// Slices, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slices {
    /// All of pages.
    pub pages: u64,
    /// Whose clock was off by more than 5 s when they were sent.
    pub off_clock: u64,
    /// By how much the worst, ms.
    pub off_clock_ms_max: u64,
    /// Driven by a program.
    pub automated: u64,
}

/// Batches of which nothing was kept, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub code: String,
    /// How many.
    pub count: u64,
    /// The key told whose they were.
    pub own: bool,
    /// The last time since the collector started, Unix ms.
    pub last_at: Option<u64>,
}
