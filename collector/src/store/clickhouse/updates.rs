//! Leases, runs, builds and releases.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ClickHouseStore,
    documents::{NewDocument, Next, Which},
    history::{Lease, State},
};
use crate::{
    control::ProjectId,
    release::Release,
    store::{
        Attempt, BuildRecord, Held, NewRun, Run, RunEnd, StoreError, UpdateStore,
        moving::MovedAttempt,
    },
};

pub(super) const RUN: &str = "run";
pub(super) const RUN_END: &str = "run_end";
const BUILD: &str = "build";
const RELEASE: &str = "release";

#[derive(Serialize, Deserialize)]
pub(super) struct Begun {
    schedule: String,
    period: String,
    pub(super) attempt: u32,
    started_at: u64,
    as_of: u64,
    inputs: Value,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Ended {
    schedule: String,
    period: String,
    pub(super) attempt: u32,
    ended_at: u64,
    build: Option<String>,
    error: Option<String>,
}

impl From<&MovedAttempt> for Begun {
    fn from(moved: &MovedAttempt) -> Self {
        Self {
            schedule: moved.schedule.clone(),
            period: moved.period.clone(),
            attempt: moved.attempt,
            started_at: moved.started_at,
            as_of: moved.as_of,
            inputs: moved.inputs.clone(),
        }
    }
}

impl Ended {
    /// How an attempt of another store ended, if it did.
    pub(super) fn of(moved: &MovedAttempt) -> Option<Self> {
        let end = moved.end.as_ref()?;
        Some(Self {
            schedule: moved.schedule.clone(),
            period: moved.period.clone(),
            attempt: moved.attempt,
            ended_at: end.ended_at,
            build: end.build.clone(),
            error: end.error.clone(),
        })
    }
}

/// Whether the lease is held at `now`.
pub(super) fn is_held(state: &State, lease: Held<'_>, now: u64) -> bool {
    let known = state.leases.get(lease.name);
    known.is_some_and(|known| known.holder == lease.holder && known.until > now)
}

impl UpdateStore for ClickHouseStore {
    fn acquire(&self, name: &str, holder: &str, now: u64, ttl_ms: u64) -> Result<bool, StoreError> {
        self.change(|state| {
            let known = state.leases.get(name);
            if known.is_some_and(|known| known.holder != holder && known.until > now) {
                return Ok((None, false));
            }
            let mut next = Next::with(state, Vec::new());
            let lease = Lease {
                holder: holder.into(),
                until: now.saturating_add(ttl_ms),
            };
            next.state.leases.insert(name.into(), lease);
            Ok((Some(next), true))
        })
    }

    fn give_back(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        self.change(|state| {
            let known = state.leases.get(name);
            if known.is_none_or(|known| known.holder != holder) {
                return Ok((None, ()));
            }
            let mut next = Next::with(state, Vec::new());
            next.state.leases.remove(name);
            Ok((Some(next), ()))
        })
    }

    fn begin_run(&self, project: ProjectId, run: &NewRun) -> Result<Attempt, StoreError> {
        let key = key(&run.schedule, &run.period);
        self.change(|state| {
            let keys = [key.clone()];
            let known = self.documents::<Begun>(RUN, Which::Keys(project, &keys))?;
            let last = known
                .iter()
                .map(|run| &run.body)
                .max_by_key(|run| run.attempt);
            let attempt = Attempt {
                number: last.map_or(0, |last| last.attempt) + 1,
                as_of: last.map_or(run.as_of, |last| last.as_of),
            };
            let begun = Begun {
                schedule: run.schedule.clone(),
                period: run.period.clone(),
                attempt: attempt.number,
                started_at: run.started_at,
                as_of: attempt.as_of,
                inputs: run.inputs.clone(),
            };
            let document = NewDocument::new(RUN, project, key.clone(), &begun)?;
            Ok((Some(Next::with(state, vec![document])), attempt))
        })
    }

    fn end_run(
        &self,
        project: ProjectId,
        end: &RunEnd<'_>,
        lease: Held<'_>,
        now: u64,
    ) -> Result<bool, StoreError> {
        let key = key(end.schedule, end.period);
        self.change(|state| {
            if !is_held(state, lease, now) {
                return Ok((None, false));
            }
            let ended = Ended {
                schedule: end.schedule.into(),
                period: end.period.into(),
                attempt: end.attempt,
                ended_at: end.ended_at,
                build: end.made.ok().map(|build| build.build.clone()),
                error: end.made.err().map(ToOwned::to_owned),
            };
            let mut documents = vec![NewDocument::new(RUN_END, project, key.clone(), &ended)?];
            if let Ok(build) = end.made {
                documents.extend(self.new_build(project, build)?);
            }
            Ok((Some(Next::with(state, documents)), true))
        })
    }

