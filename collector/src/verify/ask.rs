//! Asking the store: the shell around the decision.

use std::path::Path;

use thiserror::Error;

use super::{
    Decision, Evidence, Report, Subject, decide, everybody, report::About, subject::Origin,
};
use crate::{
    control::ProjectId,
    experiment::{
        metric::Metric,
        people::PRE_PERIOD_MS,
        readout::{self, HoldoutRequest, ReadoutError, Request, holdout_readout},
    },
    label::{Milli, Policy, Trust},
    sights::Source,
    store::Store,
    watch::{
        WatchError,
        capture::{self, WEEKS},
    },
};

/// What is asked, but for whom.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Where facts are.
    pub store: &'a dyn Store,
    /// Whose.
    pub project: ProjectId,
    /// By what outputs are labelled.
    pub policy: &'a Policy,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// For what does not fit into memory.
    pub directory: &'a Path,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// There is no readout.
    #[error(transparent)]
    Readout(#[from] ReadoutError),
    /// There is no trend.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// Neither release nor experiment: nothing to ask about.
    #[error("there is nothing to verify")]
    Nothing,
}

/// Asks whether a release or an experiment's arm is proven.
pub fn verify(asked: &Asked<'_>, subject: Subject) -> Result<Report, VerifyError> {
    verify_of(asked, &asked.facts(), subject)
}

/// As [`verify`], of outputs from any source.
pub fn verify_of(
    asked: &Asked<'_>,
    source: &Source<'_>,
    subject: Subject,
) -> Result<Report, VerifyError> {
    let decision = decision(asked, source, &subject)?;
    let about = About::of(subject).ok_or(VerifyError::Nothing)?;
    asked.report(source, about, decision)
}

fn decision(
    asked: &Asked<'_>,
    source: &Source<'_>,
    subject: &Subject,
) -> Result<Decision, VerifyError> {
    let evidence = match &subject.compared {
        None => None,
        Some((declared, arm)) => {
            let request = Request {
                declared,
                as_of: asked.as_of,
                pre_period_ms: PRE_PERIOD_MS,
            };
            let read = readout::readout_of(
                asked.store,
                source,
                asked.project,
                &request,
                asked.directory,
            )?;
            Some(Evidence::of(&read, &declared.experiment, arm))
        }
    };
    let origin = Origin::of(subject.release.as_ref());
    Ok(decide(&origin, evidence.as_ref()))
}

/// Asks whether everybody is better off than those held out, by what was shown from
/// `since` on (Unix ms).
pub fn everybody_held_out(
    asked: &Asked<'_>,
    primary: &Metric,
    since: u64,
) -> Result<Report, VerifyError> {
    let metrics = long_term(primary);
    let primary = primary.name();
    let request = HoldoutRequest {
        alpha: shared_alpha(metrics.len()),
        metrics,
        since,
        until: None,
        as_of: asked.as_of,
        settle_ms: SETTLE_MS,
    };
    let holdout = holdout_readout(
        asked.store,
        asked.policy,
        asked.project,
        &request,
        asked.directory,
    )?;
    let until = asked.as_of;
    asked.report(
        &asked.facts(),
        About::Everybody { since, until },
        everybody(&holdout, &primary),
    )
}

impl Asked<'_> {
    /// All that is known.
    fn facts(&self) -> Source<'_> {
        Source::facts(self.store, self.policy, self.project, self.as_of)
    }

    fn report(
        &self,
        source: &Source<'_>,
        about: About,
        decision: Decision,
    ) -> Result<Report, VerifyError> {
        let request = capture::Request {
            weeks: WEEKS,
            trust: Trust::Known,
            as_of: self.as_of,
        };
        let trend = capture::trend_of(source, &request, self.directory)?;
        let report = Report::new(about, decision, self.as_of, &self.policy.reference());
        Ok(Report {
            capture_rate: Some(trend),
            ..report
        })
    }
}

/// What is looked at for the long term: what is to get better, and then all that loops
/// may spoil.
fn long_term(primary: &Metric) -> Vec<Metric> {
    let watched = [
        Metric::CaptureRate,
        Metric::PositiveRate,
        Metric::NegativeRate,
        Metric::RegenerateRate,
        Metric::CorrectionRate,
        Metric::EditDepth,
        Metric::ThumbsUpRate,
        Metric::ReturnRate,
        Metric::AgreementRate,
        Metric::FlipRate,
    ];
    let others = watched.into_iter().filter(|metric| metric != primary);
    std::iter::once(primary.clone()).chain(others).collect()
}

/// Milliseconds after an output was first shown before it counts: a day, as in an
/// experiment that says nothing else.
const SETTLE_MS: u64 = 86_400_000;

/// 0.05 shared by all metrics (Bonferroni): each of them alone can stop.
fn shared_alpha(metrics: usize) -> Milli {
    let metrics = i64::try_from(metrics).unwrap_or(1).max(1);
    Milli::new((50 / metrics).max(1))
}
