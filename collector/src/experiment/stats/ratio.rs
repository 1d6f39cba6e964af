//! The value of an arm: a ratio of two means over people.
//!
//! Its variance is by the delta method (Deng, Knoblich & Lu 2018, "Applying the
//! Delta Method in Metric Analytics", §3): near R = N̄/D̄ the ratio moves as the mean
//! of eᵢ = (Nᵢ − R Dᵢ)/D̄, so that Var(R) ≈ Var(eᵢ)/n. That is
//! s_N²/D̄² − 2N̄ s_ND/D̄³ + N̄² s_D²/D̄⁴, clustered by person.

use super::moments::{DENOMINATOR, Moments, NUMERATOR, Weights, only};

/// An arm's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Σ numerators ÷ Σ denominators.
    pub value: f64,
    /// Variance of a person's share in it; that of the value is this ÷ `n`.
    pub variance_per_person: f64,
    /// People.
    pub n: u64,
}

impl Ratio {
    /// Variance of the value.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance_per_person / self.n as f64
    }
}

/// The ratio of an arm; `None` with fewer than two people, where denominators add
/// up to 0, or where a sum is not finite.
#[must_use]
pub fn ratio(arm: &Moments) -> Option<Ratio> {
    let (value, person) = linearised(arm)?;
    let found = Ratio {
        value,
        variance_per_person: arm.variance(&person),
        n: arm.people(),
    };
    (arm.people() >= 2 && found.variance_per_person.is_finite()).then_some(found)
}

/// The ratio, and what one person moves it by.
pub(super) fn linearised(arm: &Moments) -> Option<(f64, Weights)> {
    let mean = arm.mean(&only(DENOMINATOR));
    let value = arm.mean(&only(NUMERATOR)) / mean;
    let mut person = only(NUMERATOR);
    person[DENOMINATOR] = -value;
    person.iter_mut().for_each(|weight| *weight /= mean);
    (mean != 0.0 && value.is_finite()).then_some((value, person))
}

#[cfg(test)]
mod tests {
    use super::{super::observation::Observation, *};

    fn of(numerators: &[f64], denominators: &[f64]) -> Moments {
        let mut moments = Moments::default();
        for (numerator, denominator) in numerators.iter().zip(denominators) {
            moments.add(&Observation::new(*numerator, *denominator));
        }
        moments
    }

    #[test]
    fn value_and_variance_are_the_references() {
        let arm = of(
            &[1.0, 0.0, 3.0, 2.0, 0.0, 5.0, 1.0, 0.0],
            &[2.0, 1.0, 5.0, 2.0, 1.0, 8.0, 3.0, 2.0],
        );
        let found = ratio(&arm).unwrap();
        assert!((found.value - 0.5).abs() < 1e-15);
        assert!((found.variance_per_person - 0.063_492_063_5).abs() < 1e-10);
        assert!((libm::sqrt(found.variance()) - 0.089_087_080_6).abs() < 1e-10);
    }

    #[test]
    fn with_denominators_of_one_it_is_the_mean_and_its_variance() {
        let found = ratio(&of(&[4.0, 7.0, 13.0, 16.0], &[1.0; 4])).unwrap();
        assert_eq!((found.value, found.n), (10.0, 4));
        assert!((found.variance_per_person - 30.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_divided_is_no_ratio() {
        assert_eq!(ratio(&Moments::default()), None);
        assert_eq!(ratio(&of(&[1.0], &[1.0])), None);
        assert_eq!(ratio(&of(&[0.0, 0.0], &[0.0, 0.0])), None);
        assert_eq!(ratio(&of(&[f64::NAN, 0.0], &[1.0, 1.0])), None);
        assert_eq!(ratio(&of(&[1e200, 0.0], &[1.0, 1.0])), None);
    }
}
