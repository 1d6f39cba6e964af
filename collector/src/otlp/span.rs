//! One span as far as it says something about an output.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tacit_signals::{Id, SubjectKind};

use super::{
    attributes::Attributes,
    fields::{Field, Row, Shape},
    messages,
    roles::{ROLES, Role},
    table::{ANYWHERE, CALLS_TOOL, FIELDS},
    wire::{self, STATUS_ERROR},
};
use crate::{
    accept::{Assigned, assigned},
    control::Project,
    limits::{MAP_ENTRIES_MAX, NAME_BYTES_MAX, OUTPUT_BYTES_MAX, SPAN_ATTRIBUTES_MAX},
    store::rows::{Message, StoredSubject},
};

/// What is kept of a span. The raw subject is no part of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Its id, hex.
    pub span: String,
    /// The span it is part of, hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<String>,
    /// When it began, Unix ns.
    pub(super) start: u64,
    /// When it ended, Unix ns.
    pub(super) end: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<Role>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) failed: bool,
    /// It asks for a tool: the person is not answered yet.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) calls_tool: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) texts: BTreeMap<Field, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) counts: BTreeMap<Field, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) arms: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) person: Option<Person>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) system: Vec<Message>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) input: Vec<Message>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) documents: Vec<Value>,
    /// `service.name` of its process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) service: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A person without a name, and the arms they are in: both need the raw id, which is
/// not kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Person {
    id: String,
    arms: Vec<(String, String)>,
}

impl Person {
    fn new(project: &Project, raw: &str, received_at: u64) -> Self {
        let kind = SubjectKind::App;
        let arms = assigned(project, raw, kind, received_at).into_iter();
        Self {
            id: project.subject(raw, kind).id,
            arms: arms.map(|in_one| (in_one.experiment, in_one.arm)).collect(),
        }
    }

    pub(super) fn subject(&self) -> StoredSubject {
        StoredSubject {
            id: self.id.clone(),
            kind: SubjectKind::App,
        }
    }

    pub(super) fn assigned(&self) -> Vec<Assigned> {
        let arms = self.arms.iter().cloned();
        arms.map(|(experiment, arm)| Assigned { experiment, arm })
            .collect()
    }
}

/// Why a span is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfit {
    /// Its ids are not 16 and 8 bytes that are not all zero.
    Ids,
    /// It has too many attributes.
    Attributes,
    /// What it says is too long.
    Bytes,
}

/// What a value is that was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut(pub &'static str);

/// Reads a span of `project`, of a process called `service`, received at `received_at`
/// (Unix ms): its trace, in hex, and its facts. What is left out goes to `left_out`.
pub(super) fn read(
    span: wire::Span,
    service: Option<&str>,
    project: &Project,
    received_at: u64,
    left_out: &mut Vec<LeftOut>,
) -> Result<(String, Facts), Unfit> {
    let (trace, id) = (hex_id(&span.trace_id, 16)?, hex_id(&span.span_id, 8)?);
    let events = span.events.iter().map(|event| event.attributes.len());
    if span.attributes.len() + events.sum::<usize>() > SPAN_ATTRIBUTES_MAX {
        return Err(Unfit::Attributes);
    }
    let mut facts = Facts {
        span: id,
        parent: hex_id(&span.parent_span_id, 8).ok(),
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano.max(span.start_time_unix_nano),
        failed: span
            .status
            .is_some_and(|status| status.code == STATUS_ERROR),
        ..Facts::default()
    };
    let attributes = Attributes::new(span.attributes, span.events);
    facts.role = role(&attributes);
    if facts.role.is_some() {
        facts.service = service.filter(|name| is_name(name)).map(String::from);
    }
    let mut reading = Reading {
        attributes: &attributes,
        project,
        received_at,
        facts: &mut facts,
        left_out,
    };
    for row in FIELDS {
        reading.row(row);
    }
    let reason = facts.texts.get(&Field::FinishReason);
    facts.calls_tool |= reason.is_some_and(|reason| CALLS_TOOL.contains(&reason.as_str()));
    let bytes = serde_json::to_vec(&facts).map_or(usize::MAX, |bytes| bytes.len());
    if bytes > OUTPUT_BYTES_MAX {
        return Err(Unfit::Bytes);
    }
    Ok((trace, facts))
}

fn hex_id(bytes: &[u8], len: usize) -> Result<String, Unfit> {
    if bytes.len() != len || bytes.iter().all(|byte| *byte == 0) {
        return Err(Unfit::Ids);
    }
    Ok(hex::encode(bytes))
}

fn role(attributes: &Attributes) -> Option<Role> {
    let holds = |(key, value, _): &&(&str, &str, Role)| attributes.text(key) == Some(value);
    ROLES.iter().find(holds).map(|(_, _, role)| *role)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= NAME_BYTES_MAX
}

struct Reading<'a> {
    attributes: &'a Attributes,
    project: &'a Project,
    received_at: u64,
    facts: &'a mut Facts,
    left_out: &'a mut Vec<LeftOut>,
}

