//! The shell: threads that ask, and one that does what the scheduler says.

use std::{
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use thiserror::Error;

use super::{After, Job, Scheduler, Step, Stop};
use crate::replay::{
    Answer, Outcome, Reply,
    client::{Ask, Trouble},
};

/// Something happened that is worth telling or keeping.
#[derive(Debug)]
pub enum Event<'a> {
    /// A job ended, once and for all.
    Settled(&'a Answer),
    /// A request ended in trouble and will be repeated.
    Again {
        /// The job.
        id: &'a str,
        /// What happened.
        trouble: &'a Trouble,
        /// Milliseconds until it may be asked again.
        wait_ms: u64,
    },
}

/// A run that ended before every job was settled.
#[derive(Debug, Error)]
pub enum RunError<E> {
    /// As the scheduler says.
    #[error(transparent)]
    Stopped(Stop),
    /// An answer could not be kept.
    #[error(transparent)]
    Keep(E),
    /// A thread that asks is gone: a defect.
    #[error("the threads that ask have ended")]
    Threads,
}

type Asked = (usize, Result<Outcome, Trouble>);

/// Asks all jobs. `on` is called by this thread alone, for every job at most once with
/// [`Event::Settled`]; when it fails nothing more is sent. `clock` tells milliseconds
/// since any one moment.
pub fn run<E>(
    jobs: &[Job],
    ask: &dyn Ask,
    (scheduler, concurrency): (&mut Scheduler, usize),
    clock: &dyn Fn() -> u64,
    on: &mut dyn FnMut(Event<'_>) -> Result<(), E>,
) -> Result<(), RunError<E>> {
    thread::scope(|scope| {
        let (to_workers, work) = channel::<usize>();
        let (to_us, answers) = channel::<Asked>();
        let work = std::sync::Arc::new(Mutex::new(work));
        for _ in 0..concurrency.clamp(1, jobs.len().max(1)) {
            let (work, to_us) = (std::sync::Arc::clone(&work), to_us.clone());
            scope.spawn(move || asking(jobs, ask, &work, &to_us));
        }
        // Only workers answer: when all are gone, nobody does.
        drop(to_us);
        let mut turn = Turn {
            jobs,
            scheduler,
            on,
            failed: None,
        };
        let ended = turn.until_the_end((&to_workers, &answers), clock);
        match turn.failed {
            Some(error) => Err(RunError::Keep(error)),
            None => ended,
        }
    })
}

/// Asks what comes, until nothing will.
fn asking(jobs: &[Job], ask: &dyn Ask, work: &Mutex<Receiver<usize>>, to_us: &Sender<Asked>) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        if to_us.send((job, ask.ask(&jobs[job].body))).is_err() {
            return;
        }
    }
}

struct Turn<'a, E> {
    jobs: &'a [Job],
    scheduler: &'a mut Scheduler,
    on: &'a mut dyn FnMut(Event<'_>) -> Result<(), E>,
    /// The first thing that could not be kept.
    failed: Option<E>,
}

impl<E> Turn<'_, E> {
    fn until_the_end(
        &mut self,
        (to_workers, answers): (&Sender<usize>, &Receiver<Asked>),
        clock: &dyn Fn() -> u64,
    ) -> Result<(), RunError<E>> {
        loop {
            let now = clock();
            let wait = match self.scheduler.next(now) {
                Step::Send { job, .. } => {
                    to_workers.send(job).map_err(|_| RunError::Threads)?;
                    continue;
                }
                Step::Wait { until } => Some(Duration::from_millis(until.saturating_sub(now))),
                Step::Listen => None,
                Step::Done => return Ok(()),
                Step::Stop(stop) => return Err(RunError::Stopped(stop)),
            };
            let answer = match wait {
                Some(wait) => answers.recv_timeout(wait),
                None => answers.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match answer {
                Ok((job, asked)) => self.ended(job, asked, clock()),
                Err(RecvTimeoutError::Timeout) => {}
                // While waiting for a moment nobody need be there any more.
                Err(RecvTimeoutError::Disconnected) => return Err(RunError::Threads),
            }
        }
    }

    fn ended(&mut self, job: usize, asked: Result<Outcome, Trouble>, now: u64) {
        let (outcome, attempts) = match asked {
            Ok(outcome) => {
                let reply = reply(&outcome);
                let prompt = reply.and_then(|reply| reply.prompt_tokens);
                let completion = reply.and_then(|reply| reply.completion_tokens);
                let attempts = self.scheduler.answered(job, prompt, completion);
                (outcome, attempts)
            }
            Err(trouble) => match self.scheduler.troubled(job, &trouble, now) {
                After::Failed { attempts } => (Outcome::Failed(trouble.failure()), attempts),
                After::Again { at } => {
                    let id = &self.jobs[job].id;
                    let wait_ms = at.saturating_sub(now);
                    self.tell(Event::Again {
                        id,
                        trouble: &trouble,
                        wait_ms,
                    });
                    return;
                }
                After::Open => return,
            },
        };
        let output = self.jobs[job].id.clone();
        self.tell(Event::Settled(&Answer {
            output,
            outcome,
            attempts,
        }));
    }

    fn tell(&mut self, event: Event<'_>) {
        if let Err(error) = (self.on)(event) {
            self.failed.get_or_insert(error);
            self.scheduler.stop_for(Stop::Asked);
        }
    }
}

const fn reply(outcome: &Outcome) -> Option<&Reply> {
    match outcome {
        Outcome::Answered(reply) | Outcome::Refused(reply) => Some(reply),
        Outcome::Failed(_) => None,
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
