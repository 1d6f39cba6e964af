//! An effect over time: what it was at every look, since people's exposure, and what it
//! would take to know it.

use serde::{Deserialize, Serialize};

use super::Effect;

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

/// A metric at every look, by treatment arm: what each of its intervals came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// Its name.
    pub metric: String,
    /// In what it is measured: share, s, chars or score.
    pub unit: String,
    /// What it means.
    pub definition: String,
    /// The level of the intervals.
    pub level: f64,
    /// By treatment arm.
    pub arms: Vec<Series>,
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
