//! Numbers that reach a file: whole thousandths, so that every machine writes
//! the same bytes.

use std::{fmt, ops::AddAssign};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A number in whole thousandths; printed with one to three decimals, `3.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Milli(i64);

/// Largest magnitude a policy may name. Sums of a thousand rules stay far below
/// 2⁵³ thousandths.
const UNITS_MAX: f64 = 1_000_000.0;

impl Milli {
    /// From thousandths.
    #[must_use]
    pub const fn new(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// From a number with at most three decimals and a magnitude of at most a
    /// million; `None` for any other.
    #[must_use]
    pub fn exact(value: f64) -> Option<Self> {
        let scaled = (value * 1_000.0).round();
        if !value.is_finite() || value.abs() > UNITS_MAX || (scaled / 1_000.0 - value).abs() > 1e-9
        {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and bounded above")]
        Some(Self(scaled as i64))
    }

    /// `part / whole` to the nearest thousandth; `None` of nothing.
    pub(crate) fn share(part: u64, whole: u64) -> Option<Self> {
        let (part, whole) = (u128::from(part), u128::from(whole));
        let thousandths = (part * 2_000 + whole).checked_div(2 * whole)?;
        Some(Self(i64::try_from(thousandths).unwrap_or(i64::MAX)))
    }

    /// Thousandths.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// Without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// The nearest double: division rounds correctly, so it prints as written.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1_000.0
    }
}

impl AddAssign for Milli {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl fmt::Display for Milli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_f64())
    }
}

impl Serialize for Milli {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_f64())
    }
}

impl<'de> Deserialize<'de> for Milli {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(from)?;
        Self::exact(value).ok_or_else(|| D::Error::custom("is no number of at most three decimals"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_to_the_nearest() {
        let of = |part, whole| Milli::share(part, whole).map(Milli::thousandths);
        assert_eq!(
            (of(1, 3), of(2, 3), of(1, 2_000)),
            (Some(333), Some(667), Some(1))
        );
        assert_eq!((of(u64::MAX, u64::MAX), of(0, 0)), (Some(1_000), None));
    }

    #[test]
    fn prints_as_the_contract_does() {
        let print = |n| Milli::new(n).to_string();
        assert_eq!(print(3_000), "3.0");
        assert_eq!(print(900), "0.9");
        assert_eq!(print(-493), "-0.493");
        assert_eq!(serde_json::to_string(&Milli::new(6_000)).unwrap(), "6.0");
        for n in -2_000..2_000 {
            let text = serde_json::to_string(&Milli::new(n)).unwrap();
            assert_eq!(Milli::exact(text.parse().unwrap()), Some(Milli::new(n)));
        }
    }

    #[test]
    fn takes_only_what_it_can_keep() {
        assert_eq!(Milli::exact(1.365), Some(Milli::new(1_365)));
        assert_eq!(Milli::exact(0.000_5), None);
        assert_eq!(Milli::exact(f64::NAN), None);
        assert_eq!(Milli::exact(1e9), None);
    }
}
