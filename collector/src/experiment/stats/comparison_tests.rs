//! Comparisons of people made up by hand.

use super::{super::observation::Observation, *};

const DESIGN: Design = Design::difference(0.05, 5_000);

/// `people`, of whom `yes` said so.
fn binary(people: u64, yes: u64) -> Moments {
    let mut moments = Moments::default();
    for place in 0..people {
        moments.add(&Observation::new(f64::from(u8::from(place < yes)), 1.0));
    }
    moments
}

#[test]
fn a_comparison_says_what_its_parts_say() {
    let found = compare(&binary(4_000, 1_600), &binary(4_100, 1_968), &DESIGN).unwrap();
    assert!((found.control - 0.4).abs() < 1e-12 && (found.treatment - 0.48).abs() < 1e-12);
    assert_eq!(
        (found.control_people, found.treatment_people),
        (4_000, 4_100)
    );
    let se2 = 0.24 / 3_999.0 + 0.2496 / 4_099.0;
    assert!((found.se * found.se - se2).abs() < 1e-12);
    let rho = DESIGN.rho();
    let half = critical(Side::Both, 8_100, 0.05, rho) * found.se;
    assert!((found.interval.lower.unwrap() - (0.08 - half)).abs() < 1e-12);
    assert!((found.interval.upper.unwrap() - (0.08 + half)).abs() < 1e-12);
    assert!((found.fixed.lower.unwrap() - (0.08 - 1.959_963_984_540_054 * found.se)).abs() < 1e-12);
    assert!((found.lift.unwrap() - 0.2).abs() < 1e-12 && found.lift_interval.above(0.0));
    assert!(found.p < 0.05 && found.e_value > 20.0 && found.interval.above(0.0));
    assert_eq!(found.cuped, None);
}

#[test]
fn before_there_are_people_enough_nothing_is_excluded() {
    let few = compare(&binary(99, 12), &binary(5_000, 4_900), &DESIGN).unwrap();
    assert!(!few.ready && few.interval == Bounds::UNKNOWN && few.lift_interval == Bounds::UNKNOWN);
    assert_eq!((few.p, few.e_value), (1.0, 1.0));
    assert!(few.fixed.above(0.5) && few.delta > 0.8);
    let ready = |people, yes| {
        let arms = [binary(people, yes), binary(5_000, 2_500)];
        let there = compare(&arms[0], &arms[1], &DESIGN).unwrap().ready;
        let back = compare(&arms[1], &arms[0], &DESIGN).unwrap().ready;
        assert_eq!(there, back);
        there
    };
    assert!(ready(100, 12) && !ready(99, 12));
    // However many people there are, what is rare must have happened to some.
    assert!(ready(4_000, 10) && !ready(4_000, 9));
    assert!(ready(4_000, 3_990) && !ready(4_000, 3_991));
}

#[test]
fn an_arm_where_nothing_happened_is_not_certain() {
    let found = compare(&binary(500, 0), &binary(500, 250), &DESIGN).unwrap();
    assert!(!found.ready && found.interval == Bounds::UNKNOWN);
    assert_eq!(found.lift, None);
}

#[test]
fn people_without_an_occasion_do_not_count_for_readiness() {
    let mut sparse = binary(60, 30);
    (0..900).for_each(|_| sparse.add(&Observation::new(0.0, 0.0)));
    let found = compare(&sparse, &binary(900, 450), &DESIGN).unwrap();
    assert_eq!(
        (found.control, found.control_people, found.ready),
        (0.5, 960, false)
    );
}

#[test]
fn non_inferiority_is_one_bound_against_the_margin() {
    let (control, treatment) = (binary(20_000, 10_000), binary(20_000, 9_990));
    let lower = compare(&control, &treatment, &Design::not_lower(0.05, 5_000, 0.03)).unwrap();
    assert!(lower.interval.above(-0.03) && lower.interval.upper.is_none());
    assert!(lower.p < 0.05 && lower.fixed.upper.is_none());
    let strict = compare(&control, &treatment, &Design::not_lower(0.05, 5_000, 0.001)).unwrap();
    assert!(!strict.interval.above(-0.001) && strict.p > 0.05);
    let upper = compare(&control, &treatment, &Design::not_higher(0.05, 5_000, 0.03)).unwrap();
    assert!(upper.interval.below(0.03) && upper.interval.lower.is_none() && upper.p < 0.05);
}

#[test]
fn the_pre_period_is_used_where_there_is_one() {
    let person = |place: u32, shift: f64| {
        let past = f64::from(place % 17);
        Observation::new(past + shift + f64::from(place % 3), 1.0).with_before(past, 1.0)
    };
    let mut arms = [Moments::default(); 2];
    for place in 0..1_000_u32 {
        let treated = place % 2 == 1;
        arms[usize::from(treated)].add(&person(place, if treated { 0.5 } else { 0.0 }));
    }
    let found = compare(&arms[0], &arms[1], &DESIGN).unwrap();
    assert!(found.cuped.unwrap() > 0.9, "{found:?}");
    assert!(
        found.interval.above(0.0) && found.interval.holds(0.5),
        "{found:?}"
    );
}

#[test]
fn nothing_to_divide_by_is_no_comparison() {
    assert_eq!(compare(&Moments::default(), &binary(10, 5), &DESIGN), None);
    let mut none = Moments::default();
    (0..10).for_each(|_| none.add(&Observation::new(0.0, 0.0)));
    assert_eq!(compare(&none, &binary(10, 5), &DESIGN), None);
}
