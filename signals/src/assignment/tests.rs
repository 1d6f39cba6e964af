use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

const VECTORS: &str = include_str!("../../vectors/assign.json");
/// People in a draw.
const PEOPLE: u32 = 40_000;

fn share_of(thousandths: u64) -> Share {
    Share::from_thousandths("share", thousandths).unwrap()
}

fn plan(name: &str, holdout: u64, traffic: u64, weights: &[u64]) -> Plan {
    let arms = weights.iter().zip('a'..);
    let arms = arms.map(|(&weight, name)| (name.to_string(), share_of(weight)));
    Plan::new(name, share_of(holdout), share_of(traffic), arms.collect()).unwrap()
}

fn plan_of(json: &Value) -> Plan {
    let number = |json: &Value, field: &'static str| share(field, json[field].as_f64().unwrap());
    let arms = json["arms"].as_array().unwrap().iter();
    let arms = arms.map(|arm| {
        (
            arm["name"].as_str().unwrap().into(),
            number(arm, "weight").unwrap(),
        )
    });
    Plan::new(
        json["name"].as_str().unwrap(),
        number(json, "holdout").unwrap(),
        number(json, "traffic").unwrap(),
        arms.collect(),
    )
    .unwrap()
}

/// Subjects in the forms that apps and browsers give them, the same in every run.
fn people() -> impl Iterator<Item = String> {
    let mut random = fastrand::Rng::with_seed(19);
    (0..PEOPLE).map(move |number| match number % 3 {
        0 => number.to_string(),
        1 => format!("{:032x}", random.u128(..)),
        _ => format!(
            "user-{}@example.com",
            random.alphanumeric().to_string() + &number.to_string()
        ),
    })
}

/// Pearson's χ² of counts against shares of their sum in thousandths.
fn chi_square(counts: &[u32], thousandths: &[u16]) -> f64 {
    let sum: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    let terms = counts.iter().zip(thousandths).map(|(&count, &share)| {
        let expected = sum * f64::from(share) / 1_000.0;
        (f64::from(count) - expected).powi(2) / expected
    });
    terms.sum()
}

fn counts(plan: &Plan, people: impl Iterator<Item = String>) -> BTreeMap<&str, u32> {
    let mut counts = BTreeMap::new();
    for subject in people {
        *counts
            .entry(assign(plan, &subject).arm.unwrap_or("-"))
            .or_default() += 1;
    }
    counts
}

#[test]
fn the_shared_vectors_hold() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let mut checked = 0;
    for row in vectors["buckets"].as_array().unwrap() {
        let (salt, subject) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
        assert_eq!(u64::from(bucket(&[salt], subject)), row[2], "{row}");
    }
    for vector in vectors["plans"].as_array().unwrap() {
        let plan = plan_of(&vector["plan"]);
        for answer in vector["answers"].as_array().unwrap() {
            let assignment = assign(&plan, answer["subject"].as_str().unwrap());
            assert_eq!(
                assignment.arm,
                answer["arm"].as_str(),
                "{} {answer}",
                plan.name()
            );
            assert_eq!(assignment.holdout, answer["holdout"]);
            assert_eq!(assignment.propensity.to_f64(), answer["propensity"]);
            checked += 1;
        }
    }
    assert!(checked > 600, "{checked}");
}

#[test]
fn buckets_are_equally_full() {
    // The 0.999 quantile of χ² with 999 degrees of freedom.
    const LIMIT: f64 = 1_143.0;
    for salt in ["holdout", "tone:traffic", "tone:arm", "x:arm"] {
        let mut counts = vec![0; 1_000];
        for subject in people() {
            counts[usize::from(bucket(&[salt], &subject))] += 1;
        }
        let chi = chi_square(&counts, &[1; 1_000]);
        assert!(chi < LIMIT, "{salt}: {chi}");
    }
}

#[test]
fn shares_are_met_at_every_step() {
    // The 0.999 quantile of χ² with 4 degrees of freedom.
    const LIMIT: f64 = 18.47;
    for name in ["tone", "tone.2", "a-third"] {
        let plan = plan(name, 100, 400, &[500, 300, 200]);
        let counts = counts(&plan, people());
        let seen = ["holdout", "-", "a", "b", "c"].map(|arm| counts[arm]);
        // Of the 900 left by the holdout 360 are in the traffic.
        let chi = chi_square(&seen, &[100, 540, 180, 108, 72]);
        assert!(chi < LIMIT, "{name}: {chi} {seen:?}");
    }
}

#[test]
fn experiments_are_independent_of_each_other() {
    // The 0.999 quantile of χ² with 8 degrees of freedom.
    const LIMIT: f64 = 26.12;
    let arms = [300, 300, 400];
    let pairs = [
        ("tone", "tone.2"),
        ("tone", "length"),
        ("length", "retrieval"),
    ];
    for (one, other) in pairs {
        let (one, other) = (plan(one, 0, 1_000, &arms), plan(other, 0, 1_000, &arms));
        let mut counts = [0; 9];
        for subject in people() {
            let place = |plan| {
                assign(plan, &subject)
                    .arm
                    .unwrap_or_default()
                    .as_bytes()
                    .first()
                    .map(|name| usize::from(name - b'a'))
            };
            counts[place(&one).unwrap() * 3 + place(&other).unwrap()] += 1;
        }
        let chi = chi_square(&counts, &[90, 90, 120, 90, 90, 120, 120, 120, 160]);
        assert!(
            chi < LIMIT,
            "{} and {}: {chi} {counts:?}",
            one.name(),
            other.name()
        );
    }
}

