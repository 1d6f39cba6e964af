//! How good labels are where the truth is known. Pure.
//!
//! `auc` asks whether better answers get better labels, `calibration` whether
//! confidence is what it says, `coverage` how wrong labels are as one takes more
//! of them. Ties are worked out exactly in all three, so the order in which
//! outputs come never matters.

mod auc;
mod calibration;
mod coverage;

pub use self::{
    auc::{Estimate, auc, auc_difference},
    calibration::{Bin, Calibration, calibration},
    coverage::{Coverage, Point, coverage},
};

use crate::label::Milli;

/// One output's label next to the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Whose; people are the unit of all intervals.
    pub person: u64,
    /// The label's probability that it satisfied, 0 to 1; a half without a label.
    pub said: Milli,
    /// Positive or negative.
    pub decided: bool,
    /// The truth.
    pub satisfied: bool,
}

impl Judged {
    /// A coin toss.
    pub const UNSURE: Milli = Milli::new(500);

    /// How sure the label is of itself, 0.5 to 1.
    #[must_use]
    pub fn confidence(&self) -> Milli {
        let above = self.said.thousandths() - Self::UNSURE.thousandths();
        Milli::new(Self::UNSURE.thousandths() + above.abs())
    }

    /// The label says what was so.
    #[must_use]
    pub fn is_right(&self) -> bool {
        (self.said > Self::UNSURE) == self.satisfied
    }
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
#[path = "reference_tests.rs"]
mod reference;
