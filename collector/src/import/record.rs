//! One object of an export, its fields found whatever way the export wrote their names.

use serde_json::{Map, Value};

use super::Given;
use crate::clock;

/// One object; names are in `snake_case`, since APIs write `traceId`, their clients
/// `trace_id` and tables `Trace ID`.
#[derive(Debug, Clone, PartialEq)]
pub struct Record(Value);

/// In what an exporter writes a label's metadata: see `push`.
const OWN: &str = "tacit_id";

impl Record {
    /// From an object of a JSON export.
    #[must_use]
    pub fn of(object: Map<String, Value>) -> Self {
        Self(snake(Value::Object(object)))
    }

    /// From a row of a table. A column `result.score` is `score` within `result`;
    /// cells that hold JSON are read.
    pub fn of_row<'a>(cells: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut object = Map::new();
        for (column, text) in cells {
            let value = cell(text);
            match column.split_once('.') {
                Some((outer, inner))
                    if !object.contains_key(outer) || object[outer].is_object() =>
                {
                    let within = object.entry(outer).or_insert_with(|| Map::new().into());
                    if let Value::Object(within) = within {
                        within.insert(inner.into(), value);
                    }
                }
                _ => {
                    object.insert(column.into(), value);
                }
            }
        }
        Self::of(object)
    }

    /// What is at `path`, names apart by dots; nothing where it is null.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut names = path.split('.');
        let found = names.try_fold(&self.0, |value, name| value.get(name))?;
        (!found.is_null()).then_some(found)
    }

    /// The first of `paths` with a text; no empty one.
    #[must_use]
    pub fn text(&self, paths: &[&str]) -> Option<String> {
        let mut texts = paths.iter().filter_map(|path| match self.get(path)? {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        texts.find(|text| !text.is_empty())
    }

    /// The first of `paths` with a moment, Unix ms.
    #[must_use]
    pub fn moment(&self, paths: &[&str]) -> Option<u64> {
        let text = self.text(paths)?;
        // Tables write a space where ISO 8601 has a T.
        clock::moment(&text).or_else(|| clock::moment(&text.replacen(' ', "T", 1)))
    }

    /// What was given at `path`.
    #[must_use]
    pub fn given(&self, path: &str) -> Option<Given> {
        match self.get(path)? {
            Value::Bool(yes) => Some(Given::Bool(*yes)),
            Value::Number(number) => number.as_f64().map(Given::Number),
            Value::String(text) => Given::of_text(text),
            _ => None,
        }
    }

    /// Whether it is one of the labels that `tacit push` sent: it would come back as if
    /// a person had said it.
    #[must_use]
    pub fn is_own_label(&self) -> bool {
        holds(&self.0, OWN)
    }
}

fn holds(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(object) => {
            object.contains_key(name) || object.values().any(|value| holds(value, name))
        }
        _ => false,
    }
}

fn cell(text: &str) -> Value {
    let text = text.trim();
    if text.is_empty() {
        return Value::Null;
    }
    let is_json = text.starts_with(['{', '[', '"']);
    let read = is_json.then(|| serde_json::from_str(text).ok()).flatten();
    read.unwrap_or_else(|| text.into())
}

fn snake(value: Value) -> Value {
    match value {
        Value::Object(object) => object
            .into_iter()
            .map(|(name, value)| (snake_name(&name), snake(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}

fn snake_name(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    let mut was_lower = false;
    for c in name.trim().chars() {
        if matches!(c, ' ' | '-') {
            snake.push('_');
            was_lower = false;
            continue;
        }
        if c.is_ascii_uppercase() && was_lower {
            snake.push('_');
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        for (name, snake) in [
            ("traceId", "trace_id"),
            ("Trace ID", "trace_id"),
            ("trace_id", "trace_id"),
            ("tacit_id", "tacit_id"),
            ("metadata", "metadata"),
        ] {
            assert_eq!(snake_name(name), snake);
        }
    }

    #[test]
    fn a_row_is_the_object_it_was_made_of() {
        let row = [
            ("result.score", "0.5"),
            ("result.label", ""),
            ("metadata", r#"{"tacit_id":"a"}"#),
            ("updated", "2026-11-01 10:00:00+00:00"),
        ];
        let record = Record::of_row(row.into_iter());
        assert_eq!(record.given("result.score"), Some(Given::Number(0.5)));
        assert_eq!(record.given("result.label"), None);
        assert_eq!(record.moment(&["updated"]), Some(1_793_527_200_000));
        assert!(record.is_own_label());
    }
}
