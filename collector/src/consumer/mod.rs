//! The one thread that writes the store: folds what the log holds into it, and
//! registers outputs between two folds.

mod cores;
mod pace;
mod timer;

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use cores::Cores;
use pace::{Facts, Pace};
use thiserror::Error;
use timer::Timer;
use tokio::sync::Notify;

use crate::{
    accept::{
        Accepted,
        record::{self, Unreadable},
    },
    bell::Bell,
    control::{ControlCell, Project, ProjectId},
    limits::FOLD_BYTES_MAX,
    live::{Live, folded},
    log::{Portion, Reader},
    metrics::FoldMeter,
    otlp::assemble::{assemble, forget},
    outcome::{Outcomes, Refused},
    registrations::Registrations,
    store::{Folding, Store, StoreError, TraceStore},
    wall::now_ms,
};

/// How far the thread steps back, from 0 to 19.
const NICE: i32 = 10;
/// Waits this long for more after a ring, and between two looks while it rests: folding a
/// few batches together costs hardly more than folding one.
const LINGER: Duration = Duration::from_millis(5);
/// Into so many portions at least is the room of the log divided.
const PORTIONS_MIN: u64 = 8;
/// No less is read at once.
const PORTION_BYTES_MIN: usize = 64 * 1024;
/// Looks around at least this often.
const IDLE: Duration = Duration::from_millis(500);
/// Before another try when the store refused.
const RETRY: Duration = Duration::from_millis(250);
/// Between two writes of the refusals' counts.
const REFUSALS_EVERY: Duration = Duration::from_secs(1);
/// Between two looks for traces that are due.
const ASSEMBLE_EVERY: Duration = Duration::from_millis(250);
/// Between two looks whether what a start needs has changed.
const REMEMBER_EVERY: Duration = Duration::from_secs(1);
/// Between two looks for segments and spans to delete.
const DELETE_EVERY: Duration = Duration::from_secs(30);

/// How far the consumer is, for everybody else.
#[derive(Debug, Default)]
pub struct Progress {
    /// When the oldest batch that waits was received, Unix ms; 0 when none does.
    waiting_since: AtomicU64,
    /// When the consumer last looked around, Unix ms; 0 before it began.
    looked_at: AtomicU64,
    /// Bytes of the log a second that the store takes; 0 while that is not known.
    bytes_per_second: AtomicU64,
    stalled: AtomicBool,
    stop: AtomicBool,
    /// What a collector has to know to begin is remembered as it is.
    is_remembered: AtomicBool,
    /// How many wait until the store has what they sent.
    awaited: AtomicUsize,
    advanced: Notify,
    /// What it does.
    pub meter: FoldMeter,
}

impl Progress {
    /// How long the oldest waiting batch waits at `now` (Unix ms), in ms.
    #[must_use]
    pub fn lag_ms(&self, now: u64) -> u64 {
        match self.waiting_since.load(Ordering::Acquire) {
            0 => 0,
            since => now.saturating_sub(since),
        }
    }

    /// How long ago the consumer last looked around, at `now` (Unix ms), in ms.
    #[must_use]
    pub fn silent_ms(&self, now: u64) -> u64 {
        match self.looked_at.load(Ordering::Acquire) {
            0 => 0,
            at => now.saturating_sub(at),
        }
    }

    /// Bytes of the log a second that the store takes; 0 while that is not known.
    #[must_use]
    pub fn bytes_per_second(&self) -> u64 {
        self.bytes_per_second.load(Ordering::Acquire)
    }

    /// Nothing gets from the log into the store.
    #[must_use]
    pub fn is_stalled(&self) -> bool {
        self.stalled.load(Ordering::Acquire)
    }

    /// Returns once `is_there`, which is asked whenever the store took something. While
    /// anybody waits, nothing is held back for the sake of those who do not.
    pub async fn reaches(&self, is_there: impl Fn() -> bool) {
        let _waiting = Waiting::begin(&self.awaited);
        loop {
            let mut advanced = pin!(self.advanced.notified());
            advanced.as_mut().enable();
            if is_there() {
                return;
            }
            advanced.await;
        }
    }

    /// What a collector has to know to begin has changed.
    pub fn forget(&self) {
        self.is_remembered.store(false, Ordering::Release);
    }

    /// The consumer ends once the store has all of the log.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }
}

/// One who waits, until dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(awaited: &'a AtomicUsize) -> Self {
        awaited.fetch_add(1, Ordering::AcqRel);
        Self(awaited)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The thread's state.
pub struct Consumer {
    /// Where facts go.
    pub store: Arc<dyn Store>,
    /// Spans that outputs are made of.
    pub traces: Arc<dyn TraceStore>,
    /// Where they come from.
    pub reader: Reader,
    /// Rings when there is work.
    pub bell: Arc<Bell>,
    /// What to keep the counts of.
    pub outcomes: Arc<Outcomes>,
    /// Outputs to register.
    pub registrations: Arc<Registrations>,
    /// How far it is.
    pub progress: Arc<Progress>,
    /// How long segments are kept once the store has them.
    pub keep: Duration,
    /// Whoever watches what is folded.
    pub live: Arc<Live>,
    /// Projects, to tell them by.
    pub control: Arc<ControlCell>,
    /// Bytes the store may be behind before batches are refused.
    pub backlog_max: u64,
    /// Asks all that a collector has to know to begin.
    pub beginning: Box<dyn Fn() -> Result<(), StoreError> + Send>,
    /// The reader stands where the store is: one that was away at the start may be further
    /// than was remembered.
    pub is_placed: bool,
}

