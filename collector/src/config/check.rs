//! Looks through what was said, option by option, before it is read into types: finds
//! everything that is wrong at once, and says what would be right.

use std::{collections::BTreeMap, net::SocketAddr, ops::Range, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    nearest::nearest,
    options::{Format, Node, Shape},
    problem::{Place, Problem},
    units::Unit,
};
use crate::store::StoreUrl;

/// A text that is looked through.
pub(super) struct Check<'a> {
    file: &'a Path,
    text: &'a str,
    /// All options.
    root: &'a Node,
    pub(super) problems: Vec<Problem>,
    /// Sizes and times with a unit as the number they stand for, by where they begin.
    pub(super) numbers: BTreeMap<usize, String>,
}

impl<'a> Check<'a> {
    pub(super) const fn new(file: &'a Path, text: &'a str, root: &'a Node) -> Self {
        Self {
            file,
            text,
            root,
            problems: Vec::new(),
            numbers: BTreeMap::new(),
        }
    }

    /// Looks through `table`, which `known` tells of.
    pub(super) fn table(&mut self, path: &str, known: &Node, table: &DeTable<'_>) {
        let Shape::Table(fields) = &known.shape else {
            return;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let full = match path {
                "" => name.to_owned(),
                _ => format!("{path}.{name}"),
            };
            let Some(node) = fields.get(name) else {
                let problem = self.stranger(path, name, fields.keys().map(String::as_str));
                self.wrong(&full, problem, &key.span());
                continue;
            };
            self.value(&full, node, value);
        }
    }

    fn value(&mut self, path: &str, node: &Node, value: &Spanned<DeValue<'_>>) {
        let span = value.span();
        match (&node.shape, value.get_ref()) {
            (Shape::Table(_), DeValue::Table(table)) => self.table(path, node, table),
            (Shape::Tables(inner), DeValue::Array(list)) => {
                for one in list.iter() {
                    let span = one.span();
                    match one.get_ref() {
                        DeValue::Table(table) => self.table(path, inner, table),
                        other => {
                            let problem = format!("found {}; a table is needed", found(other));
                            self.wrong(path, problem, &span);
                        }
                    }
                }
            }
            (Shape::List(inner), DeValue::Array(list)) => {
                for one in list.iter() {
                    self.value(path, inner, one);
                }
            }
            (_, other) => match leaf(path, node, other) {
                Ok(None) => {}
                Ok(Some(number)) => {
                    self.numbers.insert(span.start, number.to_string());
                }
                Err(problem) => self.wrong(path, problem, &span),
            },
        }
    }

    fn wrong(&mut self, option: &str, problem: String, span: &Range<usize>) {
        self.problems.push(Problem {
            option: option.to_owned(),
            problem,
            file: Some(self.file.to_owned()),
            place: Some(Place::of(self.text, span)),
        });
    }

    /// An option that there is not: the nearest there is, here or in another table.
    fn stranger<'n>(
        &self,
        table: &str,
        name: &str,
        siblings: impl Iterator<Item = &'n str> + Clone,
    ) -> String {
        if let Some(near) = nearest(name, siblings.clone()) {
            return format!("there is no such option; did you mean `{near}`?");
        }
        let leaves = self.root.leaves();
        let elsewhere = leaves.iter().find(|(path, _)| {
            path.rsplit('.').next() == Some(name) && path.as_str() != name
                || !table.is_empty() && path == name
        });
        if let Some((path, _)) = elsewhere {
            return match path.rsplit_once('.') {
                Some((table, _)) => {
                    format!("there is no such option here; did you mean the one of [{table}]?")
                }
                None => "there is no such option here; it belongs above the first [table]".into(),
            };
        }
        let names: Vec<_> = siblings.collect();
        format!("there is no such option; there are {}", names.join(", "))
    }
}

/// Puts the numbers in the place of the texts with a unit.
pub(super) fn replace<'a>(table: &mut DeTable<'a>, numbers: &'a BTreeMap<usize, String>) {
    for (_, value) in table.iter_mut() {
        replace_one(value, numbers);
    }
}

