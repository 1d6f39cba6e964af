//! CUPED: what people did before explains much of how they differ, and it cannot be
//! the treatment's doing (Deng, Xu, Kohavi & Walker 2013, "Improving the Sensitivity of
//! Online Controlled Experiments by Utilizing Pre-Experiment Data").
//!
//! For ratios both periods are linearised (Deng, Knoblich & Lu 2018): the outcome as
//! in [`super::ratio`], the covariate as x = (N′ − R′D′)/D̄′ with R′ and D̄′ of all
//! people of both arms who were measured before.
//!
//! Who has no pre-period enters with x = 0, the mean of those who have one, and with an
//! indicator as a second covariate: newcomers may differ from the rest in level, and an
//! arm that has more of them by chance is corrected for it. θ is the one that makes the
//! variance of the difference smallest: the within-arm covariances of both arms, each
//! divided by its people.
//!
//! The adjusted values are each arm's value minus θ times how far its covariates are
//! from those of both arms together, so they share people and have a covariance.

use super::{
    estimate::Estimate,
    moments::{DENOMINATOR_BEFORE, KNOWN, Moments, NUMERATOR_BEFORE, Weights, not_negative, only},
    ratio::linearised,
};

/// People of each arm who must have been measured before. With fewer, what two
/// coefficients are fitted to is noise, and the pre-period is left alone.
pub const BEFORE_MIN: u64 = 100;

/// Below this share of its variance left beside the other one a covariate says
/// nothing of its own.
const SHARE_LEFT_MIN: f64 = 1e-9;

/// Two arms adjusted by their pre-period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cuped {
    /// Both values as adjusted.
    pub estimate: Estimate,
    /// Coefficient of the covariate.
    pub theta: f64,
    /// Coefficient of having a pre-period at all.
    pub theta_known: f64,
    /// Share of the difference's variance that is gone, 0 to 1.
    pub removed: f64,
}

/// Adjusts a comparison; `None` where there is too little to adjust it by.
#[must_use]
pub fn cuped(control: &Moments, treatment: &Moments) -> Option<Cuped> {
    let plain = Estimate::plain(control, treatment)?;
    if control.measured_before().min(treatment.measured_before()) < BEFORE_MIN {
        return None;
    }
    let covariate = covariate(control, treatment)?;
    let arms = [Arm::of(control)?, Arm::of(treatment)?];
    let (theta, theta_known) = thetas(&arms, &covariate)?;
    let mut explained = covariate.map(|weight| theta * weight);
    explained[KNOWN] += theta_known;
    let estimate = adjusted(&plain, &arms, &explained);
    let removed = 1.0 - estimate.se2() / plain.se2();
    removed.is_finite().then(|| Cuped {
        estimate,
        theta,
        theta_known,
        removed: removed.clamp(0.0, 1.0),
    })
}

/// One arm and what one of its people moves its value by.
struct Arm<'a> {
    moments: &'a Moments,
    person: Weights,
    n: f64,
}

impl<'a> Arm<'a> {
    fn of(moments: &'a Moments) -> Option<Self> {
        let (_, person) = linearised(moments)?;
        Some(Self {
            moments,
            person,
            n: moments.people() as f64,
        })
    }

    /// Covariance of the arm's means of two combinations.
    fn covariance(&self, left: &Weights, right: &Weights) -> f64 {
        self.moments.covariance(left, right) / self.n
    }
}

/// x of one person, with the ratio before and mean denominator of both arms.
fn covariate(control: &Moments, treatment: &Moments) -> Option<Weights> {
    let mut both = *control;
    both.merge(treatment);
    let denominator = both.mean(&only(DENOMINATOR_BEFORE));
    let known = both.mean(&only(KNOWN));
    let ratio = both.mean(&only(NUMERATOR_BEFORE)) / denominator;
    let mut covariate = only(NUMERATOR_BEFORE);
    covariate[DENOMINATOR_BEFORE] = -ratio;
    let scale = denominator / known;
    covariate.iter_mut().for_each(|weight| *weight /= scale);
    (scale != 0.0 && ratio.is_finite() && scale.is_finite()).then_some(covariate)
}

/// The coefficients of the covariate and of the indicator, by the normal equations.
fn thetas(arms: &[Arm<'_>; 2], covariate: &Weights) -> Option<(f64, f64)> {
    let known = only(KNOWN);
    let sum = |left: &Weights, right: &Weights| -> f64 {
        arms.iter().map(|arm| arm.covariance(left, right)).sum()
    };
    let outcome = |right: &Weights| -> f64 {
        arms.iter()
            .map(|arm| arm.covariance(&arm.person, right))
            .sum()
    };
    let (xx, kk, xk) = (
        sum(covariate, covariate),
        sum(&known, &known),
        sum(covariate, &known),
    );
    let (xy, ky) = (outcome(covariate), outcome(&known));
    let determinant = xx * kk - xk * xk;
    if determinant > SHARE_LEFT_MIN * xx * kk {
        let theta = (xy * kk - ky * xk) / determinant;
        return Some((theta, (ky * xx - xy * xk) / determinant));
    }
    // Everybody has a pre-period: the indicator says nothing.
    (xx > 0.0).then(|| (xy / xx, 0.0))
}

/// Both values minus what their people's pre-period explains of how they differ.
fn adjusted(plain: &Estimate, arms: &[Arm<'_>; 2], explained: &Weights) -> Estimate {
    let [control, treatment] = arms;
    let n = control.n + treatment.n;
    let (share_control, share_treatment) = (control.n / n, treatment.n / n);
    let gap = treatment.moments.mean(explained) - control.moments.mean(explained);
    // Means of own people, of own and the other's explained part.
    let own_control = minus(&control.person, explained, share_treatment);
    let own_treatment = minus(&treatment.person, explained, share_control);
    let variance = |arm: &Arm<'_>, of: &Weights| not_negative(arm.covariance(of, of));
    Estimate {
        control: plain.control + share_treatment * gap,
        treatment: plain.treatment - share_control * gap,
        control_variance: variance(control, &own_control)
            + share_treatment * share_treatment * variance(treatment, explained),
        treatment_variance: variance(treatment, &own_treatment)
            + share_control * share_control * variance(control, explained),
        covariance: share_control * control.covariance(&own_control, explained)
            + share_treatment * treatment.covariance(explained, &own_treatment),
        n: plain.n,
    }
}

/// `left` − `share` of `right`.
fn minus(left: &Weights, right: &Weights, share: f64) -> Weights {
    let mut left = *left;
    for (left, right) in left.iter_mut().zip(right) {
        *left -= share * right;
    }
    left
}

#[cfg(test)]
#[path = "cuped_tests.rs"]
mod tests;
