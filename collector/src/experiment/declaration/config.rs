//! `[[experiment]]` in `tacit.toml`: what `tacit serve`, `tacit run` and
//! `tacit experiment add` declare.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use thiserror::Error;
use toml::Spanned;

use super::{Declaration, FieldError};
use crate::config::line_of;

/// An experiment of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    /// The project; not needed when there is only one.
    pub project: Option<String>,
    /// What is declared.
    pub declaration: Declaration,
}

/// As it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry(Map<String, Value>);

/// What is wrong with an experiment.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {error}")]
pub struct ExperimentError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong.
    pub error: FieldError,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(json(toml::Table::deserialize(from)?)))
    }
}

/// All experiments of a file, each name once in a project.
pub(crate) fn experiments(
    file: &str,
    entries: &[Spanned<Entry>],
) -> Result<Vec<Configured>, ExperimentError> {
    let mut all: Vec<Configured> = Vec::with_capacity(entries.len());
    for spanned in entries {
        let made = configured(spanned.get_ref()).and_then(|made| {
            let same = |other: &Configured| {
                other.project == made.project && other.declaration.name() == made.declaration.name()
            };
            if all.iter().any(same) {
                let problem = "another experiment has this name".into();
                let field = "name";
                return Err(FieldError { field, problem });
            }
            Ok(made)
        });
        all.push(made.map_err(|error| ExperimentError {
            line: line_of(file, spanned.span().start, error.field),
            error,
        })?);
    }
    Ok(all)
}

fn configured(Entry(said): &Entry) -> Result<Configured, FieldError> {
    let mut said = said.clone();
    let project = match said.remove("project") {
        None => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => {
            let problem = "must be a text".into();
            let field = "project";
            return Err(FieldError { field, problem });
        }
    };
    Ok(Configured {
        project,
        declaration: Declaration::parse(&said)?,
    })
}

/// A table as the JSON that says the same; dates and times as their text.
fn json(table: toml::Table) -> Map<String, Value> {
    let entries = table.into_iter();
    entries
        .map(|(name, value)| (name, json_of(value)))
        .collect()
}

fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(is) => is.into(),
        toml::Value::Datetime(at) => at.to_string().into(),
        toml::Value::Array(list) => list.into_iter().map(json_of).collect(),
        toml::Value::Table(table) => Value::Object(json(table)),
    }
}
