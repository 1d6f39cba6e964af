//! Why a rule did not fire, in words and values.

use std::fmt::{self, Display};

use serde::Serialize;
use serde_json::Value;

use crate::label::{
    evidence::{self, Miss},
    facts::Facts,
    milli::Milli,
    policy::{Clause, Condition, Dwell, Number, Order, Pattern, Rule, Text, Trigger},
    timeline::Moment,
};

/// What did not fit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Missed {
    /// The event that gave nothing; `None` where it is about no event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// What was asked: `share at least 0.5`.
    pub wanted: String,
    /// What was there instead; `null` where nothing is known.
    pub found: Value,
}

/// What a rule was told by one event or by the output.
pub(super) fn missed(miss: &Miss<'_, '_>, facts: &Facts<'_>, dwell: &Dwell) -> Missed {
    let about = |event: Option<&Moment<'_>>, wanted: String, found: Value| Missed {
        event: event.map(|moment| moment.id.to_string()),
        wanted,
        found,
    };
    match miss {
        Miss::Condition(event, condition) => about(
            event.as_ref(),
            condition.to_string(),
            found(condition, event.as_ref(), facts, dwell),
        ),
        Miss::With(event, clause) => about(Some(event), format!("with {clause}"), Value::Null),
        Miss::Without(event, clause, other) => about(
            Some(event),
            format!("without {clause}"),
            other.id.to_string().into(),
        ),
        Miss::Acted(act) => about(None, "nothing done".into(), act.id.to_string().into()),
        Miss::VisitOn(until) => about(None, "the visit is over".into(), (*until).into()),
    }
}

/// Why a rule that was not even asked did not fire.
pub(super) fn nothing(rule: &Rule, facts: &Facts<'_>) -> Missed {
    let untaken = matches!(rule.trigger, Trigger::Survived { .. }) && facts.taken.is_none();
    let wanted = if facts.start.is_none() {
        "any signal".to_owned()
    } else if untaken {
        "accepted or pasted".to_owned()
    } else {
        rule.trigger.to_string()
    };
    Missed {
        event: None,
        wanted,
        found: Value::Null,
    }
}

/// The value a condition looked at.
fn found(
    condition: &Condition,
    event: Option<&Moment<'_>>,
    facts: &Facts<'_>,
    dwell: &Dwell,
) -> Value {
    let signal = event.map(|moment| &moment.event.signal);
    match condition {
        Condition::Number { field, .. } => {
            let value = if field.of_output() {
                evidence::number(*field, facts, dwell)
            } else {
                signal.and_then(|signal| field.read(signal))
            };
            value.map_or(Value::Null, |value| in_units(*field, value))
        }
        Condition::Text { field, .. } => signal
            .and_then(|signal| Text::read(*field, signal))
            .map_or(Value::Null, Value::from),
        Condition::Final(wanted) => (!wanted).into(),
        Condition::UsedBefore(wanted) => (!wanted).into(),
        Condition::SeenMs(_) => evidence::seen_ms(facts, signal).into(),
    }
}

fn in_units(field: Number, value: i64) -> Value {
    if field.in_thousandths() {
        Milli::new(value).to_f64().into()
    } else {
        value.into()
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { field, between } => {
                write!(f, "{}", field.name())?;
                between.write(f, |value| in_units(*field, value).to_string())
            }
            Self::Text { field, any } => write!(f, "{} {}", field.name(), any.join(" or ")),
            Self::Final(wanted) => write!(f, "final {wanted}"),
            Self::UsedBefore(wanted) => write!(f, "used_before {wanted}"),
            Self::SeenMs(least) => write!(f, "seen_ms at least {least}"),
        }
    }
}

impl Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind.name())?;
        if let Some(age_s) = self.age_s {
            write!(f, " at {age_s} s")?;
        }
        match self.order {
            Order::Any => {}
            order => write!(f, " {}", order.name())?,
        }
        for (number, condition) in self.conditions.iter().enumerate() {
            write!(f, "{} {condition}", if number == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

impl Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Survived { age_s } => write!(f, "survived at {age_s} s or later"),
            other => f.write_str(other.name()),
        }
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(name) => f.write_str(name),
            Self::Starts(start) => write!(f, "{start}*"),
        }
    }
}