impl Reading<'_> {
    fn row(&mut self, row: &Row) {
        if self.facts.role.is_none() && !ANYWHERE.contains(&row.key) {
            return;
        }
        match row.field {
            Field::Arms => self.arms(row),
            Field::System if self.facts.system.is_empty() => {
                self.facts.system = self.messages(row).unwrap_or_default();
            }
            Field::Input if self.facts.input.is_empty() => {
                self.facts.input = self.messages(row).unwrap_or_default();
            }
            Field::Output => self.output(row),
            Field::Documents if self.facts.documents.is_empty() => {
                self.facts.documents = documents(self.attributes, row).unwrap_or_default();
            }
            Field::System | Field::Input | Field::Documents => {}
            Field::Turn | Field::Variant | Field::InputTokens | Field::OutputTokens => {
                if let Some(count) = count(self.attributes, row) {
                    self.facts.counts.entry(row.field).or_insert(count);
                }
            }
            Field::Subject if self.facts.person.is_none() => {
                if let Some(raw) = self.id(row) {
                    self.facts.person = Some(Person::new(self.project, &raw, self.received_at));
                }
            }
            Field::Subject => {}
            field => {
                if !self.facts.texts.contains_key(&field)
                    && let Some(text) = self.text(row)
                {
                    self.facts.texts.insert(field, text);
                }
            }
        }
    }

    fn messages(&self, row: &Row) -> Option<Vec<Message>> {
        let said = messages::read(self.attributes, row)?;
        said.is_whole().then_some(said.messages)
    }

    fn output(&mut self, row: &Row) {
        let Some(said) = messages::read(self.attributes, row) else {
            return;
        };
        match said.answer() {
            Some(text) => {
                self.facts.texts.entry(Field::Output).or_insert(text);
            }
            None => self.facts.calls_tool |= said.calls_tool,
        }
    }

    fn text(&mut self, row: &Row) -> Option<String> {
        if matches!(
            row.field,
            Field::OutputId | Field::ResponseId | Field::MessageId | Field::Conversation
        ) {
            return self.id(row);
        }
        let text = text(self.attributes, row)?;
        // What instrumentations write where they do not know.
        if text == "unknown" {
            return None;
        }
        if !is_name(&text) {
            self.left_out.push(LeftOut(row.key));
            return None;
        }
        Some(text)
    }

    fn id(&mut self, row: &Row) -> Option<String> {
        let text = text(self.attributes, row)?;
        if Id::parse("id", &text).is_err() {
            self.left_out.push(LeftOut(row.key));
            return None;
        }
        Some(text)
    }

    fn arms(&mut self, row: &Row) {
        for (name, value) in self.attributes.under(row.key) {
            match value.as_str() {
                Some(arm)
                    if is_name(name) && is_name(arm) && self.facts.arms.len() < MAP_ENTRIES_MAX =>
                {
                    self.facts.arms.insert(name.into(), arm.into());
                }
                _ => self.left_out.push(LeftOut(row.key)),
            }
        }
    }
}

fn text(attributes: &Attributes, row: &Row) -> Option<String> {
    let value = match row.shape {
        Shape::Text => attributes.get(row.key)?,
        Shape::First => match attributes.get(row.key)? {
            Value::Array(all) => all.first()?,
            one => one,
        },
        Shape::At(pointer) => {
            let whole = attributes.json(row.key)?;
            return whole
                .pointer(pointer)?
                .as_str()
                .filter(|text| !text.is_empty())
                .map(String::from);
        }
        _ => return None,
    };
    match value {
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn count(attributes: &Attributes, row: &Row) -> Option<u64> {
    match attributes.get(row.key)? {
        Value::String(text) => text.parse().ok(),
        // JavaScript's exporters write whole numbers as they please.
        Value::Number(number) => number
            .as_u64()
            .or_else(|| number.to_string().strip_suffix(".0")?.parse().ok()),
        _ => None,
    }
}

fn documents(attributes: &Attributes, row: &Row) -> Option<Vec<Value>> {
    match row.shape {
        Shape::Documents(pointer) => {
            let whole = attributes.json(row.key)?;
            let documents = whole.pointer(pointer)?.as_array()?;
            let is_document = |value: &&Value| value.is_object() || value.is_string();
            Some(documents.iter().filter(is_document).cloned().collect())
        }
        Shape::IndexedDocuments => {
            let start = format!("{}.", row.key);
            let documents = attributes.numbered(&start).into_values();
            Some(documents.map(|fields| document(&fields)).collect())
        }
        _ => None,
    }
}

fn document(fields: &BTreeMap<&str, &Value>) -> Value {
    let mut document = Map::new();
    for name in ["id", "score", "content"] {
        if let Some(value) = fields.get(format!("document.{name}").as_str()) {
            document.insert(name.into(), (*value).clone());
        }
    }
    Value::Object(document)
}
