//! What is sent when. Pure: it is told the time and what became of requests.
//!
//! One request at a time. A whole request that failed makes everything wait, longer and
//! longer; while it does, single labels try whether the system is back. A label that
//! fails alone while others get through is its own trouble, and in the end is rejected;
//! a batch that is refused is halved until the label that is refused stands alone.

use std::collections::VecDeque;

use super::{
    LabelOut,
    sink::{Limits, Outcome, Reading},
};
use crate::client::Backoff;

/// How patient a push is.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Bound of the first wait, ms.
    pub backoff_ms: u64,
    /// Bound of any wait the system does not ask for, ms.
    pub backoff_ms_max: u64,
    /// Failed requests in a row after which single labels are tried.
    pub open_after: u32,
    /// Failed requests in a row after which the push stops; never without.
    pub failures_max: Option<u32>,
    /// Longest wait the system may ask for, ms; longer, and the push stops. Any without.
    pub wait_ms_max: Option<u64>,
    /// Attempts at one label, while others get through.
    pub attempts_max: u32,
    /// Labels rejected before any is taken, after which the push stops.
    pub rejected_first_max: u64,
    /// Labels that wait for another attempt; no more are read meanwhile.
    pub waiting_max: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            backoff_ms: 1_000,
            backoff_ms_max: 60_000,
            open_after: 3,
            failures_max: Some(8),
            wait_ms_max: Some(300_000),
            attempts_max: 5,
            rejected_first_max: 20,
            waiting_max: 1_000,
        }
    }
}

/// A label to be sent.
#[derive(Debug, Clone)]
pub struct Job {
    /// The label.
    pub label: LabelOut,
    attempts: u32,
    /// Not before this moment, ms.
    due: u64,
    /// What had been delivered when it failed first.
    delivered_then: u64,
}

/// What to do now.
#[derive(Debug)]
pub enum Next {
    /// Hand over more labels, or say that there are none.
    Fill,
    /// Send these in one request.
    Send(Vec<Job>),
    /// Nothing before this moment, ms.
    Wait(u64),
    /// All is settled.
    Done,
    /// Nothing more is to be sent, for this reason.
    Stop(String),
}

/// What became of a label in the end.
#[derive(Debug)]
pub struct Settled {
    /// The label.
    pub label: LabelOut,
    /// Delivered, or why it never will be.
    pub rejected: Option<String>,
}

/// Decides. Times are of any clock, ms.
#[derive(Debug)]
pub struct Scheduler {
    limits: Limits,
    patience: Patience,
    backoff: Backoff,
    /// Never tried.
    ready: VecDeque<Job>,
    /// Batches that were refused, in parts.
    parts: VecDeque<Vec<Job>>,
    /// Failed, and tried again alone.
    later: Vec<Job>,
    exhausted: bool,
    not_before: u64,
    /// Failed requests in a row.
    failures: u32,
    /// Requests that failed.
    retries: u64,
    delivered: u64,
    rejected: u64,
    stopped: Option<String>,
}

impl Scheduler {
    /// Nothing to do yet. `seed` spreads waits.
    #[must_use]
    pub fn new(limits: Limits, patience: Patience, seed: u64) -> Self {
        Self {
            limits,
            patience,
            backoff: Backoff {
                first_ms: patience.backoff_ms,
                max_ms: patience.backoff_ms_max,
                seed,
            },
            ready: VecDeque::new(),
            parts: VecDeque::new(),
            later: Vec::new(),
            exhausted: false,
            not_before: 0,
            failures: 0,
            retries: 0,
            delivered: 0,
            rejected: 0,
            stopped: None,
        }
    }

    /// Labels to be sent.
    pub fn fill(&mut self, labels: impl IntoIterator<Item = LabelOut>) {
        self.ready.extend(labels.into_iter().map(|label| Job {
            label,
            attempts: 0,
            due: 0,
            delivered_then: 0,
        }));
    }

    /// There are no more labels.
    pub const fn exhausted(&mut self) {
        self.exhausted = true;
    }

    /// Labels that are not settled.
    #[must_use]
    pub fn left(&self) -> usize {
        let parts: usize = self.parts.iter().map(Vec::len).sum();
        self.ready.len() + parts + self.later.len()
    }

    /// Requests that failed and were made again.
    #[must_use]
    pub const fn retries(&self) -> u64 {
        self.retries
    }

    /// What to do at `now`.
    pub fn next(&mut self, now: u64) -> Next {
        if let Some(why) = &self.stopped {
            return Next::Stop(why.clone());
        }
        if now < self.not_before {
            return Next::Wait(self.not_before);
        }
        let is_trial = self.failures >= self.patience.open_after;
        if let Some(part) = self.parts.pop_front() {
            return Next::Send(part);
        }
        let due = self.later.iter().position(|job| job.due <= now);
        let may_fill = !self.exhausted && self.later.len() < self.patience.waiting_max;
        let is_short = self.ready.len() < self.limits.items && !is_trial;
        if may_fill && (is_short || (self.ready.is_empty() && due.is_none())) {
            return Next::Fill;
        }
        // The new ones first: they show whether it is the label or the system.
        if !self.ready.is_empty() {
            let items = if is_trial { 1 } else { self.limits.items };
            return Next::Send(self.batch(items));
        }
        if let Some(place) = due {
            return Next::Send(vec![self.later.swap_remove(place)]);
        }
        match self.later.iter().map(|job| job.due).min() {
            Some(due) => Next::Wait(due),
            None => Next::Done,
        }
    }

