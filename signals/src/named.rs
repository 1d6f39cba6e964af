//! An event by the names of its fields, as JSON and JavaScript see it.
//!
//! [`read_event`] and [`read_signal`] are the only way from names to an
//! [`Event`]; [`each_field`] is the way back. Both forms of the wire and the
//! page's own calls go through the same checks.

use crate::{
    batch::Event,
    field::{self, FieldError, Problem},
    id::Id,
    limits::{
        AT_MS_MAX, CHARS_MAX, CONTENT_BYTES_MAX, LABEL_BYTES_MAX, SKETCH_HASHES_MAX, SPAN_MS_MAX,
        TOKEN_BYTES_MAX,
    },
    number::{Amount, Rating, Share},
    signal::{Act, ContentRole, CopyVia, Edited, Intent, Kind, Shown, Signal, Span},
};

/// The value of one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Numbers.
    Numbers(Vec<u32>),
}

/// Something that has fields by name: a JSON object, a JavaScript object.
pub trait Fields {
    /// The value, `None` when there is none, an error when it has no type a field has.
    fn get(&self, name: &'static str) -> Result<Option<Value>, FieldError>;
}

/// Every field any kind has.
pub const NAMES: &[&str] = &[
    "id",
    "seq",
    "at",
    "received_at",
    "kind",
    "output",
    "token",
    "conversation",
    "turn",
    "variant",
    "replaces",
    "chars",
    "words",
    "code_share",
    "stream_ms",
    "model",
    "prompt_version",
    "sketch",
    "active_ms",
    "read_share",
    "share",
    "via",
    "chars_before",
    "chars_after",
    "inserted",
    "deleted",
    "survival",
    "final",
    "after_ms",
    "ordinal",
    "from",
    "to",
    "value",
    "scale",
    "reason",
    "gap_ms",
    "similarity",
    "intent",
    "age_s",
    "name",
    "role",
    "text",
    "subject",
    "source",
    "content",
];

/// A whole event, or the first field that is wrong.
pub fn read_event(fields: &dyn Fields) -> Result<Event, FieldError> {
    event_of(fields, read_signal(fields)?)
}

/// The event that states `signal`, with what every kind has.
pub(crate) fn event_of(fields: &dyn Fields, signal: Signal) -> Result<Event, FieldError> {
    let at = whole("at", required("at", number(fields, "at")?)?, AT_MS_MAX)?;
    Ok(Event {
        seq: count(fields, "seq", u32::MAX)?,
        at,
        output: required_id(fields, "output")?,
        token: text(fields, "token", TOKEN_BYTES_MAX)?.map(Into::into),
        signal,
    })
}

/// Only the fact, for callers that number and date events themselves.
pub fn read_signal(fields: &dyn Fields) -> Result<Signal, FieldError> {
    let kind = text(fields, "kind", LABEL_BYTES_MAX)?.unwrap_or_default();
    let kind = named("kind", Kind::from_name(&kind))?;
    let ms = |name| count(fields, name, SPAN_MS_MAX);
    let chars = |name| count(fields, name, CHARS_MAX);
    Ok(match kind {
        Kind::Shown => Signal::Shown(Box::new(read_shown(fields)?)),
        Kind::Dwell => Signal::Dwell {
            active_ms: ms("active_ms")?,
            read_share: share(fields, "read_share")?,
        },
        Kind::Selected => Signal::Selected(span(fields)?),
        Kind::Copied => Signal::Copied {
            span: span(fields)?,
            via: match text(fields, "via", LABEL_BYTES_MAX)? {
                None => CopyVia::Api,
                Some(name) => named("via", CopyVia::from_name(&name))?,
            },
        },
        Kind::Pasted => Signal::Pasted(span(fields)?),
        Kind::Accepted => Signal::Accepted(act(fields)?),
        Kind::Dismissed => Signal::Dismissed(act(fields)?),
        Kind::Shared => Signal::Shared(act(fields)?),
        Kind::Downloaded => Signal::Downloaded(act(fields)?),
        Kind::Edited => Signal::Edited(Edited {
            chars_before: chars("chars_before")?,
            chars_after: chars("chars_after")?,
            inserted: chars("inserted")?,
            deleted: chars("deleted")?,
            survival: share(fields, "survival")?,
            is_final: match required("final", fields.get("final")?)? {
                Value::Flag(flag) => flag,
                _ => return Err(FieldError::new("final", Problem::Malformed)),
            },
        }),
        Kind::Regenerated => Signal::Regenerated {
            after_ms: ms("after_ms")?,
            ordinal: count(fields, "ordinal", u32::MAX)?,
        },
        Kind::Switched => Signal::Switched {
            from: required_id(fields, "from")?,
            to: required_id(fields, "to")?,
        },
        Kind::Stopped => Signal::Stopped {
            after_ms: ms("after_ms")?,
            chars: chars("chars")?,
        },
        Kind::Rated => Signal::Rated {
            value: Rating::from_f64("value", required("value", number(fields, "value")?)?)?,
            scale: text(fields, "scale", LABEL_BYTES_MAX)?,
            reason: text(fields, "reason", LABEL_BYTES_MAX)?,
        },
        Kind::FollowedUp => Signal::FollowedUp {
            gap_ms: ms("gap_ms")?,
            similarity: share(fields, "similarity")?,
            intent: {
                let name = required("intent", text(fields, "intent", LABEL_BYTES_MAX)?)?;
                named("intent", Intent::from_name(&name))?
            },
        },
        Kind::Survived => Signal::Survived {
            age_s: ms("age_s")?,
            share: share(fields, "share")?,
        },
        Kind::Converted => Signal::Converted {
            name: required("name", text(fields, "name", LABEL_BYTES_MAX)?)?,
            value: match number(fields, "value")? {
                None => None,
                Some(value) => Some(Amount::from_f64("value", value)?),
            },
        },
        Kind::Content => Signal::Content {
            role: {
                let name = required("role", text(fields, "role", LABEL_BYTES_MAX)?)?;
                named("role", ContentRole::from_name(&name))?
            },
            text: required("text", text(fields, "text", CONTENT_BYTES_MAX)?)?,
        },
    })
}

fn read_shown(fields: &dyn Fields) -> Result<Shown, FieldError> {
    let optional = |name: &'static str| match number(fields, name)? {
        None => Ok(None),
        Some(value) => small(name, value, u32::MAX).map(Some),
    };
    let sketch = match fields.get("sketch")? {
        None => Vec::new(),
        Some(Value::Numbers(sketch)) if sketch.len() <= SKETCH_HASHES_MAX => sketch,
        Some(Value::Numbers(_)) => {
            let max = SKETCH_HASHES_MAX;
            return Err(FieldError::new("sketch", Problem::TooLong { max }));
        }
        Some(_) => return Err(FieldError::new("sketch", Problem::Malformed)),
    };
    Ok(Shown {
        chars: count(fields, "chars", CHARS_MAX)?,
        words: count(fields, "words", CHARS_MAX)?,
        code_share: share(fields, "code_share")?,
        stream_ms: count(fields, "stream_ms", SPAN_MS_MAX)?,
        conversation: optional_id(fields, "conversation")?,
        turn: optional("turn")?,
        variant: optional("variant")?,
        replaces: optional_id(fields, "replaces")?,
        model: text(fields, "model", LABEL_BYTES_MAX)?,
        prompt_version: text(fields, "prompt_version", LABEL_BYTES_MAX)?,
        sketch,
    })
}

