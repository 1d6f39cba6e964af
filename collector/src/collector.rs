//! A running collector without its HTTP: log, consumer, store, keys.

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use thiserror::Error;
use tokio::sync::Semaphore;

use crate::{
    accept::{EXPIRED, record},
    answers::{self, Answers},
    bell::Bell,
    builds::Builds,
    config::{Ack, LimitsConfig, LogConfig, OtlpConfig},
    consumer::{Consumer, Progress},
    control::{ControlCell, ProjectId},
    datalock::DataLock,
    dropped::Dropped,
    erase::{EraseError, Erasures},
    expire::Expiries,
    intake::gate::Gate,
    label::{Policies, Policy, PolicyError},
    limits::{CONTROL_AGE_MS_MAX, TRACES_AT_ONCE_MAX, USES_KEPT_EVERY_MS},
    live::Live,
    log::{self, Log, Recovery, disk::RealDisk},
    metrics::Metrics,
    outcome::Outcomes,
    pulse::Pulse,
    registrations::Registrations,
    retry::Behind,
    rollup,
    screen::{self, Screens},
    sign_in::{Attempts, SignIns},
    store::{self, AnyStore, StoreError, StoreUrl},
    wall::{WallWatch, now_ms},
};

/// Everything the handlers reach.
pub struct Collector {
    /// Facts.
    pub store: Arc<dyn AnyStore>,
    /// Projects and keys.
    pub control: Arc<ControlCell>,
    /// Who is signed in at the dashboard.
    pub sign_ins: Arc<SignIns>,
    /// Who tried and failed to.
    pub attempts: Attempts,
    /// What became of batches.
    pub outcomes: Arc<Outcomes>,
    /// What pages had to drop unsent.
    pub dropped: Dropped,
    /// Where accepted batches go.
    pub log: Arc<Log>,
    /// Where outputs to register go.
    pub registrations: Arc<Registrations>,
    /// How far the consumer is.
    pub progress: Arc<Progress>,
    /// What labels outputs that are read here.
    pub policies: Policies,
    /// Whom the screen leaves out, as it is at hand.
    pub screens: Arc<Screens>,
    /// Places for requests with spans that are decoded.
    pub decoding: Arc<Semaphore>,
    /// How long a trace is waited for, in ms.
    pub settle_ms: u64,
    /// When a batch is acknowledged.
    pub ack: Ack,
    /// Who may come in.
    pub gate: Gate,
    /// Datasets that were asked for.
    pub builds: Builds,
    /// People who are forgotten.
    pub erasures: Arc<Erasures>,
    /// Whether the threads that serve requests go on.
    pub pulse: Arc<Pulse>,
    /// What is measured besides.
    pub metrics: Metrics,
    /// What arrives, for whoever watches.
    pub live: Arc<Live>,
    /// Data that end.
    pub expiries: Arc<Expiries>,
    /// How far sums are that are kept.
    pub rollups: Arc<rollup::Meter>,
    /// What was worked out of all facts a while ago.
    pub answers: Arc<Answers>,
    /// The store is not on this machine: batches are kept while it is away.
    is_apart: bool,
    began: Instant,
    stopping: AtomicBool,
    /// Sums of labels are kept.
    keeps_rollups: AtomicBool,
    backlog_ms_max: u64,
    bell: Arc<Bell>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    control_stop: Mutex<Option<mpsc::Sender<()>>>,
    _lock: DataLock,
}

