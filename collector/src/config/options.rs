//! The options there are, as the types of [`super::settings`] tell them: name, kind,
//! limits, default, and what the doc comment says. Checks, errors, the reference and the
//! example read this, so that none of them can differ from what is parsed.

use std::{collections::BTreeMap, sync::OnceLock};

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::Config;

/// An option, or a table of options.
#[derive(Debug)]
pub(super) struct Node {
    /// What the doc comment says.
    pub(super) doc: String,
    pub(super) default: Option<Value>,
    pub(super) example: Option<Value>,
    /// Whether it has to be there.
    pub(super) needed: bool,
    pub(super) shape: Shape,
}

/// What an option holds.
#[derive(Debug)]
pub(super) enum Shape {
    /// Options of their own, by name.
    Table(BTreeMap<String, Node>),
    /// `[[name]]`, any number of times.
    Tables(Box<Node>),
    List(Box<Node>),
    Text {
        /// The only texts there may be; any where empty.
        allowed: Vec<String>,
        format: Option<Format>,
    },
    Integer {
        min: Option<u64>,
        max: Option<u64>,
    },
    Number,
    Flag,
    /// Checked elsewhere.
    Any,
}

/// What a text has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Address,
    Url,
    File,
    /// The address of a store, which holds a password.
    Store,
}

/// All there are.
pub(super) fn options() -> &'static Node {
    static OPTIONS: OnceLock<Node> = OnceLock::new();
    OPTIONS.get_or_init(|| {
        let settings = SchemaSettings::default().with(|settings| settings.inline_subschemas = true);
        let schema = settings.into_generator().into_root_schema_for::<Config>();
        Node::of(schema.as_value(), true)
    })
}

impl Node {
    fn of(schema: &Value, needed: bool) -> Self {
        let text = |name: &str| schema.get(name).and_then(Value::as_str);
        let examples = schema.get("examples").and_then(Value::as_array);
        Self {
            doc: text("description").unwrap_or_default().to_owned(),
            default: schema
                .get("default")
                .filter(|default| !default.is_null())
                .cloned(),
            example: examples.and_then(|all| all.first()).cloned(),
            needed,
            shape: Shape::of(schema),
        }
    }

    /// The option at `path`, as in `log.keep_seconds`.
    #[cfg(test)]
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        path.split('.')
            .try_fold(self, |node, name| match &node.shape {
                Shape::Table(fields) => fields.get(name),
                _ => None,
            })
    }

    /// All options that hold one value, with their paths; those of `[[…]]` are not among
    /// them.
    pub(super) fn leaves(&self) -> Vec<(String, &Self)> {
        let Shape::Table(fields) = &self.shape else {
            return Vec::new();
        };
        let mut leaves = Vec::new();
        for (name, node) in fields {
            match &node.shape {
                Shape::Table(_) => {
                    let inner = node.leaves().into_iter();
                    leaves.extend(inner.map(|(path, leaf)| (format!("{name}.{path}"), leaf)));
                }
                Shape::Tables(_) => {}
                _ => leaves.push((name.clone(), node)),
            }
        }
        leaves
    }
}

impl Shape {
    fn of(schema: &Value) -> Self {
        // What may be left out is said as "this, or null".
        if let Some(either) = schema.get("anyOf").and_then(Value::as_array) {
            let is_null = |schema: &&Value| schema["type"] == "null";
            let one = either.iter().find(|schema| !is_null(schema));
            return one.map_or(Self::Any, Self::of);
        }
        let allowed = allowed(schema);
        if !allowed.is_empty() {
            let format = None;
            return Self::Text { allowed, format };
        }
        let number = |name: &str| schema.get(name).and_then(Value::as_u64);
        match type_of(schema) {
            "boolean" => Self::Flag,
            "integer" => Self::Integer {
                min: number("minimum").filter(|min| *min > 0),
                max: number("maximum"),
            },
            "number" => Self::Number,
            "string" => Self::Text {
                allowed,
                format: match schema.get("format").and_then(Value::as_str) {
                    Some("address") => Some(Format::Address),
                    Some("url") => Some(Format::Url),
                    Some("file") => Some(Format::File),
                    Some("store") => Some(Format::Store),
                    _ => None,
                },
            },
            "array" => {
                let inner = Node::of(&schema["items"], true);
                match type_of(&schema["items"]) {
                    "object" => Self::Tables(Box::new(inner)),
                    _ => Self::List(Box::new(inner)),
                }
            }
            "object" => schema
                .get("properties")
                .and_then(Value::as_object)
                .map_or(Self::Any, |fields| Self::Table(nodes(fields, schema))),
            _ => Self::Any,
        }
    }
}

fn nodes(fields: &Map<String, Value>, schema: &Value) -> BTreeMap<String, Node> {
    let needed = schema.get("required").and_then(Value::as_array);
    let is_needed = |name: &String| needed.is_some_and(|all| all.iter().any(|one| one == name));
    fields
        .iter()
        .map(|(name, field)| (name.clone(), Node::of(field, is_needed(name))))
        .collect()
}

/// `string` of `"string"` and of `["string", "null"]`.
fn type_of(schema: &Value) -> &str {
    let types = &schema["type"];
    let first = || types.as_array()?.iter().find(|name| *name != "null");
    types
        .as_str()
        .or_else(|| first()?.as_str())
        .unwrap_or_default()
}

/// The names of a choice: with doc comments schemars writes each apart.
fn allowed(schema: &Value) -> Vec<String> {
    let plain = schema.get("enum").and_then(Value::as_array);
    let told = schema.get("oneOf").and_then(Value::as_array);
    let plain = plain
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned));
    plain
        .chain(told.into_iter().flatten().flat_map(|one| {
            let name = one.get("const").and_then(Value::as_str).map(str::to_owned);
            name.into_iter().chain(allowed(one))
        }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_tell_names_limits_defaults_and_words() {
        let options = options();
        let segment = options.at("log.segment_bytes").unwrap();
        assert!(segment.doc.starts_with("Bytes after which"));
        assert_eq!(segment.default, Some(Value::from(64 << 20)));
        let Shape::Integer { min, max } = segment.shape else {
            panic!("{segment:?}");
        };
        assert_eq!((min, max), (Some(65_536), Some(1 << 32)));
        let Shape::Tables(schedule) = &options.at("schedule").unwrap().shape else {
            panic!("tables");
        };
        let Shape::Text { allowed, .. } = &schedule.at("kind").unwrap().shape else {
            panic!("{schedule:?}");
        };
        assert_eq!(*allowed, ["brief", "dataset"]);
        assert!(schedule.at("name").unwrap().needed);
    }

    #[test]
    fn every_option_is_told() {
        fn look(path: &str, node: &Node) {
            assert!(!node.doc.trim().is_empty(), "{path} has no doc comment");
            match &node.shape {
                Shape::Table(fields) => {
                    for (name, field) in fields {
                        look(&format!("{path}.{name}"), field);
                    }
                }
                // Where the fields are nobody's to know, the page named above tells them.
                Shape::Tables(inner) if !matches!(inner.shape, Shape::Any) => {
                    look(&format!("{path}[]"), inner);
                }
                _ => {}
            }
        }
        look("tacit.toml", options());
    }
}
