//! Messages, in all the ways in which conventions write them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    attributes::Attributes,
    fields::{Field, Row, Shape},
};
use crate::store::rows::Message;

/// Messages, and whether one of them calls a tool.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Said {
    pub(super) messages: Vec<Message>,
    pub(super) calls_tool: bool,
}

impl Said {
    /// Whether nothing that was asked is missing: instrumentations leave out parts they
    /// do not know, and half a prompt is worse than none.
    pub(super) fn is_whole(&self) -> bool {
        let is_empty = |content: &Value| content.as_str() == Some("");
        let mut messages = self.messages.iter();
        !messages.any(|message| message.role != "assistant" && is_empty(&message.content))
    }

    fn of(messages: impl IntoIterator<Item = Option<(Message, bool)>>) -> Self {
        let mut said = Self::default();
        for (message, calls) in messages.into_iter().flatten() {
            said.calls_tool |= calls;
            said.messages.push(message);
        }
        said
    }

    /// The text of the first answer that has one.
    pub(super) fn answer(&self) -> Option<String> {
        let text = |message: &Message| message.content.as_str().map(String::from);
        let mixed = |message: &Message| text_of(message.content.as_array()?);
        let mut answers = self.messages.iter();
        answers.find_map(|message| {
            text(message)
                .or_else(|| mixed(message))
                .filter(|text| !text.is_empty())
        })
    }
}

/// What the attribute of `row` says; `None` where it is not there or says nothing.
pub(super) fn read(attributes: &Attributes, row: &Row) -> Option<Said> {
    let role = match row.field {
        Field::Output => "assistant",
        Field::System => "system",
        _ => "user",
    };
    let said = match row.shape {
        Shape::Parts | Shape::Chat => list(&attributes.json(row.key)?, role),
        Shape::Instructions => {
            let (content, _) = content(&attributes.json(row.key)?);
            Said::of([Some((message(role, content), false))])
        }
        Shape::Prompt => prompt(&attributes.json(row.key)?),
        Shape::Indexed(inner) => indexed(attributes, row.key, inner, role),
        Shape::Plain => plain(attributes.text(row.key)?, role),
        Shape::PlainUnless(mime) if attributes.text(mime) != Some("application/json") => {
            plain(attributes.text(row.key)?, role)
        }
        _ => return None,
    };
    (!said.messages.is_empty()).then_some(said)
}

fn plain(text: &str, role: &str) -> Said {
    Said::of([Some((message(role, text.into()), false))])
}

fn message(role: &str, content: Value) -> Message {
    let role = match role {
        "human" => "user",
        "ai" | "model" => "assistant",
        role => role,
    };
    Message {
        role: role.into(),
        content,
    }
}

/// `[{"role", "content" | "parts"}]`; a single one stands for a list of one.
fn list(value: &Value, role: &str) -> Said {
    match value {
        Value::Array(messages) => Said::of(messages.iter().map(|one| object(one, role))),
        one => Said::of([object(one, role)]),
    }
}

fn object(value: &Value, role: &str) -> Option<(Message, bool)> {
    let object = value.as_object()?;
    let role = object.get("role").and_then(Value::as_str).unwrap_or(role);
    let said = object.get("parts").or_else(|| object.get("content"));
    let (mut said, mut calls) = content(said.unwrap_or(&Value::Null));
    if let Some(Value::Array(tools)) = object.get("tool_calls") {
        calls |= !tools.is_empty();
        said = with_calls(said, tools.iter().cloned());
    }
    Some((message(role, said), calls))
}

/// `{"system", "prompt", "messages"}`, each where it is there.
fn prompt(value: &Value) -> Said {
    let mut said = Said::default();
    for (name, role) in [
        ("system", "system"),
        ("prompt", "user"),
        ("messages", "user"),
    ] {
        match value.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => said.messages.push(message(role, text.as_str().into())),
            Some(more) => {
                let more = list(more, role);
                said.calls_tool |= more.calls_tool;
                said.messages.extend(more.messages);
            }
        }
    }
    said
}

fn indexed(attributes: &Attributes, key: &str, inner: &str, role: &str) -> Said {
    let start = format!("{key}.");
    let messages = attributes.numbered(&start);
    Said::of(
        messages
            .into_values()
            .map(|fields| one_indexed(&fields, inner, role)),
    )
}

fn one_indexed(
    fields: &BTreeMap<&str, &Value>,
    inner: &str,
    otherwise: &str,
) -> Option<(Message, bool)> {
    let field = |name: &str| fields.get(format!("{inner}{name}").as_str()).copied();
    let role = field("role").and_then(Value::as_str);
    let calls = format!("{inner}tool_calls");
    let calls: Vec<_> = calls_of(fields, &calls);
    let said = match field("content") {
        Some(said) => said.clone(),
        None => Value::Array(contents(fields, inner)),
    };
    if role.is_none() && calls.is_empty() && said.as_array().is_some_and(Vec::is_empty) {
        return None;
    }
    let (said, has_calls) = content(&said);
    let has_calls = has_calls || !calls.is_empty();
    let said = with_calls(said, calls.into_iter());
    Some((message(role.unwrap_or(otherwise), said), has_calls))
}

