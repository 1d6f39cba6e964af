//! Training weights, and how they fade.

use super::milli::Milli;

/// A training weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Of the rule.
    pub(crate) fresh: Milli,
    /// With the age of the output taken into account.
    pub(crate) value: Milli,
}

impl Weight {
    /// `fresh · 2^(−age / half-life)`, in thousandths; `fresh` without a half-life.
    ///
    /// What counts at all keeps a thousandth: 0 means that nothing was decided.
    /// `libm::exp2` rather than the platform's: the same bytes on every machine.
    pub(crate) fn of(fresh: Milli, age_ms: u64, half_life_ms: Option<u64>) -> Self {
        let Some(half_life_ms) = half_life_ms.filter(|_| fresh > Milli::default()) else {
            return Self {
                fresh,
                value: fresh,
            };
        };
        #[expect(clippy::cast_precision_loss, reason = "milliseconds are below 2^53")]
        let halvings = age_ms as f64 / half_life_ms as f64;
        let faded = libm::round(fresh.to_f64() * 1_000.0 * libm::exp2(-halvings));
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and `fresh`")]
        let faded = (faded as i64).max(1);
        Self {
            fresh,
            value: Milli::new(faded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;

    fn after(days: u64) -> i64 {
        let weight = Weight::of(Milli::new(8_000), days * DAY, Some(180 * DAY));
        assert_eq!(weight.fresh, Milli::new(8_000));
        weight.value.thousandths()
    }

    #[test]
    fn half_after_each_half_life() {
        assert_eq!([after(0), after(180), after(360)], [8_000, 4_000, 2_000]);
        assert_eq!(after(90), 5_657, "8 / sqrt(2)");
        assert_eq!(after(1), 7_969, "8 * 2^(-1/180)");
    }

    #[test]
    fn what_counts_never_fades_to_nothing_and_nothing_stays_nothing() {
        assert_eq!(after(365 * 50), 1);
        let zero = Weight::of(Milli::default(), DAY, Some(1));
        assert_eq!(zero.value, Milli::default());
    }

    #[test]
    fn without_a_half_life_age_does_not_matter() {
        let weight = Weight::of(Milli::new(8_000), 9_000 * DAY, None);
        assert_eq!(weight.value, Milli::new(8_000));
    }
}