/// Tells `put` the fields of an event, in the order of CONTRACTS. The token is
/// not among them: it is for the collector alone.
pub fn each_field_of_event(event: &Event, put: &mut dyn FnMut(&'static str, Value)) {
    put("seq", Value::Number(event.seq.into()));
    #[expect(clippy::cast_precision_loss, reason = "AT_MS_MAX is far below 2^53")]
    put("at", Value::Number(event.at as f64));
    put("kind", Value::Text(event.signal.name().into()));
    put("output", Value::Text(event.output.as_str().into()));
    each_field(&event.signal, put);
}

/// Tells `put` the fields of a fact, in the order of CONTRACTS.
pub fn each_field(signal: &Signal, put: &mut dyn FnMut(&'static str, Value)) {
    match signal {
        Signal::Shown(shown) => each_of_shown(shown, put),
        Signal::Dwell {
            active_ms,
            read_share,
        } => {
            put("active_ms", whole_number(*active_ms));
            put("read_share", share_number(*read_share));
        }
        Signal::Selected(span) | Signal::Pasted(span) => each_of_span(*span, put),
        Signal::Copied { span, via } => {
            each_of_span(*span, put);
            put("via", Value::Text(via.name().into()));
        }
        Signal::Accepted(act)
        | Signal::Dismissed(act)
        | Signal::Shared(act)
        | Signal::Downloaded(act) => put("via", Value::Text(act.via.clone())),
        Signal::Edited(edited) => {
            put("chars_before", whole_number(edited.chars_before));
            put("chars_after", whole_number(edited.chars_after));
            put("inserted", whole_number(edited.inserted));
            put("deleted", whole_number(edited.deleted));
            put("survival", share_number(edited.survival));
            put("final", Value::Flag(edited.is_final));
        }
        Signal::Regenerated { after_ms, ordinal } => {
            put("after_ms", whole_number(*after_ms));
            put("ordinal", whole_number(*ordinal));
        }
        Signal::Switched { from, to } => {
            put("from", Value::Text(from.as_str().into()));
            put("to", Value::Text(to.as_str().into()));
        }
        Signal::Stopped { after_ms, chars } => {
            put("after_ms", whole_number(*after_ms));
            put("chars", whole_number(*chars));
        }
        Signal::Rated {
            value,
            scale,
            reason,
        } => {
            put("value", Value::Number(value.to_f64()));
            put_text("scale", scale.as_deref(), put);
            put_text("reason", reason.as_deref(), put);
        }
        Signal::FollowedUp {
            gap_ms,
            similarity,
            intent,
        } => {
            put("gap_ms", whole_number(*gap_ms));
            put("similarity", share_number(*similarity));
            put("intent", Value::Text(intent.name().into()));
        }
        Signal::Survived { age_s, share } => {
            put("age_s", whole_number(*age_s));
            put("share", share_number(*share));
        }
        Signal::Converted { name, value } => {
            put("name", Value::Text(name.clone()));
            if let Some(value) = value {
                put("value", Value::Number(value.to_f64()));
            }
        }
        Signal::Content { role, text } => {
            put("role", Value::Text(role.name().into()));
            put("text", Value::Text(text.clone()));
        }
        Signal::Unknown(_) => {}
    }
}

fn each_of_shown(shown: &Shown, put: &mut dyn FnMut(&'static str, Value)) {
    put_text(
        "conversation",
        shown.conversation.as_ref().map(Id::as_str),
        put,
    );
    for (name, number) in [("turn", shown.turn), ("variant", shown.variant)] {
        if let Some(number) = number {
            put(name, whole_number(number));
        }
    }
    put("chars", whole_number(shown.chars));
    put("words", whole_number(shown.words));
    put("code_share", share_number(shown.code_share));
    put("stream_ms", whole_number(shown.stream_ms));
    put_text("replaces", shown.replaces.as_ref().map(Id::as_str), put);
    put_text("model", shown.model.as_deref(), put);
    put_text("prompt_version", shown.prompt_version.as_deref(), put);
    if !shown.sketch.is_empty() {
        put("sketch", Value::Numbers(shown.sketch.clone()));
    }
}

fn each_of_span(span: Span, put: &mut dyn FnMut(&'static str, Value)) {
    put("chars", whole_number(span.chars));
    put("share", share_number(span.share));
}

fn put_text(name: &'static str, text: Option<&str>, put: &mut dyn FnMut(&'static str, Value)) {
    if let Some(text) = text {
        put(name, Value::Text(text.into()));
    }
}

fn whole_number(value: u32) -> Value {
    Value::Number(value.into())
}

fn share_number(value: Share) -> Value {
    Value::Number(value.to_f64())
}

fn required<T>(field: &'static str, value: Option<T>) -> Result<T, FieldError> {
    value.ok_or(FieldError::new(field, Problem::Missing))
}

fn named<T>(field: &'static str, value: Option<T>) -> Result<T, FieldError> {
    value.ok_or(FieldError::new(field, Problem::Unknown))
}

fn number(fields: &dyn Fields, name: &'static str) -> Result<Option<f64>, FieldError> {
    match fields.get(name)? {
        None => Ok(None),
        Some(Value::Number(value)) => Ok(Some(value)),
        Some(_) => Err(FieldError::new(name, Problem::Malformed)),
    }
}

fn text(fields: &dyn Fields, name: &'static str, max: usize) -> Result<Option<String>, FieldError> {
    match fields.get(name)? {
        None => Ok(None),
        Some(Value::Text(value)) => field::text(name, value, max).map(Some),
        Some(_) => Err(FieldError::new(name, Problem::Malformed)),
    }
}

fn optional_id(fields: &dyn Fields, name: &'static str) -> Result<Option<Id>, FieldError> {
    match text(fields, name, usize::MAX)? {
        None => Ok(None),
        Some(value) => Id::parse(name, &value).map(Some),
    }
}

fn required_id(fields: &dyn Fields, name: &'static str) -> Result<Id, FieldError> {
    required(name, optional_id(fields, name)?)
}

/// A whole number from 0 to `max`.
fn whole(field: &'static str, value: f64, max: u64) -> Result<u64, FieldError> {
    if value.fract() != 0.0 {
        return Err(FieldError::new(field, Problem::Malformed));
    }
    #[expect(clippy::cast_precision_loss, reason = "limits are below 2^53")]
    if !(value >= 0.0 && value <= max as f64) {
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        return Err(FieldError::new(field, Problem::OutOfRange { min: 0, max }));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and within 0..=max"
    )]
    Ok(value as u64)
}

fn small(field: &'static str, value: f64, max: u32) -> Result<u32, FieldError> {
    field::count(field, whole(field, value, max.into())?, max)
}

fn count(fields: &dyn Fields, name: &'static str, max: u32) -> Result<u32, FieldError> {
    small(name, required(name, number(fields, name)?)?, max)
}

fn share(fields: &dyn Fields, name: &'static str) -> Result<Share, FieldError> {
    Share::from_f64(name, required(name, number(fields, name)?)?)
}

fn span(fields: &dyn Fields) -> Result<Span, FieldError> {
    Ok(Span {
        chars: count(fields, "chars", CHARS_MAX)?,
        share: share(fields, "share")?,
    })
}

fn act(fields: &dyn Fields) -> Result<Act, FieldError> {
    let via = text(fields, "via", LABEL_BYTES_MAX)?;
    Ok(Act {
        via: via.unwrap_or_else(|| CopyVia::Api.name().into()),
    })
}