    fn runs(&self, project: ProjectId) -> Result<Vec<Run>, StoreError> {
        let ends = self.documents::<Ended>(RUN_END, Which::OfProject(project))?;
        let begun = self.documents::<Begun>(RUN, Which::OfProject(project))?;
        let mut begun: Vec<Begun> = begun.into_iter().map(|run| run.body).collect();
        begun.sort_by(|a, b| {
            let place = |run: &Begun| (run.schedule.clone(), run.period.clone(), run.attempt);
            place(a).cmp(&place(b))
        });
        let mut runs: Vec<Run> = Vec::new();
        for begun in begun {
            let is_of = |end: &&Ended| {
                (&end.schedule, &end.period, end.attempt)
                    == (&begun.schedule, &begun.period, begun.attempt)
            };
            let end = ends.iter().map(|end| &end.body).find(is_of);
            add_attempt(&mut runs, &begun, end);
        }
        Ok(runs)
    }

    fn add_build(&self, project: ProjectId, build: &BuildRecord) -> Result<bool, StoreError> {
        self.change(|state| {
            let document = self.new_build(project, build)?;
            let next = document.map(|document| Next::with(state, vec![document]));
            let is_new = next.is_some();
            Ok((next, is_new))
        })
    }

    fn build(&self, project: ProjectId, id: &str) -> Result<Option<BuildRecord>, StoreError> {
        let keys = [id.to_owned()];
        let mut builds = self.documents(BUILD, Which::Keys(project, &keys))?;
        Ok(builds.pop().map(|last| last.body))
    }

    fn builds(&self, project: ProjectId) -> Result<Vec<BuildRecord>, StoreError> {
        let builds = self.documents(BUILD, Which::OfProject(project))?;
        Ok(builds.into_iter().map(|build| build.body).collect())
    }

    fn add_release(&self, project: ProjectId, release: &Release) -> Result<bool, StoreError> {
        let keys = [release.release.clone()];
        self.change(|state| {
            let known = self.documents::<Release>(RELEASE, Which::Keys(project, &keys))?;
            if !known.is_empty() {
                return Ok((None, false));
            }
            let document = NewDocument::new(RELEASE, project, keys[0].clone(), release)?;
            Ok((Some(Next::with(state, vec![document])), true))
        })
    }

    fn releases(&self, project: ProjectId) -> Result<Vec<Release>, StoreError> {
        let releases = self.documents(RELEASE, Which::OfProject(project))?;
        Ok(releases.into_iter().map(|release| release.body).collect())
    }
}

impl ClickHouseStore {
    /// The document of a build, unless exactly its bytes were recorded before.
    fn new_build(
        &self,
        project: ProjectId,
        build: &BuildRecord,
    ) -> Result<Option<NewDocument>, StoreError> {
        let keys = [build.build.clone()];
        let known = self.documents::<BuildRecord>(BUILD, Which::Keys(project, &keys))?;
        if known
            .iter()
            .any(|known| known.body.manifest == build.manifest)
        {
            return Ok(None);
        }
        NewDocument::new(BUILD, project, build.build.clone(), build).map(Some)
    }
}

pub(super) fn key(schedule: &str, period: &str) -> String {
    format!("{schedule}\n{period}")
}

/// Folds one attempt into its run: the first that made something finished it.
fn add_attempt(runs: &mut Vec<Run>, begun: &Begun, end: Option<&Ended>) {
    let is_of = |run: &Run| run.schedule == begun.schedule && run.period == begun.period;
    if !runs.last().is_some_and(is_of) {
        runs.push(Run {
            schedule: begun.schedule.clone(),
            period: begun.period.clone(),
            attempts: 0,
            started_at: begun.started_at,
            as_of: begun.as_of,
            inputs: Value::Null,
            finished_at: None,
            build: None,
            error: None,
        });
    }
    let Some(run) = runs.last_mut() else {
        return;
    };
    run.attempts = begun.attempt;
    run.inputs = begun.inputs.clone();
    let Some(end) = end else {
        return;
    };
    if run.build.is_none() && end.build.is_some() {
        run.finished_at = Some(end.ended_at);
        run.build.clone_from(&end.build);
    }
    if end.error.is_some() {
        run.error.clone_from(&end.error);
    }
}
