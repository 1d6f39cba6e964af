//! What it would take: people, days, and the chance to find an effect.
//!
//! All of it takes the design, and the *unit variance* of the difference: n·se², the
//! same however many people there are ([`super::Comparison::unit_variance`] of what is
//! running, [`unit_variance`] of what is planned). An effect is how far the true
//! difference is from the design's null hypothesis.

use super::{
    comparison::{PEOPLE_MIN, fixed_critical},
    design::{Design, Side},
    normal::below,
    sequence::critical,
};

/// Nobody has more people than this.
const PEOPLE_MAX: u64 = 1 << 40;

/// No exponential is taken of more: it would leave f64.
const EXPONENT_MAX: f64 = 700.0;

/// Unit variance of people who vary like this in each arm, with this share of both
/// arms' people in the treatment (0 to 1 exclusive).
#[must_use]
pub fn unit_variance(control: f64, treatment: f64, treatment_share: f64) -> f64 {
    control / (1.0 - treatment_share) + treatment / treatment_share
}

/// Half the width of the confidence sequence with `people` of both arms; infinite with
/// fewer than are needed to start.
#[must_use]
pub fn half_width(design: &Design, unit_variance: f64, people: u64) -> f64 {
    if people < 2 * PEOPLE_MIN {
        return f64::INFINITY;
    }
    let critical = critical(design.side, people, design.alpha, design.rho());
    critical * libm::sqrt(unit_variance / people as f64)
}

/// People of both arms from whom on the half-width is at most `target`; `None` where
/// no number is enough.
#[must_use]
pub fn people_for_half_width(design: &Design, unit_variance: f64, target: f64) -> Option<u64> {
    fewest(|people| half_width(design, unit_variance, people) <= target)
}

/// People of both arms with whom a test that is looked at once finds the effect with
/// this chance: unit variance · (z_{α/2} + z_{1−power})² ÷ effect², in whole people.
/// Before an experiment it is a good [`Design::tightest_at`].
#[must_use]
pub fn people_fixed(design: &Design, unit_variance: f64, effect: f64, power: f64) -> Option<u64> {
    fewest(|people| power_fixed(design, unit_variance, effect, people) >= power)
}

/// People of both arms by whom the sequence has found the effect with this chance.
#[must_use]
pub fn people_for_power(
    design: &Design,
    unit_variance: f64,
    effect: f64,
    chance: f64,
) -> Option<u64> {
    fewest(|people| power(design, unit_variance, effect, people) >= chance)
}

/// Chance that a test that is looked at once, with `people` of both arms, finds the
/// effect.
#[must_use]
pub fn power_fixed(design: &Design, unit_variance: f64, effect: f64, people: u64) -> f64 {
    let se = libm::sqrt(unit_variance / people.max(1) as f64);
    below(libm::fabs(effect) / se - fixed_critical(design))
}

/// Chance that the sequence has excluded the null hypothesis by the time there are
/// `people` of both arms, looked at all along.
///
/// With n as time and a person's standard deviation as unit, the sum of differences is
/// about a Brownian motion whose drift is the effect; it is found when it crosses the
/// sequence's bound b(n). b is concave, so it lies below its tangent at `people`, and
/// who has crossed the tangent has crossed b: the chance is at least Φ((νt − i)/√t) +
/// e^{2νi}·Φ((−νt − i)/√t) with t people, i the tangent's intercept and ν the drift less
/// its slope (Siegmund 1985, "Sequential Analysis", chapter III). The simulation is within
/// a few points of it (`npm run bench:stats`).
#[must_use]
pub fn power(design: &Design, unit_variance: f64, effect: f64, people: u64) -> f64 {
    if people < 2 * PEOPLE_MIN {
        return 0.0;
    }
    let drift = libm::fabs(effect) / libm::sqrt(unit_variance);
    let n = people as f64;
    let (bound, slope) = tangent(design, people);
    let (intercept, drift) = (bound - n * slope, drift - slope);
    let root = libm::sqrt(n);
    let late = below((drift * n - intercept) / root);
    let early = below((-drift * n - intercept) / root);
    let weight = libm::exp((2.0 * drift * intercept).min(EXPONENT_MAX));
    (late + weight * early).min(1.0)
}

/// b and its slope: b² = 2a/ρ²·L with L = ln(√a/α), or ln(1 + q) with q = √a/(2α), so
/// that (b²)′ is 2L + 1, or 2L + q/(1 + q).
fn tangent(design: &Design, people: u64) -> (f64, f64) {
    let (n, rho) = (people as f64, design.rho());
    let bound = critical(design.side, people, design.alpha, rho) * libm::sqrt(n);
    let a = n * rho * rho + 1.0;
    let twice_ln = bound * bound * rho * rho / a;
    let rest = match design.side {
        Side::Both => 1.0,
        Side::Lower | Side::Upper => {
            let q = libm::sqrt(a) / (2.0 * design.alpha);
            q / (1.0 + q)
        }
    };
    (bound, (twice_ln + rest) / (2.0 * bound))
}

