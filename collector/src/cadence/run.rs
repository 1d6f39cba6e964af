//! `tacit run --due`: does what is due, once, whoever calls and however often.
//!
//! A schedule's path: [`due`] says which period; a lease keeps others away and is
//! renewed while the work lasts; `begin_run` fixes the moment everything is known as
//! of, so that a run that is killed makes the same bytes when it is tried again;
//! [`make`] makes it; and `end_run` records it in the same transaction that looks
//! whether the lease is still held.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use serde::Serialize;
use serde_json::json;
use thiserror::Error;

use super::{
    due::{Due, due},
    make::{self, MakeError},
    period::PeriodError,
    schedule::Schedule,
};
use crate::{
    control::ProjectId,
    label::Policy,
    store::{AnyStore, Held, NewRun, RunEnd, StoreError},
};

/// How long a lease lasts unless it is renewed: a run that was killed is tried again
/// after that.
pub const LEASE_MS: u64 = 60_000;

/// A lease is renewed after a third of its time, so that two attempts may fail.
const RENEWALS: u64 = 3;

/// What a run stands on.
pub struct Runner<'a> {
    /// Facts, and what was made of them.
    pub store: &'a dyn AnyStore,
    /// Tells this process from any other.
    pub holder: &'a str,
    /// How long a lease lasts unless it is renewed, ms.
    pub lease_ms: u64,
    /// The wall clock, for leases and records.
    pub clock: &'a (dyn Fn() -> u64 + Sync),
    /// Told what a build is doing.
    pub progress: &'a mut dyn FnMut(&Schedule, crate::dataset::build::Progress),
}

/// What became of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Its name.
    pub schedule: String,
    /// The period in question.
    pub period: String,
    /// What was done.
    pub status: Status,
    /// What is there for the period, if anything.
    pub build: Option<String>,
    /// The build it follows.
    pub previous: Option<String>,
    /// The moment it knows things as of, Unix ms.
    pub as_of: Option<u64>,
    /// Where it is.
    pub out: Option<String>,
    /// Why nothing was made.
    pub error: Option<String>,
    /// When the period after this one is due, Unix ms.
    pub next_at: u64,
}

/// What was done for a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Made now.
    Made,
    /// Made before.
    UpToDate,
    /// Another process makes it now.
    Busy,
    /// Tried in vain; the next call tries again.
    Failed,
    /// Another process took over, since this one was not heard of for a whole lease.
    Lost,
}

/// Nothing could be told about a schedule.
#[derive(Debug, Error)]
pub enum RunError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The moment is no date.
    #[error(transparent)]
    Period(#[from] PeriodError),
}