#[derive(Debug, Error)]
enum FoldError {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("the log could not be read: {0}")]
    Log(#[from] std::io::Error),
}

impl Consumer {
    /// Runs until told to stop.
    pub fn run(mut self) {
        let _stalled = StalledOnPanic(Arc::clone(&self.progress));
        // What waits in the log is safe; in a burst the cores belong to those who
        // are not answered yet. Counts for this thread only.
        if let Err(error) = rustix::process::setpriority_process(None, NICE) {
            tracing::warn!(%error, "the consumer runs with the priority of everybody else");
        }
        let mut refusals = Timer::every(REFUSALS_EVERY);
        let mut deletion = Timer::every(DELETE_EVERY);
        let mut memory = Timer::every(REMEMBER_EVERY);
        let mut assembly = Timer::every(ASSEMBLE_EVERY);
        let mut kept = Vec::new();
        let (began, mut pace) = (Instant::now(), Pace::new(self.store.rests()));
        loop {
            let stopping = self.progress.stop.load(Ordering::Acquire);
            let now = now_ms();
            self.progress.looked_at.store(now, Ordering::Release);
            self.live.sweep(now);
            let registered = self.register(&mut pace, began, stopping);
            let is_due = stopping || self.is_due(&mut pace, began);
            let folded = if is_due {
                self.fold(&mut pace, began)
            } else {
                Ok(false)
            };
            let failed = folded.is_err();
            let had_failed = self.progress.stalled.swap(failed, Ordering::AcqRel);
            if had_failed && !failed {
                tracing::info!("the store is written again");
            }
            let folded = match folded {
                Ok(folded) => folded,
                Err(error) => {
                    // Once a failure; it is tried again some times a second.
                    if !had_failed {
                        tracing::error!(%error, "the store is not written");
                    }
                    if !stopping {
                        self.bell.wait(RETRY);
                        continue;
                    }
                    // The log still has it.
                    false
                }
            };
            if refusals.is_due() {
                self.keep_refusals(&mut kept);
            }
            if deletion.is_due() {
                self.delete_segments();
                self.forget_spans();
            }
            if memory.is_due() {
                self.remember();
            }
            let assembled = assembly.is_due() && self.assemble();
            if folded || registered || assembled {
                continue;
            }
            if stopping {
                self.keep_refusals(&mut kept);
                return;
            }
            // Registrations that rest have rung already.
            if is_due && self.registrations.waiting() == 0 {
                self.bell.wait(IDLE);
            }
            if !self.register(&mut pace, began, false) {
                std::thread::sleep(LINGER);
            }
        }
    }

    /// Registers what waits, unless it may wait for more; whether there was any.
    fn register(&self, pace: &mut Pace, began: Instant, stopping: bool) -> bool {
        let waiting = self.registrations.waiting();
        let started = began.elapsed();
        if waiting == 0 || !(stopping || pace.may_register(millis(started), waiting)) {
            return false;
        }
        let registered = self.registrations.settle(&*self.store);
        let now = began.elapsed();
        pace.registered(millis(now), millis(now.saturating_sub(started)));
        registered
    }

    /// Whether to fold now; notes since when something waits.
    fn is_due(&self, pace: &mut Pace, began: Instant) -> bool {
        let (backlog, appended) = self.reader.behind();
        let now = now_ms();
        if backlog > 0 && self.progress.waiting_since.load(Ordering::Acquire) == 0 {
            self.progress.waiting_since.store(now, Ordering::Release);
        }
        let now_ms = millis(began.elapsed());
        if pace.is_window_over(now_ms) {
            pace.look(now_ms, appended, Cores::now());
        }
        let is_awaited = self.progress.awaited.load(Ordering::Acquire) > 0;
        is_awaited
            || pace.is_due(Facts {
                now_ms,
                backlog,
                backlog_max: self.backlog_max,
                lag_ms: self.progress.lag_ms(now),
            })
    }

