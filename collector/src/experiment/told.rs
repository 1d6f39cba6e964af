//! An assignment as it leaves: CONTRACTS "Experiments".

use serde::Serialize;
use tacit_signals::assignment::Assignment;

/// What somebody who asks is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told<'a> {
    /// The arm; `holdout` of who is held out, nothing of who is not in the traffic.
    pub arm: Option<&'a str>,
    /// Held out.
    pub holdout: bool,
    /// Chance of this answer at the step that gave it, 0–1.
    pub propensity: f64,
}

impl<'a> From<Assignment<'a>> for Told<'a> {
    fn from(assignment: Assignment<'a>) -> Self {
        Self {
            arm: assignment.arm,
            holdout: assignment.holdout,
            propensity: assignment.propensity.to_f64(),
        }
    }
}
