//! The report as a file.

use serde_json::{Value, json};

use super::{CALIBRATION_MAX, Report, Reported, short};
use crate::simulate::{
    metrics::{Calibration, Estimate},
    study::Scored,
};

/// The report as JSON: numbers of four decimals, names as in the page.
#[must_use]
pub fn json(report: &Report) -> Value {
    let first = report.worlds.first();
    let first = first.and_then(|first| first.at_fitted.as_ref());
    let fitted = report.fitted.as_ref().map(|fitted| {
        json!({
            "world": fitted.world,
            "seeds": fitted.training.seeds,
            "temperature": f64::from(fitted.fit.temperature) / 1_000.0,
            "training_calibration_error": short(fitted.fit.calibration.error),
            "calibration_error": first.map(|first| short(first.error)),
            "loss": first.map(|first| short(first.loss)),
        })
    });
    json!({
        "policy": report.policy,
        "temperature": report.temperature,
        "seeds": report.rounds.seeds,
        "conversations_per_round": report.rounds.conversations,
        "fitted": fitted,
        "worlds": report.worlds.iter().map(world).collect::<Vec<_>>(),
    })
}

fn world(reported: &Reported) -> Value {
    let found = &reported.found;
    let names = |of: Vec<&Scored>| of.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let calibrated = reported
        .calibration_error()
        .is_some_and(|error| error < CALIBRATION_MAX);
    let sensitivity = found.sensitivity.iter().map(|one| {
        json!({
            "times": one.times, "auc": short(one.auc), "coverage": short(one.coverage),
            "turned": one.turned, "gained": one.gained, "lost": one.lost,
            "rating_share": short(one.rating_share),
            "weighted_accuracy": short(one.weighted_accuracy),
        })
    });
    json!({
        "world": reported.world.name,
        "hash": reported.world.hash,
        "outputs": found.outputs,
        "people": found.people,
        "satisfied": short(found.satisfied),
        "not_behind": names(reported.not_behind()),
        "less_wrong": names(reported.less_wrong()),
        "calibrated": calibrated,
        "calibration_at_fitted": reported.at_fitted.as_ref().map(calibration),
        "scored": found.scored.iter().map(scored).collect::<Vec<_>>(),
        "sensitivity": sensitivity.collect::<Vec<_>>(),
    })
}

fn scored(scored: &Scored) -> Value {
    let coverage = &scored.coverage;
    json!({
        "name": scored.name,
        "auc": estimate(&scored.auc),
        "behind_by": scored.behind.as_ref().map(estimate),
        "coverage": short(coverage.coverage),
        "accuracy": short(coverage.accuracy),
        "area": short(coverage.area),
        "calibration": scored.calibration.as_ref().map(calibration),
    })
}

fn estimate(estimate: &Estimate) -> Value {
    let (low, high) = estimate.interval();
    json!({"value": short(estimate.value), "low": short(low), "high": short(high)})
}

fn calibration(calibration: &Calibration) -> Value {
    let bins = calibration.bins.iter();
    let bins = bins.map(|bin| json!([short(bin.said), short(bin.was)]));
    json!({
        "error": short(calibration.error),
        "loss": short(calibration.loss),
        "too_sure_by": short(calibration.too_sure_by()),
        "bins": bins.collect::<Vec<_>>(),
    })
}
