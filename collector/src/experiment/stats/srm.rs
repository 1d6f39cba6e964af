//! Sample ratio mismatch: were people assigned as declared?
//!
//! Where they were not, something drops people of one arm, and no effect can be
//! believed. Pearson's χ² says how sure one look is; the alarm is Lindon & Malek's
//! sequential test ("Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022),
//! a Dirichlet-multinomial Bayes factor that may be looked at after every person:
//! `Γ(k)/Γ(k+n) · ∏ Γ(kθⱼ+oⱼ)/Γ(kθⱼ) ÷ ∏ θⱼ^oⱼ`. Under the declared shares θ it is above
//! 1/α at any time with a chance of at most α.

use super::normal::chi_square_above;

/// Chance of a false alarm, over all looks.
pub const SRM_ALPHA: f64 = 0.001;

/// k: how close to the declared shares a mismatch is thought to be, the share's
/// standard deviation being √(θ(1−θ)/(k+1)), 5 points around one half. The alarm holds
/// whatever it is; 1,000 finds 55 : 45 with 2,180 people instead of 1,790, and 51 : 49
/// with 45,000 instead of 51,000.
pub const CONCENTRATION: f64 = 100.0;

/// No Bayes factor is said to be larger: it would leave f64.
const LN_MAX: f64 = 700.0;

/// How well people fit the declared shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Srm {
    /// Σ (observed − expected)²/expected.
    pub chi_square: f64,
    /// Its p-value, right for whoever looks once.
    pub p: f64,
    /// Evidence for other shares than declared, however often one looks; at most e⁷⁰⁰.
    pub bayes_factor: f64,
    /// min(1, 1/Bayes factor): p of this look; the smallest of all looks is what stands.
    pub always_valid_p: f64,
    /// The Bayes factor is above 1/α.
    pub alarm: bool,
}

/// Counts of people by arm against the shares they were to have, which are normalised.
/// `None` with fewer than two arms, another number of shares than of counts, a share
/// that is not above 0, or nobody.
#[must_use]
pub fn srm(people: &[u64], shares: &[f64], alpha: f64) -> Option<Srm> {
    let bayes_factor = bayes_factor(people, shares, CONCENTRATION)?;
    let (total, whole) = (total(people), shares.iter().sum::<f64>());
    let off = |(people, share): (&u64, &f64)| {
        let expected = total * share / whole;
        let off = *people as f64 - expected;
        off * off / expected
    };
    let chi_square = people.iter().zip(shares).map(off).sum();
    let df = u32::try_from(people.len() - 1).ok()?;
    let found = Srm {
        chi_square,
        p: chi_square_above(chi_square, df),
        bayes_factor,
        always_valid_p: if bayes_factor > 1.0 {
            1.0 / bayes_factor
        } else {
            1.0
        },
        alarm: bayes_factor > 1.0 / alpha,
    };
    (total > 0.0).then_some(found)
}

/// Of shares around the declared ones, with this concentration, against exactly these.
#[must_use]
pub fn bayes_factor(people: &[u64], shares: &[f64], concentration: f64) -> Option<f64> {
    let declared = shares.len() >= 2 && shares.iter().all(|share| *share > 0.0);
    let whole: f64 = shares.iter().sum();
    if !declared || people.len() != shares.len() || !whole.is_finite() {
        return None;
    }
    let mut ln = libm::lgamma(concentration) - libm::lgamma(concentration + total(people));
    for (people, share) in people.iter().zip(shares) {
        let (people, share) = (*people as f64, share / whole);
        let before = concentration * share;
        ln += libm::lgamma(before + people) - libm::lgamma(before) - people * libm::log(share);
    }
    Some(libm::exp(ln.min(LN_MAX)))
}

fn total(people: &[u64]) -> f64 {
    people.iter().map(|people| *people as f64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-6 * wanted, "{found} {wanted}");
    }

    #[test]
    fn chi_square_is_the_reference() {
        let halves = [0.5, 0.5];
        let found = srm(&[5_000, 5_200], &halves, SRM_ALPHA).unwrap();
        near(found.chi_square, 3.921_568_6);
        assert!((found.p - 0.047_67).abs() < 5e-6, "{found:?}");
        let found = srm(&[5_000, 5_400], &halves, SRM_ALPHA).unwrap();
        near(found.chi_square, 15.384_615_4);
        assert!((found.p - 8.770e-5).abs() < 5e-9, "{found:?}");
    }

    #[test]
    fn bayes_factors_are_the_references() {
        for (people, wanted) in [
            ([100, 100], 0.576_388_84),
            ([60, 140], 29_226.207),
            ([5_000, 5_200], 0.685_379_9),
            ([5_000, 5_400], 198.772_59),
        ] {
            near(bayes_factor(&people, &[0.5, 0.5], 100.0).unwrap(), wanted);
        }
    }

    #[test]
    fn the_alarm_is_for_what_one_look_may_not_say() {
        let found = |people: &[u64; 2]| srm(people, &[1.0, 1.0], SRM_ALPHA).unwrap();
        assert!(!found(&[5_000, 5_200]).alarm && found(&[5_000, 5_600]).alarm);
        let much = found(&[0, 1_000_000]);
        assert!(much.alarm && much.bayes_factor.is_finite() && much.p == 0.0);
        near(much.always_valid_p * much.bayes_factor, 1.0);
        assert_eq!(found(&[10, 10]).always_valid_p, 1.0);
    }

    #[test]
    fn shares_need_not_add_up_to_one_nor_be_equal() {
        let thousandths = srm(&[880, 70, 50], &[900.0, 50.0, 50.0], SRM_ALPHA).unwrap();
        let shares = srm(&[880, 70, 50], &[0.9, 0.05, 0.05], SRM_ALPHA).unwrap();
        near(thousandths.bayes_factor, shares.bayes_factor);
        near(shares.chi_square, 400.0 / 900.0 + 400.0 / 50.0);
        near(shares.p, libm::exp(-shares.chi_square / 2.0));
    }

    #[test]
    fn what_was_not_declared_cannot_be_compared() {
        assert_eq!(srm(&[5], &[1.0], SRM_ALPHA), None);
        assert_eq!(srm(&[5, 5], &[1.0], SRM_ALPHA), None);
        assert_eq!(srm(&[5, 5], &[1.0, 0.0], SRM_ALPHA), None);
        assert_eq!(srm(&[5, 5], &[1.0, f64::NAN], SRM_ALPHA), None);
        assert_eq!(srm(&[0, 0], &[0.5, 0.5], SRM_ALPHA), None);
    }
}
