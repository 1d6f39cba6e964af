//! Statistics of experiments: people compared, valid however often one looks.
//!
//! One metric's path: every person of an arm is an [`Observation`], added to the
//! arm's [`Moments`]; [`compare`] turns two arms into a [`Comparison`]. Inside,
//! [`ratio`] is the value of an arm and its variance by the delta method, [`cuped`]
//! takes away what a pre-period explains, [`sequence`] holds the bounds that may be
//! looked at any time, [`lift`] says them relative to the control. Beside it:
//! [`srm`] asks whether people were assigned as declared, [`correct`] handles many
//! comparisons, [`power`] says what it would take, and [`trial`] plays experiments
//! whose truth is known.
//!
//! The unit is always the person: outputs of one person are not independent, and
//! an interval that counts them as such is wrong however it is built.
//!
//! Everything here is pure, and computed with `libm`: the same people in the same
//! order give the same bits on any machine. Formulas, their sources and what they
//! measured up to are in `demo-site/docs/statistics.md`.

mod bounds;
mod comparison;
pub mod correct;
mod cuped;
mod design;
mod estimate;
pub mod lift;
mod moments;
pub mod normal;
mod observation;
pub mod power;
mod ratio;
mod running;
pub mod sequence;
mod srm;
pub mod trial;

pub use self::{
    bounds::Bounds,
    comparison::{Comparison, EITHER_MIN, PEOPLE_MIN, compare, compare_plain},
    cuped::{BEFORE_MIN, Cuped, cuped},
    design::{Design, Side, TIGHTEST_AT},
    estimate::Estimate,
    moments::Moments,
    observation::Observation,
    ratio::{Ratio, ratio},
    running::RunningP,
    sequence::{always_valid_p, confidence_sequence, e_value, rho},
    srm::{CONCENTRATION, SRM_ALPHA, Srm, bayes_factor, srm},
};

#[cfg(test)]
#[path = "golden_tests.rs"]
mod golden;
