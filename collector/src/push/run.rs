//! One pass: everything that is to be sent, sent. The shell around [`super::scheduler`].
//!
//! A label is noted as settled after the system answered, in the transaction that looks
//! whether the lease is still held. What ends in between is sent again, under the same id.

use std::{collections::BTreeMap, io};

use serde::Serialize;
use thiserror::Error;

use super::{
    dead::{DeadLetters, Letter, Sender},
    scheduler::{Job, Next, Patience, Scheduler, Settled},
    sink::{HttpRequest, Outcome, Reading},
    source::{All, Labels, Passed, Reader, These},
    transport::Transport,
};
use crate::store::{Held, PushNote, Pushed, StoreError};

/// How long a lease lasts unless it is renewed.
pub const LEASE_MS: u64 = 120_000;

/// A lease is renewed after a third of its time.
const RENEWALS: u64 = 3;

/// Tells the time, and lets it pass.
pub trait Clock {
    /// Now, Unix ms.
    fn now(&self) -> u64;
    /// Returns after about so many ms.
    fn sleep(&self, ms: u64);
}

/// What a pass stands on.
pub struct Pusher<'a> {
    /// Which labels, and where they go.
    pub reader: Reader<'a>,
    /// Sends.
    pub transport: &'a dyn Transport,
    /// The wall clock.
    pub clock: &'a dyn Clock,
    /// Takes what will never be taken.
    pub dead: &'a mut dyn DeadLetters,
    /// Whose letters these are.
    pub sender: &'a Sender,
    /// Tells this process from any other.
    pub holder: &'a str,
    /// How long a lease lasts unless it is renewed, ms.
    pub lease_ms: u64,
    /// How patient it is.
    pub patience: Patience,
    /// Spreads waits.
    pub seed: u64,
}

/// What became of a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The push's name.
    pub push: String,
    /// The system.
    pub kind: &'static str,
    /// How it ended.
    pub status: Status,
    /// The moment labels are of, Unix ms.
    pub as_of: u64,
    /// Labels the system took.
    pub delivered: u64,
    /// Labels it never will, each a dead letter.
    pub rejected: u64,
    /// Labels that were settled before and say the same.
    pub unchanged: u64,
    /// Labels that were read and not settled; there may be more that were not read.
    pub left: u64,
    /// Requests that failed and were made again, or would have been.
    pub retries: u64,
    /// Outputs that are not sent, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Why it stopped.
    pub why: Option<String>,
}

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All is settled.
    Done,
    /// Something is left; the next pass goes on.
    Stopped,
    /// Another process is at it.
    Busy,
}

/// A pass could not go on.
#[derive(Debug, Error)]
pub enum PushError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Dead letters could not be kept.
    #[error("dead letters could not be kept: {0}")]
    Dead(#[from] io::Error),
    /// This process was not heard of for a whole lease.
    #[error("another process took over")]
    Lost,
}

