//! Single fields of a declaration: what may stand in each.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tacit_signals::{
    assignment::HOLDOUT,
    limits::{ARMS_MAX, ARMS_MIN, NAME_BYTES_MAX},
};

use super::{Arm, FieldError, Guardrail};
use crate::{
    clock::{NO_MOMENT, moment, span},
    experiment::metric::Metric,
    label::Milli,
    limits::{METRICS_MAX, SETTLE_MS_MAX},
};

/// The fields of a declaration, as they were said. `null` says nothing.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

type Read<T> = Result<T, FieldError>;

impl<'a> Fields<'a> {
    fn get(self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    fn needed(self, field: &'static str) -> Read<&'a Value> {
        self.get(field).ok_or_else(|| wrong(field, "is missing"))
    }

    /// The first field that is none of `known`.
    pub(super) fn stranger(self, known: &[&str]) -> Option<&'a str> {
        let mut names = self.0.keys().map(String::as_str);
        names.find(|name| !known.contains(name))
    }

    pub(super) fn text(self, field: &'static str) -> Read<Option<&'a str>> {
        let text = self.get(field);
        text.map(|text| text.as_str().ok_or_else(|| wrong(field, "must be a text")))
            .transpose()
    }

    /// A name of the experiment's own kind.
    pub(super) fn name(self, field: &'static str) -> Read<String> {
        let name = self.needed(field)?;
        name_of(field, name.as_str().unwrap_or_default())
    }

    /// A number of at most three decimals that `fits`.
    pub(super) fn number(
        self,
        field: &'static str,
        fits: impl Fn(Milli) -> bool,
        what: &str,
    ) -> Read<Option<Milli>> {
        let value = self.get(field);
        let read = |value: &Value| {
            let value = value.as_f64().and_then(Milli::exact);
            let problem = || wrong(field, format!("must be {what} of at most three decimals"));
            value.filter(|value| fits(*value)).ok_or_else(problem)
        };
        value.map(read).transpose()
    }

    /// A moment: a date, a time, or Unix ms.
    pub(super) fn moment(self, field: &'static str) -> Read<Option<u64>> {
        let read = |value: &Value| {
            let at = match value {
                Value::String(text) => moment(text),
                value => value.as_u64(),
            };
            at.ok_or_else(|| wrong(field, format!("must be {NO_MOMENT}")))
        };
        self.get(field).map(read).transpose()
    }

    /// How long outputs settle, in milliseconds.
    pub(super) fn settle(self, field: &'static str) -> Read<Option<u64>> {
        let Some(value) = self.get(field) else {
            return Ok(None);
        };
        let ms = value.as_str().and_then(span);
        let ms = ms.filter(|ms| *ms <= SETTLE_MS_MAX);
        ms.map(Some).ok_or_else(|| {
            wrong(
                field,
                "must be a time such as \"24h\" or \"7d\", 90d at most",
            )
        })
    }

    pub(super) fn metric(self, field: &'static str) -> Read<Metric> {
        metric_of(field, self.needed(field)?)
    }

    /// Metrics, each once; `None` where nothing was said.
    pub(super) fn metrics(self, field: &'static str) -> Read<Vec<Metric>> {
        let Some(list) = self.list(field, METRICS_MAX)? else {
            return Ok(Vec::new());
        };
        let mut metrics = Vec::with_capacity(list.len());
        for value in list {
            let metric = metric_of(field, value)?;
            if metrics.contains(&metric) {
                return Err(wrong(field, format!("names {} twice", metric.name())));
            }
            metrics.push(metric);
        }
        Ok(metrics)
    }

    pub(super) fn arms(self, field: &'static str) -> Read<Vec<Arm>> {
        self.needed(field)?;
        let list = self.list(field, ARMS_MAX)?.unwrap_or_default();
        if list.len() < ARMS_MIN {
            return Err(wrong(field, "must be two at least, the control first"));
        }
        let arms: Vec<Arm> = list
            .iter()
            .map(|value| arm(field, value))
            .collect::<Read<_>>()?;
        let names: BTreeSet<&str> = arms.iter().map(|arm| &*arm.name).collect();
        if names.len() < arms.len() {
            return Err(wrong(field, "have a name twice"));
        }
        let sum: i64 = arms.iter().map(|arm| arm.weight.thousandths()).sum();
        if sum != 1_000 {
            let sum = Milli::new(sum);
            return Err(wrong(
                field,
                format!("have weights that add up to {sum}, not to 1"),
            ));
        }
        Ok(arms)
    }

    /// Guardrails, each metric once; `None` where nothing was said.
    pub(super) fn guardrails(self, field: &'static str) -> Read<Option<Vec<Guardrail>>> {
        let Some(list) = self.list(field, METRICS_MAX)? else {
            return Ok(None);
        };
        if list.is_empty() {
            let problem = "must not be empty: what is optimised is guarded. \
                 Leave the field out to take those paired with the primary metric";
            return Err(wrong(field, problem));
        }
        let mut guardrails: Vec<Guardrail> = Vec::with_capacity(list.len());
        for value in list {
            let guardrail = guardrail(field, value)?;
            let same = |other: &Guardrail| other.metric == guardrail.metric;
            if guardrails.iter().any(same) {
                let name = guardrail.metric.name();
                return Err(wrong(field, format!("name {name} twice")));
            }
            guardrails.push(guardrail);
        }
        Ok(Some(guardrails))
    }

    fn list(self, field: &'static str, len_max: usize) -> Read<Option<&'a [Value]>> {
        let Some(value) = self.get(field) else {
            return Ok(None);
        };
        let list = value.as_array();
        let list = list.ok_or_else(|| wrong(field, "must be a list"))?;
        if list.len() > len_max {
            return Err(wrong(field, format!("must be {len_max} at most")));
        }
        Ok(Some(list))
    }
}

fn arm(field: &'static str, value: &Value) -> Read<Arm> {
    let said = object(field, value, &["name", "weight"])?;
    let name = name_of(field, said.text("name")?.unwrap_or_default())?;
    if name == HOLDOUT {
        let problem = format!("must not be called {HOLDOUT}: that is where nobody is in any arm");
        return Err(wrong(field, problem));
    }
    let share = |weight: Milli| (1..1_000).contains(&weight.thousandths());
    let weight = said.number("weight", share, "a share above 0 and below 1");
    match weight {
        Ok(Some(weight)) => Ok(Arm { name, weight }),
        Ok(None) => Err(wrong(field, format!("have no weight for {name}"))),
        Err(error) => Err(wrong(field, format!("{name}: {error}"))),
    }
}

fn guardrail(field: &'static str, value: &Value) -> Read<Guardrail> {
    let said = object(field, value, &["metric", "margin"])?;
    let metric = said.get("metric");
    let metric = metric.ok_or_else(|| wrong(field, "need a metric each"))?;
    let metric = metric_of(field, metric)?;
    let name = metric.name();
    let margin = said.number("margin", |margin| is_change(&metric, margin), CHANGE);
    match margin {
        Ok(Some(margin)) => Ok(Guardrail { metric, margin }),
        Ok(None) => Err(wrong(field, format!("have no margin for {name}"))),
        Err(error) => Err(wrong(field, format!("{name}: {error}"))),
    }
}

/// What [`is_change`] takes, for people.
pub(super) const CHANGE: &str = "a number above 0 (below 1 where the metric is a share: \
    0.02 is two points of a hundred)";

/// Whether a metric can change by so much.
pub(super) fn is_change(metric: &Metric, change: Milli) -> bool {
    change.thousandths() > 0 && (!metric.is_share() || change.thousandths() < 1_000)
}

fn object<'a>(field: &'static str, value: &'a Value, known: &[&str]) -> Read<Fields<'a>> {
    let said = value.as_object().map(Fields);
    let known_names = known.join(" and ");
    let said = said.ok_or_else(|| wrong(field, format!("must each have {known_names}")))?;
    match said.stranger(known) {
        Some(name) => Err(wrong(field, format!("have `{name}`, which says nothing"))),
        None => Ok(said),
    }
}

fn metric_of(field: &'static str, value: &Value) -> Read<Metric> {
    let name = value.as_str().unwrap_or_default();
    Metric::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Metric::ALL.iter().map(Metric::name).collect();
        let known = known.join(", ");
        wrong(
            field,
            format!("{value} is no metric: {known}, or external:NAME"),
        )
    })
}

fn name_of(field: &'static str, name: &str) -> Read<String> {
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '-');
    if (1..=NAME_BYTES_MAX).contains(&name.len()) && name.chars().all(plain) {
        return Ok(name.into());
    }
    let max = NAME_BYTES_MAX;
    let problem = format!("must be named by 1 to {max} letters, digits, _, . and -");
    Err(wrong(field, problem))
}

pub(super) fn wrong(field: &'static str, problem: impl Into<String>) -> FieldError {
    let problem = problem.into();
    FieldError { field, problem }
}
