//! What must not get worse, and whether the primary metric rose at its cost.

use super::{
    compare::Compared,
    effects::Arms,
    number::maybe,
    shape::{Correction, Guard, GuardState, Guarded, Hacking},
};
use crate::experiment::{
    declaration::Guardrail,
    guard,
    metric::{Better, Metric},
    stats::{self, Bounds, Design, EITHER_MIN, Moments, TIGHTEST_AT},
};

/// People of each arm from whom on what happened to fewer than [`EITHER_MIN`] of them
/// is rare: under 2 %.
const RARE_AMONG: u64 = 500;

pub(super) fn guarded(arms: Arms<'_>, guardrail: &Guardrail) -> Guarded {
    let alpha = arms.plan.experiment.alpha.to_f64();
    let metric = &guardrail.metric;
    let found = arms.all_compared(metric, alpha);
    let guards = arms.treatments().map(|arm| guard_of(arms, guardrail, arm));
    Guarded {
        measured: arms.measured(metric, &found, (alpha, Correction::None), |p| p),
        margin: guardrail.margin,
        guards: guards.collect(),
    }
}

/// Whether a treatment is worse by the margin, by two one-sided sequences of the level
/// alpha each: one so that no harm passes, one so that no harm is seen where there is
/// none.
fn guard_of(arms: Arms<'_>, guardrail: &Guardrail, arm: usize) -> Guard {
    let alpha = arms.plan.experiment.alpha.to_f64();
    let Guardrail { metric, margin } = guardrail;
    let (control, treatment) = arms.last(metric, arm);
    let (control, treatment) = (control.moments(), treatment.moments());
    let better = metric.better();
    let found = |lower: bool| {
        let design = if lower {
            Design::not_lower(alpha, TIGHTEST_AT, margin.to_f64())
        } else {
            Design::not_higher(alpha, TIGHTEST_AT, margin.to_f64())
        };
        stats::compare(&control, &treatment, &design)
    };
    let (lower, upper) = (found(true), found(false));
    let worse = lower.map(|found| -better.gain(found.delta));
    let lower = lower.and_then(|found| found.interval.lower);
    let upper = upper.and_then(|found| found.interval.upper);
    let (at_least, at_most) = match better {
        Better::Higher => (upper.map(|high| -high), lower.map(|low| -low)),
        Better::Lower => (lower, upper),
    };
    let worse = maybe(worse);
    let (at_least, at_most) = (maybe(at_least), maybe(at_most));
    let state = if is_rare(&control) && is_rare(&treatment) {
        GuardState::Rare
    } else {
        guard::state(at_least, at_most, *margin)
    };
    Guard {
        arm: arms.name(arm),
        state,
        worse,
        at_most,
        at_least,
        evidence: guard::sentence(metric, *margin, worse, (at_least, at_most)),
    }
}

fn is_rare(arm: &Moments) -> bool {
    arm.people() >= RARE_AMONG && arm.either() < EITHER_MIN
}

/// Arms in which the primary metric rose while a guardrail was harmed.
pub(super) fn hacking(
    metric: &Metric,
    primary: &[(usize, Compared)],
    guardrails: &[Guarded],
    arms: Arms<'_>,
) -> Vec<Hacking> {
    let of = |(arm, found): &(usize, Compared)| {
        let arm = arms.name(*arm);
        let effect = found.effect()?;
        let guards = guardrails.iter().flat_map(|guarded| &guarded.guards);
        let guards: Vec<_> = guards.filter(|guard| guard.arm == arm).collect();
        let difference = Bounds::between(effect.low, effect.high);
        let states = guards.iter().map(|guard| guard.state);
        let hacked = guard::is_hacking(difference, metric.better(), states);
        let harmed = guards
            .iter()
            .filter(|guard| guard.state == GuardState::Harmed);
        hacked.then(|| Hacking {
            arm,
            metric: metric.name(),
            evidence: harmed.map(|guard| guard.evidence.clone()).collect(),
        })
    };
    primary.iter().filter_map(of).collect()
}
