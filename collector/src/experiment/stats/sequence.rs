//! Bounds that hold at all times at once.
//!
//! The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy &
//! Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences",
//! Annals of Statistics 2024 (arXiv:2103.06476v7: eq. 9 two-sided, eq. 161 for ρ,
//! eq. 155 for the p-value, one-sided in the appendix):
//! Robbins' normal mixture with the variance estimated. With n people, a = nρ² + 1 and
//! s² = n·se² the half-width is √(s²·2a/(n²ρ²)·ln(√a/α)); with one bound only it is
//! √(s²·2a/(n²ρ²)·ln(1 + √a/(2α))). ρ says where it is tightest and is fixed before
//! anybody looks.
//!
//! The e-value of a look is the mixture's likelihood ratio, exp(ρ²nz²/(2a))/√a with
//! z = Δ/se: the interval excludes a value exactly where its e-value reaches 1/α.

use super::{bounds::Bounds, design::Side};

/// No e-value is said to be larger: it would leave f64.
const LN_E_MAX: f64 = 700.0;

/// ρ of the two-sided sequence that is tightest at `tightest_at` people; for one
/// side, of twice the α.
#[must_use]
pub fn rho(alpha: f64, tightest_at: u64) -> f64 {
    let twice = -2.0 * libm::log(alpha);
    libm::sqrt((twice + libm::log(twice + 1.0)) / tightest_at.max(1) as f64)
}

/// How many standard errors wide a bound is with `n` people.
#[must_use]
pub fn critical(side: Side, n: u64, alpha: f64, rho: f64) -> f64 {
    let (spread, a) = spread_and_a(n, rho);
    let ln = match side {
        Side::Both => libm::log(libm::sqrt(a) / alpha),
        Side::Lower | Side::Upper => libm::log1p(libm::sqrt(a) / (2.0 * alpha)),
    };
    libm::sqrt(2.0 * a / spread * ln)
}

/// Two-sided: where the difference lies, at all times with probability 1 − `alpha`.
/// `se2` is the variance of `delta`, `n` the people of both arms.
#[must_use]
pub fn confidence_sequence(delta: f64, se2: f64, n: u64, alpha: f64, rho: f64) -> Bounds {
    bounds(Side::Both, delta, se2, n, alpha, rho)
}

/// The bounds of `side`.
#[must_use]
pub fn bounds(side: Side, delta: f64, se2: f64, n: u64, alpha: f64, rho: f64) -> Bounds {
    if n == 0 {
        return Bounds::UNKNOWN;
    }
    side.around(delta, critical(side, n, alpha, rho) * libm::sqrt(se2))
}

/// Evidence of a look against the null hypothesis: at most 1 on average if that is
/// true. `z` is how many standard errors the estimate is above it; for [`Side::Upper`]
/// being below it is evidence. At most e⁷⁰⁰.
#[must_use]
pub fn e_value_of(side: Side, z: f64, n: u64, rho: f64) -> f64 {
    let (spread, a) = spread_and_a(n, rho);
    let squared = z * z * spread / (2.0 * a);
    let ln_root = 0.5 * libm::log(a);
    match side {
        Side::Both => libm::exp((squared - ln_root).min(LN_E_MAX)),
        Side::Lower if z > 0.0 => one_sided(squared, ln_root),
        Side::Upper if z < 0.0 => one_sided(squared, ln_root),
        Side::Lower | Side::Upper => 0.0,
    }
}

/// 2(eˣ − 1)/√a: the α⁻¹ at which the one-sided bound touches the null. Less than
/// Robbins' 2eˣΦ(√2x)/√a, whose mean is 1, so it is an e-value too.
fn one_sided(squared: f64, ln_root: f64) -> f64 {
    if squared > LN_E_MAX {
        return libm::exp(LN_E_MAX);
    }
    2.0 * libm::expm1(squared) * libm::exp(-ln_root)
}

/// Two-sided evidence of a look.
#[must_use]
pub fn e_value(delta: f64, se2: f64, n: u64, rho: f64) -> f64 {
    e_value_of(Side::Both, delta / libm::sqrt(se2), n, rho)
}

/// p-value of a look that may have been chosen for what it showed: min(1, 1/e). Over
/// several looks the smallest holds, see [`super::RunningP`].
#[must_use]
pub fn always_valid_p(e_value: f64) -> f64 {
    if e_value > 1.0 { 1.0 / e_value } else { 1.0 }
}

