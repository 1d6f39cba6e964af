//! Readouts by hand.

use super::*;
use crate::{
    experiment::{
        declaration::{Arm, Declared, Experiment, Guardrail},
        metric::Metric,
        people::{
            DAY_MS, PRE_PERIOD_MS,
            tests::{START, app, experiment, saw},
        },
        stats::{confidence_sequence, rho},
    },
    label::{Milli, Policy},
    store::rows::Group,
};

fn declared(experiment: Experiment) -> Declared {
    Declared {
        experiment,
        declared_at: START - DAY_MS,
        ended_at: None,
        said: serde_json::Value::Null,
    }
}

fn read(
    declared: &Declared,
    as_of: u64,
    assigned: &[(String, &str)],
    groups: Vec<Group>,
) -> Readout {
    let directory = tempfile::tempdir().unwrap();
    let policy = Policy::default_policy().unwrap();
    let request = Request {
        declared,
        as_of,
        pre_period_ms: PRE_PERIOD_MS,
    };
    let subjects: Vec<_> = assigned
        .iter()
        .map(|(name, arm)| (app(name), *arm))
        .collect();
    let assigned = subjects.iter().map(|(subject, arm)| (subject, *arm));
    of_facts(&policy, &request, assigned, groups, directory.path()).unwrap()
}

/// `people` of an arm who saw one output each, of which the first `good` are good.
fn arm(arm: &str, people: u32, good: u32) -> Vec<Group> {
    let one = |number: u32| {
        let name = format!("{arm}-{number}");
        saw(
            &name,
            &name,
            Some(arm),
            START + u64::from(number),
            number < good,
        )
        .group()
    };
    (0..people).map(one).collect()
}

fn two_arms() -> Vec<Group> {
    let mut groups = arm("control", 200, 80);
    groups.extend(arm("warm", 180, 99));
    groups
}

const AS_OF: u64 = START + 4 * DAY_MS;

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 2e-6, "{found} {wanted}");
}

#[test]
fn a_small_readout_by_hand() {
    let found = read(&declared(experiment()), AS_OF, &[], two_arms());
    assert_eq!((found.people.exposed, found.people.analysed), (380, 380));
    assert_eq!(found.people.unassigned, 380);
    let effects = found.effects.unwrap();
    let primary = &effects.primary;
    assert_eq!(primary.arms[0].value, Some(0.4));
    assert_eq!(primary.arms[1].value, Some(0.55));
    let comparison = &primary.comparisons[0];
    assert_eq!((comparison.method, comparison.level), (Method::Plain, 0.05));
    let effect = comparison.effect().unwrap();
    near(effect.delta, 0.15);
    near(effect.lift.unwrap(), 0.375);
    // Everybody has one output: p(1 − p)/(n − 1) each.
    let se2 = 0.4 * 0.6 / 199.0 + 0.55 * 0.45 / 179.0;
    near(effect.standard_error, libm::sqrt(se2));
    let interval = confidence_sequence(0.15, se2, 380, 0.05, rho(0.05, 5_000));
    near(effect.low, interval.lower.unwrap());
    near(effect.high, interval.upper.unwrap());
    let srm = found.srm.unwrap();
    near(srm.chi_squared, 20.0 * 20.0 / 380.0);
    assert!(!srm.alarm);
    // χ² of one degree beyond 1.0526: as R says.
    near(srm.p, 0.304_902);
}

#[test]
fn every_look_has_its_interval_and_the_least_p_stands() {
    let found = read(&declared(experiment()), AS_OF, &[], two_arms());
    let effects = found.effects.unwrap();
    let looks = &effects.looks[0].looks;
    // On the second day all have settled; then nothing changes.
    let at: Vec<_> = looks
        .iter()
        .map(|look| (look.at - START) / DAY_MS)
        .collect();
    assert_eq!(at, [2, 3, 4]);
    assert!(
        looks
            .iter()
            .all(|look| look.people == 380 && look.p == looks[0].p)
    );
    let effect = effects.primary.comparisons[0].effect().unwrap();
    assert_eq!((effect.low, effect.p), (looks[2].low, looks[2].p));
}

