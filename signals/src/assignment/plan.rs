//! What assignment needs to know of an experiment.

use thiserror::Error;

use super::HOLDOUT;
use crate::{
    limits::{ARMS_MAX, ARMS_MIN, NAME_BYTES_MAX},
    number::Share,
};

/// The part of an experiment that decides who is in which arm. Checked when made;
/// never changed, as another plan would put people into other arms under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    name: String,
    holdout: Share,
    traffic: Share,
    arms: Vec<Arm>,
}

/// One of the variants that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// Unique within its plan.
    pub name: String,
    /// Share of those in the traffic.
    pub weight: Share,
}

/// Why there is no such plan.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PlanError {
    /// Not a name.
    #[error("{field}: {name:?} is no name: 1 to 64 of A-Z, a-z, 0-9, _, . and -")]
    Name {
        /// Where it stands.
        field: &'static str,
        /// What was given.
        name: String,
    },
    /// The name of those who are held out.
    #[error("arms: {HOLDOUT} is who is held out; no arm can be named so")]
    Reserved,
    /// Two arms of one name.
    #[error("arms: {0} is there twice")]
    Twice(String),
    /// Nothing to compare, or too much.
    #[error("arms: there are {0}, allowed are {ARMS_MIN} to {ARMS_MAX}")]
    Count(usize),
    /// Not a number of 0 to 1 in whole thousandths, or not one that makes sense here.
    #[error("{field}: {value} is none of {min} to {max} in steps of 0.001")]
    Share {
        /// Where it stands.
        field: &'static str,
        /// What was given.
        value: f64,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
    },
    /// Somebody would be in no arm, or in two.
    #[error("weight: the weights sum to {0}, not to 1")]
    Sum(f64),
}

impl PlanError {
    /// Name of the field, as in a declaration.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Name { field, .. } | Self::Share { field, .. } => field,
            Self::Reserved | Self::Twice(_) | Self::Count(_) => "arms",
            Self::Sum(_) => "weight",
        }
    }
}

impl Plan {
    /// A plan of these arms, by name and weight; the first is the control. Everybody
    /// may be in the traffic, but somebody has to be, and not everybody is held out.
    pub fn new(
        name: impl Into<String>,
        holdout: Share,
        traffic: Share,
        arms: Vec<(String, Share)>,
    ) -> Result<Self, PlanError> {
        let name = name.into();
        check_name("name", &name)?;
        within("holdout", holdout, 0, 999)?;
        within("traffic", traffic, 1, 1_000)?;
        if !(ARMS_MIN..=ARMS_MAX).contains(&arms.len()) {
            return Err(PlanError::Count(arms.len()));
        }
        let arms: Vec<Arm> = arms
            .into_iter()
            .map(|(name, weight)| Arm { name, weight })
            .collect();
        check_arms(&arms)?;
        Ok(Self {
            name,
            holdout,
            traffic,
            arms,
        })
    }

    /// The experiment's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Share of all people who see none of it.
    #[must_use]
    pub const fn holdout(&self) -> Share {
        self.holdout
    }

    /// Share of the others who take part.
    #[must_use]
    pub const fn traffic(&self) -> Share {
        self.traffic
    }

    /// What is compared, the control first.
    #[must_use]
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }
}

/// A share as a declaration has it: a number of 0 to 1 in whole thousandths. Anything
/// finer would be met by no bucket, so it is refused rather than rounded.
pub fn share(field: &'static str, value: f64) -> Result<Share, PlanError> {
    let refused = PlanError::Share {
        field,
        value,
        min: 0.0,
        max: 1.0,
    };
    // Further from a thousandth than any double nearest to one.
    const TOLERANCE: f64 = 1e-9;
    match Share::from_f64(field, value) {
        Ok(share) if (share.to_f64() - value).abs() < TOLERANCE => Ok(share),
        _ => Err(refused),
    }
}

fn check_arms(arms: &[Arm]) -> Result<(), PlanError> {
    for (place, arm) in arms.iter().enumerate() {
        check_name("arms", &arm.name)?;
        if arm.name == HOLDOUT {
            return Err(PlanError::Reserved);
        }
        if arms.iter().take(place).any(|other| other.name == arm.name) {
            return Err(PlanError::Twice(arm.name.clone()));
        }
        within("weight", arm.weight, 1, 999)?;
    }
    let weights = arms.iter().map(|arm| u32::from(arm.weight.thousandths()));
    let sum: u32 = weights.sum();
    if sum == 1_000 {
        return Ok(());
    }
    Err(PlanError::Sum(f64::from(sum) / 1_000.0))
}

fn check_name(field: &'static str, name: &str) -> Result<(), PlanError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(PlanError::Name {
        field,
        name: name.into(),
    })
}

/// Checks `share` against bounds in thousandths.
fn within(field: &'static str, share: Share, min: u16, max: u16) -> Result<(), PlanError> {
    if (min..=max).contains(&share.thousandths()) {
        return Ok(());
    }
    Err(PlanError::Share {
        field,
        value: share.to_f64(),
        min: f64::from(min) / 1_000.0,
        max: f64::from(max) / 1_000.0,
    })
}
