//! Reading a declaration: the same words in `tacit.toml` and over HTTP.

use serde_json::{Map, Value};

use super::{
    Experiment, FieldError, Guardrail,
    fields::{CHANGE, Fields, is_change, wrong},
};
use crate::{
    clock::HOUR_MS,
    experiment::{guard::paired, metric::Metric},
    label::Milli,
    limits::NOTE_BYTES_MAX,
};

/// The only unit there is: rows of one person are alike, so only people count.
pub(super) const UNIT: &str = "person";

/// Where nothing is said: everybody takes part.
const TRAFFIC: Milli = Milli::new(1_000);
/// Where nothing is said: one person in twenty is held out.
const HOLDOUT: Milli = Milli::new(50);
/// Where nothing is said: one in twenty experiments without a difference finds one.
const ALPHA: Milli = Milli::new(50);
/// Where nothing is said: a day to act on an answer.
const SETTLE_MS: u64 = 24 * HOUR_MS;

pub(super) const FIELDS: [&str; 14] = [
    "name",
    "unit",
    "arms",
    "traffic",
    "holdout",
    "primary",
    "secondary",
    "guardrails",
    "mde",
    "alpha",
    "settle",
    "starts_at",
    "ends_at",
    "note",
];

/// What somebody declared; good in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    said: Value,
    /// Without a start where none was said.
    experiment: Experiment,
    starts_at: Option<u64>,
}

impl Declaration {
    /// Reads and checks what was said. A field that there is not is an error: a
    /// declaration is never changed, so a misspelt one must not be lost.
    pub fn parse(said: &Map<String, Value>) -> Result<Self, FieldError> {
        let fields = Fields(said);
        if let Some(name) = fields.stranger(&FIELDS) {
            let known = FIELDS.join(", ");
            return Err(wrong(
                "experiment",
                format!("has no field `{name}`: {known}"),
            ));
        }
        let name = fields.name("name")?;
        if fields.text("unit")?.is_some_and(|unit| unit != UNIT) {
            let problem = "must be \"person\": answers of one person are alike, \
                 so people are compared, not answers";
            return Err(wrong("unit", problem));
        }
        let arms = fields.arms("arms")?;
        let share = |least: i64, most: i64| {
            move |share: Milli| (least..=most).contains(&share.thousandths())
        };
        let traffic = fields.number("traffic", share(1, 1_000), "a share above 0, up to 1,")?;
        let holdout = fields.number("holdout", share(0, 999), "a share from 0 to below 1,")?;
        let alpha = fields.number("alpha", share(1, 200), "a chance from 0.001 to 0.2")?;
        let primary = fields.metric("primary")?;
        let mde = fields.number("mde", |mde| is_change(&primary, mde), CHANGE)?;
        let note = note(fields)?;
        let experiment = Experiment {
            name,
            arms,
            traffic: traffic.unwrap_or(TRAFFIC),
            holdout: holdout.unwrap_or(HOLDOUT),
            secondary: fields.metrics("secondary")?,
            guardrails: guardrails(&primary, fields.guardrails("guardrails")?)?,
            mde: mde.ok_or_else(|| wrong("mde", "is missing"))?,
            alpha: alpha.unwrap_or(ALPHA),
            settle_ms: fields.settle("settle")?.unwrap_or(SETTLE_MS),
            starts_at: 0,
            ends_at: fields.moment("ends_at")?,
            note,
            primary,
        };
        if experiment.secondary.contains(&experiment.primary) {
            return Err(wrong("secondary", "has the primary metric, which is first"));
        }
        let said = said.iter().filter(|(_, value)| !value.is_null());
        let said: Map<_, _> = said.map(|(k, v)| (k.clone(), v.clone())).collect();
        let declaration = Self {
            said: Value::Object(said),
            starts_at: fields.moment("starts_at")?,
            experiment,
        };
        if let Some(starts_at) = declaration.starts_at {
            declaration.starting(starts_at)?;
        }
        Ok(declaration)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.experiment.name
    }

    /// What was said, word for word.
    #[must_use]
    pub const fn said(&self) -> &Value {
        &self.said
    }

    /// The experiment it declares, starting at `start` (Unix ms) where it says nothing
    /// else.
    pub fn starting(&self, start: u64) -> Result<Experiment, FieldError> {
        let experiment = Experiment {
            starts_at: self.starts_at.unwrap_or(start),
            ..self.experiment.clone()
        };
        let starts_at = experiment.starts_at;
        if experiment
            .ends_at
            .is_some_and(|ends_at| ends_at <= starts_at)
        {
            return Err(wrong("ends_at", "is not after its start"));
        }
        Ok(experiment)
    }
}

fn note(fields: Fields<'_>) -> Result<Option<String>, FieldError> {
    let note = fields.text("note")?;
    if note.is_some_and(|note| note.len() > NOTE_BYTES_MAX) {
        let problem = format!("is longer than {NOTE_BYTES_MAX} bytes");
        return Err(wrong("note", problem));
    }
    Ok(note.map(Into::into))
}

/// Those paired with the primary metric, with the margins that were named, and then
/// the others that were named. Naming some takes none of the paired ones away.
fn guardrails(
    primary: &Metric,
    named: Option<Vec<Guardrail>>,
) -> Result<Vec<Guardrail>, FieldError> {
    let mut named = named.unwrap_or_default();
    if named.iter().any(|guardrail| guardrail.metric == *primary) {
        let problem = format!(
            "name {}, the primary metric: it is to get better",
            primary.name()
        );
        return Err(wrong("guardrails", problem));
    }
    let mut all = paired(primary);
    for guardrail in &mut all {
        let own = |named: &Guardrail| named.metric == guardrail.metric;
        if let Some(place) = named.iter().position(own) {
            guardrail.margin = named.remove(place).margin;
        }
    }
    all.append(&mut named);
    if all.is_empty() {
        let problem = format!(
            "are missing: none is paired with {}, so name what must not get worse",
            primary.name()
        );
        return Err(wrong("guardrails", problem));
    }
    Ok(all)
}
