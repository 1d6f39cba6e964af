use proptest::prelude::*;

use super::*;
use crate::label::{
    milli::Milli,
    policy::{Policy, Rule},
};

/// The default policy's rules with these scores and weights, all of them firing.
fn rules(of: &[(Family, i64, i64, bool)]) -> Vec<Rule> {
    let any = Policy::default_policy().unwrap().base().rules[0].clone();
    let rule =
        |(number, (family, score, weight, bonus)): (usize, &(Family, i64, i64, bool))| Rule {
            name: format!("rule_{number:02}").into(),
            family: *family,
            score: Milli::new(*score),
            weight: Milli::new(*weight),
            bonus: *bonus,
            ..any.clone()
        };
    of.iter().enumerate().map(rule).collect()
}

fn items(rules: &[Rule]) -> Vec<Item<'_, '_>> {
    let item = |rule| Item {
        rule,
        moments: Vec::new(),
    };
    rules.iter().map(item).collect()
}

fn judged(of: &[(Family, i64, i64, bool)], mature: bool) -> (State, i64, i64, Vec<String>) {
    let policy = Policy::default_policy().unwrap();
    let rules = rules(of);
    let items = items(&rules);
    let by = By {
        policy: &policy,
        terms: policy.base(),
        as_of: 0,
    };
    let verdict = judge(&items, &Facts::default(), &by, mature);
    let names = verdict
        .reasons
        .iter()
        .map(|item| item.rule.name.to_string());
    let numbers = (
        verdict.score.thousandths(),
        verdict.weight.value.thousandths(),
    );
    (verdict.state, numbers.0, numbers.1, names.collect())
}

#[test]
fn the_strongest_of_each_sign_and_family() {
    let verdict = judged(
        &[
            (Family::Use, 2_000, 5_000, false),
            (Family::Use, 3_000, 6_000, false),
            (Family::Use, -1_000, 5_000, false),
            (Family::Use, -500, 9_000, false),
            (Family::Use, 1_000, 1_000, true),
            (Family::Redo, -2_000, 5_000, false),
            (Family::Redo, 0, 0, false),
        ],
        false,
    );
    let names = ["rule_01", "rule_05", "rule_02", "rule_04", "rule_06"];
    assert_eq!(
        verdict,
        (State::Conflict, 1_000, 0, names.map(String::from).to_vec())
    );
}

#[test]
fn of_equals_the_heavier_then_the_earlier() {
    let equal = |weight| (Family::Use, 3_000, weight, false);
    assert_eq!(judged(&[equal(5_000), equal(6_000)], false).3, ["rule_01"]);
    assert_eq!(judged(&[equal(5_000), equal(5_000)], false).3, ["rule_00"]);
}

#[test]
fn notes_alone_decide_nothing() {
    let note = [(Family::Edit, 0, 10_000, false)];
    assert_eq!(judged(&note, false).0, State::Pending);
    assert_eq!(judged(&note, true).0, State::Neutral);
    assert_eq!(judged(&note, true).2, 0);
}

#[test]
fn confidence_is_the_logistic_function() {
    let at = |score| confidence(Milli::new(score), Milli::new(1_365), Milli::new(1_000));
    assert_eq!(at(3_000), Milli::new(900), "the contract's example");
    assert_eq!(at(-3_000), Milli::new(900));
    assert_eq!(at(0), Milli::new(500));
    assert_eq!(at(1_365), Milli::new(731), "one temperature: 1 / (1 + 1/e)");
    let scaled = confidence(Milli::new(3_000), Milli::new(1_365), Milli::new(500));
    assert_eq!(scaled, Milli::new(700));
    assert!((at(3_000).to_f64() - 1.0 / (1.0 + (-3.0_f64 / 1.365).exp())).abs() < 0.000_5);
}

fn evidence() -> impl Strategy<Value = Vec<(Family, i64, i64, bool)>> {
    let family = prop::sample::select(Family::ALL.to_vec());
    let score = prop_oneof![-6_000..6_000_i64, Just(0)];
    let bonus = prop::bool::weighted(0.2);
    let item =
        (family, score, 0..10_000_i64, bonus).prop_filter("a bonus of 0", |i| !i.3 || i.1 != 0);
    prop::collection::vec(item, 0..12)
}

proptest! {
    #[test]
    fn laws(evidence in evidence(), mature: bool) {
        let (state, score, weight, names) = judged(&evidence, mature);
        let counted: Vec<_> = names.iter().map(|name| &evidence[name[5..].parse::<usize>().unwrap()]).collect();
        prop_assert_eq!(counted.iter().map(|item| item.1).sum::<i64>(), score);
        let both = counted.iter().any(|i| i.1 > 0) && counted.iter().any(|i| i.1 < 0);
        let expected = match score {
            2_000.. => State::Positive,
            ..=-2_000 => State::Negative,
            _ if both => State::Conflict,
            _ if mature => State::Neutral,
            _ => State::Pending,
        };
        prop_assert_eq!(state, expected);
        let heaviest = counted.iter().filter(|i| i.1.signum() == score.signum() && i.1 != 0).map(|i| i.2).max();
        let decided = matches!(state, State::Positive | State::Negative);
        prop_assert_eq!(weight, if decided { heaviest.unwrap() } else { 0 });
        for item in &evidence {
            let rivals = || counted.iter().filter(|i| !i.3 && i.0 == item.0 && i.1.signum() == item.1.signum());
            if item.3 || item.1 == 0 {
                continue;
            }
            prop_assert_eq!(rivals().count(), 1);
            prop_assert!(rivals().all(|rival| rival.1.abs() >= item.1.abs()));
        }
        prop_assert!(counted.windows(2).all(|two| two[0].1.abs() >= two[1].1.abs()));
    }
}
