//! The shape of a readout: what `readout.json` and the API answer with.
//!
//! Shares, deltas and bounds are in the unit of their metric (a share of 0.05 is five
//! points), rounded to six decimals, p-values and e-values to six digits; times are
//! Unix ms. What is not known is null.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{experiment::metric::Better, label::Milli};

/// Version of this shape.
pub const VERSION: u32 = 1;

/// What an experiment says by now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Readout {
    /// Version of this shape.
    pub version: u32,
    /// The experiment's name.
    pub experiment: String,
    /// As known at this moment.
    pub as_of: u64,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// When the experiment starts.
    pub starts_at: u64,
    /// When it ends; open where null.
    pub ends_at: Option<u64>,
    /// Milliseconds after an output was first shown before it counts.
    pub settle_ms: u64,
    /// How long before the start the pre-period of CUPED reaches.
    pub pre_period_ms: u64,
    /// Chance of finding a difference where there is none, over all looks.
    pub alpha: Milli,
    /// The smallest change of the primary metric worth knowing, in its unit.
    pub mde: Milli,
    /// Why no effect is shown, if so.
    pub stopped: Option<Stopped>,
    /// Who took part.
    pub people: People,
    /// Whether people came into the arms as often as declared; null while there are
    /// none.
    pub srm: Option<Srm>,
    /// What the arms did; null where `stopped`.
    pub effects: Option<Effects>,
    /// Everybody held out against everybody else, in the experiment's time.
    pub holdout: Holdout,
}

/// Why no effect is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// More than 1 % of the people who took part were given another arm than they were
    /// assigned.
    ArmMismatch,
}

/// People, counted. All of kinds `app` and `visitor`, programs left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct People {
    /// With an assignment on record, those held out among them. Who is not in the
    /// experiment's traffic has none.
    pub assigned: u64,
    /// Who saw an output that takes part, in an arm.
    pub exposed: u64,
    /// Of them with at least one output that has settled.
    pub analysed: u64,
    /// In the long-term holdout: by assignment, or by what their outputs say.
    pub held_out: u64,
    /// Who took part with another arm than assigned, or with more than one arm. Those
    /// who are in an arm by assignment are analysed in it.
    pub mismatched: u64,
    /// `mismatched` of all who took part: exposed, held out, or in no arm.
    pub mismatched_share: Milli,
    /// Exposed without an assignment on record, since they were registered before the
    /// declaration or are not in the traffic: analysed by the arm their outputs say.
    pub unassigned: u64,
    /// Whose outputs say an arm that is not declared, and who have no assignment: in
    /// no arm.
    pub undeclared: u64,
    /// By arm, as declared.
    pub arms: Vec<ArmPeople>,
}

/// People of an arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArmPeople {
    /// The arm; the first is the control.
    pub arm: String,
    /// Its declared share.
    pub weight: Milli,
    /// Assigned to it.
    pub assigned: u64,
    /// Of it, and exposed.
    pub exposed: u64,
    /// Of them with at least one output that has settled.
    pub analysed: u64,
}

/// Whether people came into the arms as often as declared: exposed people against
/// weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Srm {
    /// Pearson's χ² over the arms.
    pub chi_squared: f64,
    /// Its p-value, valid for one look.
    pub p: f64,
    /// Bayes factor against the declared weights: may be looked at any time.
    pub bayes_factor: f64,
    /// Always-valid p-value: 1 ÷ the Bayes factor, at most 1.
    pub always_valid_p: f64,
    /// The Bayes factor is above 1,000: people are missing from an arm, or too many are
    /// in one. Trust no effect.
    pub alarm: bool,
}

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

/// A guardrail in every arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guarded {
    /// The metric.
    #[serde(flatten)]
    pub measured: Measured,
    /// How much worse still counts as no harm.
    pub margin: Milli,
    /// By treatment arm.
    pub guards: Vec<Guard>,
}

/// Whether a treatment arm harms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// The treatment arm.
    pub arm: String,
    /// What is known of it.
    pub state: GuardState,
    /// How much worse than the control: the difference, above 0 when it is worse.
    pub worse: Option<f64>,
    /// One-sided confidence sequence: no worse than this.
    pub at_most: Option<f64>,
    /// One-sided confidence sequence: at least this much worse.
    pub at_least: Option<f64>,
    /// All of it in a sentence.
    pub evidence: String,
}

/// The optimised metric rose while what guards it fell: the number was gamed, not the
/// answers made better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hacking {
    /// The treatment arm.
    pub arm: String,
    /// The metric that rose.
    pub metric: String,
    /// What is known of each guardrail that is harmed.
    pub evidence: Vec<String>,
}

/// What is known of a guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardState {
    /// It is not worse by the margin.
    Held,
    /// Not known yet.
    Open,
    /// It hardly happens to anybody in either arm, or nobody can be measured in it:
    /// there is nothing to judge, however long one waits.
    Rare,
    /// It is worse by more than the margin.
    Harmed,
}

/// What it would take until the interval of the primary metric is as narrow as the
/// smallest change worth knowing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Power {
    /// The treatment arm.
    pub arm: String,
    /// Half the width of its interval now.
    pub half_width: Option<f64>,
    /// People analysed in it and the control.
    pub people: u64,
    /// People in both, at the present variance.
    pub people_needed: Option<u64>,
    /// People who become exposed in a day, in both, over the last seven days.
    pub people_per_day: f64,
    /// Days more at that rate; 0 once it is known, null where nobody comes.
    pub days_more: Option<u64>,
}

/// A comparison at every look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The treatment arm.
    pub arm: String,
    /// Of the effect to go by, from the first with people enough for it; the last is
    /// `as_of`, or when the last output settled.
    pub looks: Vec<Look>,
}

/// One look.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// When.
    pub at: u64,
    /// People in both arms.
    pub people: u64,
    /// The difference.
    pub delta: f64,
    /// Lower end of the confidence sequence.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Always-valid p-value so far.
    pub p: f64,
}

/// Whether an effect is one of the first days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Novelty {
    /// The treatment arm.
    pub arm: String,
    /// In the first seven days after a person's exposure.
    pub early: Option<Effect>,
    /// Later.
    pub later: Option<Effect>,
    /// `later` − `early`, of the same people.
    pub change: Option<Effect>,
    /// The effect is another one later: the interval of `change` leaves 0 out.
    pub marked: bool,
    /// By week after a person's exposure.
    pub weeks: Vec<Week>,
}

/// An effect in one week after a person's exposure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Week {
    /// From 0; the last one holds all later ones.
    pub week: u32,
    /// People in both arms.
    pub people: u64,
    /// The effect.
    pub effect: Option<Effect>,
}

/// The primary metric in a part of the people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// By what the people are told apart.
    pub by: Dimension,
    /// Which of them; empty where unknown, null for all other values.
    pub value: Option<String>,
    /// Always true: made for ideas, corrected for nothing, no ground for a decision.
    pub exploratory: bool,
    /// The treatment arm.
    pub arm: String,
    /// People in both arms.
    pub people: u64,
    /// The effect.
    pub effect: Option<Effect>,
}

/// By what people are told apart: as it was at their exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The model that answered.
    Model,
    /// A coarse device kind.
    Device,
    /// The page's language.
    Language,
    /// Where in the app.
    Surface,
    /// Who made the person's id up.
    SubjectKind,
}

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

impl Readout {
    /// The readout as a file of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
