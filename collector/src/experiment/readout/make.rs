//! From facts to a readout.

use std::{io, path::Path};

use thiserror::Error;

use super::{
    effects::{Arms, courses, effects},
    holdout::holdout,
    number::{digits, rounded},
    shape::{Course, Holdout, Readout, Srm, Stopped, VERSION},
};
use crate::{
    control::ProjectId,
    dataset::sort::SortError,
    experiment::{
        declaration::{Declared, Experiment},
        metric::Metric,
        people::{Gather, Plan, Tally},
        stats::{SRM_ALPHA, srm},
    },
    label::{Milli, Policy, label_group},
    sights::{Source, each_of},
    store::{
        Store, StoreError,
        rows::{Group, StoredSubject},
    },
};

/// Why there is no readout.
#[derive(Debug, Error)]
pub enum ReadoutError {
    /// The experiment was declared later.
    #[error("{0} was not declared by then")]
    NotDeclared(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What does not fit into memory.
    #[error(transparent)]
    Sort(#[from] SortError),
    /// The directory for it.
    #[error("the working directory: {0}")]
    Io(#[from] io::Error),
}

/// What to read out.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The experiment, and what became of it.
    pub declared: &'a Declared,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// How long before the start the pre-period reaches.
    pub pre_period_ms: u64,
}

/// What everybody held out is compared by.
#[derive(Debug, Clone)]
pub struct HoldoutRequest {
    /// The metrics.
    pub metrics: Vec<Metric>,
    /// Shown at or after, Unix ms.
    pub since: u64,
    /// Shown before, Unix ms.
    pub until: Option<u64>,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// Milliseconds after an output was first shown before it counts.
    pub settle_ms: u64,
    /// Chance of finding a difference where there is none, of each metric.
    pub alpha: Milli,
}

impl Request<'_> {
    /// The experiment as it was known to run at `as_of`.
    fn experiment(&self) -> Result<Experiment, ReadoutError> {
        let declared = self.declared;
        if declared.declared_at > self.as_of {
            let name = declared.experiment.name.clone();
            return Err(ReadoutError::NotDeclared(name));
        }
        let ended_at = declared.ended_at.filter(|ended_at| *ended_at <= self.as_of);
        let known = Declared {
            ended_at,
            ..declared.clone()
        };
        Ok(Experiment {
            starts_at: known.runs_from(),
            ends_at: known.runs_until(),
            ..known.experiment
        })
    }
}

/// The readout of an experiment. What does not fit into memory goes to `directory`.
pub fn readout(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    request: &Request<'_>,
    directory: &Path,
) -> Result<Readout, ReadoutError> {
    let source = Source::facts(store, policy, project, request.as_of);
    readout_of(store, &source, project, request, directory)
}

/// As [`readout`], of outputs from any source; assignments are those of `store`.
pub fn readout_of(
    store: &dyn Store,
    source: &Source<'_>,
    project: ProjectId,
    request: &Request<'_>,
    directory: &Path,
) -> Result<Readout, ReadoutError> {
    tallied(store, source, project, request, directory, of_tally)
}

/// As [`readout_of`], and beside it every metric over time; none where no effect is shown.
/// Both from one pass.
pub fn readout_with_courses(
    store: &dyn Store,
    source: &Source<'_>,
    project: ProjectId,
    request: &Request<'_>,
    directory: &Path,
) -> Result<(Readout, Vec<Course>), ReadoutError> {
    let both = |plan: &Plan<'_>, tally: &Tally, policy: &Policy| {
        let readout = of_tally(plan, tally, policy);
        let courses = match readout.stopped {
            None => courses(Arms { plan, tally }),
            Some(_) => Vec::new(),
        };
        (readout, courses)
    };
    tallied(store, source, project, request, directory, both)
}