    /// Folds what comes next; whether there was anything.
    fn fold(&mut self, pace: &mut Pace, began: Instant) -> Result<bool, FoldError> {
        // Where there is little room, it is made little by little: who was refused comes
        // back, and not all at once.
        self.place()?;
        let most = usize::try_from(self.backlog_max / PORTIONS_MIN).unwrap_or(usize::MAX);
        let most = most.clamp(PORTION_BYTES_MIN, FOLD_BYTES_MAX);
        let Some(portion) = self.reader.next(most)? else {
            self.progress.waiting_since.store(0, Ordering::Release);
            return Ok(false);
        };
        let (requests, unreadable) = read(&portion);
        let oldest = requests.first().map_or(0, |request| request.received_at);
        self.progress.waiting_since.store(oldest, Ordering::Release);
        let folding = Folding {
            requests: &requests,
            unreadable: &unreadable,
        };
        let watched = self.watched(&requests);
        let started = Instant::now();
        self.store.fold(&folding, portion.end)?;
        let took = started.elapsed();
        self.progress.meter.folded(took);
        self.reader.advance(portion.end);
        self.progress.advanced.notify_waiters();
        self.show(watched);
        // The next one came no earlier than the last of these.
        let newest = requests.last().map_or(0, |request| request.received_at);
        let since = if self.reader.behind().0 > 0 {
            newest
        } else {
            0
        };
        self.progress.waiting_since.store(since, Ordering::Release);
        pace.folded(millis(began.elapsed()), portion.len(), millis(took));
        self.progress
            .bytes_per_second
            .store(pace.folding(), Ordering::Release);
        Ok(true)
    }

    fn place(&mut self) -> Result<(), StoreError> {
        if !self.is_placed {
            let position = self.store.position()?;
            if self.reader.position() < position {
                self.reader.advance(position);
            }
            self.is_placed = true;
        }
        Ok(())
    }

    /// Remembers what a collector has to know to begin, where that has changed.
    fn remember(&self) {
        if self.progress.is_remembered.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Err(error) = self.store.remember(&mut || (self.beginning)()) {
            self.progress.forget();
            tracing::warn!(%error, "what a start without the store needs is not kept");
        }
    }

    /// What of `requests` somebody watches; nothing, and nothing asked, where nobody does.
    fn watched<'a>(&self, requests: &'a [Accepted]) -> Vec<(Arc<Project>, folded::Folding<'a>)> {
        if !self.live.is_watched() {
            return Vec::new();
        }
        let control = self.control.get();
        let projects = control.projects.values();
        let watched = projects.filter(|project| self.live.watches(project.id));
        let begun = watched.filter_map(|project| {
            let own = requests
                .iter()
                .filter(|request| request.project == project.id);
            let begun = folded::Folding::begin(&*self.store, own);
            Some((Arc::clone(project), begun.inspect_err(unwatched).ok()?))
        });
        begun.collect()
    }

    fn show(&self, watched: Vec<(Arc<Project>, folded::Folding<'_>)>) {
        for (project, folding) in watched {
            let ended = folding.end(&*self.store, &project);
            if let Ok(entries) = ended.inspect_err(unwatched) {
                self.live.add(project.id, entries);
            }
        }
    }

    /// Registers what due traces say; whether there were any.
    fn assemble(&self) -> bool {
        assemble(&*self.store, &*self.traces, now_ms()).unwrap_or_else(|error| {
            tracing::error!(%error, "what spans say is not registered");
            false
        })
    }

    fn forget_spans(&self) {
        if let Err(error) = forget(&*self.traces, now_ms()) {
            tracing::error!(%error, "old spans are not deleted");
        }
    }

    fn keep_refusals(&self, kept: &mut Vec<(Option<ProjectId>, Refused)>) {
        let refusals = self.outcomes.refused();
        if refusals == *kept {
            return;
        }
        match self.store.keep_refusals(&refusals) {
            Ok(()) => *kept = refusals,
            Err(error) => tracing::error!(%error, "counts of refusals are not kept"),
        }
    }

    /// Segments go only after the store is on the device past them.
    fn delete_segments(&mut self) {
        if let Err(error) = self.try_delete_segments() {
            tracing::error!(%error, "old segments are not deleted");
        }
    }

    fn try_delete_segments(&mut self) -> Result<(), FoldError> {
        // A segment that was closed without another one after it is passed here.
        let position = self.reader.position();
        if self.store.position()? < position {
            self.store.fold(&Folding::default(), position)?;
        }
        self.reader.advance(position);
        let expired = self.reader.expired(self.keep);
        if !expired.is_empty() {
            // A start without the store reads on from what is remembered.
            self.progress.forget();
            self.remember();
            self.store.sync()?;
            self.reader.remove(&expired)?;
        }
        Ok(())
    }
}

/// Somebody who watches sees less; nothing else depends on it.
fn unwatched(error: &StoreError) {
    tracing::warn!(%error, "the live tail lacks what was folded");
}

fn read(portion: &Portion) -> (Vec<Accepted>, Vec<(ProjectId, u64)>) {
    let mut requests = Vec::new();
    let mut unreadable = Vec::new();
    for bytes in portion.records() {
        match record::read(bytes) {
            Ok(request) => requests.push(request),
            Err(error) => unreadable.extend(set_aside(bytes, &error)),
        }
    }
    (requests, unreadable)
}

fn set_aside(bytes: &[u8], error: &Unreadable) -> Option<(ProjectId, u64)> {
    tracing::error!(%error, bytes = bytes.len(), "a record of the log was set aside");
    record::peek(bytes).ok()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Says so when the thread ends by a bug: nothing is folded any more.
struct StalledOnPanic(Arc<Progress>);

impl Drop for StalledOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stalled.store(true, Ordering::Release);
        }
    }
}
