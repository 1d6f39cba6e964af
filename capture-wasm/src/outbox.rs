//! What is still to be sent, and when.
//!
//! The outbox decides, the browser acts: [`Outbox::step`] answers Send, Wait or
//! Idle, and [`Outbox::answered`] hears what became of it. A batch stays until a
//! status was read; a beacon has none, so a beaconed batch is sent again when the
//! page comes back, and the collector drops what it knows.

use std::rc::Rc;

use tacit_signals::{
    Event,
    codec::{set_dropped, set_visitor},
    signal::Kind,
};

use crate::{detect::Ms, session::Now};

mod batch;
mod pace;

use batch::{Batch, Phase};
use pace::Pace;

/// Bytes that may wait for a collector that does not answer; then the oldest go.
const QUEUE_BYTES_MAX: usize = 256 * 1_024;

/// Bytes that are handed to beacons while the page is away. All requests of a
/// page that outlive it share 64 KiB, other scripts' as well.
const AWAY_BYTES_MAX: usize = 32 * 1_024;

/// What the shell should do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send this and report the answer.
    Send(Parcel),
    /// Ask again in so many ms.
    Wait(Ms),
    /// Nothing to do before the next signal.
    Idle,
}

/// A batch as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Names the batch in [`Outbox::answered`].
    pub ticket: u32,
    /// How many events are in it.
    pub events: usize,
    /// The batch.
    pub bytes: Vec<u8>,
    /// Whether it may use up what outlives the page.
    pub may_outlive: bool,
}

/// What became of a sent batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The collector took it, wholly or in part.
    Stored,
    /// It will never take it.
    Refused,
    /// It may take less at once.
    TooLarge,
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
    /// By ascending numbers of their events; only the last may be open.
    queue: Vec<Batch>,
    open_since: Ms,
    last_ticket: u32,
    pace: Pace,
    flushing: bool,
    departure: u32,
    /// Bytes handed over in this departure.
    away_bytes: usize,
    /// Events that had to go: since the last call, and of the whole session, which
    /// every batch tells: beacons and repeats then count once.
    dropped: (usize, usize),
    /// Tickets that are dealt with and whose copies are still held.
    gone: Vec<u32>,
    is_urgent: bool,
}

impl Outbox {
    /// An empty outbox; `header` as it stands in a batch. Tickets count from
    /// `first`, so that two outboxes of one page have none in common.
    #[must_use]
    pub fn new(header: Vec<u8>, flush_after_ms: Ms, first: u32) -> Self {
        Self {
            header,
            flush_after_ms,
            queue: Vec::new(),
            open_since: 0,
            last_ticket: first,
            pace: Pace::default(),
            flushing: false,
            departure: 1,
            away_bytes: 0,
            dropped: (0, 0),
            gone: Vec::new(),
            is_urgent: false,
        }
    }

    /// The browser's own random id, where the site does not say who the person is.
    pub fn set_visitor(&mut self, visitor: Option<&str>) {
        set_visitor(&mut self.header, visitor);
    }

    /// Takes one event. Content frames get a batch of their own, which goes when
    /// no signals wait, so that text never delays a signal.
    pub fn push(&mut self, now: Now, event: Rc<Event>) {
        self.is_urgent |= is_strong(&event);
        let is_content = event.is_content();
        match self.queue.last_mut() {
            Some(batch) if batch.phase == Phase::Open && !is_content => batch.push(event),
            _ => {
                self.close();
                self.open_since = now.mono;
                let ticket = self.ticket();
                let mut batch = Batch::new(ticket, Phase::Open, Vec::new(), 0);
                batch.push(event);
                self.queue.push(batch);
            }
        }
        self.drop_oldest();
    }

    /// Everything recorded so far is due at once.
    pub fn flush(&mut self) {
        self.flushing = true;
    }

    /// Whether nothing waits and nothing is on its way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether it waits after a failure.
    #[must_use]
    pub fn is_held_up(&self, now: Now) -> bool {
        self.pace.wait(now.mono) > 0
    }