#[test]
fn what_it_would_take_is_said_in_people_and_days() {
    let found = read(&declared(experiment()), AS_OF, &[], two_arms());
    let power = &found.effects.unwrap().power[0];
    assert_eq!(power.people, 380);
    // All of them in four days.
    near(power.people_per_day, 95.0);
    let needed = power.people_needed.unwrap();
    let variance = 380.0 * (0.4 * 0.6 / 199.0 + 0.55 * 0.45 / 179.0);
    let half = |people: u64| {
        let se2 = variance / f64::from(u32::try_from(people).unwrap());
        let interval = confidence_sequence(0.0, se2, people, 0.05, rho(0.05, 5_000));
        interval.upper.unwrap()
    };
    assert!(half(needed) <= 0.05 && half(needed - 1) > 0.05, "{power:?}");
    assert_eq!(power.days_more, Some((needed - 380).div_ceil(95)));
    assert!(power.half_width.unwrap() > 0.05);
}

#[test]
fn a_guardrail_is_held_open_or_harmed() {
    let of = |good: u32, people: u32, margin: i64| {
        let mut groups = arm("control", people, people / 2);
        groups.extend(arm("warm", people, good));
        let declared = declared(Experiment {
            primary: Metric::Score,
            guardrails: vec![Guardrail {
                metric: Metric::PositiveRate,
                margin: Milli::new(margin),
            }],
            ..experiment()
        });
        let found = read(&declared, AS_OF, &[], groups);
        found.effects.unwrap().guardrails[0].guards[0].clone()
    };
    let same = of(150, 300, 200);
    assert_eq!((same.state, same.worse), (GuardState::Held, Some(0.0)));
    assert!(same.at_most.unwrap() > 0.0 && same.at_least.unwrap() < 0.0);
    assert_eq!(of(150, 300, 20).state, GuardState::Open);
    let harmed = of(60, 300, 20);
    assert_eq!(harmed.state, GuardState::Harmed);
    near(harmed.worse.unwrap(), 0.3);
    assert_eq!(of(20, 99, 20).state, GuardState::Open, "too few people");
}

#[test]
fn what_hardly_happens_in_either_arm_is_rare_not_open() {
    let of = |people: u32, control: u32, warm: u32| {
        let mut groups = arm("control", people, control);
        groups.extend(arm("warm", people, warm));
        let declared = declared(Experiment {
            primary: Metric::Score,
            guardrails: vec![Guardrail {
                metric: Metric::PositiveRate,
                margin: Milli::new(20),
            }],
            ..experiment()
        });
        let found = read(&declared, AS_OF, &[], groups);
        found.effects.unwrap().guardrails[0].guards[0].state
    };
    assert_eq!(of(500, 9, 4), GuardState::Rare);
    assert_eq!(
        of(499, 9, 4),
        GuardState::Open,
        "it may still turn out otherwise"
    );
    assert_eq!(
        of(500, 10, 4),
        GuardState::Open,
        "it does happen in one of them"
    );
}

#[test]
fn too_many_in_another_arm_stop_the_readout() {
    let names = |wrong: usize| -> Vec<(String, &str)> {
        let control = (0..200).map(|number| format!("control-{number}"));
        let control = control
            .enumerate()
            .map(|(place, name)| (name, if place < wrong { "warm" } else { "control" }));
        control.collect()
    };
    let stopped = read(&declared(experiment()), AS_OF, &names(4), two_arms());
    assert_eq!(stopped.stopped, Some(Stopped::ArmMismatch));
    assert_eq!(stopped.effects, None);
    assert_eq!(stopped.people.mismatched, 4);
    let goes_on = read(&declared(experiment()), AS_OF, &names(3), two_arms());
    assert_eq!(goes_on.stopped, None);
    // Analysed as assigned.
    let exposed: Vec<_> = goes_on.people.arms.iter().map(|arm| arm.exposed).collect();
    assert_eq!(exposed, [197, 183]);
}