/// `message.contents.N.message_content.type` and `.text`.
fn contents(fields: &BTreeMap<&str, &Value>, inner: &str) -> Vec<Value> {
    let start = format!("{inner}contents.");
    let mut parts: BTreeMap<u32, serde_json::Map<String, Value>> = BTreeMap::new();
    for (name, value) in fields {
        let part = name
            .strip_prefix(start.as_str())
            .and_then(|rest| rest.split_once('.'));
        let Some((number, name)) = part else { continue };
        if let (Ok(number), Some(name)) = (number.parse(), name.strip_prefix("message_content.")) {
            parts
                .entry(number)
                .or_default()
                .insert(name.into(), (*value).clone());
        }
    }
    parts.into_values().map(Value::Object).collect()
}

/// The tools that are called, as far as they can be told from flat attributes.
fn calls_of(fields: &BTreeMap<&str, &Value>, start: &str) -> Vec<Value> {
    let mut calls: BTreeMap<u32, serde_json::Map<String, Value>> = BTreeMap::new();
    for (name, value) in fields {
        let Some(rest) = name.strip_prefix(start) else {
            continue;
        };
        let Some((number, name)) = rest.strip_prefix('.').and_then(|rest| rest.split_once('.'))
        else {
            if let Value::Array(tools) = value {
                return tools.clone();
            }
            continue;
        };
        let Ok(number) = number.parse() else { continue };
        let name = name.rsplit('.').next().unwrap_or(name);
        calls
            .entry(number)
            .or_default()
            .insert(name.into(), (*value).clone());
    }
    calls.into_values().map(Value::Object).collect()
}

/// A content with the tools it calls: text alone stays a string.
fn with_calls(said: Value, calls: impl Iterator<Item = Value>) -> Value {
    let calls: Vec<Value> = calls
        .map(|call| {
            let mut call = call.as_object().cloned().unwrap_or_default();
            call.insert("type".into(), "tool_call".into());
            Value::Object(call)
        })
        .collect();
    if calls.is_empty() {
        return said;
    }
    let mut parts = match said {
        Value::Array(parts) => parts,
        Value::String(text) if text.is_empty() => Vec::new(),
        text => vec![json!({"type": "text", "text": text})],
    };
    parts.extend(calls);
    Value::Array(parts)
}

/// A content as trainers take it: a string where all of it is text, else parts. Says
/// whether it calls a tool.
fn content(said: &Value) -> (Value, bool) {
    match said {
        Value::Array(parts) => of_parts(parts),
        Value::String(text) => match parts_in(text) {
            Some(parts) => of_parts(&parts),
            None => (said.clone(), false),
        },
        Value::Null => ("".into(), false),
        Value::Object(_) => of_parts(std::slice::from_ref(said)),
        other => (other.to_string().into(), false),
    }
}

/// OpenLLMetry writes a content of parts as JSON into a string.
fn parts_in(text: &str) -> Option<Vec<Value>> {
    if !text.starts_with("[{") {
        return None;
    }
    let parts: Vec<Value> = serde_json::from_str(text).ok()?;
    let is_part = |part: &Value| part.get("type").is_some_and(Value::is_string);
    (!parts.is_empty() && parts.iter().all(is_part)).then_some(parts)
}

fn of_parts(parts: &[Value]) -> (Value, bool) {
    let mut calls_tool = false;
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        let kind = part.get("type").and_then(Value::as_str).unwrap_or("text");
        match kind {
            "reasoning" | "thinking" | "redacted_thinking" => {}
            "tool_call" | "tool-call" | "tool_use" | "function_call" => {
                calls_tool = true;
                kept.push(part.clone());
            }
            "tool_call_response" | "tool-result" | "tool_result" => kept.push(text(&result(part))),
            "text" | "input_text" | "output_text" => {
                let said = part
                    .get("text")
                    .or_else(|| part.get("content"))
                    .unwrap_or(part);
                kept.push(text(said));
            }
            _ => kept.push(part.clone()),
        }
    }
    match text_of_all(&kept) {
        Some(all) => (all.into(), calls_tool),
        None => (Value::Array(kept), calls_tool),
    }
}

fn text(said: &Value) -> Value {
    let text = said.as_str().map_or_else(|| said.to_string(), String::from);
    json!({"type": "text", "text": text})
}

/// What a tool gave back, by the names it goes by.
fn result(part: &Value) -> Value {
    let names = ["response", "result", "output", "content"].into_iter();
    let said = names.filter_map(|name| part.get(name)).next();
    let said = said.unwrap_or(&Value::Null);
    said.get("value").unwrap_or(said).clone()
}

fn part_text(part: &Value) -> Option<&str> {
    let is_text = part.get("type").and_then(Value::as_str) == Some("text");
    part.get("text").filter(|_| is_text)?.as_str()
}

fn text_of_all(parts: &[Value]) -> Option<String> {
    parts.iter().map(part_text).collect()
}

/// The text among parts of all kinds.
fn text_of(parts: &[Value]) -> Option<String> {
    Some(parts.iter().filter_map(part_text).collect())
}
