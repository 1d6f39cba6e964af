//! What the arms did, by metric.

use serde::{Deserialize, Serialize};

use super::{Guarded, Hacking, Novelty, Power, Segment, Series};
use crate::experiment::metric::Better;

/// What the arms did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effects {
    /// What is to get better.
    pub primary: Measured,
    /// What is looked at as well.
    pub secondary: Vec<Measured>,
    /// What must not get worse.
    pub guardrails: Vec<Guarded>,
    /// Arms in which the primary metric rose at the cost of a guardrail.
    pub hacking: Vec<Hacking>,
    /// What it would take to know a change of `mde`, by treatment arm.
    pub power: Vec<Power>,
    /// The primary metric at every look so far, by treatment arm.
    pub looks: Vec<Series>,
    /// Whether the effect is one of the first days, by treatment arm.
    pub novelty: Vec<Novelty>,
    /// The primary metric in parts of the people, for ideas only.
    pub segments: Vec<Segment>,
}

/// A metric in every arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Its name.
    pub metric: String,
    /// Which way is better.
    pub better: Better,
    /// By arm, the control first.
    pub arms: Vec<Value>,
    /// Every treatment arm against the control.
    pub comparisons: Vec<Comparison>,
}

/// A metric in an arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// The arm.
    pub arm: String,
    /// People with anything to measure.
    pub people: u64,
    /// The ratio of the sums over all of them; null of nobody.
    pub value: Option<f64>,
    /// Of its people those who were measured before the start as well.
    pub with_pre_period: u64,
}

/// A treatment arm against the control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The treatment arm.
    pub arm: String,
    /// The level of its interval and of `significant`: `alpha` shared by all that is
    /// corrected for together.
    pub level: f64,
    /// By what the metric was corrected for there being several.
    pub correction: Correction,
    /// Which effect is the one to go by: `cuped` wherever there is one.
    pub method: Method,
    /// As measured; null until both arms have people enough.
    pub plain: Option<Effect>,
    /// With what was known of people before the start; null where that is not enough.
    pub cuped: Option<Effect>,
    /// Share of the variance of the difference that CUPED took away.
    pub variance_reduction: Option<f64>,
    /// Always-valid p-value after the correction.
    pub p_adjusted: Option<f64>,
    /// A difference was found, in either direction.
    pub significant: bool,
}

/// How a metric was corrected for there being several comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// One comparison.
    None,
    /// `alpha` shared equally by the treatment arms.
    Bonferroni,
    /// Holm's, over all secondary comparisons.
    Holm,
}

/// Which effect is the one to go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// As measured.
    Plain,
    /// With the pre-period taken into account.
    Cuped,
}

/// A difference, treatment − control.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The difference.
    pub delta: f64,
    /// Lower end of its confidence sequence: may be looked at any time.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// `delta` ÷ the control's value without its sign; null where that is 0.
    pub lift: Option<f64>,
    /// Lower end of the lift's confidence sequence (Fieller's); null where the control
    /// may be 0.
    pub lift_low: Option<f64>,
    /// Upper end.
    pub lift_high: Option<f64>,
    /// Standard error of `delta`, by people.
    pub standard_error: f64,
    /// Always-valid p-value: the least 1/e over all looks so far.
    pub p: f64,
    /// E-value of this look against no difference.
    pub e: f64,
}

impl Comparison {
    /// The effect to go by.
    #[must_use]
    pub fn effect(&self) -> Option<&Effect> {
        match self.method {
            Method::Cuped => self.cuped.as_ref(),
            Method::Plain => self.plain.as_ref(),
        }
    }
}

impl Effect {
    /// The whole interval lies on the better side of 0.
    #[must_use]
    pub fn is_better(&self, better: Better) -> bool {
        match better {
            Better::Higher => self.low > 0.0,
            Better::Lower => self.high < 0.0,
        }
    }

    /// The whole interval lies on the worse side of 0.
    #[must_use]
    pub fn is_worse(&self, better: Better) -> bool {
        match better {
            Better::Higher => self.high < 0.0,
            Better::Lower => self.low > 0.0,
        }
    }
}
