//! The conditions, each on its own.

use super::{
    Check, Condition, Evidence, Gain, Guarding, MISMATCHED_MAX, PEOPLE_MIN, Verdict,
    subject::Origin,
    text::{better_by, chance, figure, interval, no_worse, worse},
};
use crate::experiment::readout::GuardState;

const NOT_KNOWN: &str = "not known: too few people, or arms mixed up";
const RARE: &str = "hardly happens to anybody in either arm, so others have to guard";
const NOTHING_GUARDS: &str = "hardly happens to anybody, or is not measured: nothing guards by it";

/// Whether it needs proof at all; nothing to ask of an experiment.
pub(super) fn origin(of: &Origin, is_compared: bool) -> Option<Condition> {
    let (verdict, found) = match (of, is_compared) {
        (Origin::Experiment, _) => return None,
        (Origin::Learnt { from }, true) => {
            (Verdict::Ship, format!("made from {from}, and compared"))
        }
        (Origin::Learnt { from }, false) => (
            Verdict::Stop,
            format!(
                "unproven: made from {from}, which people's acts made, and compared with nothing"
            ),
        ),
        (Origin::Other, true) => (
            Verdict::Ship,
            "nothing learnt from people, and compared".into(),
        ),
        (Origin::Other, false) => (Verdict::Ship, "nothing learnt from people is in it".into()),
    };
    let needs = "an experiment, where it was made from a dataset or brief";
    Some(plain(Check::Origin, verdict, found, needs))
}

pub(super) fn primary(evidence: &Evidence) -> Condition {
    let Some(gain) = evidence.gain else {
        let found = NOT_KNOWN.into();
        return Condition {
            metric: Some(evidence.primary.clone()),
            bound: Some(0.0),
            ..plain(
                Check::Primary,
                Verdict::Hold,
                found,
                "better by more than 0",
            )
        };
    };
    let better = || better_by(gain.by, gain.low, gain.high);
    let (verdict, found) = if gain.low > 0.0 {
        (Verdict::Ship, better())
    } else if gain.high < 0.0 {
        let worse = interval(-gain.by, -gain.high, -gain.low);
        (Verdict::Stop, format!("worse by {worse}"))
    } else if is_excluded(gain, evidence.mde) {
        (Verdict::Hold, format!("too small: {}", better()))
    } else {
        (Verdict::Hold, format!("not known: {}", better()))
    };
    Condition {
        metric: Some(evidence.primary.clone()),
        value: Some(gain.low),
        bound: Some(0.0),
        ..plain(Check::Primary, verdict, found, "better by more than 0")
    }
}

/// Whether a gain as large as the smallest worth knowing is ruled out, and none is shown.
pub(super) fn is_excluded(gain: Gain, mde: f64) -> bool {
    gain.low <= 0.0 && gain.high < mde
}

/// One of the guardrails. What hardly happens in either arm guards nothing: others
/// have to, and an evaluation that was asked for has to be made.
pub(super) fn guardrail(guarding: &Guarding, all: &[Guarding]) -> Condition {
    let margin = guarding.margin;
    let others = all.iter().any(|other| other.state != GuardState::Rare);
    let verdict = match guarding.state {
        GuardState::Held => Verdict::Ship,
        GuardState::Rare if others && !guarding.is_external => Verdict::Ship,
        GuardState::Open | GuardState::Rare => Verdict::Hold,
        GuardState::Harmed => Verdict::Stop,
    };
    let is_harmed = guarding.state == GuardState::Harmed;
    let found = match (guarding.worse, guarding.at_least, guarding.at_most) {
        (Some(by), Some(least), _) if is_harmed => {
            format!("{}, {} at least", worse(by), figure(least))
        }
        _ if guarding.state == GuardState::Rare && verdict == Verdict::Ship => RARE.into(),
        _ if guarding.state == GuardState::Rare => NOTHING_GUARDS.into(),
        (Some(by), _, Some(most)) => format!("{}, {}", worse(by), no_worse(most)),
        _ => NOT_KNOWN.into(),
    };
    let value = if is_harmed {
        guarding.at_least
    } else {
        guarding.at_most
    };
    Condition {
        metric: Some(guarding.metric.clone()),
        value,
        bound: Some(margin),
        ..plain(
            Check::Guardrail,
            verdict,
            found,
            &format!("worse by less than {}", figure(margin)),
        )
    }
}

pub(super) fn people(evidence: &Evidence) -> Condition {
    let people = evidence.people_least;
    let verdict = if people >= PEOPLE_MIN {
        Verdict::Ship
    } else {
        Verdict::Hold
    };
    let found = format!("{people} in the smaller arm");
    let needs = format!("{PEOPLE_MIN} in each");
    Condition {
        value: Some(count(people)),
        bound: Some(count(PEOPLE_MIN)),
        ..plain(Check::People, verdict, found, &needs)
    }
}

pub(super) fn assignment(evidence: &Evidence) -> Condition {
    let (verdict, found) = match evidence.mix {
        None => (Verdict::Hold, "not known: too few people".into()),
        Some(mix) if mix.alarm => (
            Verdict::Stop,
            format!("people are missing from an arm: {}", chance(mix.p)),
        ),
        Some(mix) => (Verdict::Ship, format!("as declared: {}", chance(mix.p))),
    };
    Condition {
        value: evidence.mix.map(|mix| mix.p),
        ..plain(
            Check::Assignment,
            verdict,
            found,
            "no sample-ratio mismatch",
        )
    }
}

pub(super) fn arms_given(evidence: &Evidence) -> Condition {
    let share = evidence.mismatched.to_f64();
    let verdict = if share > MISMATCHED_MAX {
        Verdict::Stop
    } else {
        Verdict::Ship
    };
    let found = format!("another arm than assigned: {} of people", figure(share));
    let needs = format!("{} at most", figure(MISMATCHED_MAX));
    Condition {
        value: Some(share),
        bound: Some(MISMATCHED_MAX),
        ..plain(Check::ArmsGiven, verdict, found, &needs)
    }
}

pub(super) fn holdout(of: &Origin, evidence: &Evidence) -> Condition {
    let held_out = &evidence.holdout;
    let (verdict, found) = if held_out.declared.thousandths() == 0 {
        let verdict = if of.is_learnt() {
            Verdict::Stop
        } else {
            Verdict::Hold
        };
        let unproven = if of.is_learnt() { "unproven: " } else { "" };
        (
            verdict,
            format!("{unproven}the experiment holds nobody out"),
        )
    } else if held_out.people == 0 {
        (Verdict::Hold, "nobody held out was seen yet".into())
    } else if held_out.degraded.is_empty() {
        let people = held_out.people;
        (
            Verdict::Ship,
            format!("{people} people held out; everybody else is not found to be worse off"),
        )
    } else {
        let metrics = held_out.degraded.join(", ");
        (
            Verdict::Hold,
            format!("everybody else is worse off than those held out: {metrics}"),
        )
    };
    Condition {
        value: Some(count(held_out.people)),
        ..plain(
            Check::Holdout,
            verdict,
            found,
            "people held out, and everybody else no worse off",
        )
    }
}

pub(super) fn plain(check: Check, verdict: Verdict, found: String, needs: &str) -> Condition {
    Condition {
        check,
        metric: None,
        verdict,
        value: None,
        bound: None,
        found,
        needs: needs.into(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "people are far fewer than 2^53")]
pub(super) const fn count(people: u64) -> f64 {
    people as f64
}
