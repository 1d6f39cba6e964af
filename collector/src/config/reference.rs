//! What people read about the options: the page and the example, written from
//! [`super::options`]. Both are in the repository; a test says when they are old.

use std::fmt::Write as _;

use serde_json::Value;

use super::{
    check::what,
    options::{Format, Node, Shape, options},
    units::Unit,
};

/// Ends the line of an option that holds nothing unless somebody says so.
const UNSET: &str = "  # not set";

/// `tacit.example.toml`.
#[must_use]
pub fn example() -> String {
    let mut text = String::from(
        "# Everything `tacit serve --config tacit.toml` can be told. What is commented out is the\n\
         # default. Made by `tacit config example`; demo-site/docs/configuration.md tells more.\n",
    );
    let root = options();
    example_table(&mut text, "", root);
    text
}

fn example_table(text: &mut String, path: &str, node: &Node) {
    let Shape::Table(fields) = &node.shape else {
        return;
    };
    for (name, field) in fields {
        if !matches!(field.shape, Shape::Table(_) | Shape::Tables(_)) {
            let _ = write!(text, "\n{}", comment(&told(name, field)));
            let _ = writeln!(text, "#{}", example_line(name, field));
        }
    }
    for (name, field) in fields {
        let full = join(path, name);
        match &field.shape {
            Shape::Table(_) => {
                let _ = write!(text, "\n\n{}[{full}]\n", comment(&field.doc));
                example_table(text, &full, field);
            }
            Shape::Tables(inner) => {
                let _ = write!(text, "\n\n{}#[[{full}]]\n", comment(&plain(&field.doc)));
                example_entry(text, inner);
            }
            _ => {}
        }
    }
}

/// The fields of a `[[…]]`: none has a default that stands for all.
fn example_entry(text: &mut String, node: &Node) {
    let Shape::Table(fields) = &node.shape else {
        return;
    };
    for (name, field) in fields {
        let doc = told(name, field);
        let _ = write!(text, "{}", comment(&doc));
        let _ = writeln!(text, "#{}{UNSET}", assignment(name, field));
    }
}

fn example_line(name: &str, field: &Node) -> String {
    let unset = if field.default.is_some() { "" } else { UNSET };
    format!("{}{unset}", assignment(name, field))
}

fn assignment(name: &str, field: &Node) -> String {
    let value = field.default.as_ref().or(field.example.as_ref());
    let value = match (value, &field.shape) {
        (Some(value), _) => value.to_string(),
        (None, Shape::Text { allowed, .. }) => {
            Value::from(allowed.first().cloned().unwrap_or_default()).to_string()
        }
        (None, Shape::Integer { min, .. }) => min.unwrap_or(0).to_string(),
        (None, Shape::Number) => "0.0".into(),
        (None, Shape::Flag) => "false".into(),
        (None, Shape::List(_)) => "[]".into(),
        (None, _) => "{}".into(),
    };
    format!("{name} = {value}")
}

/// What an option is and what is allowed, as one text.
fn told(name: &str, field: &Node) -> String {
    let doc = plain(&field.doc);
    let allowed = allowed(name, field);
    match &field.shape {
        Shape::Text { allowed: names, .. } if !names.is_empty() => {
            format!("{doc}\nOne of {allowed}.")
        }
        Shape::Text {
            format: Some(_), ..
        }
        | Shape::Integer { .. } => {
            format!("{doc}\n{}.", capital(&allowed))
        }
        _ => doc,
    }
}

/// `demo-site/docs/configuration.md`, the part that is written from the options.
#[must_use]
pub fn page() -> String {
    let mut text = String::new();
    page_table(&mut text, "", options());
    text
}

fn page_table(text: &mut String, path: &str, node: &Node) {
    let Shape::Table(fields) = &node.shape else {
        return;
    };
    let leaves: Vec<_> = fields
        .iter()
        .filter(|(_, field)| !matches!(field.shape, Shape::Table(_) | Shape::Tables(_)))
        .collect();
    if !leaves.is_empty() {
        text.push_str("\n| option | default | allowed | |\n| --- | --- | --- | --- |\n");
        for (name, field) in leaves {
            let default = field
                .default
                .as_ref()
                .map_or("not set".into(), |default| shown(name, default));
            let _ = writeln!(
                text,
                "| `{name}` | {default} | {} | {} |",
                cell(&allowed(name, field)),
                cell(&field.doc)
            );
        }
    }
    for (name, field) in fields {
        let full = join(path, name);
        match &field.shape {
            Shape::Table(_) => {
                let _ = write!(text, "\n## `[{full}]`\n\n{}\n", field.doc);
                page_table(text, &full, field);
            }
            Shape::Tables(inner) => {
                let _ = write!(text, "\n## `[[{full}]]`\n\n{}\n", field.doc);
                page_entry(text, inner);
            }
            _ => {}
        }
    }
}

fn page_entry(text: &mut String, node: &Node) {
    let Shape::Table(fields) = &node.shape else {
        return;
    };
    text.push_str("\n| field | allowed | |\n| --- | --- | --- |\n");
    for (name, field) in fields {
        let needed = if field.needed { ", needed" } else { "" };
        let _ = writeln!(
            text,
            "| `{name}` | {}{needed} | {} |",
            cell(&allowed(name, field)),
            cell(&field.doc)
        );
    }
}

/// What may stand there.
fn allowed(name: &str, field: &Node) -> String {
    let unit = Unit::of(name);
    match &field.shape {
        Shape::Text { allowed, .. } if !allowed.is_empty() => allowed.join(", "),
        Shape::Text { format, .. } => match format {
            Some(Format::Address) => "address and port".into(),
            Some(Format::Url) => "an address that starts with https:// or http://".into(),
            Some(Format::File) => "the path of a file".into(),
            Some(Format::Store) => "`sqlite:`, or an address that starts with clickhouse://".into(),
            None => "a text".into(),
        },
        &Shape::Integer { min, max } => {
            let shown = |limit: u64| match unit {
                Some(unit) if limit > 0 => unit.show(limit),
                _ => limit.to_string(),
            };
            let range = match (min, max) {
                (min, Some(max)) => format!("{} to {}", shown(min.unwrap_or(0)), shown(max)),
                (Some(min), None) => format!("from {}", shown(min)),
                (None, None) => "a whole number".into(),
            };
            match unit {
                Some(unit) => format!("{}, {range}", unit.name()),
                None => range,
            }
        }
        shape => what(shape, unit).trim_end_matches(',').to_owned(),
    }
}

fn shown(name: &str, default: &Value) -> String {
    match (Unit::of(name), default.as_u64()) {
        (Some(unit), Some(number)) if number > 0 => {
            format!("`{number}` ({})", unit.show(number))
        }
        _ => format!("`{default}`"),
    }
}

fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.into(),
        _ => format!("{path}.{name}"),
    }
}

/// In one line, for a table.
fn cell(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

/// Links say nothing in a comment.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for part in text.split("](") {
        let rest = match (plain.is_empty(), part.split_once(')')) {
            (false, Some((target, rest))) => {
                let _ = write!(plain, " (demo-site/docs/{target})");
                rest
            }
            _ => part,
        };
        plain.push_str(rest);
    }
    plain.replace('[', "")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), chars.as_str())
}

fn comment(text: &str) -> String {
    text.lines().fold(String::new(), |mut lines, line| {
        let _ = writeln!(lines, "# {line}");
        lines
    })
}
