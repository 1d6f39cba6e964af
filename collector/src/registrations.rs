//! Registrations on their way to the store's one writer.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use thiserror::Error;
use tokio::sync::oneshot;

use crate::{
    bell::Bell,
    limits::REGISTRATIONS_WAITING_MAX,
    store::{Registering, Settled, Store},
};

/// Why outputs were not registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unregistered {
    /// Too many wait.
    #[error("too many registrations are waiting")]
    Full,
    /// The store refused.
    #[error("the store could not be written")]
    Failed,
    /// The process is ending.
    #[error("the collector is shutting down")]
    Closed,
}

/// What a registration is answered with.
pub type Answer = Result<Vec<Settled>, Unregistered>;

struct Waiting {
    request: Registering,
    reply: oneshot::Sender<Answer>,
}

/// A bounded queue; the consumer takes all that waits into one transaction.
#[derive(Default)]
pub struct Registrations {
    queue: Mutex<Queue>,
    bell: Arc<Bell>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    closed: bool,
}

impl Registrations {
    /// An empty queue that rings `bell`.
    #[must_use]
    pub fn new(bell: Arc<Bell>) -> Self {
        Self {
            queue: Mutex::default(),
            bell,
        }
    }

    /// Hands a request to the store's writer.
    pub fn push(&self, request: Registering) -> Result<oneshot::Receiver<Answer>, Unregistered> {
        let (reply, answer) = oneshot::channel();
        let mut queue = self.queue();
        if queue.closed {
            return Err(Unregistered::Closed);
        }
        if queue.waiting.len() >= REGISTRATIONS_WAITING_MAX {
            return Err(Unregistered::Full);
        }
        queue.waiting.push_back(Waiting { request, reply });
        drop(queue);
        self.bell.ring();
        Ok(answer)
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue().waiting.len()
    }

    /// Nothing more is taken.
    pub fn close(&self) {
        self.queue().closed = true;
    }

    /// Registers all that waits; whether there was any.
    pub fn settle(&self, store: &dyn Store) -> bool {
        let waiting = std::mem::take(&mut self.queue().waiting);
        if waiting.is_empty() {
            return false;
        }
        let (requests, replies): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .map(|waiting| (waiting.request, waiting.reply))
            .unzip();
        let answers = match store.register(&requests) {
            Ok(settled) => settled.into_iter().map(Ok).collect(),
            // One request's trouble must not be everybody's.
            Err(error) if requests.len() > 1 => {
                tracing::warn!(%error, "registering one by one");
                one_by_one(store, requests)
            }
            Err(error) => vec![failed(&error)],
        };
        for (reply, answer) in replies.into_iter().zip(answers) {
            // Whoever asked may be gone.
            let _ = reply.send(answer);
        }
        true
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn one_by_one(store: &dyn Store, requests: Vec<Registering>) -> Vec<Answer> {
    let one = |request| match store.register(std::slice::from_ref(&request)) {
        Ok(settled) => Ok(settled.into_iter().flatten().collect()),
        Err(error) => failed(&error),
    };
    requests.into_iter().map(one).collect()
}

fn failed(error: &crate::store::StoreError) -> Answer {
    tracing::error!(%error, "outputs could not be registered");
    Err(Unregistered::Failed)
}
