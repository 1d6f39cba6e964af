//! Whether a replay stops a release: conditions on its figures.
//!
//! A condition says what must *not* be: `loss_rate>0.1` fails when more than a tenth of
//! the races are lost, `win_minus_loss.low<-0.05` when the lower end of the interval is
//! below −0.05, that is, unless it is sure that losses are ahead by less than five points.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};
use thiserror::Error;

use super::figure::{Found, NAMES, figure};
use crate::label::Milli;

/// What a replay fails for when nobody says: what is broken by any measure, and what is
/// surely worse by people's own. All (prior); a project that knows its numbers says its own.
const DEFAULTS: [&str; 8] = [
    "answered<1",
    "failed_share>0.05",
    "empty_share>0.02",
    "truncated_share>0.05",
    "refusal_increase.low>0.01",
    "format_lost_share.low>0.1",
    "loss_rate.low>0.5",
    "kept_minus_rejected.high<0",
];

/// Conditions under which a replay fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    conditions: Vec<Condition>,
    /// What is asked for must be measured; of the defaults, what applies.
    asked: bool,
}

/// One condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    figure: &'static str,
    bound: Bound,
    relation: Relation,
    limit: Milli,
}

/// What of a figure is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The figure itself.
    Value,
    /// The lower end of its interval, `.low`.
    Low,
    /// The upper end, `.high`.
    High,
}

/// How it must not relate to the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// A condition that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GateError {
    /// No `>`, `>=`, `<` or `<=`.
    #[error("`{0}` is no condition: write FIGURE>NUMBER, as in loss_rate>0.1")]
    NoRelation(String),
    /// No such figure.
    #[error("there is no figure `{figure}`: {}", names())]
    NoFigure {
        /// What was asked for.
        figure: String,
    },
    /// Neither `low` nor `high`.
    #[error("`{0}` is no end of an interval: write .low or .high")]
    NoBound(String),
    /// No number.
    #[error("`{0}` is no number of at most three decimals, as in 0.05 or 5%")]
    NoNumber(String),
}

/// A condition and what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The condition.
    pub fails_if: Condition,
    /// What was found; `None` where it was not measured.
    pub found: Option<Milli>,
    /// What that means.
    pub verdict: Verdict,
}

/// What became of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does not hold.
    Passed,
    /// It holds.
    Failed,
    /// There is nothing of its kind to measure. Of a condition that was asked for, this
    /// fails as well: a gate that passes because nothing was looked at is none.
    NotMeasured,
}

/// What a gate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Nothing failed.
    pub passed: bool,
    /// The conditions are those of a project that said none.
    pub default: bool,
    /// Condition by condition, in the order asked.
    pub conditions: Vec<Judged>,
}

impl Default for Gate {
    fn default() -> Self {
        let conditions = DEFAULTS.iter().filter_map(|text| text.parse().ok());
        Self {
            conditions: conditions.collect(),
            asked: false,
        }
    }
}

impl Gate {
    /// The conditions of `--fail-if`, each a list with commas; the defaults without any.
    pub fn parse<T: AsRef<str>>(conditions: &[T]) -> Result<Self, GateError> {
        let parts = conditions.iter().flat_map(|text| text.as_ref().split(','));
        let parts = parts.map(str::trim).filter(|part| !part.is_empty());
        let conditions = parts.map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if conditions.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self {
            conditions,
            asked: true,
        })
    }

    /// Decides.
    #[must_use]
    pub fn judge(&self, found: &Found<'_>) -> Outcome {
        let conditions: Vec<_> = self
            .conditions
            .iter()
            .map(|condition| condition.judge(found))
            .collect();
        let fails = |judged: &Judged| match judged.verdict {
            Verdict::Passed => false,
            Verdict::Failed => true,
            Verdict::NotMeasured => self.asked,
        };
        Outcome {
            passed: !conditions.iter().any(fails),
            default: !self.asked,
            conditions,
        }
    }
}

impl Condition {
    fn judge(self, found: &Found<'_>) -> Judged {
        let value = figure(found, self.figure).and_then(|figure| match self.bound {
            Bound::Value => Some(figure.value),
            Bound::Low => figure.interval.map(|[low, _]| low),
            Bound::High => figure.interval.map(|[_, high]| high),
        });
        let holds = |value| match self.relation {
            Relation::Above => value > self.limit,
            Relation::AtLeast => value >= self.limit,
            Relation::Below => value < self.limit,
            Relation::AtMost => value <= self.limit,
        };
        let verdict = match value {
            None => Verdict::NotMeasured,
            Some(value) if holds(value) => Verdict::Failed,
            Some(_) => Verdict::Passed,
        };
        Judged {
            fails_if: self,
            found: value,
            verdict,
        }
    }

    /// What its figure is, for people.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        NAMES
            .iter()
            .find(|(name, _)| *name == self.figure)
            .map_or("", |(_, meaning)| meaning)
    }
}

impl FromStr for Condition {
    type Err = GateError;

    fn from_str(text: &str) -> Result<Self, GateError> {
        // The longer signs first: `>` is the start of `>=`.
        let signs = [
            (">=", Relation::AtLeast),
            ("<=", Relation::AtMost),
            (">", Relation::Above),
            ("<", Relation::Below),
        ];
        let mut parts = signs
            .iter()
            .filter_map(|(sign, relation)| Some((text.split_once(sign)?, *relation)));
        let Some(((left, right), relation)) = parts.next() else {
            return Err(GateError::NoRelation(text.into()));
        };
        let left = left.trim();
        let (name, bound) = match left.split_once('.') {
            None => (left, Bound::Value),
            Some((name, "low")) => (name, Bound::Low),
            Some((name, "high")) => (name, Bound::High),
            Some((_, other)) => return Err(GateError::NoBound(other.into())),
        };
        let known = NAMES.iter().find(|(known, _)| *known == name);
        let Some((figure, _)) = known else {
            return Err(GateError::NoFigure {
                figure: name.into(),
            });
        };
        Ok(Self {
            figure,
            bound,
            relation,
            limit: limit(right.trim())?,
        })
    }
}

fn limit(text: &str) -> Result<Milli, GateError> {
    let (number, whole) = match text.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (text, 1.0),
    };
    let number: Option<f64> = number.parse().ok();
    number
        .and_then(|number| Milli::exact(number / whole))
        .ok_or_else(|| GateError::NoNumber(text.into()))
}

fn names() -> String {
    NAMES.map(|(name, _)| name).join(", ")
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = match self.bound {
            Bound::Value => "",
            Bound::Low => ".low",
            Bound::High => ".high",
        };
        let sign = match self.relation {
            Relation::Above => ">",
            Relation::AtLeast => ">=",
            Relation::Below => "<",
            Relation::AtMost => "<=",
        };
        let limit = self.limit.to_string();
        let limit = limit.strip_suffix(".0").unwrap_or(&limit);
        write!(f, "{}{bound} {sign} {limit}", self.figure)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
