//! The JSON twin of the batch.

mod raw;
mod unknown;

use std::collections::BTreeSet;

use raw::{Events, RawBatch};
use serde_json::{Map, Value};

use crate::{
    batch::{Batch, Decoded, Event, Install, Rejection, Subject, SubjectKind, WireError},
    field::{self, FieldError, Problem},
    id::{Id, SessionId},
    limits::{EVENTS_PER_BATCH_MAX, LABEL_BYTES_MAX},
    named::{self, Fields, NAMES},
    number::Share,
    signal::{Kind, Signal, Unknown},
};

/// Version of the JSON batch.
const VERSION: u64 = 1;

/// A whole batch from its JSON form.
pub fn decode(bytes: &[u8]) -> Result<Decoded, WireError> {
    let (raw, mut unknown_fields) = raw::read(bytes)?;
    if raw.v != VERSION {
        return Err(WireError::Version(raw.v));
    }
    let (found, limit) = (raw.events.found, EVENTS_PER_BATCH_MAX);
    if found > limit {
        return Err(WireError::TooManyEvents { found, limit });
    }
    let mut events = Vec::with_capacity(found);
    let mut rejected = Vec::new();
    let mut seen = BTreeSet::new();
    let mut duplicate = 0;
    for object in raw.events.kept {
        unknown_fields += unknown_names(&object);
        match event(object, raw.sent_at) {
            Ok(event) if seen.insert(event.seq) => events.push(event),
            Ok(_) => duplicate += 1,
            Err(rejection) => rejected.push(rejection),
        }
    }
    events.sort_by_key(|event| event.seq);
    // A later loader's word is a field this version does not know.
    let install = raw.install.as_deref().and_then(Install::from_name);
    unknown_fields += u32::from(raw.install.is_some() && install.is_none());
    let label = |name, text| field::text(name, text, LABEL_BYTES_MAX);
    Ok(Decoded {
        batch: Batch {
            key: label("key", raw.key)?,
            session: SessionId::parse("session", &raw.session)?,
            subject: subject(raw.subject.as_deref(), raw.subject_kind.as_deref())?,
            sent_at: field::time("sent_at", raw.sent_at)?,
            sample: Share::from_f64("sample", raw.sample)?,
            automated: raw.automated,
            lang: label("lang", raw.lang)?,
            device: label("device", raw.device)?,
            surface: label("surface", raw.surface)?,
            sdk: label("sdk", raw.sdk)?,
            events,
        },
        rejected,
        duplicate,
        unknown_fields,
        install,
        dropped: 0,
    })
}

/// One event from its JSON object.
pub fn event(mut object: Map<String, Value>, sent_at: u64) -> Result<Event, Rejection> {
    if let Some(Value::Object(content)) = object.remove("content") {
        object.extend(content);
        object.insert("kind".into(), Kind::Content.name().into());
        // A content frame has no time of its own.
        object.entry("at").or_insert_with(|| sent_at.into());
    }
    let seq = object
        .get("seq")
        .and_then(Value::as_u64)
        .and_then(|seq| u32::try_from(seq).ok());
    let refuse = |error: FieldError| Rejection::new(seq, &error);
    let name = object.get("kind").and_then(Value::as_str);
    let unknown = name.filter(|name| Kind::from_name(name).is_none());
    let Some(name) = unknown else {
        return named::read_event(&Object(&object)).map_err(refuse);
    };
    // Kept as it came; only what every event has is checked.
    let name = field::text("kind", name.into(), LABEL_BYTES_MAX).map_err(refuse)?;
    let body = unknown::body(&object);
    let signal = Signal::Unknown(Unknown { name, body });
    named::event_of(&Object(&object), signal).map_err(refuse)
}

struct Object<'a>(&'a Map<String, Value>);

impl Fields for Object<'_> {
    fn get(&self, name: &'static str) -> Result<Option<named::Value>, FieldError> {
        let malformed = FieldError::new(name, Problem::Malformed);
        Ok(Some(match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Bool(flag)) => named::Value::Flag(*flag),
            Some(Value::String(text)) => named::Value::Text(text.clone()),
            Some(Value::Number(number)) => named::Value::Number(number.as_f64().ok_or(malformed)?),
            Some(Value::Array(values)) => {
                let number = |value: &Value| u32::try_from(value.as_u64()?).ok();
                let numbers: Option<Vec<u32>> = values.iter().map(number).collect();
                named::Value::Numbers(numbers.ok_or(malformed)?)
            }
            Some(Value::Object(_)) => return Err(malformed),
        }))
    }
}

/// As JSON, whole numbers without a fraction.
fn to_json(value: named::Field<'_>) -> Value {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        named::Field::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            (number as i64).into()
        }
        named::Field::Number(number) => number.into(),
        named::Field::Text(text) => text.into(),
        named::Field::Flag(flag) => flag.into(),
        named::Field::Numbers(numbers) => numbers.into(),
        named::Field::Null => Value::Null,
    }
}

/// A whole batch in its JSON form.
#[must_use]
pub fn encode(batch: &Batch) -> Value {
    let raw = RawBatch {
        v: VERSION,
        key: batch.key.clone(),
        session: batch.session.to_string(),
        subject: batch.subject.as_ref().map(|s| s.id.to_string()),
        subject_kind: batch.subject.as_ref().map(|s| s.kind.name().into()),
        sent_at: batch.sent_at,
        sample: batch.sample.to_f64(),
        automated: batch.automated,
        lang: batch.lang.clone(),
        device: batch.device.clone(),
        surface: batch.surface.clone(),
        sdk: batch.sdk.clone(),
        install: None,
        events: Events::of(batch.events.iter().map(event_object).collect()),
    };
    serde_json::to_value(raw).unwrap_or_default()
}

/// One event as its JSON object.
#[must_use]
pub fn event_object(event: &Event) -> Map<String, Value> {
    let mut object = Map::new();
    named::each_field_of_event(event, &mut |name, value| {
        object.insert(name.into(), to_json(value));
    });
    if let Some(token) = &event.token {
        object.insert("token".into(), token.as_ref().into());
    }
    if let Signal::Unknown(unknown) = &event.signal {
        unknown::put(&mut object, &unknown.body);
    }
    if event.is_content() {
        object.remove("kind");
        return Map::from_iter([("content".to_owned(), Value::Object(object))]);
    }
    object
}

fn subject(id: Option<&str>, kind: Option<&str>) -> Result<Option<Subject>, FieldError> {
    let Some(id) = id else { return Ok(None) };
    let kind = match kind {
        None => SubjectKind::App,
        Some(name) => SubjectKind::from_name(name)
            .filter(|kind| *kind != SubjectKind::Session)
            .ok_or(FieldError::new("subject_kind", Problem::Unknown))?,
    };
    let id = Id::parse("subject", id)?;
    Ok(Some(Subject { id, kind }))
}

fn unknown_names(object: &Map<String, Value>) -> u32 {
    let known = |name: &String| NAMES.contains(&name.as_str());
    count(object.keys().filter(|name| !known(name)))
}

fn count<T>(names: impl Iterator<Item = T>) -> u32 {
    u32::try_from(names.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