#[test]
fn the_arm_does_not_depend_on_the_traffic_that_let_one_in() {
    // Half of the people are in; of them as many are in each arm as of all.
    let half = plan("tone", 0, 500, &[500, 500]);
    let counts = counts(&half, people());
    let chi = chi_square(&[counts["a"], counts["b"]], &[500, 500]);
    // The 0.999 quantile of χ² with 1 degree of freedom.
    assert!(chi < 10.83, "{chi} {counts:?}");
}

#[test]
fn what_is_wrong_is_named() {
    let name = |name: &str, arms: [(&str, u64); 2]| {
        let arms = arms.map(|(name, weight)| (name.to_owned(), share_of(weight)));
        Plan::new(name, Share::ZERO, Share::ONE, arms.into())
    };
    let good = [("a", 500), ("b", 500)];
    assert!(name("A-z_0.9", good).is_ok());
    assert!(name(&"n".repeat(64), good).is_ok());
    for bad in ["", "tone:arm", "a b", "ü", "two\nlines", &"n".repeat(65)] {
        assert_eq!(name(bad, good).unwrap_err().field(), "name", "{bad}");
        let error = name("tone", [("a", 500), (bad, 500)]).unwrap_err();
        assert_eq!(error.field(), "arms", "{bad}");
    }
    let refused = |arms| name("tone", arms).unwrap_err();
    assert_eq!(refused([("a", 500), ("holdout", 500)]), PlanError::Reserved);
    assert_eq!(
        refused([("a", 500), ("a", 500)]),
        PlanError::Twice("a".into())
    );
    assert_eq!(refused([("a", 500), ("b", 501)]), PlanError::Sum(1.001));
    assert_eq!(refused([("a", 0), ("b", 1_000)]).field(), "weight");
    let shares = |holdout, traffic| {
        let arms = vec![("a".into(), share_of(500)), ("b".into(), share_of(500))];
        let plan = Plan::new("tone", share_of(holdout), share_of(traffic), arms);
        plan.map_err(|error| error.field())
    };
    assert_eq!(shares(1_000, 1_000).unwrap_err(), "holdout");
    assert_eq!(shares(0, 0).unwrap_err(), "traffic");
    assert!(shares(999, 1).is_ok());
    let alone = Plan::new(
        "tone",
        Share::ZERO,
        Share::ONE,
        vec![("a".into(), Share::ONE)],
    );
    assert_eq!(alone, Err(PlanError::Count(1)));
}

#[test]
fn shares_are_whole_thousandths() {
    for (value, thousandths) in [(0.07, 70), (0.57, 570), (0.334, 334), (1.0, 1_000)] {
        assert_eq!(share("traffic", value).unwrap().thousandths(), thousandths);
    }
    for bad in [1.0 / 3.0, 0.0005, 0.070_000_1, -0.1, 1.001, f64::NAN] {
        assert_eq!(
            share("traffic", bad).unwrap_err().field(),
            "traffic",
            "{bad}"
        );
    }
}

/// Weights of two to five arms.
fn weights() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::btree_set(1_u64..1_000, 1..5).prop_map(|cuts| {
        let mut start = 0;
        let ends = cuts.into_iter().chain([1_000]);
        ends.map(|end| end - std::mem::replace(&mut start, end))
            .collect()
    })
}

proptest! {
    #[test]
    fn the_answer_and_its_chance_belong_together(
        holdout in 0_u64..1_000, traffic in 1_u64..=1_000, weights in weights(), subject in ".{1,40}",
    ) {
        let plan = plan("tone", holdout, traffic, &weights);
        let assignment = assign(&plan, &subject);
        prop_assert_eq!(assignment.holdout, assignment.arm == Some(HOLDOUT));
        let chance = match assignment.arm {
            Some(HOLDOUT) => holdout,
            None => 1_000 - traffic,
            Some(name) => weights[usize::from(name.as_bytes()[0] - b'a')],
        };
        prop_assert_eq!(u64::from(assignment.propensity.thousandths()), chance);
        // What has no chance does not happen.
        prop_assert!(chance > 0);
    }

    #[test]
    fn a_larger_holdout_contains_a_smaller_one(
        small in 0_u64..1_000, more in 0_u64..1_000, subject in "[ -~]{1,40}",
    ) {
        let larger = small.max(more);
        let here = plan("tone", small, 1_000, &[500, 500]);
        let there = plan("another", larger, 300, &[100, 900]);
        prop_assert!(!assign(&here, &subject).holdout || assign(&there, &subject).holdout);
    }

    #[test]
    fn more_traffic_moves_nobody_who_was_in(
        before in 1_u64..=1_000, after in 1_u64..=1_000, subject in "[ -~]{1,40}",
    ) {
        let (before, after) = (before.min(after), before.max(after));
        let (narrow, wide) = (plan("tone", 50, before, &[500, 500]), plan("tone", 50, after, &[500, 500]));
        let (was, is) = (assign(&narrow, &subject), assign(&wide, &subject));
        prop_assert!(was.arm.is_none() || was.arm == is.arm);
    }
}
