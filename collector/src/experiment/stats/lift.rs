//! The difference relative to the control, by Fieller (1954): every lift whose
//! difference is within its bound.
//!
//! For a ratio r of the two values the bound of treatment − r·control is a sequence
//! like any other, so the set of all r it does not exclude holds the true one at all
//! times. Unlike the delta method's interval it excludes 0 exactly where the interval
//! of the difference does, and has no bound where the control may be 0.

use super::{bounds::Bounds, design::Side, estimate::Estimate};

/// (treatment − control) ÷ |control|; `None` where that is 0.
#[must_use]
pub fn lift(of: &Estimate) -> Option<f64> {
    let lift = of.delta() / libm::fabs(of.control);
    lift.is_finite().then_some(lift)
}

/// Where it lies; `critical` as in [`super::sequence::critical`]. Unknown where the
/// control's own bound includes 0.
#[must_use]
pub fn lift_bounds(of: &Estimate, side: Side, critical: f64) -> Bounds {
    let squared = critical * critical;
    // (T − rC)² ≤ c²(v_T − 2r·cov + r²v_C), a parabola in r.
    let a = of.control * of.control - squared * of.control_variance;
    let b = of.control * of.treatment - squared * of.covariance;
    let c = of.treatment * of.treatment - squared * of.treatment_variance;
    let discriminant = b * b - a * c;
    if a <= 0.0 || discriminant < 0.0 || !discriminant.is_finite() {
        return Bounds::UNKNOWN;
    }
    let root = libm::sqrt(discriminant);
    let (low, high) = ((b - root) / a - 1.0, (b + root) / a - 1.0);
    let (lower, upper) = if of.control > 0.0 {
        (low, high)
    } else {
        (-high, -low)
    };
    Bounds {
        lower: (side != Side::Upper).then_some(lower),
        upper: (side != Side::Lower).then_some(upper),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(control: f64, treatment: f64) -> Estimate {
        Estimate {
            control,
            treatment,
            control_variance: 0.000_4,
            treatment_variance: 0.000_5,
            covariance: 0.000_1,
            n: 1_000,
        }
    }

    #[test]
    fn both_ends_are_where_the_bound_touches() {
        let of = estimate(0.4, 0.5);
        let bounds = lift_bounds(&of, Side::Both, 3.0);
        for end in [bounds.lower.unwrap(), bounds.upper.unwrap()] {
            let r = 1.0 + end;
            let variance = 0.000_5 - 2.0 * r * 0.000_1 + r * r * 0.000_4;
            let off = libm::fabs(0.5 - r * 0.4) - 3.0 * libm::sqrt(variance);
            assert!(off.abs() < 1e-12, "{off}");
        }
        assert!((lift(&of).unwrap() - 0.25).abs() < 1e-12 && bounds.holds(0.25));
    }

    #[test]
    fn it_excludes_no_lift_exactly_where_the_difference_excludes_none() {
        for treatment in [0.45, 0.47, 0.479, 0.48, 0.5, 0.32, 0.3] {
            for sign in [1.0, -1.0] {
                let of = estimate(sign * 0.4, sign * treatment);
                let half = 3.0 * libm::sqrt(of.se2());
                let bounds = lift_bounds(&of, Side::Both, 3.0);
                assert_eq!(bounds.above(0.0), of.delta() > half, "{treatment} {sign}");
                assert_eq!(bounds.below(0.0), of.delta() < -half, "{treatment} {sign}");
            }
        }
    }

    #[test]
    fn one_side_is_left_open_and_stays_the_same_side_below_zero() {
        let up = lift_bounds(&estimate(-0.4, -0.2), Side::Lower, 3.0);
        assert!(up.above(0.0) && up.upper.is_none());
        let down = lift_bounds(&estimate(0.4, 0.2), Side::Upper, 3.0);
        assert!(down.below(0.0) && down.lower.is_none());
    }

    #[test]
    fn a_control_that_may_be_zero_bounds_nothing() {
        assert_eq!(
            lift_bounds(&estimate(0.05, 0.5), Side::Both, 3.0),
            Bounds::UNKNOWN
        );
        assert_eq!(lift(&estimate(0.0, 0.5)), None);
    }
}