fn replace_one<'a>(value: &mut Spanned<DeValue<'a>>, numbers: &'a BTreeMap<usize, String>) {
    let number = numbers.get(&value.span().start);
    match value.get_mut() {
        DeValue::Table(table) => replace(table, numbers),
        DeValue::Array(list) => list.iter_mut().for_each(|one| replace_one(one, numbers)),
        text @ DeValue::String(_) => {
            if let Some(Ok(number)) = number.map(|number| DeValue::parse(number)) {
                *text = number.into_inner();
            }
        }
        _ => {}
    }
}

/// Whether `value` fits. `Some` number where it is a text with a unit.
pub(super) fn leaf(path: &str, node: &Node, value: &DeValue<'_>) -> Result<Option<u64>, String> {
    let unit = Unit::of(path);
    match (&node.shape, value) {
        (Shape::Any, _)
        | (Shape::Flag, DeValue::Boolean(_))
        | (Shape::Number, DeValue::Integer(_) | DeValue::Float(_)) => Ok(None),
        (Shape::Text { allowed, format }, DeValue::String(text)) => {
            one_text(text, allowed, *format).map(|()| None)
        }
        (&Shape::Integer { min, max }, DeValue::Integer(number)) => {
            let number = i128::from_str_radix(number.as_str(), number.radix());
            let number = number.map_err(|_| format!("found {}", found(value)))?;
            within(number, min, max, unit).map(|()| None)
        }
        (&Shape::Integer { min, max }, DeValue::String(text)) if unit.is_some() => {
            let Some((unit, number)) = unit.and_then(|unit| Some((unit, unit.parse(text)?))) else {
                return Err(needs(node, unit, value));
            };
            within(i128::from(number), min, max, Some(unit))?;
            Ok(Some(number))
        }
        _ => Err(needs(node, unit, value)),
    }
}

fn needs(node: &Node, unit: Option<Unit>, value: &DeValue<'_>) -> String {
    format!(
        "found {}; {} is needed",
        found(value),
        what(&node.shape, unit)
    )
}

fn one_text(text: &str, allowed: &[String], format: Option<Format>) -> Result<(), String> {
    if !allowed.is_empty() && !allowed.iter().any(|one| one == text) {
        let near = nearest(text, allowed.iter().map(String::as_str));
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let all = allowed.join(", ");
        return Err(format!("found \"{text}\"; allowed are {all}{near}"));
    }
    match format {
        Some(Format::Address) if text.parse::<SocketAddr>().is_err() => Err(format!(
            "found \"{text}\"; an address with its port is needed, such as 127.0.0.1:8787 or [::]:8787"
        )),
        Some(Format::Url)
            if !["http://", "https://"]
                .iter()
                .any(|start| text.starts_with(start)) =>
        {
            Err(format!(
                "found \"{text}\"; an address that starts with https:// or http:// is needed"
            ))
        }
        Some(Format::Store) => {
            let read = text.parse::<StoreUrl>();
            read.map(drop).map_err(|error| error.to_string())
        }
        _ => Ok(()),
    }
}

fn within(
    number: i128,
    min: Option<u64>,
    max: Option<u64>,
    unit: Option<Unit>,
) -> Result<(), String> {
    let shown = |limit: u64| match unit {
        Some(unit) => format!("{limit} ({})", unit.show(limit)),
        None => limit.to_string(),
    };
    let least = min.unwrap_or(0);
    if number < i128::from(least) {
        return Err(format!(
            "found {number}; at least {} is needed",
            shown(least)
        ));
    }
    match max.filter(|max| number > i128::from(*max)) {
        Some(max) => Err(format!("found {number}; at most {} is allowed", shown(max))),
        None => Ok(()),
    }
}

/// What is needed, for people.
pub(super) fn what(shape: &Shape, unit: Option<Unit>) -> String {
    match (shape, unit) {
        (Shape::Integer { .. }, Some(unit)) => unit.example().into(),
        (Shape::Integer { .. }, None) => "a whole number".into(),
        (Shape::Number, _) => "a number".into(),
        (Shape::Flag, _) => "true or false".into(),
        (Shape::Text { .. }, _) => "a text".into(),
        (Shape::List(_), _) => "a list, in [ ],".into(),
        (Shape::Table(_), _) => "a table".into(),
        (Shape::Tables(_), _) => "a list of tables, each under [[…]],".into(),
        (Shape::Any, _) => "a value".into(),
    }
}

fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text \"{text}\""),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(is) => is.to_string(),
        DeValue::Datetime(at) => format!("the time {at}"),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}
