//! What to do next: a function of the questions, the limits, and what happened when.

use std::collections::{BTreeSet, VecDeque};

use thiserror::Error;

use super::{
    Job, Limits,
    bucket::Bucket,
    cost::{Cost, Prices, Tokens},
};
use crate::replay::client::{Remedy, Trouble};

/// What to do next. Times are milliseconds since any one moment, the same throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send the job of this number; tell how it ended.
    Send {
        /// Place among the jobs.
        job: usize,
        /// From 1.
        attempt: u32,
    },
    /// Nothing can be sent before this moment; answers may come earlier.
    Wait {
        /// When to ask again.
        until: u64,
    },
    /// Nothing can be sent before an answer comes.
    Listen,
    /// Every job is settled.
    Done,
    /// Nothing will be sent any more and nothing is under way.
    Stop(Stop),
}

/// Why a run ends before every job is settled. The others can be asked later.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Stop {
    /// No question would be answered.
    #[error("the endpoint takes no question ({code}): {message}")]
    Useless {
        /// As in [`Trouble`].
        code: String,
        /// As in [`Trouble`].
        message: String,
    },
    /// Too many requests failed in a row.
    #[error("{count} requests failed in a row, the last with {code}: {message}")]
    Failing {
        /// How many.
        count: u32,
        /// As in [`Trouble`].
        code: String,
        /// As in [`Trouble`].
        message: String,
    },
    /// The endpoint wants to be left alone for too long.
    #[error("the endpoint asks to wait {seconds} s: go on then")]
    Pause {
        /// How long.
        seconds: u64,
    },
    /// The next question may cost more than is left.
    #[error("{spent} are spent, and the next answer may cost more than is left of {max}")]
    Budget {
        /// So far, estimates of unanswered requests included.
        spent: Cost,
        /// The bound.
        max: Cost,
    },
    /// Something else: an answer could not be kept.
    #[error("stopped")]
    Asked,
}

/// What a trouble means for its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It failed for good, after so many requests.
    Failed {
        /// How many.
        attempts: u32,
    },
    /// It is asked again, not before this moment.
    Again {
        /// When.
        at: u64,
    },
    /// The run stops, and the job is open still.
    Open,
}

/// Decides; see the module.
#[derive(Debug)]
pub struct Scheduler {
    limits: Limits,
    seed: u64,
    jobs: Vec<State>,
    fresh: VecDeque<usize>,
    /// By the moment from which they may be asked again.
    again: BTreeSet<(u64, usize)>,
    under_way: usize,
    /// Nothing is sent before.
    paused_until: u64,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    money: Money,
    failures_in_a_row: u32,
    /// Anything was answered.
    useful: bool,
    stop: Option<Stop>,
}

#[derive(Debug)]
struct State {
    id: String,
    tokens: Tokens,
    attempts: u32,
}

#[derive(Debug)]
struct Money {
    prices: Prices,
    max: Option<Cost>,
    spent: Cost,
    /// What is under way may cost.
    reserved: Cost,
}

impl Scheduler {
    /// For these jobs, in this order. `seed` decides pauses.
    #[must_use]
    pub fn new(jobs: &[Job], limits: Limits, seed: u64) -> Self {
        let state = |job: &Job| State {
            id: job.id.clone(),
            tokens: job.tokens,
            attempts: 0,
        };
        Self {
            jobs: jobs.iter().map(state).collect(),
            fresh: (0..jobs.len()).collect(),
            again: BTreeSet::new(),
            under_way: 0,
            paused_until: 0,
            // Bursts of a second's worth, and of ten seconds' tokens.
            requests: limits
                .requests_per_minute
                .map(|rate| Bucket::new(rate, rate / 60)),
            tokens: limits
                .tokens_per_minute
                .map(|rate| Bucket::new(rate, rate / 6)),
            money: Money {
                prices: Prices::default(),
                max: None,
                spent: Cost::default(),
                reserved: Cost::default(),
            },
            failures_in_a_row: 0,
            useful: false,
            stop: None,
            limits,
            seed,
        }
    }

