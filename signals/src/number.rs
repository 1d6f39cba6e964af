//! Numbers that reach a file are whole thousandths, so that every store and
//! machine writes the same bytes. These types are the only way in.

use crate::field::{FieldError, Problem};

/// A share of a whole, 0 to 1, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Share(u16);

/// A judgement from −1 (worst) to 1 (best), in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rating(i16);

/// An amount without a range of its own (a conversion's value), in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i64);

/// Largest magnitude of an [`Amount`]: 10¹² units, exact in thousandths as an f64.
const AMOUNT_MAX: i64 = 1_000_000_000_000;

impl Share {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const ONE: Self = Self(1_000);

    /// `part` of `whole`, rounded to the nearest thousandth and at most 1; 0 of nothing.
    #[must_use]
    pub fn of(part: u64, whole: u64) -> Self {
        if whole == 0 {
            return Self::ZERO;
        }
        let thousandths = (part.min(whole) * 1_000 + whole / 2) / whole;
        Self(u16::try_from(thousandths).unwrap_or(1_000))
    }

    /// From thousandths, as on the wire.
    pub fn from_thousandths(field: &'static str, value: u64) -> Result<Self, FieldError> {
        match u16::try_from(value) {
            Ok(value) if value <= 1_000 => Ok(Self(value)),
            _ => Err(FieldError::new(
                field,
                Problem::OutOfRange { min: 0, max: 1 },
            )),
        }
    }

    /// From a number 0–1, as in JSON.
    pub fn from_f64(field: &'static str, value: f64) -> Result<Self, FieldError> {
        let value = thousandths(field, value, 0, 1)?;
        Self::from_thousandths(field, value.unsigned_abs())
    }

    /// Whole thousandths, 0 to 1000.
    #[must_use]
    pub const fn thousandths(self) -> u16 {
        self.0
    }

    /// What is left of the whole.
    #[must_use]
    pub const fn rest(self) -> Self {
        Self(1_000 - self.0)
    }

    /// As a number 0–1.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        f64::from(self.0) / 1_000.0
    }
}

impl Rating {
    /// From thousandths, as on the wire.
    pub fn from_thousandths(field: &'static str, value: i64) -> Result<Self, FieldError> {
        match i16::try_from(value) {
            Ok(value) if (-1_000..=1_000).contains(&value) => Ok(Self(value)),
            _ => Err(FieldError::new(
                field,
                Problem::OutOfRange { min: -1, max: 1 },
            )),
        }
    }

    /// From a number −1 to 1, as in JSON.
    pub fn from_f64(field: &'static str, value: f64) -> Result<Self, FieldError> {
        Self::from_thousandths(field, thousandths(field, value, -1, 1)?)
    }

    /// Whole thousandths, −1000 to 1000.
    #[must_use]
    pub const fn thousandths(self) -> i16 {
        self.0
    }

    /// As a number −1 to 1.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        f64::from(self.0) / 1_000.0
    }
}

impl Amount {
    /// From thousandths, as on the wire.
    pub fn from_thousandths(field: &'static str, value: i64) -> Result<Self, FieldError> {
        if value.unsigned_abs() > (AMOUNT_MAX * 1_000).unsigned_abs() {
            return Err(FieldError::new(
                field,
                Problem::OutOfRange {
                    min: -AMOUNT_MAX,
                    max: AMOUNT_MAX,
                },
            ));
        }
        Ok(Self(value))
    }

    /// From a number, as in JSON.
    pub fn from_f64(field: &'static str, value: f64) -> Result<Self, FieldError> {
        thousandths(field, value, -AMOUNT_MAX, AMOUNT_MAX).map(Self)
    }

    /// Whole thousandths.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// As a number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "AMOUNT_MAX keeps it exact")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1_000.0
    }
}

/// `value` in whole thousandths, when it lies in `min..=max`.
fn thousandths(field: &'static str, value: f64, min: i64, max: i64) -> Result<i64, FieldError> {
    #[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
    let inside = value >= min as f64 && value <= max as f64;
    if !inside {
        return Err(FieldError::new(field, Problem::OutOfRange { min, max }));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked against the bounds"
    )]
    Ok((value * 1_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_rounds_to_the_nearest_thousandth() {
        assert_eq!(Share::of(400, 812).thousandths(), 493);
        assert_eq!(Share::of(1, 3).thousandths(), 333);
        assert_eq!(Share::of(2, 3).thousandths(), 667);
        assert_eq!(Share::of(5, 0), Share::ZERO);
        assert_eq!(Share::of(9, 3), Share::ONE);
    }

    #[test]
    fn out_of_range_names_field_and_limit() {
        let error = Share::from_f64("share", 1.2).unwrap_err();
        assert_eq!(error.code(), "share_out_of_range");
        assert_eq!(error.limit(), Some(1));
        assert!(Share::from_f64("share", f64::NAN).is_err());
        assert!(Rating::from_f64("value", -1.001).is_err());
        assert_eq!(Rating::from_f64("value", -0.5).unwrap().thousandths(), -500);
        assert!(Amount::from_f64("value", 1e13).is_err());
    }
}