#[test]
fn people_out_of_the_traffic_who_are_shown_an_arm_stop_the_readout_as_well() {
    let of = |outside: usize| {
        let names: Vec<_> = (0..outside)
            .map(|number| (format!("warm-{number}"), ""))
            .collect();
        read(&declared(experiment()), AS_OF, &names, two_arms())
    };
    // Of 380 who took part.
    let (goes_on, stopped) = (of(3), of(4));
    assert_eq!((goes_on.stopped, goes_on.people.exposed), (None, 377));
    assert_eq!(stopped.stopped, Some(Stopped::ArmMismatch));
    let people = &stopped.people;
    assert_eq!((people.out_of_traffic, people.mismatched), (4, 4));
    let said = markdown(&goes_on);
    assert!(said.contains("3 are not in the traffic"), "{said}");
}

#[test]
fn several_arms_share_the_alpha_and_secondary_metrics_are_corrected_together() {
    let third = Arm {
        name: "cold".into(),
        weight: Milli::new(334),
    };
    let mut arms = experiment().arms;
    arms.iter_mut().for_each(|arm| arm.weight = Milli::new(333));
    arms.push(third);
    let declared = declared(Experiment {
        arms,
        secondary: vec![Metric::UseRate, Metric::NegativeRate],
        ..experiment()
    });
    let mut groups = two_arms();
    groups.extend(arm("cold", 190, 76));
    let found = read(&declared, AS_OF, &[], groups).effects.unwrap();
    let primary = &found.primary.comparisons;
    assert_eq!(primary.len(), 2);
    assert!(primary.iter().all(|one| one.level == 0.025));
    let p = primary[0].effect().unwrap().p;
    near(primary[0].p_adjusted.unwrap(), (2.0 * p).min(1.0));
    let use_rate = &found.secondary[0].comparisons;
    assert_eq!(use_rate[0].correction, Correction::Holm);
    // Nobody's label is negative: no variance, nothing to compare. Of four the first.
    assert_eq!(found.secondary[1].comparisons[0].p_adjusted, None);
    let p = use_rate[0].effect().unwrap().p;
    assert!(p < 1.0);
    near(use_rate[0].p_adjusted.unwrap(), (4.0 * p).min(1.0));
}

#[test]
fn who_was_there_before_makes_the_interval_narrower() {
    // What people do is what they did before, but for every tenth.
    let of = |arm: &str, good: u32| -> Vec<Group> {
        let people = (0..200_u32).flat_map(|number| {
            let name = format!("{arm}-{number}");
            let was = number < good;
            let is = was ^ (number % 10 == 0);
            let before = saw(
                &format!("{name}-before"),
                &name,
                None,
                START - 3 * DAY_MS,
                was,
            );
            let since = saw(&name, &name, Some(arm), START + u64::from(number), is);
            [before.group(), since.group()]
        });
        people.collect()
    };
    let mut groups = of("control", 100);
    groups.extend(of("warm", 110));
    let found = read(&declared(experiment()), AS_OF, &[], groups)
        .effects
        .unwrap();
    let comparison = &found.primary.comparisons[0];
    assert_eq!(found.primary.arms[0].with_pre_period, 200);
    assert_eq!(comparison.method, Method::Cuped);
    let (plain, cuped) = (comparison.plain.unwrap(), comparison.cuped.unwrap());
    // The difference was there before.
    near(plain.delta, 0.04);
    assert!(cuped.delta.abs() < 0.005, "{cuped:?}");
    let (wide, narrow) = (plain.high - plain.low, cuped.high - cuped.low);
    assert!(narrow < 0.7 * wide, "{narrow} {wide}");
    let removed = comparison.variance_reduction.unwrap();
    assert!((removed - 1.0 + (narrow / wide) * (narrow / wide)).abs() < 1e-4);
}