    /// Counts costs, from what earlier runs spent on, and stops before they are more
    /// than `max`.
    #[must_use]
    pub fn with_money(mut self, prices: Prices, max: Option<Cost>, spent: Cost) -> Self {
        self.money = Money {
            prices,
            max,
            spent,
            reserved: Cost::default(),
        };
        self
    }

    /// What to do at `now`.
    pub fn next(&mut self, now: u64) -> Step {
        if self.stop.is_some() || (self.fresh.is_empty() && self.again.is_empty()) {
            return match (&self.stop, self.under_way) {
                (_, 1..) => Step::Listen,
                (Some(stop), _) => Step::Stop(stop.clone()),
                (None, _) => Step::Done,
            };
        }
        if self.under_way >= self.limits.concurrency.max(1) {
            return Step::Listen;
        }
        let Some((job, ready_at)) = self.candidate(now) else {
            return Step::Listen;
        };
        let tokens = self.jobs[job].tokens;
        if !self.money.allows(tokens) {
            // What is under way may turn out cheaper.
            if self.under_way == 0 {
                self.stop_for(self.money.exhausted());
            }
            return self.next_after_stop();
        }
        let until = self
            .ready_at(now, tokens)
            .max(ready_at)
            .max(self.paused_until);
        if until > now {
            return Step::Wait { until };
        }
        self.send(job, now)
    }

    fn next_after_stop(&self) -> Step {
        match &self.stop {
            Some(stop) if self.under_way == 0 => Step::Stop(stop.clone()),
            _ => Step::Listen,
        }
    }

    /// The job to send next, and from when: what failed before goes first once it may.
    fn candidate(&self, now: u64) -> Option<(usize, u64)> {
        let again = self.again.first().map(|&(at, job)| (job, at));
        let fresh = self.fresh.front().map(|&job| (job, 0));
        match (again, fresh) {
            (Some((job, at)), _) if at <= now => Some((job, at)),
            (again, fresh) => fresh.or(again),
        }
    }

    fn ready_at(&mut self, now: u64, tokens: Tokens) -> u64 {
        let requests = self.requests.as_mut().map(|bucket| bucket.ready_at(now, 1));
        let total = tokens.total();
        let tokens = self
            .tokens
            .as_mut()
            .map(|bucket| bucket.ready_at(now, total));
        requests.max(tokens).unwrap_or(now)
    }

    fn send(&mut self, job: usize, now: u64) -> Step {
        if self.fresh.front() == Some(&job) {
            self.fresh.pop_front();
        } else {
            self.again.pop_first();
        }
        let state = &mut self.jobs[job];
        state.attempts += 1;
        if let Some(bucket) = &mut self.requests {
            bucket.take(now, 1);
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.take(now, state.tokens.total());
        }
        self.money.reserve(state.tokens);
        self.under_way += 1;
        Step::Send {
            job,
            attempt: state.attempts,
        }
    }

    /// A job was answered, with so many tokens as far as the endpoint counts them; how
    /// many requests it took.
    pub fn answered(&mut self, job: usize, prompt: Option<u64>, completion: Option<u64>) -> u32 {
        let (estimate, attempts) = (self.jobs[job].tokens, self.jobs[job].attempts);
        let actual = Tokens {
            prompt: prompt.unwrap_or(estimate.prompt),
            completion: completion.unwrap_or(estimate.completion),
        };
        self.under_way -= 1;
        self.useful = true;
        self.failures_in_a_row = 0;
        self.money.settle(estimate, actual);
        if let Some(bucket) = &mut self.tokens {
            bucket.correct(estimate.total(), actual.total());
        }
        attempts
    }