/// Why a collector did not start.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another process runs on this directory.
    #[error("another tacit runs on {0}")]
    Busy(String),
    /// The store could not be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log could not be opened.
    #[error("the log could not be opened: {0}")]
    Log(#[from] io::Error),
    /// Somebody who was erased is in the store still.
    #[error("what was erased could not be removed: {0}")]
    Erase(#[from] EraseError),
    /// There is no randomness to hash addresses with.
    #[error("the operating system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// The built-in policy is none.
    #[error("the built-in policy: {0}")]
    Policy(#[from] PolicyError),
}

impl Collector {
    /// Opens the directory `data` and the store `url`, recovers the log and starts the
    /// threads.
    pub fn open(
        url: &StoreUrl,
        data: &Path,
        config: &LogConfig,
    ) -> Result<(Self, Recovery), OpenError> {
        let lock =
            DataLock::take(data)?.ok_or_else(|| OpenError::Busy(data.display().to_string()))?;
        let store = store::begin(url, data)?;
        let control = Arc::new(ControlCell::new(store.control()?));
        let erasures = Erasures::open(data, Arc::clone(&store), Arc::clone(&control))?;
        let erasures = Arc::new(erasures);
        let outcomes = Arc::new(Outcomes::default());
        for &project in control.get().projects.keys() {
            // Of what others wrote nothing was acknowledged here.
            let fates = match store.own_fates(project)? {
                Some(own) => own,
                None => store.fates(project)?,
            };
            outcomes.of(Some(project)).acknowledge(
                fates.get("batches").copied().unwrap_or_default(),
                ended(&fates),
            );
        }
        for (project, refused) in store.refusals()? {
            outcomes.resume(project, refused);
        }
        let bell = Arc::new(Bell::default());
        let options = log::Options {
            segment_bytes: config.segment_bytes,
            // Closed in a quarter of the time it is kept: about an hour stays about an hour.
            segment_age: config.keep() / 4,
            backlog_bytes_max: config.backlog_bytes,
        };
        let (log, reader, recovery) = Log::open(
            Arc::new(RealDisk::new(data.join("log"))?),
            store.salt()?,
            options,
            store.position()?,
            Arc::clone(&bell),
            &mut |payload| {
                if let Ok((project, events)) = record::peek(payload) {
                    outcomes.of(Some(project)).acknowledge(1, events);
                }
            },
        )?;
        outcomes.begin();
        let registrations = Arc::new(Registrations::new(Arc::clone(&bell)));
        let progress = Arc::new(Progress::default());
        let live = Arc::new(Live::default());
        let consumer = Consumer {
            store: Arc::clone(&store) as _,
            traces: Arc::clone(&store) as _,
            reader,
            bell: Arc::clone(&bell),
            outcomes: Arc::clone(&outcomes),
            registrations: Arc::clone(&registrations),
            progress: Arc::clone(&progress),
            keep: config.keep(),
            live: Arc::clone(&live),
            control: Arc::clone(&control),
            backlog_max: config.backlog_bytes,
            beginning: Box::new({
                let store = Arc::clone(&store);
                move || beginning(&*store)
            }),
            is_placed: false,
        };
        let builds = Builds::new(data, Arc::clone(&store));
        let sign_ins = Arc::new(SignIns::new(store.sign_ins()?));
        store.begun();
        let is_apart = matches!(url, StoreUrl::ClickHouse(_));
        let (control_stop, stopped) = mpsc::channel();
        let watcher = {
            let (store, control) = (Arc::clone(&store), Arc::clone(&control));
            let (sign_ins, progress) = (Arc::clone(&sign_ins), Arc::clone(&progress));
            thread("control", move || {
                watch(&*store, &progress, &control, &sign_ins, &stopped);
            })?
        };
        let log = Arc::new(log);
        let eraser = {
            let (erasures, log) = (Arc::clone(&erasures), Arc::clone(&log));
            thread("erasures", move || erasures.run(&log))?
        };
        let expiries = Expiries::new(data, Arc::clone(&store), Arc::clone(&control));
        let expiries = Arc::new(expiries);
        let expirer = {
            let expiries = Arc::clone(&expiries);
            thread("expiries", move || expiries.run())?
        };
        let collector = Self {
            store,
            control,
            sign_ins,
            attempts: Attempts::default(),
            outcomes,
            dropped: Dropped::default(),
            log,
            registrations,
            progress,
            policies: Policies::built_in()?,
            screens: Arc::default(),
            decoding: Arc::new(Semaphore::new(TRACES_AT_ONCE_MAX)),
            settle_ms: OtlpConfig::default().settle_ms,
            ack: Ack::default(),
            gate: Gate::new(&LimitsConfig::default())?,
            builds,
            erasures,
            pulse: Arc::default(),
            metrics: Metrics::default(),
            live,
            expiries,
            rollups: Arc::default(),
            answers: Arc::default(),
            is_apart,
            began: Instant::now(),
            stopping: AtomicBool::new(false),
            keeps_rollups: AtomicBool::new(false),
            backlog_ms_max: config.backlog_seconds.saturating_mul(1_000),
            bell,
            threads: Mutex::new(vec![
                thread("consumer", move || consumer.run())?,
                watcher,
                eraser,
                expirer,
            ]),
            control_stop: Mutex::new(Some(control_stop)),
            _lock: lock,
        };
        Ok((collector, recovery))
    }

    /// Reads projects, keys and experiments again, after a change of this process's own:
    /// what it answers to next knows of it.
    pub fn look_again(&self) -> Result<(), StoreError> {
        self.control.set(self.store.control()?);
        Ok(())
    }

    /// Starts to keep sums of labels, by the policy that holds here.
    pub fn keep_rollups(self: &Arc<Self>) -> io::Result<()> {
        let thread = rollup::start(Arc::clone(self))?;
        lock(&self.threads).push(thread);
        self.keeps_rollups.store(true, Ordering::Release);
        Ok(())
    }

    /// How long what waits longest to be added up of a project has waited, in ms, where
    /// roll-ups by that policy are kept.
    pub(crate) fn rollups_lag_ms(&self, project: ProjectId, policy: &Policy) -> Option<u64> {
        let held = self.policies.named(None)?;
        let is_kept =
            self.keeps_rollups.load(Ordering::Acquire) && held.reference() == policy.reference();
        is_kept.then(|| self.rollups.lag_ms(Some(project), self.steady_ms()))
    }

    /// Starts to work out what the dashboard will ask; `data` is the data directory.
    pub fn keep_answers(self: &Arc<Self>, data: &Path) -> io::Result<()> {
        answers::keep_warm(Arc::clone(self), data.into())
    }

    /// Starts to look whom the screen leaves out, behind the back of whoever reads.
    pub fn keep_screens(self: &Arc<Self>) -> io::Result<()> {
        let thread = screen::start(Arc::clone(self))?;
        lock(&self.threads).push(thread);
        Ok(())
    }

    /// Milliseconds since it was opened: nobody sets that clock.
    #[must_use]
    pub fn steady_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// From now on not ready.
    pub fn begin_stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.screens.end();
    }

    /// Whether it is about to end.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Batches and events that were ever acknowledged of `project`, here or by another
    /// collector of the same store, of which `counters` were read before.
    pub fn acknowledged(
        &self,
        project: ProjectId,
        counters: &BTreeMap<String, u64>,
    ) -> Result<(u64, u64), StoreError> {
        let own = self.store.own_fates(project)?;
        // Read last: it only grows, so nothing waits below zero.
        let tally = self.outcomes.of(Some(project));
        let (batches, events) = (tally.acknowledged_batches(), tally.acknowledged_events());
        let Some(own) = own else {
            return Ok((batches, events));
        };
        let of = |counters: &BTreeMap<String, u64>| counters.get("batches").copied().unwrap_or(0);
        Ok((
            of(counters) + batches.saturating_sub(of(&own)),
            ended(counters) + events.saturating_sub(ended(&own)),
        ))
    }

    /// Whether batches are taken and acknowledged while the store is away.
    #[must_use]
    pub fn goes_on_without_store(&self) -> bool {
        self.is_apart && self.ack == Ack::Log
    }

    /// Whether the store is so far behind that batches are refused, at `now` (Unix ms).
    #[must_use]
    pub fn is_behind(&self, now: u64) -> bool {
        self.log.is_full() || self.progress.lag_ms(now) > self.backlog_ms_max
    }

    /// How far the store is behind, at `now` (Unix ms).
    #[must_use]
    pub fn behind(&self, now: u64) -> Behind {
        Behind {
            backlog: self.log.backlog_bytes(),
            backlog_max: self.log.backlog_bytes_max(),
            is_late: self.progress.lag_ms(now) > self.backlog_ms_max,
            bytes_per_second: self.progress.bytes_per_second(),
            is_stalled: self.progress.is_stalled(),
        }
    }

    /// Writes what waits into the log, folds the log into the store and ends the
    /// threads. Nothing is taken afterwards.
    pub fn close(&self) -> Result<(), StoreError> {
        self.begin_stop();
        self.erasures.stop();
        self.expiries.stop();
        self.log.close();
        self.registrations.close();
        self.progress.stop();
        self.bell.ring();
        drop(lock(&self.control_stop).take());
        for thread in lock(&self.threads).drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread panicked");
            }
        }
        self.store.sync()
    }
}