impl Runner<'_> {
    /// Does what `schedule` has to do at `now` (Unix ms).
    pub fn run(
        &mut self,
        schedule: &Schedule,
        project: ProjectId,
        policy: &Policy,
        now: u64,
    ) -> Result<Outcome, RunError> {
        let lease = format!("run/{}/{}", project.0, schedule.name);
        let due = due(schedule, policy, &self.store.runs(project)?, now)?;
        if !due.is_due {
            return self.outcome(schedule, project, due, Status::UpToDate);
        }
        if !self
            .store
            .acquire(&lease, self.holder, (self.clock)(), self.lease_ms)?
        {
            return self.outcome(schedule, project, due, Status::Busy);
        }
        let done = self.leased(schedule, project, policy, now, &lease);
        self.store.give_back(&lease, self.holder)?;
        done
    }

    /// The work itself, under the lease.
    fn leased(
        &mut self,
        schedule: &Schedule,
        project: ProjectId,
        policy: &Policy,
        now: u64,
        lease: &str,
    ) -> Result<Outcome, RunError> {
        // Whoever had the lease before may have finished meanwhile.
        let due = due(schedule, policy, &self.store.runs(project)?, now)?;
        if !due.is_due {
            return self.outcome(schedule, project, due, Status::UpToDate);
        }
        let begun = NewRun {
            schedule: schedule.name.clone(),
            period: due.period.name.clone(),
            started_at: (self.clock)(),
            // What is still to come belongs to no moment yet.
            as_of: now.min((self.clock)()),
            inputs: json!({
                "schedule": schedule,
                "policy": policy.reference(),
                "from": due.period.from,
                "to": due.period.to,
                "previous": due.previous,
            }),
        };
        let attempt = self.store.begin_run(project, &begun)?;
        let task = make::Task {
            schedule,
            project,
            policy,
            due: &due,
            as_of: attempt.as_of,
        };
        let made = self.renewing(lease, |runner| {
            task.make(runner.store, &mut *runner.progress)
        });
        let told = made.as_ref().map_err(MakeError::to_string);
        let at = (self.clock)();
        let record = told.as_ref().map(|build| {
            let mut build = (*build).clone();
            build.made_at = at;
            build
        });
        let end = RunEnd {
            schedule: &schedule.name,
            period: &due.period.name,
            attempt: attempt.number,
            ended_at: at,
            made: record.as_ref().map_err(|error| error.as_str()),
        };
        let held = Held {
            name: lease,
            holder: self.holder,
        };
        let recorded = self.store.end_run(project, &end, held, at)?;
        let status = match (&told, recorded) {
            (_, false) => Status::Lost,
            (Ok(_), true) => Status::Made,
            (Err(_), true) => Status::Failed,
        };
        let mut outcome = self.outcome(schedule, project, due, status)?;
        outcome.error = told.err();
        Ok(outcome)
    }

    /// Runs `work` while another thread renews the lease.
    fn renewing<T>(&mut self, lease: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let (store, holder, clock, lease_ms) = (self.store, self.holder, self.clock, self.lease_ms);
        let (done, waiting) = mpsc::channel::<()>();
        let lost = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let lost = &lost;
            scope.spawn(move || {
                let pause = Duration::from_millis((lease_ms / RENEWALS).max(1));
                while waiting.recv_timeout(pause) == Err(mpsc::RecvTimeoutError::Timeout) {
                    match store.acquire(lease, holder, clock(), lease_ms) {
                        Ok(true) => {}
                        // Nobody may record what two made: `end_run` looks again.
                        Ok(false) => lost.store(true, Ordering::Relaxed),
                        Err(error) => tracing::warn!(%error, lease, "a lease was not renewed"),
                    }
                    if lost.load(Ordering::Relaxed) {
                        tracing::warn!(lease, "another process took the lease over");
                        return;
                    }
                }
            });
            let made = work(self);
            drop(done);
            made
        })
    }

    fn outcome(
        &self,
        schedule: &Schedule,
        project: ProjectId,
        due: Due,
        status: Status,
    ) -> Result<Outcome, RunError> {
        let runs = self.store.runs(project)?;
        let known = |run: &&crate::store::Run| {
            run.schedule == schedule.name && run.period == due.period.name
        };
        let run = runs.iter().find(known);
        let build = run.and_then(|run| run.build.clone());
        let record = match &build {
            Some(build) => self.store.build(project, build)?,
            None => None,
        };
        Ok(Outcome {
            schedule: schedule.name.clone(),
            period: due.period.name,
            status,
            build,
            previous: due.previous,
            as_of: run.map(|run| run.as_of),
            out: record.map(|record| record.out),
            error: None,
            next_at: due.next_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::atomic::AtomicU64};

    use super::*;
    use crate::{
        config::Config,
        store::{SqliteStore, UpdateStore},
    };

    const OURS: ProjectId = ProjectId(1);
    const NOW: u64 = 1_795_680_000_000;

    fn schedule(out: &Path) -> Schedule {
        let text = format!("[[schedule]]\nname = \"s\"\nkind = \"brief\"\nout = {out:?}\n");
        let config = Config::parse(Path::new("tacit.toml"), &text);
        config.unwrap().schedule.remove(0)
    }

    #[test]
    fn a_lease_is_renewed_while_the_work_lasts() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path()).unwrap();
        let (time, looks) = (AtomicU64::new(1_000), AtomicU64::new(0));
        let clock = || {
            looks.fetch_add(1, Ordering::SeqCst);
            time.load(Ordering::SeqCst)
        };
        let mut runner = Runner {
            store: &store,
            holder: "a",
            lease_ms: 30,
            clock: &clock,
            progress: &mut |_, _| {},
        };
        assert!(store.acquire("run", "a", 1_000, 30).unwrap());
        runner.renewing("run", |_| {
            time.store(1_020, Ordering::SeqCst);
            let seen = looks.load(Ordering::SeqCst);
            // The look after the next one comes when a renewal at 1020 is done.
            while looks.load(Ordering::SeqCst) < seen + 3 {
                std::thread::yield_now();
            }
            assert!(!store.acquire("run", "b", 1_049, 30).unwrap());
        });
        assert!(
            store.acquire("run", "b", 1_050, 30).unwrap(),
            "nobody renews it any more"
        );
    }

    #[test]
    fn who_was_not_heard_of_for_a_whole_lease_has_lost_it() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path()).unwrap();
        let out = directory.path().join("briefs");
        let policy = Policy::default_policy().unwrap();
        // The clock stands until the work is done, and then an hour has passed.
        let looks = AtomicU64::new(0);
        let clock = || match looks.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => NOW,
            _ => NOW + 3_600_000,
        };
        let mut runner = Runner {
            store: &store,
            holder: "a",
            lease_ms: LEASE_MS,
            clock: &clock,
            progress: &mut |_, _| {},
        };
        let lost = runner.run(&schedule(&out), OURS, &policy, NOW).unwrap();
        assert_eq!((lost.status, lost.build), (Status::Lost, None));
        let mut runner = Runner {
            clock: &|| NOW + 3_600_000,
            holder: "b",
            store: &store,
            lease_ms: LEASE_MS,
            progress: &mut |_, _| {},
        };
        let made = runner.run(&schedule(&out), OURS, &policy, NOW + 1).unwrap();
        assert_eq!(made.status, Status::Made, "{made:?}");
        assert_eq!(made.period, "2026-W47");
        let again = runner.run(&schedule(&out), OURS, &policy, NOW + 2).unwrap();
        assert_eq!((again.status, again.build), (Status::UpToDate, made.build));
    }
}
