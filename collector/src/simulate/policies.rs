//! The policies that are compared: the one in question, ratings alone, each
//! signal alone, and what changes when ratings count more or less. All are made
//! from the policy's own file, and read like any other.

use std::collections::BTreeSet;

use thiserror::Error;
use toml::{Table, Value};

use crate::label::{Policy, PolicyError};

/// A policy of the comparison.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// For the report.
    pub name: String,
    /// The policy.
    pub policy: Policy,
}

/// A policy that could not be made from another.
#[derive(Debug, Error)]
pub enum VariantError {
    /// The file is no TOML, or lacks what is varied.
    #[error("the policy's file has no {0}")]
    Missing(&'static str),
    /// Not TOML.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// Not to be written as TOML.
    #[error("{0}")]
    Write(#[from] toml::ser::Error),
    /// No policy.
    #[error("{0}")]
    Policy(#[from] PolicyError),
}

/// Score from which evidence decides where a signal stands alone: any does, which
/// is the best that can be made of it.
const DECIDES_ALONE: f64 = 0.001;

/// A copy of most of an answer, in the default policy: what a rating is compared with.
const COPY: (f64, f64) = (3.0, 6.0);

/// Ratings alone, with the policy's own rules and thresholds.
pub fn thumbs_only(toml: &str) -> Result<Candidate, VariantError> {
    let mut file: Table = toml::from_str(toml)?;
    keep(&mut file, |signal| signal == "rated")?;
    candidate("thumbs only", &file)
}

/// One candidate per signal that a rule of the policy looks at.
pub fn each_alone(toml: &str) -> Result<Vec<Candidate>, VariantError> {
    let file: Table = toml::from_str(toml)?;
    let rules = file
        .get("rule")
        .and_then(Value::as_array)
        .ok_or(VariantError::Missing("rules"))?;
    let signals: BTreeSet<&str> = rules.iter().filter_map(signal).collect();
    let alone = |of: &str| {
        let mut file = file.clone();
        keep(&mut file, |signal| signal == of)?;
        set(&mut file, "verdict", "decide", DECIDES_ALONE)?;
        candidate(of, &file)
    };
    signals.into_iter().map(alone).collect()
}

/// The policy with another temperature, in thousandths.
pub fn with_temperature(toml: &str, thousandths: u32) -> Result<Policy, VariantError> {
    let mut file: Table = toml::from_str(toml)?;
    set(
        &mut file,
        "verdict",
        "temperature",
        f64::from(thousandths) / 1_000.0,
    )?;
    Ok(Policy::parse(&toml::to_string(&file)?)?)
}

/// The policy where a rating counts a `times`th of a copy: in score, in weight.
pub fn with_ratings(
    toml: &str,
    times: f64,
    score: bool,
    weight: bool,
) -> Result<Candidate, VariantError> {
    let mut file: Table = toml::from_str(toml)?;
    let rules = file.get_mut("rule").and_then(Value::as_array_mut);
    let rated = |rule: &&mut Value| signal(rule) == Some("rated");
    for rule in rules
        .ok_or(VariantError::Missing("rules"))?
        .iter_mut()
        .filter(rated)
    {
        let rule = rule.as_table_mut().ok_or(VariantError::Missing("rules"))?;
        let sign = rule
            .get("score")
            .and_then(Value::as_float)
            .unwrap_or_default()
            .signum();
        if score {
            rule.insert("score".into(), thousandths(sign * COPY.0 / times).into());
        }
        if weight {
            rule.insert("weight".into(), thousandths(COPY.1 / times).into());
        }
    }
    candidate(&format!("×{times}"), &file)
}

fn thousandths(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

fn signal(rule: &Value) -> Option<&str> {
    rule.get("signal").and_then(Value::as_str)
}

fn keep(file: &mut Table, wanted: impl Fn(&str) -> bool) -> Result<(), VariantError> {
    let rules = file.get_mut("rule").and_then(Value::as_array_mut);
    let rules = rules.ok_or(VariantError::Missing("rules"))?;
    rules.retain(|rule| signal(rule).is_some_and(&wanted));
    let names: BTreeSet<String> = rules.iter().filter_map(name).map(Into::into).collect();
    let overrides = file.get_mut("override").and_then(Value::as_array_mut);
    if let Some(overrides) = overrides {
        overrides.retain_mut(|by| still_says(by, &names));
    }
    Ok(())
}

/// Drops what an override says of rules that are gone; whether anything is left.
fn still_says(by: &mut Value, names: &BTreeSet<String>) -> bool {
    let Some(by) = by.as_table_mut() else {
        return true;
    };
    if let Some(rules) = by.get_mut("rule").and_then(Value::as_array_mut) {
        rules.retain(|rule| name(rule).is_some_and(|name| names.contains(name)));
        if rules.is_empty() {
            by.remove("rule");
        }
    }
    by.keys().any(|key| key != "model" && key != "surface")
}

fn name(rule: &Value) -> Option<&str> {
    rule.get("name").and_then(Value::as_str)
}

fn set(file: &mut Table, table: &'static str, field: &str, value: f64) -> Result<(), VariantError> {
    let table_of = file.get_mut(table).and_then(Value::as_table_mut);
    table_of
        .ok_or(VariantError::Missing(table))?
        .insert(field.into(), value.into());
    Ok(())
}

fn candidate(name: &str, file: &Table) -> Result<Candidate, VariantError> {
    Ok(Candidate {
        name: name.into(),
        policy: Policy::parse(&toml::to_string(file)?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = Policy::default_toml();

    fn rules(candidate: &Candidate) -> Vec<&str> {
        candidate
            .policy
            .base()
            .rules
            .iter()
            .map(|rule| &*rule.name)
            .collect()
    }

    #[test]
    fn a_signal_alone_has_only_its_rules() {
        assert_eq!(
            rules(&thumbs_only(DEFAULT).unwrap()),
            ["rated_up", "rated_down"]
        );
        let alone = each_alone(DEFAULT).unwrap();
        let names: Vec<_> = alone.iter().map(|candidate| &*candidate.name).collect();
        assert!(
            names.contains(&"absence") && names.contains(&"survived"),
            "{names:?}"
        );
        let all: usize = alone.iter().map(|candidate| rules(candidate).len()).sum();
        let default = Policy::default_policy().unwrap();
        assert_eq!(
            all,
            default.base().rules.len(),
            "each rule belongs to one signal"
        );
    }

    #[test]
    fn overrides_of_rules_that_are_gone_go_with_them() {
        let own = format!(
            "{DEFAULT}\n[[override]]\nmodel = [\"m\"]\n[[override.rule]]\nname = \"shared\"\noff = true\n\
             [[override]]\nmodel = [\"n\"]\nact = \"1d\"\n[[override.rule]]\nname = \"rated_up\"\nscore = 3.0\n"
        );
        let left = |candidate: &Candidate| candidate.policy.overrides().len();
        assert_eq!(left(&thumbs_only(&own).unwrap()), 1);
        for alone in each_alone(&own).unwrap() {
            let all = if alone.name == "shared" { 2 } else { 1 };
            assert_eq!(left(&alone), all, "{}", alone.name);
        }
    }

    #[test]
    fn a_rating_counts_as_much_less_as_asked() {
        let rated = |candidate: &Candidate| {
            let rules = &candidate.policy.base().rules;
            let of = |name| rules.iter().find(|rule| &*rule.name == name).unwrap();
            (
                of("rated_down").score.to_f64(),
                of("rated_up").weight.to_f64(),
            )
        };
        assert_eq!(
            rated(&with_ratings(DEFAULT, 5.0, true, true).unwrap()),
            (-0.6, 1.2)
        );
        assert_eq!(
            rated(&with_ratings(DEFAULT, 1.0, false, true).unwrap()),
            (-2.0, 6.0)
        );
        assert!(with_temperature("", 1).is_err());
    }
}
