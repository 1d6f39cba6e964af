//! Events that travel together.
//!
//! The events themselves are kept, and written anew at each send, so that a batch
//! can be halved for a collector or a browser to which it is too large, and small
//! ones joined: the collector knows events by session and number, not by batch.

use std::rc::Rc;

use tacit_signals::{
    Event,
    codec::{EventWriter, finish},
    limits::BEACON_BYTES_MAX,
};

/// Bytes of events in a batch: with a long header it stays under
/// [`BEACON_BYTES_MAX`]. A content frame, alone in its batch, may have more.
const EVENT_BYTES_MAX: usize = BEACON_BYTES_MAX - 2_048;

/// An open batch is closed at this many events even if they are small.
const EVENTS_MAX: usize = 50;

/// Batches that wait are joined up to this many, half of what a decoder takes.
const EVENTS_JOINED_MAX: usize = 500;

/// Where a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// More events may join it.
    Open,
    /// It is due.
    Waiting,
    /// Its status has not been read yet.
    InFlight,
}

/// Some events, by ascending number.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) ticket: u32,
    pub(super) phase: Phase,
    /// In which departure of the page it was handed over; 0 in none.
    pub(super) left_in: u32,
    /// It is another than its last copy.
    pub(super) is_news: bool,
    /// Bytes of its events, each as if it were alone: they are never more.
    pub(super) size: usize,
    pub(super) events: Vec<Rc<Event>>,
}

impl Batch {
    pub(super) fn new(ticket: u32, phase: Phase, events: Vec<Rc<Event>>, size: usize) -> Self {
        Self {
            ticket,
            phase,
            left_in: 0,
            is_news: true,
            size,
            events,
        }
    }

    pub(super) fn push(&mut self, event: Rc<Event>) {
        let mut alone = EventWriter::default();
        alone.push(&event);
        self.size = self.size.saturating_add(alone.len());
        self.is_news = true;
        if event.is_content() || self.size >= EVENT_BYTES_MAX || self.events.len() >= EVENTS_MAX - 1
        {
            self.phase = Phase::Waiting;
        }
        self.events.push(event);
    }

    pub(super) fn is_content(&self) -> bool {
        self.events.first().is_some_and(|event| event.is_content())
    }

    /// As it is sent.
    pub(super) fn bytes(&self, header: &[u8], sent_at: u64) -> Vec<u8> {
        let mut written = EventWriter::default();
        for event in &self.events {
            written.push(event);
        }
        finish(header, &written, sent_at)
    }

    /// Takes the later half of the events away, if there are two; both have not
    /// left yet.
    pub(super) fn halve(&mut self, ticket: u32) -> Option<Self> {
        let half = self.events.len() / 2;
        if half == 0 {
            return None;
        }
        self.size /= 2;
        self.is_news = true;
        self.left_in = 0;
        let later = self.events.split_off(half);
        // Only the first half keeps the name that a request on its way will be answered by.
        Some(Self::new(ticket, Phase::Waiting, later, self.size))
    }

    /// Takes in the events of the batch behind it, if both wait and fit into one.
    pub(super) fn join(&mut self, next: &mut Self) -> bool {
        let fits = self.phase == Phase::Waiting
            && next.phase == Phase::Waiting
            && !self.is_content()
            && !next.is_content()
            && self.size + next.size < EVENT_BYTES_MAX
            && self.events.len() + next.events.len() <= EVENTS_JOINED_MAX;
        if fits {
            self.size += next.size;
            self.is_news = true;
            self.events.append(&mut next.events);
        }
        fits
    }
}
