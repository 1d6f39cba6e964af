//! Everybody held out against everybody else: what all the loops together did.

use super::{
    compare::once,
    number::maybe,
    shape::{Holdout, HoldoutMetric},
};
use crate::{
    experiment::{
        people::{Plan, Tally},
        stats::{Design, TIGHTEST_AT},
    },
    label::Milli,
};

pub(super) fn holdout(plan: &Plan<'_>, tally: &Tally) -> Holdout {
    let design = Design::difference(plan.experiment.alpha.to_f64(), TIGHTEST_AT);
    let of_metric = |place: usize| {
        let held_out = tally.held_out.get(place).copied().unwrap_or_default();
        let others = tally.others.get(place).copied().unwrap_or_default();
        (held_out, others)
    };
    let (held_out, others) = of_metric(0);
    let metrics = plan.metrics.iter().enumerate().map(|(place, metric)| {
        let (held_out, others) = of_metric(place);
        let effect = once(&held_out, &others, &design);
        let found = HoldoutMetric {
            better: metric.better(),
            held_out: maybe(held_out.ratio()),
            others: maybe(others.ratio()),
            effect,
            degraded: effect.is_some_and(|effect| effect.is_worse(metric.better())),
        };
        (metric.name(), found)
    });
    Holdout {
        held_out: held_out.people(),
        others: others.people(),
        share: Milli::share(held_out.people(), held_out.people() + others.people())
            .unwrap_or_default(),
        metrics: metrics.collect(),
    }
}
