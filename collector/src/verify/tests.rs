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

fn effect(delta: f64, half: f64) -> Effect {
    Effect {
        delta,
        low: delta - half,
        high: delta + half,
        lift: None,
        lift_low: None,
        lift_high: None,
        standard_error: half / 3.0,
        p: 0.01,
        e: 100.0,
    }
}

fn measured(metric: &str, better: Better, effects: &[(&str, Effect)]) -> Measured {
    let comparison = |(arm, effect): &(&str, Effect)| Comparison {
        arm: (*arm).into(),
        level: 0.95,
        correction: Correction::None,
        method: Method::Plain,
        plain: Some(*effect),
        cuped: None,
        variance_reduction: None,
        p_adjusted: None,
        significant: true,
    };
    Measured {
        metric: metric.into(),
        better,
        arms: Vec::new(),
        comparisons: effects.iter().map(comparison).collect(),
    }
}

fn holdout_metric(better: Better, delta: f64) -> HoldoutMetric {
    let effect = effect(delta, 0.01);
    HoldoutMetric {
        better,
        held_out: Some(0.5),
        others: Some(0.5 + delta),
        effect: Some(effect),
        degraded: effect.is_worse(better),
    }
}

/// A readout of an experiment whose primary metric is better when lower, and which has
/// two arms beside the control.
fn read_out() -> Readout {
    let primary = [("b", effect(-0.03, 0.01)), ("c", effect(0.03, 0.01))];
    let arm_people = |arm: &str, analysed| ArmPeople {
        arm: arm.into(),
        weight: Milli::new(300),
        assigned: 900,
        exposed: 800,
        analysed,
    };
    let people = People {
        mismatched_share: Milli::new(3),
        arms: vec![
            arm_people("a", 700),
            arm_people("b", 600),
            arm_people("c", 750),
        ],
        ..People::default()
    };
    let guard = |arm: &str, state, worse| Guard {
        arm: arm.into(),
        state,
        worse: Some(worse),
        at_most: Some(worse + 0.01),
        at_least: Some(worse - 0.01),
        evidence: String::new(),
    };
    let guardrail = Guarded {
        measured: measured("return_rate", Better::Higher, &[]),
        margin: Milli::new(20),
        guards: vec![
            guard("b", GuardState::Held, 0.0),
            guard("c", GuardState::Harmed, 0.05),
        ],
    };
    let power = |arm: &str, people| Power {
        arm: arm.into(),
        half_width: Some(0.01),
        people,
        people_needed: Some(1_200),
        people_per_day: 50.0,
        days_more: Some(0),
    };
    let experiment = read_of();
    serde_json::from_value::<Readout>(json!({
        "version": 1, "experiment": experiment.name, "as_of": NOW, "policy": "default@1#0",
        "starts_at": 0, "ends_at": null, "settle_ms": 0, "pre_period_ms": 0, "alpha": 0.05,
        "mde": 0.02, "stopped": null, "people": people,
        "srm": {"chi_squared": 1.0, "p": 0.6, "bayes_factor": 0.5, "always_valid_p": 1.0, "alarm": false},
        "effects": Effects {
            primary: measured("regenerate_rate", Better::Lower, &primary),
            secondary: Vec::new(),
            guardrails: vec![guardrail],
            hacking: Vec::new(),
            power: vec![power("b", 1_300), power("c", 1_450)],
            looks: Vec::new(),
            novelty: Vec::new(),
            segments: Vec::new(),
        },
        "holdout": Holdout {
            held_out: 90,
            metrics: [
                ("regenerate_rate".to_owned(), holdout_metric(Better::Lower, 0.02)),
                ("score".to_owned(), holdout_metric(Better::Higher, -0.02)),
            ].into(),
            ..Holdout::default()
        },
    }))
    .unwrap()
}

fn read_of() -> crate::experiment::declaration::Experiment {
    let arms = ["a", "b", "c"]
        .map(|name| json!({"name": name, "weight": if name == "a" { 0.4 } else { 0.3 }}));
    let more = json!({"arms": arms, "primary": "regenerate_rate"});
    let mut experiment = declaration("tone", more).starting(0).unwrap();
    experiment
        .guardrails
        .retain(|guard| guard.metric.name() == "return_rate");
    experiment
}

#[test]
fn evidence_is_of_its_arm_and_turned_to_the_better_side() {
    let (experiment, readout) = (read_of(), read_out());
    let b = Evidence::of(&readout, &experiment, "b");
    let gain = b.gain.unwrap();
    let rounded = [gain.by, gain.low, gain.high].map(|x| (x * 1e6).round() / 1e6);
    assert_eq!(
        rounded,
        [0.03, 0.02, 0.04],
        "fewer regenerations are better"
    );
    assert_eq!(
        (b.people_least, b.pace.people, b.mismatched),
        (600, 1_300, Milli::new(3))
    );
    assert_eq!(b.guardrails[0].state, GuardState::Held);
    assert_eq!(b.holdout.people, 90);
    // Of the metrics the experiment is about; the score is none of them.
    assert_eq!(b.holdout.degraded, ["regenerate_rate"]);
    let c = Evidence::of(&readout, &experiment, "c");
    assert!(c.gain.unwrap().high < 0.0);
    assert_eq!(
        (c.people_least, c.guardrails[0].state),
        (700, GuardState::Harmed)
    );
    let verdicts = [b, c].map(|evidence| decide(&Origin::Experiment, Some(&evidence)).verdict);
    assert_eq!(verdicts, [Verdict::Hold, Verdict::Stop]);
}

