//! The decision, condition by condition.

mod evidence;
mod report;

use serde_json::json;

use super::{report::About, *};
use crate::{
    experiment::{
        metric::Better,
        readout::{
            ArmPeople, Comparison, Correction, Effect, Effects, Guard, GuardState, Guarded,
            Holdout, HoldoutMetric, Measured, Method, People, Power, Readout,
        },
    },
    label::{Milli, Trust},
    release::{Announcement, Release, ReleaseKind},
    testing::{NOW, declaration},
    watch::capture::{LeftOut, Tier, Trend, Week},
};

/// All that is asked of it holds.
fn proven() -> Evidence {
    Evidence {
        primary: "use_rate".into(),
        mde: 0.02,
        gain: Some(Gain {
            by: 0.03,
            low: 0.01,
            high: 0.05,
        }),
        guardrails: vec![guarding("return_rate", GuardState::Held, 0.001, 0.009)],
        mix: Some(Mix {
            p: 0.4,
            alarm: false,
        }),
        mismatched: Milli::new(10),
        people_least: 1_000,
        pace: Pace {
            people: 2_000,
            needed: Some(1_500),
            per_day: 100.0,
        },
        holdout: HeldOut {
            declared: Milli::new(50),
            people: 100,
            degraded: Vec::new(),
        },
        has_ended: false,
    }
}

fn guarding(metric: &str, state: GuardState, worse: f64, at_most: f64) -> Guarding {
    Guarding {
        metric: metric.into(),
        is_external: metric.starts_with("external:"),
        margin: 0.02,
        worse: Some(worse),
        at_most: Some(at_most),
        at_least: Some(worse - (at_most - worse)),
        state,
    }
}

fn learnt() -> Origin {
    Origin::Learnt {
        from: "br_1".into(),
    }
}

fn told(of: &Origin, evidence: Option<&Evidence>) -> (Verdict, Vec<(Check, Verdict)>) {
    let decision = decide(of, evidence);
    let broken = decision.conditions.iter();
    let broken = broken.filter(|condition| condition.verdict != Verdict::Ship);
    let broken = broken.map(|condition| (condition.check, condition.verdict));
    (decision.verdict, broken.collect())
}

#[test]
fn what_is_proven_ships() {
    for origin in [Origin::Experiment, learnt(), Origin::Other] {
        let decision = decide(&origin, Some(&proven()));
        assert_eq!(decision.verdict, Verdict::Ship, "{decision:?}");
        assert_eq!((decision.unproven, decision.outlook), (false, None));
    }
}

#[test]
fn what_hardly_happens_guards_nothing_so_others_have_to() {
    let rare = |metric| Guarding {
        at_most: None,
        at_least: None,
        ..guarding(metric, GuardState::Rare, 0.0, 0.0)
    };
    let with = |guardrails| {
        let mut evidence = proven();
        evidence.guardrails = guardrails;
        let decision = decide(&Origin::Experiment, Some(&evidence));
        (decision.verdict, decision.outlook)
    };
    let held = guarding("correction_rate", GuardState::Held, 0.0, 0.01);
    let shipped = (Verdict::Ship, None);
    assert_eq!(with(vec![held.clone(), rare("edit_depth")]), shipped);
    // Nothing guards, and no number of people changes that.
    let blocked = (Verdict::Hold, Some(Outlook::Blocked));
    assert_eq!(with(vec![rare("survival"), rare("edit_depth")]), blocked);
    // An evaluation that was asked for and is not made is missed.
    assert_eq!(with(vec![held, rare("external:factual")]), blocked);
}

#[test]
fn each_condition_alone_decides() {
    type Change = fn(&mut Evidence);
    let rows: [(&str, Check, Verdict, Change); 15] = [
        ("no effect known", Check::Primary, Verdict::Hold, |e| {
            e.gain = None
        }),
        ("0 is in the interval", Check::Primary, Verdict::Hold, |e| {
            e.gain = Some(Gain {
                by: 0.02,
                low: 0.0,
                high: 0.04,
            });
        }),
        ("worse, perhaps", Check::Primary, Verdict::Hold, |e| {
            e.gain = Some(Gain {
                by: -0.02,
                low: -0.04,
                high: 0.0,
            });
        }),
        ("worse", Check::Primary, Verdict::Stop, |e| {
            e.gain = Some(Gain {
                by: -0.02,
                low: -0.04,
                high: -0.001,
            });
        }),
        ("a guardrail open", Check::Guardrail, Verdict::Hold, |e| {
            e.guardrails[0] = guarding("return_rate", GuardState::Open, 0.0, 0.03);
        }),
        ("a guardrail broken", Check::Guardrail, Verdict::Stop, |e| {
            e.guardrails[0] = guarding("return_rate", GuardState::Harmed, 0.04, 0.05);
        }),
        (
            "one of several broken",
            Check::Guardrail,
            Verdict::Stop,
            |e| {
                e.guardrails
                    .push(guarding("edit_depth", GuardState::Harmed, 0.04, 0.05));
            },
        ),
        ("one too few", Check::People, Verdict::Hold, |e| {
            e.people_least = PEOPLE_MIN - 1
        }),
        ("mix unknown", Check::Assignment, Verdict::Hold, |e| {
            e.mix = None
        }),
        ("mix wrong", Check::Assignment, Verdict::Stop, |e| {
            e.mix = Some(Mix {
                p: 0.000_1,
                alarm: true,
            });
        }),
        (
            "11 in 1000 in another arm",
            Check::ArmsGiven,
            Verdict::Stop,
            |e| {
                e.mismatched = Milli::new(11);
            },
        ),
        (
            "nobody held out was seen",
            Check::Holdout,
            Verdict::Hold,
            |e| e.holdout.people = 0,
        ),
        ("others are worse off", Check::Holdout, Verdict::Hold, |e| {
            e.holdout.degraded.push("use_rate".into());
        }),
        ("nobody is held out", Check::Holdout, Verdict::Hold, |e| {
            e.holdout.declared = Milli::default();
            e.holdout.people = 0;
        }),
        ("nobody ever was", Check::Holdout, Verdict::Hold, |e| {
            e.holdout.declared = Milli::default();
        }),
    ];
    for (name, check, verdict, change) in rows {
        let mut evidence = proven();
        change(&mut evidence);
        let (found, broken) = told(&Origin::Experiment, Some(&evidence));
        assert_eq!((found, broken), (verdict, vec![(check, verdict)]), "{name}");
    }
}

