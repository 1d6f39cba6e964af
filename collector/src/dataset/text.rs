//! The texts of rows: registered, else from content frames.

use serde::Serialize;
use serde_json::Value;

use crate::{label::Labelled, store::rows::OutputRows};

/// One message as trainers take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Turn {
    pub(super) role: String,
    pub(super) content: String,
}

impl Turn {
    pub(super) fn assistant(content: &str) -> Self {
        Self {
            role: "assistant".into(),
            content: content.into(),
        }
    }
}

/// What the model was asked: the registered messages, else the prompt the browser sent.
/// `None` when unknown, empty, or not of text alone.
pub(super) fn prompt(rows: &OutputRows, label: &Labelled) -> Option<Vec<Turn>> {
    let registered = rows
        .registered
        .as_ref()
        .and_then(|server| server.input.as_ref());
    if let Some(messages) = registered {
        let turn = |message: &crate::store::rows::Message| {
            Some(Turn {
                role: message.role.clone(),
                content: plain(&message.content)?,
            })
        };
        let turns: Option<Vec<Turn>> = messages.iter().map(turn).collect();
        return turns.filter(|turns| !turns.is_empty());
    }
    let content = filled(label.texts.prompt.as_deref())?;
    Some(vec![Turn {
        role: "user".into(),
        content: content.into(),
    }])
}

/// What the model answered: as registered, else as the browser sent it.
pub(super) fn answer<'a>(rows: &'a OutputRows, label: &'a Labelled) -> Option<&'a str> {
    let registered = rows
        .registered
        .as_ref()
        .and_then(|server| server.output.as_deref());
    filled(registered.or(label.texts.answer.as_deref()))
}

/// A text that says anything.
pub(super) fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// The text of a message: a string, or parts that are all text, joined as they
/// stand. One column cannot hold strings and lists, so anything else is no text.
fn plain(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts.iter().map(part).collect(),
        _ => None,
    }
}

fn part(part: &Value) -> Option<&str> {
    let is_text = part.get("type").and_then(Value::as_str) == Some("text");
    part.get("text").filter(|_| is_text)?.as_str()
}
