//! Quotients as whole thousandths. Sums are integers and so do not depend on the
//! order of rows; what is divided in floating point uses only operations that
//! IEEE 754 rounds correctly, so every machine gets the same.

use crate::label::Milli;

/// `part / whole` to the nearest thousandth; 0 of nothing.
pub(super) fn share(part: u64, whole: u64) -> Milli {
    ratio(u128::from(part), u128::from(whole))
}

pub(super) fn ratio(part: u128, whole: u128) -> Milli {
    let thousandths = (part.saturating_mul(2_000) + whole).checked_div(2 * whole);
    Milli::new(i64::try_from(thousandths.unwrap_or_default()).unwrap_or(i64::MAX))
}

/// To the nearest thousandth; 0 for what no file should hold (infinite, above a
/// million).
pub(super) fn milli(value: f64) -> Milli {
    Milli::exact((value * 1_000.0).round() / 1_000.0).unwrap_or_default()
}

/// Weight sums for [`Kish::effective`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kish {
    sum: u128,
    squares: u128,
}

impl Kish {
    /// Takes `times` rows of one weight.
    pub(super) fn add(&mut self, weight: u64, times: u64) {
        let (weight, times) = (u128::from(weight), u128::from(times));
        self.sum += weight * times;
        self.squares += weight * weight * times;
    }

    /// Effective sample size, `(Σw)² / Σw²` (Kish 1965), to the nearest whole: as
    /// many rows of equal weight would say as much.
    pub(super) fn effective(&self) -> u64 {
        let square = self.sum.saturating_mul(self.sum);
        let nearest = (square.saturating_mul(2) + self.squares).checked_div(2 * self.squares);
        u64::try_from(nearest.unwrap_or_default()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_to_the_nearest() {
        assert_eq!(share(1, 3), Milli::new(333));
        assert_eq!(share(2, 3), Milli::new(667));
        assert_eq!(share(1, 2_000), Milli::new(1));
        assert_eq!(share(0, 0), Milli::new(0));
        assert_eq!(milli(0.285_7), Milli::new(286));
        assert_eq!(milli(f64::INFINITY), Milli::new(0));
    }

    #[test]
    fn kish_by_hand() {
        let of = |weights: &[u64]| {
            let mut kish = Kish::default();
            weights.iter().for_each(|&weight| kish.add(weight, 1));
            kish.effective()
        };
        assert_eq!(of(&[5, 5, 5, 5]), 4);
        // (10 + 1 + 1)² / (100 + 1 + 1) = 144 / 102 = 1.41
        assert_eq!(of(&[10, 1, 1]), 1);
        // 16² / (64 + 16 + 16) = 2.67
        assert_eq!(of(&[8, 4, 4]), 3);
        assert_eq!(of(&[]), 0);
    }
}
