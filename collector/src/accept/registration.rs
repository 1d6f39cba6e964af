//! An output as a server registers it: parsed here, merged field by field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tacit_signals::{FieldError, Id, SubjectKind, field::Problem, limits::AT_MS_MAX};

use super::{Assigned, assigned};
use crate::{
    control::Project,
    limits::{ALIASES_MAX, MAP_ENTRIES_MAX, NAME_BYTES_MAX, OUTPUT_BYTES_MAX},
    store::rows::{Message, Registered, StoredSubject},
};

/// What one registration says.
#[derive(Debug, Clone, PartialEq)]
pub struct Registration {
    /// The output.
    pub id: Id,
    /// The fields it fills.
    pub fields: Registered,
    /// The arms its person is in.
    pub assigned: Vec<Assigned>,
    /// How what is known already is taken.
    pub manner: Manner,
}

/// Who says something about an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// The app: what it says otherwise than before is a conflict, and it is told.
    Told,
    /// Its instrumentation, which nobody answers to: it fills what is empty and names
    /// ids that nobody has. The output's id may be an alias of one that is known.
    Observed,
}

impl Registration {
    /// What instrumentation says of the output `id`.
    #[must_use]
    pub fn observed(id: Id, fields: Registered, assigned: Vec<Assigned>) -> Self {
        Self {
            id,
            fields,
            assigned,
            manner: Manner::Observed,
        }
    }
}

/// The fields as JSON, in requests (subject raw) and in the store (subject hidden).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    turn: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    surface: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    arms: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Vec<Message>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    documents: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
}

const FIELDS: [&str; 14] = [
    "created_at",
    "conversation",
    "turn",
    "variant",
    "subject",
    "model",
    "prompt_version",
    "surface",
    "arms",
    "input",
    "output",
    "documents",
    "tags",
    "aliases",
];

/// Reads one registration of `project`, received at `received_at` (Unix ms).
pub fn parse(
    mut object: Map<String, Value>,
    project: &Project,
    received_at: u64,
) -> Result<Registration, FieldError> {
    let id = match object.remove("id") {
        None | Some(Value::Null) => return Err(FieldError::new("id", Problem::Missing)),
        Some(Value::String(id)) => Id::parse("id", &id)?,
        Some(_) => return Err(FieldError::new("id", Problem::Malformed)),
    };
    object.retain(|_, value| !value.is_null());
    let body = body(object)?;
    let raw = id_of("subject", body.subject.as_deref())?;
    let kind = SubjectKind::App;
    let person = raw.as_ref().map(Id::as_str);
    let fields = checked(body, person.map(|raw| project.subject(raw, kind)))?;
    let assigned = person.map(|raw| assigned(project, raw, kind, received_at));
    Ok(Registration {
        id,
        fields,
        assigned: assigned.unwrap_or_default(),
        manner: Manner::Told,
    })
}

/// Reads the body field by field, so that a wrong type names its field.
fn body(object: Map<String, Value>) -> Result<Body, FieldError> {
    for field in FIELDS {
        let Some(value) = object.get(field) else {
            continue;
        };
        let one = Map::from_iter([(field.to_owned(), value.clone())]);
        if Body::deserialize(Value::Object(one)).is_err() {
            return Err(FieldError::new(field, Problem::Malformed));
        }
    }
    Body::deserialize(Value::Object(object))
        .map_err(|_| FieldError::new("outputs", Problem::Malformed))
}

fn checked(body: Body, subject: Option<StoredSubject>) -> Result<Registered, FieldError> {
    if body.created_at.is_some_and(|at| at > AT_MS_MAX) {
        let max = AT_MS_MAX.cast_signed();
        return Err(FieldError::new(
            "created_at",
            Problem::OutOfRange { min: 0, max },
        ));
    }
    for (field, name) in [
        ("model", &body.model),
        ("prompt_version", &body.prompt_version),
        ("surface", &body.surface),
    ] {
        bounded(field, name.as_deref().unwrap_or_default(), NAME_BYTES_MAX)?;
    }
    for (field, map) in [("arms", &body.arms), ("tags", &body.tags)] {
        few(field, map.len(), MAP_ENTRIES_MAX)?;
        for text in map.iter().flat_map(|(name, value)| [name, value]) {
            bounded(field, text, NAME_BYTES_MAX)?;
        }
    }
    few("aliases", body.aliases.len(), ALIASES_MAX)?;
    let texts = serde_json::to_vec(&body).map_or(usize::MAX, |bytes| bytes.len());
    if texts > OUTPUT_BYTES_MAX {
        let max = OUTPUT_BYTES_MAX;
        return Err(FieldError::new("outputs", Problem::TooLong { max }));
    }
    fields(body, subject)
}