/// Days until there are `needed` people, at so many new ones a day; `None` if never.
#[must_use]
pub fn days(needed: u64, people: u64, new_per_day: f64) -> Option<u64> {
    let missing = needed.saturating_sub(people) as f64;
    if missing == 0.0 {
        return Some(0);
    }
    let days = libm::ceil(missing / new_per_day);
    whole(days)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be positive, whole and small"
)]
fn whole(days: f64) -> Option<u64> {
    (days > 0.0 && days < 1e9).then_some(days as u64)
}

/// The fewest people with whom something holds that holds with any more.
fn fewest(enough: impl Fn(u64) -> bool) -> Option<u64> {
    if !enough(PEOPLE_MAX) {
        return None;
    }
    let (mut low, mut high) = (0, PEOPLE_MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESIGN: Design = Design::difference(0.05, 5_000);

    #[test]
    fn the_fixed_number_is_the_textbooks() {
        // Two proportions of one half, 5 points apart: 2·0.25·(1.96 + 0.8416)²/0.05² each.
        let needed = people_fixed(&DESIGN, unit_variance(0.25, 0.25, 0.5), 0.05, 0.8).unwrap();
        assert_eq!(needed, 3_140);
    }

    #[test]
    fn the_half_width_is_reached_with_the_last_person_and_not_before() {
        let people = people_for_half_width(&DESIGN, 0.5, 0.021_647_913).unwrap();
        assert!((9_999..=10_001).contains(&people), "{people}");
        let target = half_width(&DESIGN, 0.5, 7_777);
        assert_eq!(people_for_half_width(&DESIGN, 0.5, target), Some(7_777));
        assert_eq!(
            people_for_half_width(&DESIGN, 1e-12, 1.0),
            Some(2 * PEOPLE_MIN)
        );
        assert_eq!(people_for_half_width(&DESIGN, 0.5, 0.0), None);
    }

    #[test]
    fn the_tangent_touches_the_bound_and_lies_above_it() {
        for design in [DESIGN, Design::not_lower(0.05, 800, 0.1)] {
            let b = |people| tangent(&design, people).0;
            let (bound, slope) = tangent(&design, 2_000);
            let numeric = (b(2_001) - b(1_999)) / 2.0;
            assert!((slope - numeric).abs() < 1e-7, "{slope} {numeric}");
            for people in [200, 900, 1_800, 2_200, 9_000] {
                let line = bound + slope * (people as f64 - 2_000.0);
                assert!(b(people) < line, "{people}");
            }
        }
    }

    #[test]
    fn the_sequence_finds_less_than_one_look_and_all_in_the_end() {
        for design in [DESIGN, Design::not_lower(0.05, 5_000, 0.05)] {
            let mut before = 0.0;
            for people in [300, 1_000, 3_000, 6_000, 12_000, 1_000_000] {
                let found = power(&design, 1.0, 0.05, people);
                assert!(found < power_fixed(&design, 1.0, 0.05, people) || found == 1.0);
                assert!(found > before, "{people}: {found} {before}");
                before = found;
            }
            assert!(before > 0.999_999);
        }
        assert_eq!(power(&DESIGN, 1.0, 1e9, 2 * PEOPLE_MIN - 1), 0.0);
        assert_eq!(power(&DESIGN, 1.0, 1e9, 2 * PEOPLE_MIN), 1.0);
    }

    #[test]
    fn to_find_it_as_surely_takes_more_people_by_a_small_factor() {
        let fixed = people_fixed(&DESIGN, 1.0, 0.05, 0.8).unwrap();
        let design = Design::difference(0.05, fixed);
        let sequential = people_for_power(&design, 1.0, 0.05, 0.8).unwrap();
        let factor = sequential as f64 / fixed as f64;
        assert!((1.3..1.8).contains(&factor), "{factor}");
        assert_eq!(people_for_power(&design, 1.0, 0.0, 0.8), None);
    }

    #[test]
    fn days_are_counted_up() {
        assert_eq!(days(1_000, 400, 100.0), Some(6));
        assert_eq!(days(1_000, 401, 100.0), Some(6));
        assert_eq!(days(1_000, 1_000, 0.0), Some(0));
        assert_eq!(days(1_001, 1_000, 0.0), None);
        assert_eq!(days(1_001, 1_000, 1e-12), None);
    }
}