#[test]
fn where_arms_were_mixed_up_nothing_is_known_and_it_stops() {
    let mut readout = read_out();
    readout.effects = None;
    readout.people.mismatched_share = Milli::new(200);
    let evidence = Evidence::of(&readout, &read_of(), "b");
    assert_eq!(evidence.gain, None);
    assert_eq!(evidence.guardrails[0].state, GuardState::Open);
    let (verdict, broken) = told(&Origin::Experiment, Some(&evidence));
    assert_eq!(verdict, Verdict::Stop);
    assert!(
        broken.contains(&(Check::ArmsGiven, Verdict::Stop)),
        "{broken:?}"
    );
}

#[test]
fn everybody_is_better_off_and_no_worse_anywhere_or_not() {
    let holdout = |held_out, capture: f64, score: f64| Holdout {
        held_out,
        others: 9_000,
        share: Milli::new(50),
        metrics: [
            (
                "capture_rate".to_owned(),
                holdout_metric(Better::Higher, capture),
            ),
            ("score".to_owned(), holdout_metric(Better::Higher, score)),
        ]
        .into(),
    };
    let verdict = |holdout: &Holdout| everybody(holdout, "capture_rate").verdict;
    assert_eq!(verdict(&holdout(500, 0.02, 0.0)), Verdict::Ship);
    assert_eq!(verdict(&holdout(PEOPLE_MIN - 1, 0.02, 0.0)), Verdict::Hold);
    assert_eq!(verdict(&holdout(500, 0.005, 0.0)), Verdict::Hold);
    assert_eq!(verdict(&holdout(500, -0.02, 0.0)), Verdict::Stop);
    assert_eq!(verdict(&holdout(500, 0.02, -0.02)), Verdict::Stop);
    assert_eq!(verdict(&Holdout::default()), Verdict::Hold);
}

fn report(change: impl Fn(&mut Evidence)) -> Report {
    let said = Announcement {
        name: "support@15".into(),
        kind: ReleaseKind::Prompt,
        from: Some("br_4c1d0f7a9be2d310".into()),
        experiment: Some("tone".into()),
        arm: None,
        at: Some(NOW),
        note: None,
    };
    let release = Release::new(said, NOW).unwrap();
    let declaration = declaration("tone", json!({}));
    let declared = crate::experiment::declaration::Declared {
        experiment: declaration.starting(0).unwrap(),
        declared_at: 0,
        ended_at: None,
        said: declaration.said().clone(),
    };
    let mut evidence = proven();
    change(&mut evidence);
    let decision = decide(&Origin::of(Some(&release)), Some(&evidence));
    let subject = Subject {
        release: Some(release),
        compared: Some((declared, "b".into())),
    };
    Report::new(
        About::of(subject).unwrap(),
        decision,
        NOW,
        "default@1#9c1f2ab04d5e",
    )
}

fn trend() -> Trend {
    let week = |week: &str, seen, capture_rate: Option<f64>| Week {
        week: week.into(),
        from: 0,
        to: 0,
        registered: seen,
        seen,
        immature: 0,
        reach: Some(0.9),
        people: 0,
        session_people: 0,
        capture_rate,
        low: None,
        high: None,
        tier: capture_rate.map(Tier::of),
    };
    Trend {
        version: 1,
        as_of: NOW,
        policy: String::new(),
        trust: Trust::Known,
        weeks: vec![
            week("2025-W45", 0, None),
            week("2025-W46", 812, Some(0.1234)),
            week("2025-W47", 9, None),
        ],
        change: None,
        left_out: LeftOut::default(),
    }
}

#[test]
fn a_report_for_a_comment_on_a_change() {
    let ship = report(|_| {});
    insta::assert_snapshot!("ship_markdown", ship.markdown());
    let mut hold = report(|e| {
        e.gain = Some(Gain {
            by: 0.01,
            low: -0.01,
            high: 0.03,
        });
        e.guardrails
            .push(guarding("edit_depth", GuardState::Open, 0.005, 0.035));
    });
    hold.capture_rate = Some(trend());
    insta::assert_snapshot!("hold_markdown", hold.markdown());
    insta::assert_snapshot!("hold_text", hold.text());
    let stop = report(|e| {
        e.gain = Some(Gain {
            by: -0.03,
            low: -0.05,
            high: -0.01,
        });
        e.guardrails[0] = guarding("return_rate", GuardState::Harmed, 0.04, 0.05);
        e.mix = Some(Mix {
            p: 0.000_01,
            alarm: true,
        });
    });
    insta::assert_snapshot!("stop_markdown", stop.markdown());
}

#[test]
fn a_report_for_machines() {
    let hold = report(|e| {
        e.gain = Some(Gain {
            by: 0.01,
            low: -0.01,
            high: 0.03,
        });
    });
    let json = serde_json::to_value(&hold).unwrap();
    assert_eq!(
        (&json["verdict"], &json["exit_code"]),
        (&json!("hold"), &json!(1))
    );
    assert_eq!(json["about"], "release");
    assert_eq!(
        json["compared"],
        json!({"experiment": "tone", "arm": "b", "control": "a"})
    );
    assert_eq!(
        json["outlook"],
        json!({"state": "waiting", "people": 6_000, "days": 60})
    );
    assert_eq!(
        json["conditions"][1],
        json!({"check": "primary", "metric": "use_rate", "verdict": "hold", "value": -0.01,
               "bound": 0.0, "found": "not known: better by 0.01 (-0.01 to 0.03)",
               "needs": "better by more than 0"})
    );
}