/// nρ² and nρ² + 1.
fn spread_and_a(n: u64, rho: f64) -> (f64, f64) {
    let spread = n as f64 * rho * rho;
    (spread, spread + 1.0)
}

#[cfg(test)]
mod tests {
    use super::{super::design::Design, *};

    fn half(bounds: Bounds) -> f64 {
        (bounds.upper.unwrap() - bounds.lower.unwrap()) / 2.0
    }

    fn near(found: f64, wanted: f64, digits: i32) {
        let off = (found - wanted).abs();
        assert!(
            off < libm::pow(10.0, -f64::from(digits)),
            "{found} {wanted}"
        );
    }

    #[test]
    fn rho_and_half_widths_are_the_references() {
        near(rho(0.05, 5_000), 0.039_840_066_8, 10);
        let sequence = confidence_sequence(0.0, 0.5 / 10_000.0, 10_000, 0.05, rho(0.05, 5_000));
        near(half(sequence), 0.021_647_913_0, 10);
        let se2 = 0.9 / 4_000.0 + 0.95 / 4_100.0;
        let rho = rho(0.05, 5_000);
        near(libm::sqrt(se2), 0.021_370_71, 8);
        near(
            half(confidence_sequence(0.3, se2, 8_100, 0.05, rho)),
            0.065_139_37,
            8,
        );
        near(
            always_valid_p(e_value(0.08, se2, 8_100, rho)),
            0.005_590_77,
            8,
        );
    }

    #[test]
    fn with_rho_per_standard_deviation_it_is_tensorzeros_margin() {
        // There ρ is in units of the metric, here in standard deviations of a person.
        let per_deviation = 0.296_341_03 * libm::sqrt(0.25);
        let found = confidence_sequence(0.0, 0.25 / 100.0, 100, 0.05, per_deviation);
        near(half(found), 0.161_333_37, 8);
    }

    #[test]
    fn one_bound_is_nearer_than_two_and_is_by_the_formula() {
        let rho = Design::not_lower(0.05, 100, 0.0).rho();
        let lower = bounds(Side::Lower, 0.0, 0.25 / 100.0, 100, 0.05, rho);
        // 4.605170 + ln(5.605170), over 100; a = 7.328858.
        near(rho, 0.251_572_2, 7);
        let wanted = libm::sqrt(0.5 * 7.328_858 / (1e4 * 0.063_288_6) * libm::log(28.071_867));
        near(-lower.lower.unwrap(), wanted, 5);
        assert_eq!(lower.upper, None);
        assert!(
            -lower.lower.unwrap()
                < half(confidence_sequence(
                    0.0,
                    0.002_5,
                    100,
                    0.05,
                    super::rho(0.05, 100)
                ))
        );
    }

    #[test]
    fn the_interval_excludes_the_null_exactly_where_p_is_below_alpha() {
        for side in [Side::Both, Side::Lower, Side::Upper] {
            for n in [1, 50, 1_000, 100_000] {
                let rho = Design {
                    side,
                    ..Design::difference(0.05, 800)
                }
                .rho();
                let edge = critical(side, n, 0.05, rho);
                let sign = if side == Side::Upper { -1.0 } else { 1.0 };
                let p = |z: f64| always_valid_p(e_value_of(side, sign * z, n, rho));
                near(p(edge), 0.05, 12);
                assert!(p(edge * 1.001) < 0.05 && p(edge * 0.999) > 0.05);
                assert_eq!(p(edge * -1.001) < 0.05, side == Side::Both);
            }
        }
    }

    #[test]
    fn no_evidence_leaves_the_numbers() {
        let rho = rho(0.05, 5_000);
        for side in [Side::Both, Side::Lower] {
            let e = e_value_of(side, 1e6, 1_000_000, rho);
            assert!(e.is_finite() && e > 1e300);
        }
        assert_eq!(e_value_of(Side::Lower, -3.0, 5_000, rho), 0.0);
        assert_eq!(always_valid_p(0.0), 1.0);
        assert_eq!(confidence_sequence(0.0, 1.0, 0, 0.05, rho), Bounds::UNKNOWN);
    }

    #[test]
    fn it_is_tightest_about_where_it_was_asked_to_be() {
        let edge = |at| critical(Side::Both, 4_000, 0.05, rho(0.05, at));
        assert!(edge(4_000) < edge(1_000) && edge(4_000) < edge(16_000));
    }
}
