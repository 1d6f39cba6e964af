//! The reference of signals in the documentation has every kind with every field, its values and
//! whether it is needed: what the reader of signals says when it is asked.

use std::collections::BTreeMap;

use super::*;
use crate::{
    field::Problem,
    signal::{ContentRole, CopyVia, Intent, Kind},
};

const PAGE: &str = include_str!("../../../demo-site/docs/signals.md");

type Given = BTreeMap<&'static str, Value>;

impl Fields for Given {
    fn get(&self, name: &'static str) -> Result<Option<Value>, FieldError> {
        Ok(BTreeMap::get(self, name).cloned())
    }
}

/// What is wrong with the named field when it has this value.
fn problem(given: &Given, name: &'static str, value: Value) -> Option<Problem> {
    let mut given = given.clone();
    given.insert(name, value);
    let error = read_signal(&given).err()?;
    (error.field == name).then_some(error.problem)
}

/// The least that makes a signal of this kind.
fn least(kind: Kind) -> Given {
    let mut given = Given::from([("kind", Value::Text(kind.name().into()))]);
    while let Err(error) = read_signal(&given) {
        let tries = [
            Value::Number(0.0),
            Value::Flag(true),
            Value::Text("other".into()),
            Value::Text("edit".into()),
            Value::Text("o-1".into()),
        ];
        let fits = |value: &Value| problem(&given, error.field, value.clone()).is_none();
        let value = tries.into_iter().find(fits);
        given.insert(error.field, value.unwrap_or_else(|| panic!("{error}")));
    }
    given
}

/// What a field takes, in the words of the page; `None` if the kind has no such field.
fn values(given: &Given, name: &'static str) -> Option<String> {
    let as_flag = problem(given, name, Value::Flag(true));
    let as_number = problem(given, name, Value::Number(1e18));
    let as_text = problem(given, name, Value::Text("x".repeat(1 << 20)));
    let as_word = problem(given, name, Value::Text("nonsense".into()));
    let as_list = problem(given, name, Value::Numbers(vec![0; 1_000]));
    let named = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect();
    Some(match (as_flag, as_number, as_text, as_word, as_list) {
        // Nobody looks at it.
        (None, None, ..) => return None,
        (None, ..) => "`true`, `false`".into(),
        (_, Some(Problem::OutOfRange { min, max }), ..) => {
            let whole = problem(given, name, Value::Number(0.5)).is_some();
            format!("{min} to {max}{}", if whole { "" } else { ", thousandths" })
        }
        (.., Some(Problem::Unknown), _) => {
            let takes = |known: &str| problem(given, name, Value::Text(known.into())).is_none();
            let vias = [0, 1, 2, 3].map(|code| CopyVia::from_code(code).unwrap().name());
            let intents = [0, 1, 2, 3].map(|code| Intent::from_code(code).unwrap().name());
            let roles = [0, 1, 2].map(|code| ContentRole::from_code(code).unwrap().name());
            let all = [&vias[..], &intents[..], &roles[..]].concat();
            let names: Vec<&str> = all.into_iter().filter(|name| takes(name)).collect();
            let names: Vec<String> = named(&names);
            names.join(", ")
        }
        // A text may be empty, an id may not.
        (_, _, Some(Problem::TooLong { max }), ..) => {
            let is_id = problem(given, name, Value::Text(String::new())).is_some();
            if is_id {
                "id".into()
            } else {
                format!("text, {max} bytes")
            }
        }
        (.., Some(Problem::TooLong { max })) => format!("{max} whole numbers"),
        other => panic!("{name}: {other:?}"),
    })
}

/// Name, values, needed: the rows of a kind's table in the page.
fn told(kind: Kind) -> Vec<[String; 3]> {
    let heading = format!("\n## `{}`\n", kind.name());
    let (_, section) = PAGE
        .split_once(&heading)
        .unwrap_or_else(|| panic!("signals.md has no section{heading}"));
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, name, _, values, needed, _] = cells[..] else {
            panic!("no four cells: {row}");
        };
        [name, values, needed].map(|cell| cell.trim_matches('`').to_owned())
    })
    .collect()
}

/// What every signal has is told once.
const OF_EVERY: [&str; 3] = ["kind", "seq", "at"];

#[test]
fn every_kind_is_there_with_its_fields() {
    let kinds = (0..=u8::MAX).filter_map(Kind::from_code);
    for kind in kinds {
        let given = least(kind);
        let fields = NAMES.iter().filter(|name| !OF_EVERY.contains(name));
        let mut known: Vec<[String; 3]> = fields
            .filter_map(|name| {
                let needed = if given.contains_key(name) { "yes" } else { "" };
                let values = values(&given, name)?.trim_matches('`').to_owned();
                Some([(*name).to_owned(), values, needed.to_owned()])
            })
            .collect();
        let mut told = told(kind);
        known.sort();
        told.sort();
        assert_eq!(
            told,
            known,
            "signals.md, {} (left the page, right the code)",
            kind.name()
        );
    }
}