    /// What to do now.
    pub fn step(&mut self, now: Now) -> Step {
        if self.queue.is_empty() {
            self.flushing = false;
        }
        if self.queue.is_empty() || self.queue.iter().any(|b| b.phase == Phase::InFlight) {
            return Step::Idle;
        }
        let held_up = self.pace.wait(now.mono);
        if held_up > 0 {
            return Step::Wait(held_up);
        }
        let due = self.open_since.saturating_add(self.flush_after_ms);
        if self.flushing || now.mono >= due {
            self.close();
        }
        let Some(next) = self.next() else {
            self.flushing = false;
            return Step::Wait(due.saturating_sub(now.mono));
        };
        let Some(next) = self.queue.get_mut(next) else {
            return Step::Idle;
        };
        next.phase = Phase::InFlight;
        Step::Send(parcel(next, &self.header, self.dropped.1, now))
    }

    /// The answer to what was sent; `random` is any number, for the jitter. Tells
    /// whether the batch is given up.
    pub fn answered(&mut self, now: Now, ticket: u32, answer: Answer, random: u32) -> bool {
        if let Some(batch) = self.find(ticket) {
            batch.phase = Phase::Waiting;
        }
        match answer {
            Answer::Stored => self.pace.succeeded(),
            Answer::TooLarge if self.halve(ticket) => return false,
            Answer::Refused | Answer::TooLarge => self.pace.refused(now.mono, random),
            Answer::Later { after_ms } => {
                self.pace.failed(now.mono, after_ms, random);
                self.flushing = false;
                return false;
            }
        }
        if let Some(place) = self.place(ticket) {
            self.queue.remove(place);
            self.gone.push(ticket);
        }
        answer != Answer::Stored
    }

    /// The network is back.
    pub fn reconnected(&mut self) {
        self.pace.reconnected();
    }

    /// The page is hidden or being left: what to hand over now, signals before
    /// text. Within one departure nothing is handed over twice; to somebody who
    /// has not answered for long only the last batch a minute.
    pub fn depart(&mut self, now: Now) -> Vec<Parcel> {
        let mut leaving = Vec::new();
        self.close();
        let hardly = self.pace.is_circuit_open();
        if hardly && self.is_held_up(now) {
            return leaving;
        }
        if hardly {
            self.join();
        }
        for is_content in [false, true] {
            for batch in self.queue.iter_mut().rev() {
                if batch.left_in == self.departure
                    || batch.is_content() != is_content
                    || hardly && !leaving.is_empty()
                {
                    continue;
                }
                batch.left_in = self.departure;
                let mut parcel = parcel(batch, &self.header, self.dropped.1, now);
                let bytes = self.away_bytes.saturating_add(parcel.bytes.len());
                parcel.may_outlive = bytes <= AWAY_BYTES_MAX;
                if parcel.may_outlive {
                    self.away_bytes = bytes;
                }
                leaving.push(parcel);
            }
        }
        if hardly && !leaving.is_empty() {
            self.pace.tried(now.mono);
        }
        leaving
    }

    /// The browser would not take the batch: its halves leave with the next
    /// [`Outbox::depart`], unless it is a single event.
    pub fn halve(&mut self, ticket: u32) -> bool {
        let later = self.last_ticket.wrapping_add(1);
        let Some(place) = self.place(ticket) else {
            return false;
        };
        let Some(half) = self.queue.get_mut(place).and_then(|b| b.halve(later)) else {
            return false;
        };
        self.last_ticket = later;
        self.queue.insert(place + 1, half);
        true
    }

    /// A batch that is leaving goes by a request whose status may be read; not
    /// if one is on its way already.
    pub fn post(&mut self, ticket: u32) -> bool {
        match self.find(ticket) {
            Some(batch) if batch.phase != Phase::InFlight => {
                batch.phase = Phase::InFlight;
                true
            }
            _ => false,
        }
    }

    /// The page is visible again: what was only beaconed is sent for an answer,
    /// in as few requests as may be.
    pub fn returned(&mut self) {
        self.departure = self.departure.wrapping_add(1);
        self.away_bytes = 0;
        self.join();
        for batch in &mut self.queue {
            batch.is_news = true;
        }
        self.flushing |= !self.queue.is_empty();
    }

