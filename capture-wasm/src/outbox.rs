//! What is still to be sent, and when.
//!
//! The outbox decides, the browser acts: [`Outbox::step`] answers Send, Wait or
//! Idle, and [`Outbox::answered`] hears what became of it. A batch stays until a
//! status was read; a beacon has none, so a beaconed batch is sent again when the
//! page comes back, and the collector drops what it knows.

use tacit_signals::{
    Event,
    codec::{EventWriter, finish, set_sent_at, set_visitor},
    limits::BEACON_BYTES_MAX,
};

use crate::{detect::Ms, session::Now};

/// A batch is closed early at this many bytes of events: with its header it
/// stays under [`BEACON_BYTES_MAX`], which also holds one content frame apart.
const EVENT_BYTES_MAX: usize = BEACON_BYTES_MAX - 1_024;

/// A batch is closed at this many events even if they are small.
const EVENTS_MAX: usize = 50;

/// Bytes that may wait for a collector that does not answer; then the oldest go.
const QUEUE_BYTES_MAX: usize = 256 * 1_024;

/// First and longest wait after a failure, ms.
const BACKOFF_MS: (Ms, Ms) = (1_000, 60_000);

/// What the shell should do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send these bytes and report the answer for `ticket`.
    Send {
        /// Names the batch in [`Outbox::answered`].
        ticket: u32,
        /// How many events are in it.
        events: usize,
        /// The batch.
        bytes: Vec<u8>,
    },
    /// Ask again in so many ms.
    Wait(Ms),
    /// Nothing to do before the next signal.
    Idle,
}

/// What became of a sent batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The collector took it, wholly or in part.
    Stored,
    /// It will never take it.
    Refused,
    /// No answer, or one that asks to try later.
    Later {
        /// `Retry-After`, ms.
        after_ms: Option<Ms>,
    },
}

/// Signals on their way out of the page.
#[derive(Debug, Clone)]
pub struct Outbox {
    header: Vec<u8>,
    flush_after_ms: Ms,
    open: EventWriter,
    open_since: Ms,
    queue: Vec<Sealed>,
    next_ticket: u32,
    in_flight: Option<u32>,
    not_before: Ms,
    failures: u32,
    flushing: bool,
    departure: u32,
    dropped_events: usize,
    /// Batches with a smaller ticket have a copy.
    copied: u32,
}

#[derive(Debug, Clone)]
struct Sealed {
    ticket: u32,
    bytes: Vec<u8>,
    events: usize,
    /// In which departure of the page it was handed to a beacon.
    beaconed_in: Option<u32>,
}

impl Outbox {
    /// An empty outbox; `header` as it stands in a batch.
    #[must_use]
    pub fn new(header: Vec<u8>, flush_after_ms: Ms) -> Self {
        Self {
            header,
            flush_after_ms,
            open: EventWriter::default(),
            open_since: 0,
            queue: Vec::new(),
            next_ticket: 0,
            in_flight: None,
            not_before: 0,
            failures: 0,
            flushing: false,
            departure: 1,
            dropped_events: 0,
            copied: 0,
        }
    }

    /// The browser's own random id, where the site does not say who the person is.
    pub fn set_visitor(&mut self, visitor: Option<&str>) {
        set_visitor(&mut self.header, visitor);
    }

    /// Takes one event. Content frames get a batch of their own, behind the
    /// signals that are waiting, so that text never delays a signal.
    pub fn push(&mut self, now: Now, event: &Event) {
        if event.is_content() {
            self.seal(now);
            self.open.push(event);
            self.seal(now);
            return;
        }
        if self.open.is_empty() {
            self.open_since = now.mono;
        }
        self.open.push(event);
        if self.open.len() >= EVENT_BYTES_MAX || self.open.count() >= EVENTS_MAX {
            self.seal(now);
        }
    }

    /// Everything recorded so far is due at once.
    pub fn flush(&mut self) {
        self.flushing = true;
    }

