//! Treatment against control, in one metric.

use super::{
    bounds::Bounds,
    cuped::cuped,
    design::{Design, Side},
    estimate::Estimate,
    lift::{lift, lift_bounds},
    moments::Moments,
    normal::upper_quantile,
    sequence::{always_valid_p, bounds, critical, e_value_of, rho_of},
};

/// People of each arm with an occasion to be measured, from whom on there are bounds.
/// The sequence is asymptotic, so it needs some to start from; that these are enough
/// was simulated with the worst metrics we measure (`npm run bench:stats`).
pub const PEOPLE_MIN: u64 = 100;

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
    let plain = Estimate::plain(control, treatment)?;
    let adjusted = cuped(control, treatment);
    let estimate = adjusted.map_or(plain, |cuped| cuped.estimate);
    let ready = ready(control, treatment, &plain);
    let se = libm::sqrt(estimate.se2());
    let look = Look {
        estimate: &estimate,
        design,
        rho: rho_of(design.side, design.alpha, design.tightest_at),
    };
    let e_value = if ready { look.e_value() } else { 1.0 };
    Some(Comparison {
        control: plain.control,
        treatment: plain.treatment,
        control_people: control.people(),
        treatment_people: treatment.people(),
        delta: estimate.delta(),
        se,
        ready,
        interval: look.interval(ready),
        lift: lift(&estimate),
        lift_interval: look.lift_interval(ready),
        e_value,
        p: always_valid_p(e_value),
        fixed: look.fixed(),
        cuped: adjusted.map(|cuped| cuped.removed),
    })
}

/// Enough people, and a variance in each arm: an arm in which nothing has happened yet
/// looks certain and is not.
fn ready(control: &Moments, treatment: &Moments, plain: &Estimate) -> bool {
    control.measured().min(treatment.measured()) >= PEOPLE_MIN
        && plain.control_variance > 0.0
        && plain.treatment_variance > 0.0
}

/// One look at an estimate.
struct Look<'a> {
    estimate: &'a Estimate,
    design: &'a Design,
    rho: f64,
}

impl Look<'_> {
    fn interval(&self, ready: bool) -> Bounds {
        let Self {
            estimate, design, ..
        } = self;
        if !ready {
            return Bounds::UNKNOWN;
        }
        let (delta, se2) = (estimate.delta(), estimate.se2());
        bounds(design.side, delta, se2, estimate.n, design.alpha, self.rho)
    }

    fn lift_interval(&self, ready: bool) -> Bounds {
        let side = self.design.side;
        if !ready {
            return Bounds::UNKNOWN;
        }
        let critical = critical(side, self.estimate.n, self.design.alpha, self.rho);
        lift_bounds(self.estimate, side, critical)
    }

    fn e_value(&self) -> f64 {
        let estimate = self.estimate;
        let z = (estimate.delta() - self.design.null) / libm::sqrt(estimate.se2());
        e_value_of(self.design.side, z, estimate.n, self.rho)
    }

    fn fixed(&self) -> Bounds {
        let Design { alpha, side, .. } = *self.design;
        let tail = if side == Side::Both {
            alpha / 2.0
        } else {
            alpha
        };
        let half = upper_quantile(tail) * libm::sqrt(self.estimate.se2());
        let delta = self.estimate.delta();
        Bounds {
            lower: (side != Side::Upper).then_some(delta - half),
            upper: (side != Side::Lower).then_some(delta + half),
        }
    }
}

#[cfg(test)]
#[path = "comparison_tests.rs"]
mod tests;
