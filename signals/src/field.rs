//! How a field can be wrong, said the same way for every form of the wire.

use thiserror::Error;

use crate::limits::AT_MS_MAX;

/// A value that was refused, with the field's name as it stands in CONTRACTS.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// Name of the field, as in JSON.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Problem {
    /// A required field is not there.
    #[error("is missing")]
    Missing,
    /// Outside its range; both ends are allowed values, in the field's own unit.
    #[error("is out of range, allowed are {min} to {max}")]
    OutOfRange {
        /// Smallest allowed value.
        min: i64,
        /// Largest allowed value.
        max: i64,
    },
    /// A text of more bytes than allowed.
    #[error("is too long, the limit is {max} bytes")]
    TooLong {
        /// Most bytes allowed.
        max: usize,
    },
    /// Not of the type or form the field has.
    #[error("has the wrong form")]
    Malformed,
    /// None of the values the field can have.
    #[error("is none of the allowed values")]
    Unknown,
}

impl FieldError {
    /// An error of `field`.
    #[must_use]
    pub const fn new(field: &'static str, problem: Problem) -> Self {
        Self { field, problem }
    }

    /// Stable error code, `<field>_<problem>`, for example `share_out_of_range`.
    #[must_use]
    pub fn code(&self) -> String {
        let problem = match self.problem {
            Problem::Missing => "_missing",
            Problem::OutOfRange { .. } => "_out_of_range",
            Problem::TooLong { .. } => "_too_long",
            Problem::Malformed => "_malformed",
            Problem::Unknown => "_unknown",
        };
        let mut code = String::from(self.field);
        code.push_str(problem);
        code
    }

    /// The limit that was passed, where there is one.
    #[must_use]
    pub const fn limit(&self) -> Option<i64> {
        match self.problem {
            Problem::OutOfRange { max, .. } => Some(max),
            #[expect(clippy::cast_possible_wrap, reason = "limits are small constants")]
            Problem::TooLong { max } => Some(max as i64),
            Problem::Missing | Problem::Malformed | Problem::Unknown => None,
        }
    }
}

/// A text of at most `max` bytes.
#[cfg(feature = "json")]
pub(crate) fn text(field: &'static str, value: String, max: usize) -> Result<String, FieldError> {
    if value.len() > max {
        return Err(FieldError::new(field, Problem::TooLong { max }));
    }
    Ok(value)
}

/// A whole number of at most `max`.
pub(crate) fn count(field: &'static str, value: u64, max: u32) -> Result<u32, FieldError> {
    match u32::try_from(value) {
        Ok(value) if value <= max => Ok(value),
        _ => Err(FieldError::new(
            field,
            Problem::OutOfRange {
                min: 0,
                max: i64::from(max),
            },
        )),
    }
}

/// A whole number from 0 to `max`, from a number as JSON and JavaScript have it.
pub(crate) fn whole(field: &'static str, value: f64, max: u64) -> Result<u64, FieldError> {
    if value.fract() != 0.0 {
        return Err(FieldError::new(field, Problem::Malformed));
    }
    #[expect(clippy::cast_precision_loss, reason = "limits are below 2^53")]
    if !(value >= 0.0 && value <= max as f64) {
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        return Err(FieldError::new(field, Problem::OutOfRange { min: 0, max }));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and within 0..=max"
    )]
    Ok(value as u64)
}

/// A moment in Unix ms.
pub(crate) fn time(field: &'static str, value: u64) -> Result<u64, FieldError> {
    if value > AT_MS_MAX {
        let max = AT_MS_MAX.cast_signed();
        return Err(FieldError::new(field, Problem::OutOfRange { min: 0, max }));
    }
    Ok(value)
}
