//! What holds in the end, and where it is from.

use serde::Serialize;
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::{
    environment::Said,
    options::{Format, Node, Shape},
    problem::Place,
};
use crate::store::StoreUrl;

/// An option as it holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// Its name, as in `log.keep_seconds`.
    pub option: String,
    /// Its value; `null` where nothing is set. Of `[[…]]`, how many there are.
    pub value: Value,
    /// Where it is from.
    pub from: From,
}

/// Where a value is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "source")]
pub enum From {
    /// Nobody said anything.
    Default,
    /// The file.
    File {
        /// From 1.
        line: usize,
    },
    /// A variable.
    Environment {
        /// Its name.
        variable: String,
    },
    /// An option of the command line.
    Option {
        /// Its name.
        option: String,
    },
}

impl std::fmt::Display for From {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => write!(to, "default"),
            Self::File { line } => write!(to, "file, line {line}"),
            Self::Environment { variable } => write!(to, "environment, {variable}"),
            Self::Option { option } => write!(to, "option, {option}"),
        }
    }
}

/// Every option of `root` as `document` and the defaults have it.
pub(super) fn settings(
    root: &Node,
    text: &str,
    document: &DeTable<'_>,
    said: &[Said],
) -> Vec<Setting> {
    let mut settings = Vec::new();
    collect(root, "", text, Some(document), said, &mut settings);
    settings
}

fn collect(
    node: &Node,
    path: &str,
    text: &str,
    table: Option<&DeTable<'_>>,
    said: &[Said],
    into: &mut Vec<Setting>,
) {
    let Shape::Table(fields) = &node.shape else {
        return;
    };
    for (name, field) in fields {
        let option = match path {
            "" => name.clone(),
            _ => format!("{path}.{name}"),
        };
        let value = table.and_then(|table| table.get(name.as_str()));
        if let Shape::Table(_) = field.shape {
            let inner = value.and_then(|value| value.get_ref().as_table());
            collect(field, &option, text, inner, said, into);
            continue;
        }
        let variable = said.iter().find(|said| said.path == option);
        into.push(Setting {
            from: match (variable, value) {
                (Some(said), _) => From::Environment {
                    variable: said.name.clone(),
                },
                (None, Some(value)) => From::File {
                    line: Place::of(text, &value.span()).line,
                },
                (None, None) => From::Default,
            },
            value: match value {
                Some(value) => told(field, json(value.get_ref())),
                None => match field.shape {
                    Shape::Tables(_) => 0.into(),
                    _ => field.default.clone().unwrap_or_default(),
                },
            },
            option,
        });
    }
}

/// An address without the password in it.
fn told(field: &Node, value: Value) -> Value {
    let is_store = matches!(
        field.shape,
        Shape::Text {
            format: Some(Format::Store),
            ..
        }
    );
    match value
        .as_str()
        .filter(|_| is_store)
        .map(str::parse::<StoreUrl>)
    {
        Some(url) => url.map_or(Value::Null, |url| url.to_string().into()),
        None => value,
    }
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| number.to_string().into(), Value::from),
        DeValue::Float(number) => number.as_str().parse::<f64>().unwrap_or_default().into(),
        DeValue::Boolean(is) => (*is).into(),
        DeValue::Datetime(at) => at.to_string().into(),
        DeValue::Array(list) if list.iter().all(|one| one.get_ref().is_table()) => {
            list.len().into()
        }
        DeValue::Array(list) => list.iter().map(|one| json(one.get_ref())).collect(),
        DeValue::Table(_) => Value::Null,
    }
}
