//! Builds that were asked for over HTTP: one at a time, each below the data
//! directory, in `builds/<project>/<id>`.
//!
//! A request is a file beside the build's place before it is answered, so it
//! survives whatever ends this process: [`Builds::resume`] goes on with what is
//! neither done nor failed. The directories are the truth; only what waits and how
//! far the running one is are in memory. The id follows from the request, so asking
//! again asks after the same build.

mod order;
#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use thiserror::Error;

pub use self::order::{Moment, Order};
use self::order::{Requested, ids, read_requested, write_requested};
use crate::{
    control::ProjectId,
    dataset::build::{BuildRequest, Inputs, Manifest, Progress, build},
    label::{Policies, Policy},
    limits::BUILDS_WAITING_MAX,
    metrics::{self, Count},
    store::{AnyStore, BuildKind, BuildRecord, StoreError, UpdateStore},
    wall::now_ms,
};

/// Directory below the data directory.
const DIRECTORY: &str = "builds";

/// The builds of a data directory.
pub struct Builds {
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    store: Arc<dyn AnyStore>,
    line: Mutex<Line>,
    wake: Condvar,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Job>,
    running: Option<(ProjectId, String, Option<Progress>)>,
    /// The thread that builds is there.
    started: bool,
}

struct Job {
    project: ProjectId,
    id: String,
    policy: Policy,
    request: BuildRequest,
}

/// A build as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Build {
    /// Its id.
    pub id: String,
    /// What was asked for, and when.
    pub requested: Requested,
    /// How far it is.
    pub state: State,
}

/// How far a build is.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// So many are before it.
    Waiting(usize),
    /// It is being made.
    Running(Option<Progress>),
    /// It is there.
    Done(Box<Manifest>),
    /// It could not be made.
    Failed(String),
}

impl State {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Running(_) => "running",
            Self::Done(_) => "done",
            Self::Failed(_) => "failed",
        }
    }
}

/// A build was not taken.
#[derive(Debug, Error)]
pub enum Untaken {
    /// Too many wait.
    #[error("{BUILDS_WAITING_MAX} builds are waiting")]
    Full,
    /// The request could not be kept, or nothing builds here.
    #[error("the request could not be kept: {0}")]
    Io(#[from] io::Error),
}

impl Builds {
    /// The builds below the directory `data`.
    #[must_use]
    pub fn new(data: &Path, store: Arc<dyn AnyStore>) -> Self {
        Self {
            shared: Arc::new(Shared {
                root: data.join(DIRECTORY),
                store,
                line: Mutex::default(),
                wake: Condvar::new(),
            }),
        }
    }

    /// Takes a build; what there is already stays, except that what failed is tried
    /// again.
    pub fn submit(
        &self,
        project: ProjectId,
        policy: &Policy,
        order: Order,
        now: u64,
    ) -> Result<Build, Untaken> {
        let mut line = self.shared.line();
        let id = order.id(policy, project);
        if let Some(known) = self.shared.look(&line, project, &id)
            && !matches!(known.state, State::Failed(_))
        {
            return Ok(known);
        }
        if line.waiting.len() >= BUILDS_WAITING_MAX {
            return Err(Untaken::Full);
        }
        let requested = Requested {
            at: now,
            order,
            policy: policy.reference(),
        };
        let directory = self.shared.of(project);
        write_requested(&directory, &id, &requested)?;
        self.shared
            .enter(&mut line, project, policy, &id, &requested)?;
        let ahead = line.waiting.len() - 1 + usize::from(line.running.is_some());
        Ok(Build {
            id,
            requested,
            state: State::Waiting(ahead),
        })
    }

    /// One build.
    #[must_use]
    pub fn one(&self, project: ProjectId, id: &str) -> Option<Build> {
        self.shared.look(&self.shared.line(), project, id)
    }

    /// All of a project, the latest request first.
    #[must_use]
    pub fn all(&self, project: ProjectId) -> Vec<Build> {
        let line = self.shared.line();
        let ids = ids(&self.shared.of(project));
        let builds = ids
            .iter()
            .filter_map(|id| self.shared.look(&line, project, id));
        let mut builds: Vec<_> = builds.collect();
        builds.sort_by(|a, b| (b.requested.at, &a.id).cmp(&(a.requested.at, &b.id)));
        builds
    }

    /// How many are waiting or being made.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        let line = self.shared.line();
        line.waiting.len() + usize::from(line.running.is_some())
    }

    /// The file of that name of a build that is done, and its manifest: names are
    /// those of the manifest and no other.
    #[must_use]
    pub fn file(&self, project: ProjectId, id: &str, name: &str) -> Option<PathBuf> {
        let State::Done(manifest) = self.one(project, id)?.state else {
            return None;
        };
        let known = name == Manifest::FILE || manifest.files.contains_key(name);
        known.then(|| self.shared.of(project).join(id).join(name))
    }

    /// Goes on with what was asked for before this process began, in that order.
    pub fn resume(&self, policies: &Policies) -> io::Result<()> {
        let mut line = self.shared.line();
        let Ok(projects) = fs::read_dir(&self.shared.root) else {
            return Ok(());
        };
        let mut left = Vec::new();
        for entry in projects {
            let name = entry?.file_name();
            let Some(project) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            let project = ProjectId(project);
            let directory = self.shared.of(project);
            for id in ids(&directory) {
                let requested = read_requested(&directory, &id);
                left.extend(requested.map(|requested| (requested.at, project.0, id)));
            }
        }
        left.sort_unstable();
        for (_, project, id) in left {
            self.go_on(&mut line, ProjectId(project), &id, policies)?;
        }
        Ok(())
    }