/// Asks all that a collector asks of its store when it begins.
fn beginning(store: &dyn AnyStore) -> Result<(), StoreError> {
    // Where the log is read on comes before what was counted of it: of what is folded in
    // between nothing is left out.
    for &project in store.control()?.projects.keys() {
        store.own_fates(project)?;
        store.fates(project)?;
    }
    store.position()?;
    store.refusals()?;
    store.salt()?;
    store.tombstones()?;
    store.open_erasures()?;
    store.sign_ins().map(drop)
}

/// The events of which the store knows the end.
#[must_use]
pub fn ended(fates: &BTreeMap<String, u64>) -> u64 {
    ["stored", "duplicate", "quarantined", "erased", EXPIRED]
        .into_iter()
        .filter_map(|name| fates.get(name))
        .sum()
}

/// Whose events await the store.
#[must_use]
pub fn waiting(acknowledged: u64, fates: &BTreeMap<String, u64>) -> u64 {
    acknowledged.saturating_sub(ended(fates))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(run)
}

/// Keys are made and withdrawn by other processes: looks for changes. And keeps, now and
/// then and at the end, when keys were used.
fn watch(
    store: &dyn AnyStore,
    progress: &Progress,
    control: &ControlCell,
    sign_ins: &SignIns,
    stopped: &mpsc::Receiver<()>,
) {
    let period = Duration::from_millis(CONTROL_AGE_MS_MAX);
    let began = Instant::now();
    let steady_ms = || u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut wall = WallWatch::new(now_ms(), steady_ms());
    let (mut looks, mut is_blind) = (0, false);
    while stopped.recv_timeout(period) == Err(RecvTimeoutError::Timeout) {
        if let Some(ms) = wall.look(now_ms(), steady_ms()) {
            tracing::warn!(
                ms,
                "the clock of this machine was set; what is received carries the new time"
            );
        }
        let known = control.get().version;
        let newer = store
            .control_version()
            .and_then(|version| (version != known).then(|| store.control()).transpose());
        // Once a failure: it is looked some times a second.
        let failed = newer.is_err();
        match newer {
            Ok(Some(newer)) => {
                control.set(newer);
                progress.forget();
            }
            Ok(None) => {}
            Err(error) if !is_blind => tracing::error!(%error, "keys could not be read again"),
            Err(_) => {}
        }
        is_blind = failed;
        looks += 1;
        if looks % (USES_KEPT_EVERY_MS / CONTROL_AGE_MS_MAX) == 0 {
            keep_uses(store, control, sign_ins);
        }
    }
    keep_uses(store, control, sign_ins);
}

fn keep_uses(store: &dyn AnyStore, control: &ControlCell, sign_ins: &SignIns) {
    let (keys, people) = (control.get().uses(), sign_ins.uses());
    let mut kept = Ok(());
    if !keys.is_empty() {
        kept = store.note_uses(&keys);
    }
    if !people.is_empty() {
        kept = kept.and_then(|()| store.note_sign_ins(&people));
    }
    if let Err(error) = kept {
        tracing::warn!(%error, "when keys were used was not kept");
    }
}

/// The project of `name`.
#[must_use]
pub fn project_named(control: &crate::control::Control, name: &str) -> Option<ProjectId> {
    let mut projects = control.projects.values();
    projects
        .find(|project| project.name == name)
        .map(|project| project.id)
}
