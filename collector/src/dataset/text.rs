//! The texts of rows: registered, else from content frames.

use serde::Serialize;
use serde_json::Value;

use super::{ledger::Skip, row::Document};
use crate::{
    label::{Labelled, Milli},
    store::rows::OutputRows,
};

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

    pub(super) fn is_assistant(&self) -> bool {
        self.role == "assistant"
    }
}

/// Roles that every loader knows. A tool's message would have to name its call, and
/// chat templates disagree about what it is called.
const ROLES: [&str; 3] = ["system", "user", "assistant"];

/// A prompt as every loader takes it. `developer` is OpenAI's later name for
/// `system`. Messages of one role in a row become one, an empty line between them:
/// strict validators and chat templates want turns. The last is the question: TRL
/// refuses a prompt that ends in a system message, and would continue an answer.
pub(super) fn shaped(turns: Vec<Turn>) -> Result<Vec<Turn>, Skip> {
    let mut shaped: Vec<Turn> = Vec::with_capacity(turns.len());
    for mut turn in turns {
        if turn.role == "developer" {
            turn.role = "system".into();
        }
        if !ROLES.contains(&turn.role.as_str()) {
            return Err(Skip::Roles);
        }
        match shaped.last_mut() {
            Some(before) if before.role == turn.role => {
                before.content.push_str("\n\n");
                before.content.push_str(&turn.content);
            }
            _ => shaped.push(turn),
        }
    }
    match shaped.last() {
        Some(last) if last.role == "user" => Ok(shaped),
        _ => Err(Skip::PromptShape),
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

/// The last thing the person said in the prompt.
pub(crate) fn last_asked(rows: &OutputRows, label: &Labelled) -> Option<String> {
    let turns = prompt(rows, label)?.into_iter();
    let said = turns
        .filter(|turn| turn.role == "user")
        .map(|turn| turn.content);
    said.rev().find(|text| filled(Some(text)).is_some())
}

/// What the model answered: as registered, else as the browser sent it.
pub(crate) fn answer<'a>(rows: &'a OutputRows, label: &'a Labelled) -> Option<&'a str> {
    let registered = rows
        .registered
        .as_ref()
        .and_then(|server| server.output.as_deref());
    filled(registered.or(label.texts.answer.as_deref()))
}

/// A text that says anything.
pub(crate) fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// The text of a message: a string, or parts that are all text, joined as they
/// stand. One column cannot hold strings and lists, so anything else is no text.
pub(crate) fn plain(content: &Value) -> Option<String> {
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

/// What was retrieved, in the order it was registered. Frameworks call a text
/// `content`, `text` or `page_content`.
pub(crate) fn documents(rows: &OutputRows) -> Vec<Document> {
    let registered = rows.registered.as_ref();
    let documents = registered.and_then(|server| server.documents.as_ref());
    documents.into_iter().flatten().map(document).collect()
}

fn document(value: &Value) -> Document {
    let content = ["content", "text", "page_content"].into_iter();
    let content = content.filter_map(|name| value.get(name)?.as_str());
    Document {
        id: match value.get("id") {
            Some(Value::String(id)) => Some(id.clone()),
            Some(Value::Number(id)) => Some(id.to_string()),
            _ => value.as_str().map(String::from),
        },
        score: value.get("score").and_then(Value::as_f64).and_then(nearest),
        content: content.map(String::from).next(),
    }
}

/// The nearest thousandth, so that every machine writes the same bytes.
fn nearest(score: f64) -> Option<Milli> {
    Milli::exact((score * 1_000.0).round() / 1_000.0)
}
