//! The JSON twin of the batch.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
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

/// The batch as JSON has it, events still unread.
#[derive(Serialize, Deserialize)]
struct RawBatch {
    v: u64,
    key: String,
    session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject_kind: Option<String>,
    sent_at: u64,
    #[serde(default = "everything")]
    sample: f64,
    #[serde(default)]
    automated: bool,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    device: String,
    #[serde(default)]
    surface: String,
    #[serde(default)]
    sdk: String,
    /// Only of loaders, and of no batch that is read again.
    #[serde(default, skip_serializing)]
    install: Option<String>,
    events: Vec<Map<String, Value>>,
}

const BATCH_FIELDS: [&str; 14] = [
    "v",
    "key",
    "session",
    "subject",
    "subject_kind",
    "sent_at",
    "sample",
    "automated",
    "lang",
    "device",
    "surface",
    "sdk",
    "install",
    "events",
];

fn everything() -> f64 {
    1.0
}

/// A whole batch from its JSON form.
pub fn decode(bytes: &[u8]) -> Result<Decoded, WireError> {
    let json_error = |error: serde_json::Error| WireError::Json(error.to_string());
    let value: Value = serde_json::from_slice(bytes).map_err(json_error)?;
    let names = value.as_object().map(Map::keys).into_iter().flatten();
    let mut unknown_fields = count(names.filter(|name| !BATCH_FIELDS.contains(&name.as_str())));
    let raw: RawBatch = serde_json::from_value(value).map_err(json_error)?;
    if raw.v != VERSION {
        return Err(WireError::Version(raw.v));
    }
    if raw.events.len() > EVENTS_PER_BATCH_MAX {
        return Err(WireError::TooManyEvents {
            found: raw.events.len(),
            limit: EVENTS_PER_BATCH_MAX,
        });
    }
    let mut events = Vec::with_capacity(raw.events.len());
    let mut rejected = Vec::new();
    let mut seen = BTreeSet::new();
    let mut duplicate = 0;
    for object in raw.events {
        unknown_fields += unknown(&object);
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
    let body = Value::Object(object.clone()).to_string().into_bytes();
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
        events: batch.events.iter().map(event_object).collect(),
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
    if let Signal::Unknown(unknown) = &event.signal
        && let Ok(Value::Object(fields)) = serde_json::from_slice(&unknown.body)
    {
        for (name, value) in fields {
            object.entry(name).or_insert(value);
        }
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

fn unknown(object: &Map<String, Value>) -> u32 {
    let known = |name: &String| NAMES.contains(&name.as_str());
    count(object.keys().filter(|name| !known(name)))
}

fn count<T>(names: impl Iterator<Item = T>) -> u32 {
    u32::try_from(names.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn batch(events: &Value) -> Vec<u8> {
        json!({"v":1,"key":"pk_x","session":"9f3c0000000000000000000000000000","subject":"u-42",
               "sent_at":1_763_890_000_000_u64,"sample":1,"lang":"en","device":"desktop",
               "surface":"chat","sdk":"0.1.0","events":events})
        .to_string()
        .into_bytes()
    }

    #[test]
    fn the_example_of_the_contract_survives_both_forms() {
        let bytes = batch(&json!([
            {"seq":0,"at":1_763_889_990_000_u64,"kind":"shown","output":"o-1","conversation":"c-1",
             "turn":2,"variant":0,"chars":812,"words":130,"code_share":0.2,"stream_ms":2100,
             "sketch":[17,99]},
            {"seq":1,"at":1_763_889_995_000_u64,"kind":"copied","output":"o-1","chars":400,
             "share":0.493,"via":"selection"}
        ]));
        let decoded = decode(&bytes).unwrap();
        assert_eq!(decoded.rejected, []);
        assert_eq!(decoded.batch.events.len(), 2);
        let binary = crate::codec::encode(&decoded.batch);
        assert_eq!(crate::codec::decode(&binary).unwrap().batch, decoded.batch);
        let twin = encode(&decoded.batch);
        assert_eq!(decode(twin.to_string().as_bytes()).unwrap(), decoded);
        assert_eq!(twin["events"][1]["share"], json!(0.493));
        assert_eq!(twin["events"][0]["chars"], json!(812));
    }

    #[test]
    fn a_bad_event_is_named_and_the_rest_kept() {
        let decoded = decode(&batch(&json!([
            {"seq":3,"at":1,"kind":"copied","output":"o","chars":4,"share":1.5,"via":"button"},
            {"seq":4,"at":1,"kind":"copied","output":"o","chars":"4","share":1},
            {"seq":5,"at":1,"kind":"dwell","output":"o","read_share":1},
            {"seq":6,"at":1,"kind":"accepted","output":"o","via":"tab","mood":"good"},
            {"seq":6,"at":1,"kind":"accepted","output":"o","via":"tab"},
            {"seq":7,"at":1,"kind":"winked","output":"o","eye":"left"},
            {"seq":8,"at":1,"kind":"winked","output":""}
        ])))
        .unwrap();
        let refused: Vec<_> = decoded
            .rejected
            .iter()
            .map(|r| (r.seq, r.code.as_str(), r.field))
            .collect();
        assert_eq!(
            refused,
            [
                (Some(3), "share_out_of_range", "share"),
                (Some(4), "chars_malformed", "chars"),
                (Some(5), "active_ms_missing", "active_ms"),
                (Some(8), "output_missing", "output"),
            ]
        );
        assert_eq!(decoded.duplicate, 1);
        assert_eq!(decoded.unknown_fields, 2, "mood and eye");
        assert_eq!(decoded.batch.events.len(), 2);
        let unknown = &decoded.batch.events[1];
        assert_eq!(unknown.signal.name(), "winked");
        assert_eq!(event_object(unknown)["eye"], "left");
    }

    #[test]
    fn a_content_frame_has_the_contracts_shape() {
        let decoded = decode(&batch(&json!([
            {"content":{"output":"o-1","seq":7,"role":"edit","text":"Better."}}
        ])))
        .unwrap();
        assert_eq!(decoded.rejected, []);
        let event = &decoded.batch.events[0];
        assert!(event.is_content());
        assert_eq!(event.at, decoded.batch.sent_at);
        assert_eq!(event_object(event)["content"]["text"], "Better.");
    }

    #[test]
    fn a_loader_says_why_nothing_is_captured() {
        let said = |word: &str| {
            let mut value: Value = serde_json::from_slice(&batch(&json!([]))).unwrap();
            value["install"] = word.into();
            let decoded = decode(value.to_string().as_bytes()).unwrap();
            (decoded.install, decoded.unknown_fields)
        };
        for install in Install::ALL {
            assert_eq!(said(install.name()), (Some(install), 0));
        }
        assert_eq!(said("gpu_refused"), (None, 1));
        assert_eq!(decode(&batch(&json!([]))).unwrap().install, None);
    }

    #[test]
    fn header_errors_name_their_field() {
        let broken = |from: &str, to: &str| {
            let text = String::from_utf8(batch(&json!([]))).unwrap();
            assert!(text.contains(from), "{from}");
            decode(text.replace(from, to).as_bytes())
                .unwrap_err()
                .code()
        };
        assert_eq!(broken(r#""v":1"#, r#""v":9"#), "version_unsupported");
        assert_eq!(broken("9f3c0000", "9f3c"), "session_malformed");
        assert_eq!(
            broken(r#""sample":1"#, r#""sample":2"#),
            "sample_out_of_range"
        );
        assert_eq!(
            broken(r#""sent_at":1"#, r#""sent_at":9991"#),
            "sent_at_out_of_range"
        );
        assert_eq!(broken("{", "["), "json_malformed");
    }
}