fn fields(body: Body, subject: Option<StoredSubject>) -> Result<Registered, FieldError> {
    let aliases = body.aliases.iter();
    Ok(Registered {
        created_at: body.created_at,
        conversation: id_of("conversation", body.conversation.as_deref())?,
        turn: body.turn,
        variant: body.variant,
        subject,
        model: body.model,
        prompt_version: body.prompt_version,
        surface: body.surface,
        arms: body.arms,
        input: body.input,
        output: body.output,
        documents: body.documents,
        tags: body.tags,
        aliases: aliases
            .map(|alias| Id::parse("aliases", alias))
            .collect::<Result<_, _>>()?,
    })
}

fn id_of(field: &'static str, text: Option<&str>) -> Result<Option<Id>, FieldError> {
    text.map(|text| Id::parse(field, text)).transpose()
}

fn bounded(field: &'static str, text: &str, max: usize) -> Result<(), FieldError> {
    if text.len() > max {
        return Err(FieldError::new(field, Problem::TooLong { max }));
    }
    Ok(())
}

fn few(field: &'static str, len: usize, max: usize) -> Result<(), FieldError> {
    if len > max {
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        return Err(FieldError::new(field, Problem::OutOfRange { min: 0, max }));
    }
    Ok(())
}

/// The stored form of `fields`; aliases are facts of their own.
#[must_use]
pub fn to_stored(fields: &Registered) -> Body {
    let fields = fields.clone();
    Body {
        created_at: fields.created_at,
        conversation: fields.conversation.map(|id| id.to_string()),
        turn: fields.turn,
        variant: fields.variant,
        subject: fields.subject.map(|subject| subject.id),
        model: fields.model,
        prompt_version: fields.prompt_version,
        surface: fields.surface,
        arms: fields.arms,
        input: fields.input,
        output: fields.output,
        documents: fields.documents,
        tags: fields.tags,
        aliases: Vec::new(),
    }
}

/// The fields of a stored form.
pub fn from_stored(mut body: Body) -> Result<Registered, FieldError> {
    let subject = body.subject.take().map(|id| StoredSubject {
        id,
        kind: SubjectKind::App,
    });
    fields(body, subject)
}

/// Fills the fields of `known` that `said` has and it has not. Gives back only
/// what was new, or the name of a field that says something else now; then
/// nothing is filled. Aliases are left alone: they are facts of their own.
pub fn fill(known: &mut Registered, said: &Registered) -> Result<Registered, &'static str> {
    let mut filled = known.clone();
    let mut new = Registered::default();
    macro_rules! option {
        ($($field:ident)+) => {$(
            match (&filled.$field, &said.$field) {
                (_, None) => {}
                (None, Some(value)) => {
                    filled.$field = Some(value.clone());
                    new.$field = Some(value.clone());
                }
                (Some(old), Some(value)) if old == value => {}
                (Some(_), Some(_)) => return Err(stringify!($field)),
            }
        )+};
    }
    macro_rules! map {
        ($($field:ident)+) => {$(
            if filled.$field.is_empty() {
                filled.$field = said.$field.clone();
                new.$field = said.$field.clone();
            } else if !said.$field.is_empty() && filled.$field != said.$field {
                return Err(stringify!($field));
            }
        )+};
    }
    option!(created_at conversation turn variant subject model prompt_version surface);
    option!(input output documents);
    map!(arms tags);
    *known = filled;
    Ok(new)
}