    /// Whether nothing waits and nothing is on its way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.queue.is_empty()
    }

    /// What to do now.
    pub fn step(&mut self, now: Now) -> Step {
        if self.in_flight.is_some() {
            return Step::Idle;
        }
        let due = self.open_since.saturating_add(self.flush_after_ms);
        if !self.open.is_empty() && (self.flushing || now.mono >= due) {
            self.seal(now);
        }
        let Some(first) = self.queue.first_mut() else {
            self.flushing = false;
            return if self.open.is_empty() {
                Step::Idle
            } else {
                Step::Wait(due.saturating_sub(now.mono))
            };
        };
        if now.mono < self.not_before {
            return Step::Wait(self.not_before.saturating_sub(now.mono));
        }
        set_sent_at(&mut first.bytes, now.wall);
        self.in_flight = Some(first.ticket);
        Step::Send {
            ticket: first.ticket,
            events: first.events,
            bytes: first.bytes.clone(),
        }
    }

    /// The answer to a [`Step::Send`]; `random` is any number, for the jitter.
    pub fn answered(&mut self, now: Now, ticket: u32, answer: Answer, random: u32) {
        if self.in_flight == Some(ticket) {
            self.in_flight = None;
        }
        match answer {
            Answer::Stored => {
                self.failures = 0;
                self.forget(ticket);
            }
            Answer::Refused => self.forget(ticket),
            Answer::Later { after_ms } => {
                self.failures = self.failures.saturating_add(1);
                let wait = after_ms.unwrap_or_else(|| backoff(self.failures, random));
                self.not_before = now.mono.saturating_add(wait);
                self.flushing = false;
            }
        }
    }

    /// The network is back: no reason to wait any longer.
    pub fn reconnected(&mut self) {
        self.not_before = 0;
        self.failures = 0;
    }

    /// The page is being hidden or left: every batch to hand to a beacon now.
    /// Within one departure nothing is handed over twice.
    pub fn depart(&mut self, now: Now) -> Vec<(usize, Vec<u8>)> {
        self.seal(now);
        let departure = Some(self.departure);
        let mut leaving = Vec::new();
        for batch in &mut self.queue {
            if batch.beaconed_in != departure {
                batch.beaconed_in = departure;
                set_sent_at(&mut batch.bytes, now.wall);
                leaving.push((batch.events, batch.bytes.clone()));
            }
        }
        leaving
    }

    fn forget(&mut self, ticket: u32) {
        if let Some(place) = self.queue.iter().position(|b| b.ticket == ticket) {
            self.queue.remove(place);
        }
    }

    /// The page is visible again: what was only beaconed is sent for an answer.
    pub fn returned(&mut self) {
        self.departure = self.departure.wrapping_add(1);
        if !self.queue.is_empty() {
            self.flushing = true;
        }
    }

    /// Batches to keep a copy of beside the module, with their tickets: those that
    /// were sealed since the last call, and the one that is still open. All with a
    /// ticket before the first that is told are dealt with.
    pub fn copies(&mut self, now: Now) -> (u32, Vec<(u32, Vec<u8>)>) {
        let mut copies = Vec::new();
        let open = self.next_ticket.saturating_add(1);
        let first = self.queue.first().map_or(open, |batch| batch.ticket);
        for batch in &self.queue {
            if batch.ticket >= self.copied {
                copies.push((batch.ticket, batch.bytes.clone()));
            }
        }
        if !self.open.is_empty() {
            copies.push((open, finish(&self.header, &self.open, now.wall)));
        }
        self.copied = open;
        (first, copies)
    }

    /// Forgets everything.
    pub fn purge(&mut self) {
        self.open = EventWriter::default();
        self.queue.clear();
    }

    /// Events that had to go because the collector did not answer for too long.
    pub fn take_dropped(&mut self) -> usize {
        std::mem::take(&mut self.dropped_events)
    }

    fn seal(&mut self, now: Now) {
        if self.open.is_empty() {
            return;
        }
        let events = std::mem::take(&mut self.open);
        self.next_ticket = self.next_ticket.wrapping_add(1);
        self.queue.push(Sealed {
            ticket: self.next_ticket,
            bytes: finish(&self.header, &events, now.wall),
            events: events.count(),
            beaconed_in: None,
        });
        let mut waiting: usize = self.queue.iter().map(|batch| batch.bytes.len()).sum();
        while waiting > QUEUE_BYTES_MAX && self.queue.len() > 1 {
            // The one in flight may be stored already; the next oldest goes.
            let oldest = usize::from(self.in_flight.is_some());
            let gone = self.queue.remove(oldest);
            waiting = waiting.saturating_sub(gone.bytes.len());
            self.dropped_events = self.dropped_events.saturating_add(gone.events);
        }
    }
}

/// Exponential backoff with full jitter (AWS architecture blog, 2015).
fn backoff(failures: u32, random: u32) -> Ms {
    let (first, longest) = BACKOFF_MS;
    let ceiling = longest.min(first << failures.saturating_sub(1).min(16));
    u64::from(random) % ceiling + 1
}

#[cfg(test)]
mod tests;
