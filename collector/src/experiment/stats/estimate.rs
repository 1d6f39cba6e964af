//! Two arms as they are compared: their values and how these vary together.

use super::{
    moments::{Moments, not_negative},
    ratio::ratio,
};

/// Values of both arms with their variances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Value of the control.
    pub control: f64,
    /// Value of the treatment.
    pub treatment: f64,
    /// Variance of the control's value.
    pub control_variance: f64,
    /// Variance of the treatment's value.
    pub treatment_variance: f64,
    /// Covariance of the two; 0 unless both were adjusted by the same people.
    pub covariance: f64,
    /// People of both arms.
    pub n: u64,
}

impl Estimate {
    /// Both ratios as they are; `None` where one is none.
    #[must_use]
    pub fn plain(control: &Moments, treatment: &Moments) -> Option<Self> {
        let (control, treatment) = (ratio(control)?, ratio(treatment)?);
        Some(Self {
            control: control.value,
            treatment: treatment.value,
            control_variance: control.variance(),
            treatment_variance: treatment.variance(),
            covariance: 0.0,
            n: control.n + treatment.n,
        })
    }

    /// Treatment − control.
    #[must_use]
    pub fn delta(&self) -> f64 {
        self.treatment - self.control
    }

    /// Variance of the difference.
    #[must_use]
    pub fn se2(&self) -> f64 {
        not_negative(self.control_variance + self.treatment_variance - 2.0 * self.covariance)
    }
}