    /// The first labels of one lane that fit.
    fn batch(&mut self, items: usize) -> Vec<Job> {
        let mut batch: Vec<Job> = Vec::new();
        let mut bytes = 0;
        while batch.len() < items.max(1)
            && let Some(job) = self.ready.pop_front()
        {
            bytes += job.label.bytes();
            let lane = |job: &Job| job.label.address.lane();
            let other = batch.first().is_some_and(|first| lane(first) != lane(&job));
            if other || (bytes > self.limits.bytes && !batch.is_empty()) {
                self.ready.push_front(job);
                break;
            }
            batch.push(job);
        }
        batch
    }

    /// What the request that sent `batch` said at `now`; what is settled by it.
    pub fn told(&mut self, now: u64, batch: Vec<Job>, reading: Reading) -> Vec<Settled> {
        match reading {
            Reading::Stop(why) => {
                self.stopped = Some(why);
                self.parts.push_front(batch);
                Vec::new()
            }
            Reading::Whole(Outcome::Retry { after_ms, why }) => {
                self.failed(now, batch, after_ms, &why)
            }
            Reading::Whole(Outcome::Rejected(_)) if batch.len() > 1 => {
                self.failures = 0;
                let mut first = batch;
                let second = first.split_off(first.len() / 2);
                self.parts.push_front(second);
                self.parts.push_front(first);
                Vec::new()
            }
            Reading::Whole(outcome) => {
                let outcomes = vec![outcome; batch.len()];
                self.each(now, batch, outcomes)
            }
            Reading::Each(outcomes) if outcomes.len() == batch.len() => {
                self.each(now, batch, outcomes)
            }
            Reading::Each(_) => {
                let why = "the answer is about another number of labels";
                self.failed(now, batch, None, why)
            }
        }
    }

    /// The system did not take a request.
    fn failed(
        &mut self,
        now: u64,
        batch: Vec<Job>,
        after_ms: Option<u64>,
        why: &str,
    ) -> Vec<Settled> {
        self.failures += 1;
        self.retries += 1;
        let seed = batch.first().map(|job| job.label.id).unwrap_or_default();
        let wait = self.backoff.wait_ms(&seed, self.failures);
        // What the system asks for is a lower bound.
        let wait = after_ms.map_or(wait, |asked| asked.saturating_add(wait.min(1_000)));
        self.not_before = now.saturating_add(wait);
        let failures = self.failures;
        if self
            .patience
            .failures_max
            .is_some_and(|max| failures >= max)
        {
            self.stopped = Some(format!("{failures} requests in a row failed: {why}"));
        } else if let Some(asked) = after_ms
            && self.patience.wait_ms_max.is_some_and(|max| asked > max)
        {
            let seconds = asked.div_ceil(1_000);
            self.stopped = Some(format!("asked to wait {seconds} s: {why}"));
        }
        let mut settled = Vec::new();
        for job in batch {
            settled.extend(self.again(now, job, wait, why));
        }
        settled
    }

    /// A label that was not taken waits, unless it alone is why.
    fn again(&mut self, now: u64, mut job: Job, wait: u64, why: &str) -> Option<Settled> {
        if job.attempts == 0 {
            job.delivered_then = self.delivered;
        }
        job.attempts += 1;
        let others_went = self.delivered > job.delivered_then;
        if job.attempts >= self.patience.attempts_max && others_went {
            let times = job.attempts;
            return Some(self.reject(job.label, format!("failed {times} times: {why}")));
        }
        job.due = now.saturating_add(wait);
        self.later.push(job);
        None
    }

    fn each(&mut self, now: u64, batch: Vec<Job>, outcomes: Vec<Outcome>) -> Vec<Settled> {
        self.failures = 0;
        let mut settled = Vec::new();
        for (mut job, outcome) in batch.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Delivered => {
                    self.delivered += 1;
                    settled.push(Settled {
                        label: job.label,
                        rejected: None,
                    });
                }
                Outcome::Rejected(why) => settled.push(self.reject(job.label, why)),
                Outcome::OtherWay => {
                    job.label.other_way = true;
                    self.parts.push_back(vec![job]);
                }
                Outcome::Retry { after_ms, why } => {
                    self.retries += 1;
                    let wait = self.backoff.wait_ms(&job.label.id, job.attempts + 1);
                    let wait = wait.max(after_ms.unwrap_or_default());
                    settled.extend(self.again(now, job, wait, &why));
                }
            }
        }
        settled
    }

    fn reject(&mut self, label: LabelOut, why: String) -> Settled {
        self.rejected += 1;
        if self.delivered == 0 && self.rejected >= self.patience.rejected_first_max {
            let count = self.rejected;
            self.stopped = Some(format!("none was taken and {count} were refused: {why}"));
        }
        Settled {
            label,
            rejected: Some(why),
        }
    }
}

#[cfg(test)]
#[path = "scheduler_tests.rs"]
mod tests;
