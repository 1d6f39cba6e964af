//! What can be asked, and what it is worked out from.

use std::{io, path::PathBuf, sync::Arc};

use serde::Serialize;
use serde_json::json;
use thiserror::Error;

use crate::{
    control::ProjectId,
    experiment::{
        declaration::Guardrail,
        metric::Metric,
        readout::{ReadoutError, Request, readout, readout_with_courses},
    },
    export,
    label::{Policy, Trust},
    screen::{Report, Screen},
    store::{AnyStore, StoreError},
    verify::{Asked, SubjectError, VerifyError, find, verify},
    watch::{By, WatchError, guardrails},
};

const DAY_MS: u64 = 86_400_000;

/// What an answer is worked out from, but for the moment.
#[derive(Clone)]
pub struct Basis {
    /// Facts.
    pub store: Arc<dyn AnyStore>,
    /// Whose.
    pub project: ProjectId,
    /// By what outputs are labelled.
    pub policy: Policy,
    /// The data directory, for what does not fit into memory.
    pub data: PathBuf,
}

/// A question about everything there is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Whether a number rises while its guard falls.
    Guardrails(Guarded),
    /// What an experiment says.
    Readout {
        /// Its name.
        experiment: String,
        /// How long before the start the pre-period reaches.
        pre_period_ms: u64,
        /// Every metric over time as well.
        series: bool,
    },
    /// Whether a release or an arm is proven.
    Verify {
        /// The release or the experiment.
        name: String,
        /// The arm.
        arm: Option<String>,
    },
    /// Whose signals must not teach.
    Screen {
        /// People in the list.
        most: usize,
    },
}

/// [`guardrails::Request`] without its moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Guarded {
    /// By what outputs are told apart.
    pub by: By,
    /// When they were first shown.
    pub span: Span,
    /// The least trust.
    pub trust: Trust,
    /// What is optimised; every metric there is where it is empty.
    pub metrics: Vec<Metric>,
    /// Guards beside those it is paired with.
    pub guards: Vec<Guardrail>,
}

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// From the UTC day so many days ago on: it moves on with time.
    Days(u32),
    /// From a moment on and before another, Unix ms, where they are said.
    Between(Option<u64>, Option<u64>),
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum AskError {
    /// Nobody declared it.
    #[error("there is no experiment {0}")]
    NoExperiment(String),
    /// Nothing of that name can be verified.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// Nothing could be verified.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// There is no readout.
    #[error(transparent)]
    Readout(#[from] ReadoutError),
    /// There is no report.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// The facts could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work directory could not be used.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Span {
    /// Its two ends at a moment.
    #[must_use]
    pub fn at(self, as_of: u64) -> (Option<u64>, Option<u64>) {
        match self {
            Self::Days(days) => {
                let today = as_of - as_of % DAY_MS;
                let since = today.saturating_sub(u64::from(days) * DAY_MS);
                (Some(since), None)
            }
            Self::Between(since, until) => (since, until),
        }
    }
}

impl Guarded {
    /// As of a moment.
    #[must_use]
    pub fn at(&self, as_of: u64) -> guardrails::Request {
        let (since, until) = self.span.at(as_of);
        guardrails::Request {
            by: self.by,
            since,
            until,
            trust: self.trust,
            as_of,
            metrics: self.metrics.clone(),
            guards: self.guards.clone(),
        }
    }
}

impl Ask {
    /// The answer as of a moment (Unix ms), as JSON, from all facts.
    pub fn worked_out(&self, basis: &Basis, as_of: u64) -> Result<String, AskError> {
        let Basis {
            store,
            project,
            policy,
            data,
        } = basis;
        let (store, project) = (&**store, *project);
        let work = export::work(data)?;
        let told = match self {
            Self::Guardrails(asked) => {
                let releases = store.releases(project)?;
                let request = asked.at(as_of);
                let report =
                    guardrails::report(store, &releases, policy, project, &request, work.path());
                text(&report?)
            }
            Self::Readout {
                experiment,
                pre_period_ms,
                series,
            } => {
                let declared = store.experiment(project, experiment)?;
                let declared =
                    declared.ok_or_else(|| AskError::NoExperiment(experiment.clone()))?;
                let request = Request {
                    declared: &declared,
                    as_of,
                    pre_period_ms: *pre_period_ms,
                };
                if !series {
                    let found = readout(store, policy, project, &request, work.path())?;
                    return Ok(found.to_json());
                }
                let (found, courses) =
                    readout_with_courses(store, policy, project, &request, work.path())?;
                let mut told = json!(found);
                told["courses"] = json!(courses);
                told.to_string()
            }
            Self::Verify { name, arm } => {
                let subject = find(store, project, name, arm.as_deref())?;
                let asked = Asked {
                    store,
                    project,
                    policy,
                    as_of,
                    directory: work.path(),
                };
                text(&verify(&asked, subject)?)
            }
            Self::Screen { most } => {
                let screen = Screen::of_store(store, policy, project, as_of)?;
                text(&Report::of(&screen, policy, as_of, *most))
            }
        };
        Ok(told)
    }
}

fn text(told: &impl Serialize) -> String {
    serde_json::to_string(told).unwrap_or_default()
}
