//! Those held out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Effect;
use crate::{experiment::metric::Better, label::Milli};

/// Everybody held out against everybody else.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Holdout {
    /// People held out, who saw anything in the time.
    pub held_out: u64,
    /// Everybody else who did.
    pub others: u64,
    /// `held_out` of both.
    pub share: Milli,
    /// By metric, others − held out.
    pub metrics: BTreeMap<String, HoldoutMetric>,
}

/// A metric of those held out and of everybody else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HoldoutMetric {
    /// Which way is better.
    pub better: Better,
    /// Of those held out.
    pub held_out: Option<f64>,
    /// Of everybody else.
    pub others: Option<f64>,
    /// Others − held out: what all the loops together did.
    pub effect: Option<Effect>,
    /// Everybody else is worse off, by the whole interval.
    pub degraded: bool,
}