#[test]
fn what_was_learnt_from_people_needs_an_experiment_and_a_holdout() {
    let (verdict, broken) = told(&learnt(), None);
    assert_eq!(
        (verdict, broken),
        (Verdict::Stop, vec![(Check::Origin, Verdict::Stop)])
    );
    assert!(decide(&learnt(), None).unproven);
    let mut nobody = proven();
    nobody.holdout.declared = Milli::default();
    let (verdict, broken) = told(&learnt(), Some(&nobody));
    assert_eq!(
        (verdict, broken),
        (Verdict::Stop, vec![(Check::Holdout, Verdict::Stop)])
    );
    assert!(decide(&learnt(), Some(&nobody)).unproven);
    assert!(!decide(&Origin::Experiment, Some(&nobody)).unproven);
    // Where nothing is learnt from people, nothing has to be kept from any.
    assert_eq!(told(&Origin::Other, None), (Verdict::Ship, vec![]));
}

#[test]
fn the_worst_condition_is_the_verdict() {
    let mut evidence = proven();
    evidence.gain = None;
    evidence.mismatched = Milli::new(500);
    assert_eq!(decide(&learnt(), Some(&evidence)).verdict, Verdict::Stop);
}

fn outlook(change: impl Fn(&mut Evidence)) -> Option<Outlook> {
    let mut evidence = proven();
    change(&mut evidence);
    decide(&Origin::Experiment, Some(&evidence)).outlook
}

fn waiting(people: Option<u64>, days: Option<u64>) -> Option<Outlook> {
    Some(Outlook::Waiting(More { people, days }))
}

#[test]
fn what_is_on_hold_says_how_much_longer() {
    let not_known = Gain {
        by: 0.01,
        low: -0.01,
        high: 0.03,
    };
    // Until a change of the size worth knowing is known: 1 000 more, 100 a day.
    let needed = outlook(|e| {
        e.gain = Some(not_known);
        e.pace.needed = Some(3_000);
    });
    assert_eq!(needed, waiting(Some(1_000), Some(10)));
    // It would be by now: until the interval, half as wide then, leaves out 0 or 0.02.
    assert_eq!(
        outlook(|e| e.gain = Some(not_known)),
        waiting(Some(6_000), Some(60))
    );
    // The guardrail's bound is 0.03 from it and has to be within 0.015.
    let open = outlook(|e| {
        e.guardrails[0] = guarding("return_rate", GuardState::Open, 0.005, 0.035);
    });
    assert_eq!(open, waiting(Some(6_000), Some(60)));
    // Worse by more than the margin as it is: it may only be found to harm.
    let worse = outlook(|e| {
        e.guardrails[0] = guarding("return_rate", GuardState::Open, 0.03, 0.05);
    });
    assert_eq!(worse, waiting(None, None));
    let few = outlook(|e| (e.people_least, e.pace.per_day) = (PEOPLE_MIN - 10, 0.0));
    assert_eq!(few, waiting(Some(20), None));
    assert_eq!(
        outlook(|e| (e.gain, e.has_ended) = (None, true)),
        Some(Outlook::Ended)
    );
    // People are not what is missing.
    let degraded = outlook(|e| e.holdout.degraded.push("use_rate".into()));
    assert_eq!(degraded, Some(Outlook::Blocked));
}

#[test]
fn an_effect_smaller_than_the_smallest_worth_knowing_is_never_decided() {
    let small = Gain {
        by: 0.005,
        low: -0.005,
        high: 0.019,
    };
    let excluded = outlook(|e| e.gain = Some(small));
    assert_eq!(excluded, Some(Outlook::TooSmall));
    // Ended or not.
    assert_eq!(
        outlook(|e| (e.gain, e.has_ended) = (Some(small), true)),
        Some(Outlook::TooSmall)
    );
    // Small and surely there is better.
    let mut evidence = proven();
    evidence.gain = Some(Gain {
        low: 0.001,
        ..small
    });
    assert_eq!(
        decide(&Origin::Experiment, Some(&evidence)).verdict,
        Verdict::Ship
    );
}
