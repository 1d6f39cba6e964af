//! Fills a real data directory by the collector's own way: registrations to the
//! store's writer, batches through `accept` into the log, from where the
//! consumer folds them in. The times are the simulation's own.

use std::{collections::VecDeque, thread, time::Duration};

use tacit_signals::Decoded;
use thiserror::Error;
use tokio::sync::oneshot::Receiver;

use super::{
    generator::{Generator, Plan},
    group,
    talk::{Answer, Sent, Talk},
    world::World,
};
use crate::{
    accept::{
        self, record,
        registration::{Manner, Registration},
        token,
    },
    collector::Collector,
    control::Project,
    limits::TOKEN_AGE_MS_MAX,
    log::{Unwritten, Written, frame::Frame},
    registrations::{Answer as Reply, Unregistered},
    store::Registering,
};

/// Requests on their way at once: enough for one sync to answer many, far below
/// what the collector lets wait.
const IN_FLIGHT: usize = 2_048;

/// Before another look whether the store caught up.
const BACKLOG_WAIT: Duration = Duration::from_millis(20);

/// Conversations that tell how many signals one has.
const SAMPLE: u64 = 400;

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Filled {
    /// Conversations.
    pub conversations: u64,
    /// Answers, registered or not.
    pub outputs: u64,
    /// Batches.
    pub batches: u64,
    /// Signals.
    pub signals: u64,
}

/// Why it stopped early.
#[derive(Debug, Error)]
pub enum FillError {
    /// The log.
    #[error(transparent)]
    Log(#[from] Unwritten),
    /// The store's writer.
    #[error(transparent)]
    Registration(#[from] Unregistered),
    /// The thread that answers has ended.
    #[error("the collector ended")]
    Ended,
    /// More than a record of the log may have.
    #[error("a batch is too large for the log")]
    TooLarge,
}

/// The plan that makes about `signals` of them, received between `from` and
/// `until` (Unix ms).
#[must_use]
pub fn plan(world: &World, seed: u64, signals: u64, from: u64, until: u64) -> Plan {
    let plan = |conversations| Plan {
        seed,
        conversations,
        from,
        to: until,
        until,
    };
    let sample = Generator::new(world, plan(SAMPLE));
    let of_sample: u64 = sample.talks().map(|talk| signals_of(&talk)).sum();
    plan((signals.saturating_mul(SAMPLE) / of_sample.max(1)).max(1))
}

fn signals_of(talk: &Talk) -> u64 {
    talk.sends
        .iter()
        .map(|sent| sent.batch.events.len() as u64)
        .sum()
}

/// Sends all conversations of a generator to `collector`, for `project`; returns
/// once all is acknowledged. `progress` is told the signals so far.
pub fn fill(
    collector: &Collector,
    project: &Project,
    generator: &Generator<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Filled, FillError> {
    let mut filling = Filling {
        collector,
        project,
        registering: VecDeque::new(),
        writing: VecDeque::new(),
        filled: Filled::default(),
    };
    for talk in generator.talks() {
        filling.talk(talk)?;
        progress(filling.filled.signals);
    }
    filling.settle(0)?;
    Ok(filling.filled)
}

struct Filling<'a> {
    collector: &'a Collector,
    project: &'a Project,
    registering: VecDeque<Receiver<Reply>>,
    writing: VecDeque<Written>,
    filled: Filled,
}

impl Filling<'_> {
    fn talk(&mut self, talk: Talk) -> Result<(), FillError> {
        self.filled.conversations += 1;
        self.filled.outputs += talk.answers.len() as u64;
        for answer in &talk.answers {
            self.register(answer)?;
        }
        let signed = if talk.signed { &*talk.answers } else { &[] };
        for sent in talk.sends {
            self.send(sent, signed)?;
        }
        self.settle(IN_FLIGHT)
    }

    fn register(&mut self, answer: &Answer) -> Result<(), FillError> {
        let (Some(said), Some(fields)) = (&answer.said, group::registered(answer, self.project))
        else {
            return Ok(());
        };
        let assigned = said.subject.as_ref().map(|known| {
            accept::assigned(
                self.project,
                known.id.as_str(),
                known.kind,
                said.received_at,
            )
        });
        let request = Registering {
            project: self.project.id,
            received_at: said.received_at,
            outputs: vec![Registration {
                id: answer.id.clone(),
                fields,
                assigned: assigned.unwrap_or_default(),
                manner: Manner::Told,
            }],
        };
        self.registering
            .push_back(self.collector.registrations.push(request)?);
        Ok(())
    }

    fn send(&mut self, sent: Sent, signed: &[Answer]) -> Result<(), FillError> {
        let Sent {
            mut batch,
            received_at,
        } = sent;
        for event in &mut batch.events {
            let answer = signed.iter().find(|answer| answer.id == event.output);
            event.token = answer.and_then(|answer| self.token(answer));
        }
        self.filled.batches += 1;
        self.filled.signals += batch.events.len() as u64;
        let decoded = Decoded {
            batch,
            rejected: Vec::new(),
            duplicate: 0,
            unknown_fields: 0,
            install: None,
            dropped: 0,
        };
        let mut received = self.collector.outcomes.received();
        received.belongs_to(self.collector.outcomes.of(Some(self.project.id)));
        let accepted = accept::accept(decoded, self.project, received_at).accepted;
        let log = &self.collector.log;
        let frame =
            Frame::new(log.salt(), |out| record::put(out, &accepted)).ok_or(FillError::TooLarge)?;
        while log.is_full() {
            thread::sleep(BACKLOG_WAIT);
        }
        self.writing
            .push_back(log.append(frame, accepted.events(), received)?);
        Ok(())
    }

    fn token(&self, answer: &Answer) -> Option<Box<str>> {
        let said = answer.said.as_ref()?;
        let subject = said.subject.as_ref();
        let subject = subject.map(|known| self.project.subject(known.id.as_str(), known.kind));
        let expires_at = said.received_at + TOKEN_AGE_MS_MAX;
        let token = token::issue(
            self.project,
            answer.id.as_str(),
            subject.as_ref(),
            expires_at,
        );
        Some(token.into())
    }

    /// Waits until at most so many requests of either kind are on their way.
    fn settle(&mut self, most: usize) -> Result<(), FillError> {
        while self.registering.len() > most {
            if let Some(reply) = self.registering.pop_front() {
                reply.blocking_recv().map_err(|_| FillError::Ended)??;
            }
        }
        while self.writing.len() > most {
            if let Some(reply) = self.writing.pop_front() {
                reply.blocking_recv().map_err(|_| FillError::Ended)??;
            }
        }
        Ok(())
    }
}