#[test]
fn an_effect_of_the_first_days_is_marked() {
    // In the first week warm is better, later nobody is.
    let of = |arm: &str, early: u32| -> Vec<Group> {
        let people = (0..400_u32).flat_map(|number| {
            let name = format!("{arm}-{number}");
            let at = START + u64::from(number);
            let first = saw(&name, &name, Some(arm), at, number < early);
            let good = number.is_multiple_of(2);
            let later = saw(
                &format!("{name}-later"),
                &name,
                Some(arm),
                at + 8 * DAY_MS,
                good,
            );
            [first.group(), later.group()]
        });
        people.collect()
    };
    let found = |early: u32| {
        let mut groups = of("control", 200);
        groups.extend(of("warm", early));
        let found = read(&declared(experiment()), START + 12 * DAY_MS, &[], groups);
        found.effects.unwrap().novelty[0].clone()
    };
    let novel = found(360);
    near(novel.early.unwrap().delta, 0.4);
    near(novel.later.unwrap().delta, 0.0);
    near(novel.change.unwrap().delta, -0.4);
    assert!(novel.marked);
    assert_eq!(novel.weeks.len(), 2);
    assert_eq!(novel.weeks[1].people, 800);
    assert!(!found(200).marked);
}

#[test]
fn segments_are_marked_and_carry_no_verdict() {
    let found = read(&declared(experiment()), AS_OF, &[], two_arms());
    let segments = found.effects.unwrap().segments;
    let model = segments
        .iter()
        .find(|one| one.by == Dimension::Model)
        .unwrap();
    assert_eq!((model.value.as_deref(), model.people), (Some("m-1"), 380));
    assert!(segments.iter().all(|one| one.exploratory));
}

#[test]
fn everybody_held_out_is_compared_with_everybody_else() {
    let mut groups = two_arms();
    groups.extend(arm("holdout", 120, 24));
    let found = read(&declared(experiment()), AS_OF, &[], groups);
    assert_eq!(found.people.held_out, 120);
    let holdout = &found.holdout;
    assert_eq!((holdout.held_out, holdout.others), (120, 380));
    assert_eq!(holdout.share, Milli::new(240));
    let metric = &holdout.metrics["positive_rate"];
    assert_eq!(metric.held_out, Some(0.2));
    near(metric.others.unwrap(), 179.0 / 380.0);
    assert!(!metric.degraded && metric.effect.unwrap().low > 0.0);
}

#[test]
fn what_comes_later_changes_nothing() {
    let early = read(&declared(experiment()), AS_OF, &[], two_arms());
    let mut ended = declared(experiment());
    ended.ended_at = Some(AS_OF + 1);
    assert_eq!(
        read(&ended, AS_OF, &[], two_arms()).to_json(),
        early.to_json()
    );
    ended.ended_at = Some(AS_OF);
    let read_on = read(&ended, AS_OF, &[], two_arms());
    assert_eq!(read_on.ends_at, Some(AS_OF));
    // And before it was declared there is nothing.
    let policy = Policy::default_policy().unwrap();
    let request = Request {
        declared: &ended,
        as_of: START - 2 * DAY_MS,
        pre_period_ms: 0,
    };
    let directory = tempfile::tempdir().unwrap();
    let found = of_facts(&policy, &request, [], [], directory.path());
    assert!(matches!(found, Err(ReadoutError::NotDeclared(name)) if name == "tone"));
}

#[test]
fn a_readout_is_read_back_as_it_was_written() {
    let found = read(&declared(experiment()), AS_OF, &[], two_arms());
    let text = found.to_json();
    let back: Readout = serde_json::from_str(&text).unwrap();
    assert_eq!(back, found);
    assert_eq!(back.to_json(), text);
}