fn tallied<T>(
    store: &dyn Store,
    source: &Source<'_>,
    project: ProjectId,
    request: &Request<'_>,
    directory: &Path,
    tell: impl FnOnce(&Plan<'_>, &Tally, &Policy) -> T,
) -> Result<T, ReadoutError> {
    let experiment = request.experiment()?;
    let plan = Plan::new(&experiment, request.as_of, request.pre_period_ms);
    let mut gather = Gather::new(&plan, directory);
    let mut told = Ok(());
    store.assignments(
        project,
        &experiment.name,
        request.as_of,
        &mut |subject, arm| {
            if told.is_ok() {
                told = gather.assigned(subject, arm);
            }
        },
    )?;
    told?;
    let tally = gathered(source, gather)?;
    Ok(tell(&plan, &tally, source.policy()))
}

/// Everybody held out against everybody else, whatever the experiments.
pub fn holdout_readout(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    request: &HoldoutRequest,
    directory: &Path,
) -> Result<Holdout, ReadoutError> {
    let Some((primary, secondary)) = request.metrics.split_first() else {
        return Ok(Holdout::default());
    };
    // An experiment without arms: nobody takes part, everybody is there.
    let everybody = Experiment {
        name: String::new(),
        arms: Vec::new(),
        traffic: Milli::default(),
        holdout: Milli::default(),
        primary: primary.clone(),
        secondary: secondary.to_vec(),
        guardrails: Vec::new(),
        mde: Milli::default(),
        alpha: request.alpha,
        settle_ms: request.settle_ms,
        starts_at: request.since,
        ends_at: request.until,
        note: None,
    };
    let plan = Plan::new(&everybody, request.as_of, 0);
    let tally = self::everybody(store, policy, project, &plan, directory)?;
    Ok(holdout(&plan, &tally))
}

/// All people as a plan looks at them, without the assignments on record.
pub(crate) fn everybody(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    plan: &Plan<'_>,
    directory: &Path,
) -> Result<Tally, ReadoutError> {
    let source = Source::facts(store, policy, project, plan.as_of);
    gathered(&source, Gather::new(plan, directory))
}

/// All outputs, in one pass: who is held out is so whenever they saw that.
fn gathered(source: &Source<'_>, mut gather: Gather<'_>) -> Result<Tally, ReadoutError> {
    source.each((0, u64::MAX), &mut |sight| {
        Ok::<_, ReadoutError>(gather.saw(sight)?)
    })?;
    Ok(gather.finish()?)
}

/// The readout of facts in memory, for whoever has them without a store.
pub fn of_facts<'a>(
    policy: &Policy,
    request: &Request<'_>,
    assigned: impl IntoIterator<Item = (&'a StoredSubject, &'a str)>,
    groups: impl IntoIterator<Item = Group>,
    directory: &Path,
) -> Result<Readout, ReadoutError> {
    let experiment = request.experiment()?;
    let plan = Plan::new(&experiment, request.as_of, request.pre_period_ms);
    let mut gather = Gather::new(&plan, directory);
    for (subject, arm) in assigned {
        gather.assigned(subject, arm)?;
    }
    for group in groups {
        let labels = label_group(&group, policy, plan.as_of);
        each_of(&group, &labels, &mut |sight| gather.saw(sight))?;
    }
    let tally = gather.finish()?;
    Ok(of_tally(&plan, &tally, policy))
}

fn of_tally(plan: &Plan<'_>, tally: &Tally, policy: &Policy) -> Readout {
    let experiment = plan.experiment;
    let stopped = tally.is_mismatched().then_some(Stopped::ArmMismatch);
    Readout {
        version: VERSION,
        experiment: experiment.name.clone(),
        as_of: plan.as_of,
        policy: policy.reference().to_owned(),
        starts_at: experiment.starts_at,
        ends_at: experiment.ends_at,
        settle_ms: experiment.settle_ms,
        pre_period_ms: plan.pre_period_ms,
        alpha: experiment.alpha,
        mde: experiment.mde,
        stopped,
        people: tally.people.clone(),
        srm: srm_of(tally),
        effects: match stopped {
            None => Some(effects(Arms { plan, tally })),
            Some(_) => None,
        },
        holdout: holdout(plan, tally),
    }
}

fn srm_of(tally: &Tally) -> Option<Srm> {
    let arms = &tally.people.arms;
    let people: Vec<_> = arms.iter().map(|arm| arm.exposed).collect();
    let weights: Vec<_> = arms.iter().map(|arm| arm.weight.to_f64()).collect();
    let found = srm(&people, &weights, SRM_ALPHA)?;
    Some(Srm {
        chi_squared: rounded(found.chi_square),
        p: digits(found.p),
        bayes_factor: digits(found.bayes_factor),
        always_valid_p: digits(found.always_valid_p),
        alarm: found.alarm,
    })
}