    fn go_on(
        &self,
        line: &mut Line,
        project: ProjectId,
        id: &str,
        policies: &Policies,
    ) -> io::Result<()> {
        let Some(build) = self.shared.look(line, project, id) else {
            return Ok(());
        };
        if !matches!(build.state, State::Waiting(_)) {
            return Ok(());
        }
        let requested = build.requested;
        match policies.named(Some(&requested.policy)) {
            Some(policy) => self.shared.enter(line, project, policy, id, &requested),
            None => {
                let why = format!("its policy {} is not here any more", requested.policy);
                order::write_error(&self.shared.of(project), id, &why)
            }
        }
    }
}

impl Shared {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, project: ProjectId) -> PathBuf {
        self.root.join(project.0.to_string())
    }

    fn look(&self, line: &Line, project: ProjectId, id: &str) -> Option<Build> {
        let directory = self.of(project);
        let requested = read_requested(&directory, id)?;
        let is_it = |of: ProjectId, other: &str| of == project && other == id;
        let place = line
            .waiting
            .iter()
            .position(|job| is_it(job.project, &job.id));
        let state = if let Some((of, other, progress)) = &line.running
            && is_it(*of, other)
        {
            State::Running(*progress)
        } else if let Some(place) = place {
            State::Waiting(place + usize::from(line.running.is_some()))
        } else if let Some(manifest) = Manifest::read(&directory.join(id)) {
            State::Done(Box::new(manifest))
        } else if let Some(error) = order::read_error(&directory, id) {
            State::Failed(error)
        } else {
            // Nobody took it up yet.
            State::Waiting(line.waiting.len() + usize::from(line.running.is_some()))
        };
        Some(Build {
            id: id.into(),
            requested,
            state,
        })
    }

    fn enter(
        self: &Arc<Self>,
        line: &mut Line,
        project: ProjectId,
        policy: &Policy,
        id: &str,
        requested: &Requested,
    ) -> io::Result<()> {
        let out = self.of(project).join(id);
        line.waiting.push_back(Job {
            project,
            id: id.into(),
            policy: policy.clone(),
            request: requested.order.request(project, &out),
        });
        if !line.started {
            let shared = Arc::clone(self);
            thread::Builder::new()
                .name("builds".into())
                .spawn(move || shared.work())?;
            line.started = true;
        }
        self.wake.notify_one();
        Ok(())
    }

    /// Builds until the process ends: a build that it ends is gone on with by the next.
    fn work(&self) {
        loop {
            let mut line = self.line();
            let job = loop {
                if let Some(job) = line.waiting.pop_front() {
                    break job;
                }
                let woken = self.wake.wait(line);
                line = woken.unwrap_or_else(PoisonError::into_inner);
            };
            line.running = Some((job.project, job.id.clone(), None));
            drop(line);
            let made = self.make(&job);
            metrics::count(match made {
                Ok(()) => Count::BuildDone,
                Err(_) => Count::BuildFailed,
            });
            if let Err(error) = made {
                tracing::error!(%error, id = job.id, "a build failed");
                let written = order::write_error(&self.of(job.project), &job.id, &error);
                if let Err(error) = written {
                    tracing::error!(%error, "which could not be written down");
                }
            }
            self.line().running = None;
        }
    }

    fn make(&self, job: &Job) -> Result<(), String> {
        let mut tell = |progress| {
            if let Some((.., known)) = &mut self.line().running {
                *known = Some(progress);
            }
        };
        let built = build(&*self.store, &job.policy, &job.request, &mut tell);
        let built = built.map_err(|error| error.to_string())?;
        tracing::info!(
            id = job.id,
            rows = built.manifest.counts.rows,
            resumed = built.resumed,
            "built"
        );
        let recorded = record(&*self.store, job.project, &job.request, &built.manifest);
        recorded.map_err(|error| error.to_string())
    }
}

/// Writes a finished build into the store's book of builds, where releases find it.
pub fn record(
    store: &dyn UpdateStore,
    project: ProjectId,
    request: &BuildRequest,
    manifest: &Manifest,
) -> Result<(), StoreError> {
    let record = record_of(&request.out, manifest, now_ms())?;
    store.add_build(project, &record).map(drop)
}

/// Records a build that was sent to `url`.
pub fn record_sent(
    store: &dyn UpdateStore,
    project: ProjectId,
    url: &str,
    manifest: &Manifest,
) -> Result<(), StoreError> {
    let record = recorded(url, &manifest.to_bytes(), manifest, now_ms());
    store.add_build(project, &record).map(drop)
}

/// The record, made at `at` (Unix ms), of the build in the directory `out`.
pub fn record_of(out: &Path, manifest: &Manifest, at: u64) -> Result<BuildRecord, StoreError> {
    let out = out.canonicalize()?;
    let naming = fs::read(out.join(Manifest::FILE))?;
    Ok(recorded(&out.display().to_string(), &naming, manifest, at))
}

/// Of a build whose manifest is `naming`, byte for byte.
fn recorded(out: &str, naming: &[u8], manifest: &Manifest, at: u64) -> BuildRecord {
    BuildRecord {
        inputs: serde_json::to_value(&manifest.inputs).unwrap_or_default(),
        previous: manifest.inputs.previous.clone(),
        ..BuildRecord::new(BuildKind::Dataset, &manifest.id, naming, at, out)
    }
}

impl Order {
    fn id(&self, policy: &Policy, project: ProjectId) -> String {
        Inputs::of(policy, &self.request(project, Path::new(""))).id()
    }
}
