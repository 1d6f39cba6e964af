//! What a readout says of an arm, and of everybody against those held out.

use super::*;

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