    /// A job's request at `now` ended in trouble.
    pub fn troubled(&mut self, job: usize, trouble: &Trouble, now: u64) -> After {
        self.under_way -= 1;
        let state = &self.jobs[job];
        let (id, attempts, estimate) = (state.id.clone(), state.attempts, state.tokens);
        self.money.settle(estimate, paid(estimate, trouble));
        let stops_at_once = match trouble.remedy {
            Remedy::Stop => true,
            Remedy::StopAtFirst => !self.useful,
            _ => false,
        };
        if stops_at_once {
            self.stop_for(Stop::Useless {
                code: trouble.code.clone(),
                message: trouble.message.clone(),
            });
            return After::Open;
        }
        self.count_failure(trouble);
        let (after_ms, slower) = match trouble.remedy {
            Remedy::Again { after_ms } => (after_ms, false),
            Remedy::Slower { after_ms } => (after_ms, true),
            Remedy::Never | Remedy::Stop | Remedy::StopAtFirst => {
                return After::Failed { attempts };
            }
        };
        if attempts >= self.limits.attempts_max {
            return After::Failed { attempts };
        }
        let backoff = self.limits.backoff(self.seed);
        if let Some(after_ms) = after_ms.filter(|after| *after > self.limits.pause_ms_max) {
            self.stop_for(Stop::Pause {
                seconds: after_ms.div_ceil(1_000),
            });
            return After::Open;
        }
        let at = match after_ms {
            // Spread a little, so that not all come at the very moment.
            Some(after_ms) => {
                self.pause(now.saturating_add(after_ms));
                let jitter = backoff.below_ms(backoff.first_ms, id.as_bytes(), attempts);
                now.saturating_add(after_ms).saturating_add(jitter)
            }
            None => now.saturating_add(backoff.wait_ms(id.as_bytes(), attempts)),
        };
        if slower && after_ms.is_none() {
            self.pause(at);
        }
        self.again.insert((at, job));
        if self.stop.is_some() {
            return After::Open;
        }
        After::Again { at }
    }

    fn pause(&mut self, until: u64) {
        self.paused_until = self.paused_until.max(until);
    }

    /// Being asked to go slower is no failure of the endpoint's.
    fn count_failure(&mut self, trouble: &Trouble) {
        if matches!(trouble.remedy, Remedy::Slower { .. }) {
            return;
        }
        self.failures_in_a_row += 1;
        if self.failures_in_a_row >= self.limits.failures_in_a_row_max {
            self.stop_for(Stop::Failing {
                count: self.failures_in_a_row,
                code: trouble.code.clone(),
                message: trouble.message.clone(),
            });
        }
    }

    /// Sends nothing more; the first reason holds.
    pub fn stop_for(&mut self, stop: Stop) {
        self.stop.get_or_insert(stop);
    }

    /// What was spent so far.
    #[must_use]
    pub const fn spent(&self) -> Cost {
        self.money.spent
    }
}

/// What a request without an answer is reckoned to have cost: one that the endpoint
/// refused nothing, one that was cut off as much as an answer.
fn paid(estimate: Tokens, trouble: &Trouble) -> Tokens {
    let refused = trouble.code.starts_with("http_") || trouble.code == "connection";
    if refused { Tokens::default() } else { estimate }
}

impl Money {
    fn allows(&self, tokens: Tokens) -> bool {
        let next = self.spent + self.reserved + self.prices.of(tokens);
        self.max.is_none_or(|max| next <= max)
    }

    fn reserve(&mut self, tokens: Tokens) {
        self.reserved += self.prices.of(tokens);
    }

    fn settle(&mut self, estimate: Tokens, actual: Tokens) {
        self.reserved = self.reserved - self.prices.of(estimate);
        self.spent += self.prices.of(actual);
    }

    fn exhausted(&self) -> Stop {
        Stop::Budget {
            spent: self.spent,
            max: self.max.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
#[path = "scheduler_tests.rs"]
mod tests;
