//! What is left of a request once everything that may be refused was.

use tacit_signals::{Event, Id, SessionId, Share, Signal, codec::EventWriter};

use super::Assigned;
use crate::{
    control::ProjectId,
    store::rows::{Origin, StoredSubject},
};

/// The counter of events of people who were erased, in [`Accepted::counts`] and in the
/// store's fates.
pub const ERASED: &str = "erased";

/// The counter of events that were stored and whose time is over, in the store's fates.
pub const EXPIRED: &str = "expired";

/// One accepted request: a batch of a browser, or the signals of a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The tenant.
    pub project: ProjectId,
    /// The collector's clock, Unix ms.
    pub received_at: u64,
    /// One per session: a browser's batch has one, a server's signal each its own.
    pub parts: Vec<Part>,
    /// Events that repeat another of the same request.
    pub duplicate: u32,
    /// What was seen and set aside on the way, by name; kept for the ledger.
    pub counts: Vec<(String, u32)>,
}

impl Accepted {
    /// Events this request is answerable for: each ends stored, duplicate,
    /// quarantined or erased.
    #[must_use]
    pub fn events(&self) -> u64 {
        let slices = self.parts.iter().flat_map(|part| &part.slices);
        let kept: usize = slices.map(|slice| slice.seqs.len()).sum();
        kept as u64 + u64::from(self.duplicate) + u64::from(self.erased())
    }

    /// Events of people who were erased: nothing of them is left but the number.
    #[must_use]
    pub fn erased(&self) -> u32 {
        let mut counts = self.counts.iter();
        let erased = counts.find(|(name, _)| name == ERASED);
        erased.map_or(0, |(_, count)| *count)
    }

    /// Counts `events` more of people who were erased.
    pub fn add_erased(&mut self, events: u32) {
        if events == 0 {
            return;
        }
        let known = self.counts.iter_mut().find(|(name, _)| name == ERASED);
        match known {
            Some((_, count)) => *count = count.saturating_add(events),
            None => self.counts.push((ERASED.into(), events)),
        }
    }
}

/// What one session sent.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields of rows::Slice, which explains them"
)]
pub struct Part {
    pub session: SessionId,
    pub subject: StoredSubject,
    /// The arms the person is in.
    pub assigned: Vec<Assigned>,
    pub sent_at: u64,
    pub sample: Share,
    pub automated: bool,
    pub origin: Origin,
    pub slices: Vec<Chunk>,
}

/// Events about one output, in the bytes they are stored as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The output, under the id it came with.
    pub output: Id,
    /// A valid token came along.
    pub signed: bool,
    /// Kinds this version does not know: kept and counted, never folded.
    pub quarantined: bool,
    /// Time of the first event by the client's clock, Unix ms.
    pub base_at: u64,
    /// Numbers of the events, ascending.
    pub seqs: Vec<u32>,
    /// The conversations `shown` placed the output in.
    pub conversations: Vec<Id>,
    /// The events, for [`tacit_signals::codec::EventReader::of_output`].
    pub bytes: Vec<u8>,
}

/// Collects events of one output by ascending number.
pub struct ChunkWriter {
    output: Id,
    signed: bool,
    quarantined: bool,
    seqs: Vec<u32>,
    conversations: Vec<Id>,
    events: EventWriter,
}

impl ChunkWriter {
    /// An empty one.
    #[must_use]
    pub fn new(output: Id, quarantined: bool) -> Self {
        Self {
            events: EventWriter::of_output(output.clone()),
            output,
            signed: false,
            quarantined,
            seqs: Vec::new(),
            conversations: Vec::new(),
        }
    }

    /// Adds an event.
    pub fn push(&mut self, event: &Event) {
        self.seqs.push(event.seq);
        self.events.push(event);
        if let Signal::Shown(shown) = &event.signal
            && let Some(conversation) = &shown.conversation
            && !self.conversations.contains(conversation)
        {
            self.conversations.push(conversation.clone());
        }
    }

    /// Whether it collects such events.
    #[must_use]
    pub fn is_for(&self, output: &Id, quarantined: bool) -> bool {
        self.quarantined == quarantined && self.output == *output
    }

    /// A token for the output turned out valid.
    pub fn sign(&mut self) {
        self.signed = true;
    }

    /// The chunk.
    #[must_use]
    pub fn finish(self) -> Chunk {
        Chunk {
            output: self.output,
            signed: self.signed,
            quarantined: self.quarantined,
            base_at: self.events.base_at(),
            seqs: self.seqs,
            conversations: self.conversations,
            bytes: self.events.bytes().to_vec(),
        }
    }
}