/// Fills the fields of `known` that are empty, whatever else `said` says. Gives back
/// only what was new.
pub fn fill_empty(known: &mut Registered, said: &Registered) -> Registered {
    let mut said = said.clone();
    macro_rules! leave {
        ($($field:ident: $is_empty:ident)+) => {$(
            if !known.$field.$is_empty() {
                said.$field = Default::default();
            }
        )+};
    }
    leave!(created_at: is_none conversation: is_none turn: is_none variant: is_none);
    leave!(subject: is_none model: is_none prompt_version: is_none surface: is_none);
    leave!(input: is_none output: is_none documents: is_none arms: is_empty tags: is_empty);
    // Nothing of it is known, so nothing disagrees.
    fill(known, &said).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{NOW, project};

    fn read(value: Value) -> Result<Registration, String> {
        let Value::Object(object) = value else {
            panic!("an object");
        };
        parse(object, &project(1), NOW).map_err(|error| error.code())
    }

    #[test]
    fn the_example_of_the_contract_is_read() {
        let read = read(
            json!({"id":"o-1","aliases":["chatcmpl-9"],"created_at":1_763_889_980_000_u64,
            "conversation":"c-1","turn":2,"variant":0,"subject":"u-42","model":"m-1",
            "prompt_version":"support@14","surface":"chat","arms":{"tone":"b"},
            "input":[{"role":"user","content":"…"}],"output":"…",
            "documents":[{"id":"d-1","score":0.7}],"tags":{}}),
        )
        .unwrap();
        assert_eq!(read.id.as_str(), "o-1");
        let fields = &read.fields;
        assert_eq!(
            fields.subject,
            Some(project(1).subject("u-42", SubjectKind::App))
        );
        assert_eq!(fields.aliases[0].as_str(), "chatcmpl-9");
        assert_eq!(fields.turn, Some(2));
        let stored = serde_json::to_string(&to_stored(fields)).unwrap();
        assert!(!stored.contains("u-42"), "{stored}");
        let mut back = from_stored(serde_json::from_str(&stored).unwrap()).unwrap();
        back.aliases.clone_from(&fields.aliases);
        assert_eq!(back, *fields);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(read(json!({})).unwrap_err(), "id_missing");
        assert_eq!(read(json!({"id": 4})).unwrap_err(), "id_malformed");
        assert_eq!(
            read(json!({"id":"o","turn":"x"})).unwrap_err(),
            "turn_malformed"
        );
        assert_eq!(
            read(json!({"id":"o","input":["x"]})).unwrap_err(),
            "input_malformed"
        );
        assert_eq!(
            read(json!({"id":"o","model":"x".repeat(129)})).unwrap_err(),
            "model_too_long"
        );
        assert_eq!(
            read(json!({"id":"o","aliases":vec!["a"; 17]})).unwrap_err(),
            "aliases_out_of_range"
        );
        assert_eq!(
            read(json!({"id":"o","output":"x".repeat(OUTPUT_BYTES_MAX)})).unwrap_err(),
            "outputs_too_long"
        );
        assert!(read(json!({"id":"o","turn":null,"mood":"good"})).is_ok());
    }

    #[test]
    fn each_field_is_filled_once() {
        let said = |value| read(value).unwrap().fields;
        let mut known = Registered::default();
        let first = said(json!({"id":"o","model":"m","arms":{"a":"b"}}));
        assert_eq!(fill(&mut known, &first), Ok(first.clone()));
        assert_eq!(fill(&mut known, &first), Ok(Registered::default()));
        let text = said(json!({"id":"o","model":"m","output":"answer"}));
        let new = fill(&mut known, &text).unwrap();
        assert_eq!((new.model, new.output.as_deref()), (None, Some("answer")));
        let before = known.clone();
        let other = said(json!({"id":"o","turn":1,"model":"n"}));
        assert_eq!(fill(&mut known, &other), Err("model"));
        let other = said(json!({"id":"o","arms":{"a":"c"}}));
        assert_eq!(fill(&mut known, &other), Err("arms"));
        assert_eq!(known, before);
    }
}
