//! CUPED against ordinary least squares, and against people whose past is known.

use super::{super::observation::Observation, *};

/// A stream of −1 to 1 that needs no crate.
fn noise(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed;
    core::iter::from_fn(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Some((state >> 33) as f64 / f64::from(1_u32 << 30) - 1.0)
    })
}

/// People whose value is twice their past and a little noise; newcomers stand five
/// higher. `newcomers` of ten have no past.
fn arm(seed: u64, people: usize, newcomers: usize, effect: f64) -> Moments {
    let mut noise = noise(seed);
    let mut moments = Moments::default();
    for place in 0..people {
        let (past, own) = (noise.next().unwrap(), noise.next().unwrap());
        let value = 0.2 * own + effect;
        moments.add(&if place % 10 < newcomers {
            Observation::new(value + 5.0, 1.0)
        } else {
            Observation::new(value + 2.0 * past, 1.0).with_before(3.0 + past, 1.0)
        });
    }
    moments
}

#[test]
fn what_the_past_explains_is_gone() {
    let found = cuped(&arm(1, 400, 0, 0.0), &arm(2, 500, 0, 0.3)).unwrap();
    // Var(2u) = 4/3 and Var(0.2u) = 0.04/3: 1 − 0.04/4.04 is explained.
    assert!(
        (found.removed - (1.0 - 0.04 / 4.04)).abs() < 0.003,
        "{found:?}"
    );
    assert!((found.theta - 2.0).abs() < 0.05 && found.theta_known == 0.0);
    let off = (found.estimate.delta() - 0.3).abs();
    assert!(off < 4.0 * libm::sqrt(found.estimate.se2()), "{found:?}");
    assert!(libm::sqrt(found.estimate.se2()) < 0.01);
}

#[test]
fn more_newcomers_in_one_arm_are_no_effect() {
    let (control, treatment) = (arm(1, 1_000, 2, 0.0), arm(2, 1_000, 3, 0.0));
    let plain = Estimate::plain(&control, &treatment).unwrap();
    let found = cuped(&control, &treatment).unwrap();
    assert!((plain.delta() - 0.5).abs() < 0.1, "{plain:?}");
    assert!(found.estimate.delta().abs() < 0.03, "{found:?}");
    assert!((found.theta - 2.0).abs() < 0.05, "{found:?}");
    assert!((found.theta_known + 5.0).abs() < 0.05, "{found:?}");
}

#[test]
fn the_values_vary_as_their_difference_says() {
    let (control, treatment) = (arm(3, 300, 2, 0.0), arm(4, 700, 2, 0.0));
    let Cuped {
        estimate,
        theta,
        theta_known,
        ..
    } = cuped(&control, &treatment).unwrap();
    // Var(y − θx − θ₂k) of each arm ÷ people, as for any difference of means.
    let x = covariate(&control, &treatment).unwrap();
    let se2: f64 = [&control, &treatment]
        .map(|arm| {
            let mut rest = linearised(arm).unwrap().1;
            rest.iter_mut()
                .zip(x)
                .for_each(|(rest, x)| *rest -= theta * x);
            rest[KNOWN] -= theta_known;
            arm.variance(&rest) / arm.people() as f64
        })
        .iter()
        .sum();
    assert!(
        (estimate.se2() - se2).abs() < 1e-12 * se2,
        "{estimate:?} {se2}"
    );
    assert!(estimate.covariance != 0.0);
}

#[test]
fn too_little_past_is_left_alone() {
    let enough = arm(1, 100, 0, 0.0);
    assert!(cuped(&enough, &arm(2, 100, 0, 0.0)).is_some());
    assert_eq!(cuped(&enough, &arm(2, 99, 0, 0.0)), None);
    assert_eq!(cuped(&arm(2, 990, 9, 0.0), &enough), None);
}

#[test]
fn a_past_without_differences_explains_nothing() {
    let mut arms = [Moments::default(); 2];
    for (place, value) in noise(9).take(400).enumerate() {
        arms[place % 2].add(&Observation::new(value, 1.0).with_before(2.0, 4.0));
    }
    assert_eq!(cuped(&arms[0], &arms[1]), None);
}

#[test]
fn a_ratio_is_adjusted_by_its_own_past_and_keeps_its_value_on_average() {
    // The same people in both arms: nothing to correct.
    let mut arm = Moments::default();
    let mut draw = noise(5);
    for _ in 0..500 {
        let (rate, outputs, own) = (
            draw.next().unwrap(),
            draw.next().unwrap(),
            draw.next().unwrap(),
        );
        let (now, before) = (5.0 + 4.0 * outputs, 5.0 - 3.0 * own);
        let person = Observation::new((0.5 + 0.4 * rate) * now, now);
        arm.add(&person.with_before((0.5 + 0.4 * rate) * before, before));
    }
    let found = cuped(&arm, &arm).unwrap();
    let plain = Estimate::plain(&arm, &arm).unwrap();
    assert_eq!(found.estimate.delta(), 0.0);
    assert_eq!(found.estimate.control, plain.control);
    assert!(found.removed > 0.5, "{found:?}");
}