    /// What to keep beside the module: batches that changed since the last call,
    /// and without bytes those that are dealt with. Text counts as no events: it
    /// is never kept on the device.
    pub fn copies(&mut self, now: Now) -> Vec<Parcel> {
        let mut copies = Vec::new();
        for ticket in std::mem::take(&mut self.gone) {
            let (events, bytes, may_outlive) = (0, Vec::new(), false);
            copies.push(Parcel {
                ticket,
                events,
                bytes,
                may_outlive,
            });
        }
        for batch in &mut self.queue {
            if std::mem::take(&mut batch.is_news) {
                let mut copy = parcel(batch, &self.header, self.dropped.1, now);
                if batch.is_content() {
                    copy.events = 0;
                }
                copies.push(copy);
            }
        }
        copies
    }

    /// Whether an act was recorded since the last call that must not be lost.
    pub fn take_urgent(&mut self) -> bool {
        std::mem::take(&mut self.is_urgent)
    }

    /// Forgets everything.
    pub fn purge(&mut self) {
        while let Some(batch) = self.queue.pop() {
            self.gone.push(batch.ticket);
        }
        self.is_urgent = true;
    }

    /// Events that had to go because the collector did not answer for too long.
    pub fn take_dropped(&mut self) -> usize {
        std::mem::take(&mut self.dropped.0)
    }

    /// The same of events that were kept on the device.
    pub fn add_dropped(&mut self, events: usize) {
        self.dropped.0 = self.dropped.0.saturating_add(events);
        self.dropped.1 = self.dropped.1.saturating_add(events);
    }

    fn ticket(&mut self) -> u32 {
        self.last_ticket = self.last_ticket.wrapping_add(1);
        self.last_ticket
    }

    fn place(&self, ticket: u32) -> Option<usize> {
        self.queue.iter().position(|batch| batch.ticket == ticket)
    }

    fn find(&mut self, ticket: u32) -> Option<&mut Batch> {
        let place = self.place(ticket)?;
        self.queue.get_mut(place)
    }

    /// The batch to be sent next: signals before text.
    fn next(&self) -> Option<usize> {
        let of = |is_content| {
            let mut queue = self.queue.iter();
            queue.position(|b| b.phase == Phase::Waiting && b.is_content() == is_content)
        };
        of(false).or_else(|| of(true))
    }

    /// Nothing more joins the open batch.
    fn close(&mut self) {
        if let Some(batch) = self.queue.last_mut()
            && batch.phase == Phase::Open
        {
            batch.phase = Phase::Waiting;
        }
    }

    /// Batches that wait become as few as may be.
    fn join(&mut self) {
        let mut joined: Vec<Batch> = Vec::new();
        for mut batch in std::mem::take(&mut self.queue) {
            if let Some(last) = joined.last_mut()
                && last.join(&mut batch)
            {
                self.gone.push(batch.ticket);
            } else {
                joined.push(batch);
            }
        }
        self.queue = joined;
    }

    fn drop_oldest(&mut self) {
        let mut waiting: usize = self.queue.iter().map(|batch| batch.size).sum();
        while waiting > QUEUE_BYTES_MAX {
            // What is in flight may be stored already; the next oldest goes.
            let oldest = usize::from(
                self.queue
                    .first()
                    .is_some_and(|b| b.phase == Phase::InFlight),
            );
            if oldest + 1 >= self.queue.len() {
                return;
            }
            let oldest = self.queue.remove(oldest);
            self.gone.push(oldest.ticket);
            waiting = waiting.saturating_sub(oldest.size);
            self.add_dropped(oldest.events.len());
        }
    }
}

fn parcel(batch: &Batch, header: &[u8], dropped: usize, now: Now) -> Parcel {
    let mut header = header.to_vec();
    set_dropped(&mut header, dropped);
    Parcel {
        ticket: batch.ticket,
        events: batch.events.len(),
        bytes: batch.bytes(&header, now.wall),
        may_outlive: true,
    }
}

/// Whether somebody did something, rather than looked at it.
fn is_strong(event: &Event) -> bool {
    !matches!(
        event.signal.kind(),
        None | Some(Kind::Shown | Kind::Dwell | Kind::Selected | Kind::Survived)
    )
}

#[cfg(test)]
mod tests;