impl Pusher<'_> {
    /// Sends everything there is.
    pub fn all(&mut self) -> Result<Summary, PushError> {
        self.leased(|pusher, lease| {
            let Reader {
                store,
                project,
                target,
                ..
            } = pusher.reader;
            let start = store.push_cursor(project, target)?;
            let mut labels = All::new(pusher.reader, start);
            pusher.send(&mut labels, lease, true)
        })
    }

    /// Sends these parts of outputs, whatever was sent of them before.
    pub fn these(&mut self, outputs: Vec<(tacit_signals::Id, u8)>) -> Result<Summary, PushError> {
        self.leased(|pusher, lease| {
            let mut labels = These::new(pusher.reader, outputs);
            pusher.send(&mut labels, lease, false)
        })
    }

    /// The requests that a pass would make if all were taken; nothing is sent or noted.
    pub fn rehearse(
        &self,
        tell: &mut dyn FnMut(&HttpRequest) -> io::Result<()>,
    ) -> Result<Summary, PushError> {
        let mut labels = All::new(self.reader, None);
        let mut scheduler = self.scheduler();
        let mut passed = Passed::default();
        let mut delivered = 0;
        let now = self.clock.now();
        loop {
            match scheduler.next(now) {
                Next::Fill => fill(&mut scheduler, &mut labels, &mut passed)?,
                Next::Send(batch) => {
                    tell(&self.request(&batch))?;
                    let taken = Reading::Whole(Outcome::Delivered);
                    delivered += scheduler.told(now, batch, taken).len() as u64;
                }
                Next::Wait(_) | Next::Done | Next::Stop(_) => break,
            }
        }
        let mut summary = self.summary(Status::Done, passed);
        summary.delivered = delivered;
        Ok(summary)
    }

    fn scheduler(&self) -> Scheduler {
        Scheduler::new(self.reader.sink.limits(), self.patience, self.seed)
    }

    fn request(&self, batch: &[Job]) -> HttpRequest {
        let labels: Vec<_> = batch.iter().map(|job| job.label.clone()).collect();
        self.reader.sink.request(&labels, self.clock.now())
    }

    fn leased(
        &mut self,
        work: impl FnOnce(&mut Self, Held<'_>) -> Result<Summary, PushError>,
    ) -> Result<Summary, PushError> {
        let Reader {
            store,
            project,
            target,
            ..
        } = self.reader;
        let name = format!("push/{}/{target}", project.0);
        let holder = self.holder;
        if !store.acquire(&name, holder, self.clock.now(), self.lease_ms)? {
            return Ok(self.summary(Status::Busy, Passed::default()));
        }
        let lease = Held {
            name: &name,
            holder,
        };
        let done = work(self, lease);
        store.give_back(&name, holder)?;
        done
    }

    fn send(
        &mut self,
        labels: &mut dyn Labels,
        lease: Held<'_>,
        keeps_place: bool,
    ) -> Result<Summary, PushError> {
        let mut scheduler = self.scheduler();
        let mut passed = Passed::default();
        let mut told = Told::default();
        let mut renewed = self.clock.now();
        let why = loop {
            let now = self.clock.now();
            if now.saturating_sub(renewed) >= self.lease_ms / RENEWALS {
                self.renew(lease, now)?;
                renewed = now;
            }
            match scheduler.next(now) {
                Next::Fill => {
                    if keeps_place && std::mem::take(&mut told.moved) {
                        self.keep_place(labels.position(), lease)?;
                    }
                    fill(&mut scheduler, labels, &mut passed)?;
                }
                Next::Send(batch) => {
                    let settled = self.exchange(&mut scheduler, batch);
                    self.note(&settled, lease, &mut told)?;
                }
                Next::Wait(until) => {
                    let ms = until.saturating_sub(now).max(1);
                    self.clock.sleep(ms.min((self.lease_ms / RENEWALS).max(1)));
                }
                Next::Done => break None,
                Next::Stop(why) => break Some(why),
            }
        };
        if keeps_place && why.is_none() {
            self.keep_place(None, lease)?;
        }
        let status = if why.is_some() {
            Status::Stopped
        } else {
            Status::Done
        };
        let mut summary = self.summary(status, passed);
        summary.delivered = told.delivered;
        summary.rejected = told.rejected;
        summary.left = scheduler.left() as u64;
        summary.retries = scheduler.retries();
        summary.why = why;
        Ok(summary)
    }

    fn renew(&self, lease: Held<'_>, now: u64) -> Result<(), PushError> {
        let store = self.reader.store;
        if store.acquire(lease.name, lease.holder, now, self.lease_ms)? {
            return Ok(());
        }
        Err(PushError::Lost)
    }

    fn keep_place(
        &self,
        place: Option<&crate::store::rows::GroupName>,
        lease: Held<'_>,
    ) -> Result<(), PushError> {
        let Reader {
            store,
            project,
            target,
            ..
        } = self.reader;
        let now = self.clock.now();
        if store.move_push_cursor(project, target, place, lease, now)? {
            return Ok(());
        }
        Err(PushError::Lost)
    }

    /// Sends a batch; what is settled by the answer.
    fn exchange(&self, scheduler: &mut Scheduler, batch: Vec<Job>) -> Vec<Settled> {
        let request = self.request(&batch);
        let reading = match self.transport.send(&request) {
            Ok(response) => {
                let labels: Vec<_> = batch.iter().map(|job| job.label.clone()).collect();
                self.reader.sink.read(&labels, &response)
            }
            Err(why) => Reading::Whole(Outcome::Retry {
                after_ms: None,
                why,
            }),
        };
        if let Reading::Whole(Outcome::Retry { why, .. }) = &reading {
            tracing::warn!(push = self.sender.push, why, "a request failed");
        }
        scheduler.told(self.clock.now(), batch, reading)
    }

    /// Dead letters first: a letter twice is better than none.
    fn note(
        &mut self,
        settled: &[Settled],
        lease: Held<'_>,
        told: &mut Told,
    ) -> Result<(), PushError> {
        if settled.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let letters: Vec<_> = settled
            .iter()
            .filter_map(|one| {
                let reason = one.rejected.as_deref()?;
                Some(Letter::of(self.sender, &one.label, reason, now))
            })
            .collect();
        if !letters.is_empty() {
            self.dead.keep(&letters)?;
        }
        let pushed: Vec<_> = settled.iter().map(pushed).collect();
        let notes: Vec<_> = settled
            .iter()
            .zip(&pushed)
            .map(|(one, pushed)| PushNote {
                output: &one.label.output,
                part: one.label.part.number(),
                pushed,
            })
            .collect();
        let Reader {
            store,
            project,
            target,
            ..
        } = self.reader;
        if !store.note_pushed(project, target, &notes, lease, now)? {
            return Err(PushError::Lost);
        }
        told.rejected += letters.len() as u64;
        told.delivered += (settled.len() - letters.len()) as u64;
        told.moved = true;
        Ok(())
    }

    fn summary(&self, status: Status, passed: Passed) -> Summary {
        Summary {
            push: self.sender.push.clone(),
            kind: self.sender.kind,
            status,
            as_of: self.reader.as_of,
            delivered: 0,
            rejected: 0,
            unchanged: passed.unchanged,
            left: 0,
            retries: 0,
            skipped: passed.skipped,
            why: None,
        }
    }
}

/// What a pass has settled so far.
#[derive(Debug, Default)]
struct Told {
    delivered: u64,
    rejected: u64,
    /// Something was settled since the place was kept last.
    moved: bool,
}

fn pushed(settled: &Settled) -> Pushed {
    let label = &settled.label;
    Pushed {
        digest: label.digest,
        delivered: match settled.rejected {
            None => Some(label.revision()),
            Some(_) => label.before,
        },
    }
}

fn fill(
    scheduler: &mut Scheduler,
    labels: &mut dyn Labels,
    passed: &mut Passed,
) -> Result<(), StoreError> {
    match labels.next(passed)? {
        Some(more) => scheduler.fill(more),
        None => scheduler.exhausted(),
    }
    Ok(())
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
