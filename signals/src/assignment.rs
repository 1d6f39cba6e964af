//! Who is in which arm of an experiment: a function of its plan and the subject.
//!
//! `ASSIGN.md` is the norm, with the reasons; this is one implementation of it. The
//! browser module has none: a page assigns with `tacit-capture/assign`, which is not
//! part of it.

mod plan;
#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use crate::number::Share;

pub use plan::{Arm, Plan, PlanError, share};

/// Arm of those who are held out, of whatever experiment. No arm can be named so.
pub const HOLDOUT: &str = "holdout";

/// Buckets of a salt, so that a share in whole thousandths is met exactly.
const BUCKETS: u64 = 1_000;

/// What a plan says of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment<'a> {
    /// The arm; [`HOLDOUT`] of who is held out, `None` of who is not in the traffic.
    pub arm: Option<&'a str>,
    /// Held out.
    pub holdout: bool,
    /// Chance of this answer at the step that gave it.
    pub propensity: Share,
}

/// What `plan` says of `subject`, an app's pseudonym of a person or a visitor id.
#[must_use]
pub fn assign<'a>(plan: &'a Plan, subject: &str) -> Assignment<'a> {
    if bucket(&[HOLDOUT], subject) < plan.holdout().thousandths() {
        return Assignment {
            arm: Some(HOLDOUT),
            holdout: true,
            propensity: plan.holdout(),
        };
    }
    let traffic = plan.traffic().thousandths();
    if bucket(&[plan.name(), ":traffic"], subject) >= traffic {
        return outside(plan.traffic());
    }
    let place = bucket(&[plan.name(), ":arm"], subject);
    let mut end = 0;
    for arm in plan.arms() {
        end += arm.weight.thousandths();
        if place < end {
            return Assignment {
                arm: Some(&arm.name),
                holdout: false,
                propensity: arm.weight,
            };
        }
    }
    // Never: weights sum to 1.
    outside(plan.traffic())
}

fn outside(traffic: Share) -> Assignment<'static> {
    Assignment {
        arm: None,
        holdout: false,
        propensity: traffic.rest(),
    }
}

/// The bucket of a subject, 0 to 999. The salt comes in parts.
fn bucket(salt: &[&str], subject: &str) -> u16 {
    let mut hash = Sha256::new();
    for part in salt {
        hash.update(part);
    }
    hash.update(b"\n");
    hash.update(subject);
    let digest: [u8; 32] = hash.finalize().into();
    let [a, b, c, d, ..] = digest;
    let bucket = (u64::from(u32::from_be_bytes([a, b, c, d])) * BUCKETS) >> 32;
    // Always below 1,000.
    u16::try_from(bucket).unwrap_or_default()
}
