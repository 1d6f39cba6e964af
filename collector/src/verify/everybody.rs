//! Everybody against the long-term holdout: what all that was learnt did together.

use super::{
    Check, Condition, Decision, PEOPLE_MIN, Verdict,
    conditions::{count, plain},
    evidence::Gain,
    text::better_by,
};
use crate::experiment::readout::{Holdout, HoldoutMetric};

/// Weighs everybody against those held out: ship when `primary` is better and no other
/// metric is worse.
#[must_use]
pub fn everybody(holdout: &Holdout, primary: &str) -> Decision {
    let mut conditions = vec![people(holdout)];
    let metrics = || holdout.metrics.iter();
    let first = metrics().filter(|(name, _)| *name == primary);
    conditions.extend(first.map(|(name, metric)| better(name, metric)));
    let others = metrics().filter(|(name, _)| *name != primary);
    conditions.extend(others.map(|(name, metric)| no_worse(name, metric)));
    let worst = conditions.iter().map(|condition| condition.verdict).max();
    let verdict = worst.unwrap_or(Verdict::Hold);
    Decision {
        verdict,
        unproven: false,
        outlook: None,
        conditions,
    }
}

fn people(holdout: &Holdout) -> Condition {
    let people = holdout.held_out;
    let verdict = if people >= PEOPLE_MIN {
        Verdict::Ship
    } else {
        Verdict::Hold
    };
    let found = format!("{people} held out, {} others", holdout.others);
    let needs = format!("{PEOPLE_MIN} held out");
    Condition {
        value: Some(count(people)),
        bound: Some(count(PEOPLE_MIN)),
        ..plain(Check::People, verdict, found, &needs)
    }
}

fn better(name: &str, metric: &HoldoutMetric) -> Condition {
    let gain = gain(metric);
    let verdict = match gain {
        Some(gain) if gain.low > 0.0 => Verdict::Ship,
        Some(gain) if gain.high < 0.0 => Verdict::Stop,
        _ => Verdict::Hold,
    };
    of_metric(
        Check::Primary,
        name,
        gain,
        verdict,
        "better than those held out",
    )
}

fn no_worse(name: &str, metric: &HoldoutMetric) -> Condition {
    let gain = gain(metric);
    let verdict = if gain.is_some_and(|gain| gain.high < 0.0) {
        Verdict::Stop
    } else {
        Verdict::Ship
    };
    of_metric(
        Check::Guardrail,
        name,
        gain,
        verdict,
        "not surely worse than those held out",
    )
}

fn gain(metric: &HoldoutMetric) -> Option<Gain> {
    let effect = metric.effect.as_ref()?;
    Some(Gain::of(effect, metric.better))
}

fn of_metric(
    check: Check,
    name: &str,
    gain: Option<Gain>,
    verdict: Verdict,
    needs: &str,
) -> Condition {
    let found = gain.map_or_else(
        || "not known: too few people".into(),
        |gain| better_by(gain.by, gain.low, gain.high),
    );
    let value = match check {
        Check::Primary => gain.map(|gain| gain.low),
        _ => gain.map(|gain| gain.high),
    };
    Condition {
        metric: Some(name.into()),
        value,
        bound: Some(0.0),
        ..plain(check, verdict, found, needs)
    }
}
