//! What can be asked, and what it is worked out from.

use std::{io, path::PathBuf, sync::Arc};

use serde::Serialize;
use thiserror::Error;

use super::{Told, standing::Standing};
use crate::{
    control::ProjectId,
    experiment::{
        declaration::Guardrail,
        metric::Metric,
        readout::{Course, Readout, ReadoutError, Request, readout_of, readout_with_courses},
    },
    export,
    label::{Policy, Trust},
    rollup::step,
    screen::{Report, Screen},
    sights::Source,
    store::{AnyStore, StoreError},
    verify::{Asked, SubjectError, VerifyError, find, verify_of},
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
    /// How long what waits longest to be added up has waited, in ms, where roll-ups by that
    /// policy are kept.
    pub lag_ms: Option<u64>,
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
    /// The answer as it is known at `now` (Unix ms): from what is kept of roll-ups where that
    /// will do, else from all facts.
    pub(super) fn known(&self, basis: &Basis, now: u64) -> Result<Told, AskError> {
        let standing = match self {
            // It asks what people did, and not what came of it.
            Self::Screen { .. } => None,
            _ => Standing::of(basis, now)?,
        };
        let Some(standing) = standing else {
            let text = self.worked_out(basis, now)?.into();
            return Ok(Told { text, as_of: now });
        };
        let source = Source::kept(&*basis.store, &basis.policy, basis.project);
        let as_of = self.since(basis)?.max(step(now));
        let text = self.told(basis, &source, as_of, Some(standing))?.into();
        Ok(Told { text, as_of })
    }

    /// The answer as of a moment (Unix ms), as JSON, from all facts.
    pub fn worked_out(&self, basis: &Basis, as_of: u64) -> Result<String, AskError> {
        let source = Source::facts(&*basis.store, &basis.policy, basis.project, as_of);
        self.told(basis, &source, as_of, None)
    }

    /// Since when there is anything to be asked about, Unix ms.
    fn since(&self, basis: &Basis) -> Result<u64, AskError> {
        let (store, project) = (&*basis.store, basis.project);
        let declared = match self {
            Self::Guardrails(_) | Self::Screen { .. } => None,
            Self::Readout { experiment, .. } => store.experiment(project, experiment)?,
            Self::Verify { name, arm } => {
                let subject = find(store, project, name, arm.as_deref())?;
                subject.compared.map(|(declared, _)| declared)
            }
        };
        Ok(declared.map_or(0, |declared| declared.declared_at))
    }

    fn told(
        &self,
        basis: &Basis,
        source: &Source<'_>,
        as_of: u64,
        kept: Option<Standing>,
    ) -> Result<String, AskError> {
        let Basis {
            store,
            project,
            policy,
            data,
            ..
        } = basis;
        let (store, project) = (&**store, *project);
        let work = export::work(data)?;
        let told = match self {
            Self::Guardrails(asked) => {
                let releases = store.releases(project)?;
                let request = asked.at(as_of);
                let report = guardrails::report_of(source, &releases, &request, work.path())?;
                text(report, kept)
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
                if *series {
                    let (readout, courses) =
                        readout_with_courses(store, source, project, &request, work.path())?;
                    text(WithCourses { readout, courses }, kept)
                } else {
                    let found = readout_of(store, source, project, &request, work.path())?;
                    match kept {
                        // The bytes that the command line prints.
                        None => found.to_json(),
                        Some(_) => text(found, kept),
                    }
                }
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
                text(verify_of(&asked, source, subject)?, kept)
            }
            Self::Screen { most } => {
                let screen = Screen::of_store(store, policy, project, as_of)?;
                text(Report::of(&screen, policy, as_of, *most), kept)
            }
        };
        Ok(told)
    }
}

#[derive(Serialize)]
struct WithCourses {
    #[serde(flatten)]
    readout: Readout,
    courses: Vec<Course>,
}

/// What was told, and where it was made of roll-ups how those stand.
#[derive(Serialize)]
struct WithStanding<T> {
    #[serde(flatten)]
    told: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<Standing>,
}

fn text(told: impl Serialize, kept: Option<Standing>) -> String {
    serde_json::to_string(&WithStanding { told, kept }).unwrap_or_default()
}
