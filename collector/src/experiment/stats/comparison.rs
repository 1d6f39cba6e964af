//! Treatment against control, in one metric.

use super::{
    bounds::Bounds,
    cuped::cuped,
    design::{Design, Side},
    estimate::Estimate,
    lift::{lift, lift_bounds},
    moments::Moments,
    normal::upper_quantile,
    sequence::{always_valid_p, critical, e_value_of},
};

/// People of each arm with an occasion to be measured, from whom on there are bounds.
/// The sequence is asymptotic, so it needs some to start from; that these are enough
/// was simulated with the worst metrics we measure (`npm run bench:stats`).
pub const PEOPLE_MIN: u64 = 100;

/// People of each arm to whom a rare event must have happened, or a near certain one
/// not, from whom on there are bounds: an arm that has had few by chance has a small
/// variance as well, and looks surer than it is. Simulated likewise.
pub const EITHER_MIN: u64 = 10;

/// What is known of a treatment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Value of the control, as it is.
    pub control: f64,
    /// Value of the treatment, as it is.
    pub treatment: f64,
    /// People of the control.
    pub control_people: u64,
    /// People of the treatment.
    pub treatment_people: u64,
    /// Treatment − control; adjusted where `cuped` says so.
    pub delta: f64,
    /// Standard error of `delta`.
    pub se: f64,
    /// Whether there are people enough for bounds that hold. Before, `interval` and
    /// `lift_interval` are unknown, p and the e-value 1.
    pub ready: bool,
    /// Where the difference lies, at whatever time one looks.
    pub interval: Bounds,
    /// `delta` ÷ |control|.
    pub lift: Option<f64>,
    /// Where the lift lies, at whatever time one looks.
    pub lift_interval: Bounds,
    /// Evidence against the design's null hypothesis in this look.
    pub e_value: f64,
    /// Always-valid p of this look; the smallest of all looks is what stands.
    pub p: f64,
    /// The interval of a test with its sample size fixed beforehand, for reference: it
    /// is wrong for whoever looks more than once.
    pub fixed: Bounds,
    /// Share of the variance that the pre-period removed; `None` where it was too small
    /// to be used.
    pub cuped: Option<f64>,
}

/// Compares two arms, by their pre-period where it is large enough; `None` where one
/// has fewer than two people, or nothing to divide by.
#[must_use]
pub fn compare(control: &Moments, treatment: &Moments, design: &Design) -> Option<Comparison> {
    let mut found = compare_plain(control, treatment, design)?;
    if let Some(cuped) = cuped(control, treatment) {
        found.look(&cuped.estimate, design);
        found.cuped = Some(cuped.removed);
    }
    Some(found)
}

/// Compares two arms as they are, whatever is known of the time before.
#[must_use]
pub fn compare_plain(
    control: &Moments,
    treatment: &Moments,
    design: &Design,
) -> Option<Comparison> {
    let plain = Estimate::plain(control, treatment)?;
    let mut found = Comparison {
        control: plain.control,
        treatment: plain.treatment,
        control_people: control.people(),
        treatment_people: treatment.people(),
        delta: 0.0,
        se: 0.0,
        ready: ready(control, treatment, &plain),
        interval: Bounds::UNKNOWN,
        lift: None,
        lift_interval: Bounds::UNKNOWN,
        e_value: 1.0,
        p: 1.0,
        fixed: Bounds::UNKNOWN,
        cuped: None,
    };
    found.look(&plain, design);
    Some(found)
}

impl Comparison {
    /// Variance of the difference per person of both arms: what [`super::power`] plans
    /// with.
    #[must_use]
    pub fn unit_variance(&self) -> f64 {
        self.se * self.se * (self.control_people + self.treatment_people) as f64
    }

    /// What an estimate says.
    fn look(&mut self, estimate: &Estimate, design: &Design) {
        let Design { alpha, side, .. } = *design;
        let (delta, se2) = (estimate.delta(), estimate.se2());
        self.delta = delta;
        self.se = libm::sqrt(se2);
        self.lift = lift(estimate);
        self.fixed = side.around(delta, fixed_critical(design) * self.se);
        if !self.ready {
            return;
        }
        let rho = design.rho();
        let critical = critical(side, estimate.n, alpha, rho);
        self.interval = side.around(delta, critical * self.se);
        self.lift_interval = lift_bounds(estimate, side, critical);
        let z = (delta - design.null) / self.se;
        self.e_value = e_value_of(side, z, estimate.n, rho);
        self.p = always_valid_p(self.e_value);
    }
}

/// How many standard errors wide a bound is that is looked at once.
pub(super) fn fixed_critical(design: &Design) -> f64 {
    upper_quantile(match design.side {
        Side::Both => design.alpha / 2.0,
        Side::Lower | Side::Upper => design.alpha,
    })
}

/// Enough people in both arms, and a variance.
fn ready(control: &Moments, treatment: &Moments, plain: &Estimate) -> bool {
    control.measured().min(treatment.measured()) >= PEOPLE_MIN
        && control.either().min(treatment.either()) >= EITHER_MIN
        && plain.control_variance > 0.0
        && plain.treatment_variance > 0.0
}

#[cfg(test)]
#[path = "comparison_tests.rs"]
mod tests;
