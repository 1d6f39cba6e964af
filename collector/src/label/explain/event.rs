//! One event, told with its values.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{label::timeline::Moment, store::rows::Slice};

/// An event that a rule rests on. Times are Unix ms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// `<session>:<seq>`.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// When it happened, in corrected time.
    pub at: u64,
    /// When it was received.
    pub received_at: u64,
    /// Whether it came with a token.
    pub signed: bool,
    /// Its fields.
    pub values: Map<String, Value>,
}

impl Event {
    pub(super) fn of(moment: &Moment<'_>) -> Self {
        let mut values = fields(moment.event);
        values.remove("at");
        values.remove("kind");
        // Not what was done, but what with: outputs and counts, long and no reason.
        values.remove("sketch");
        Self {
            id: moment.id.to_string(),
            kind: moment.event.signal.name().to_owned(),
            at: moment.at,
            received_at: moment.slice.received_at,
            signed: moment.slice.signed,
            values,
        }
    }
}

/// A signal as in the contract: its own fields, and when it was received.
pub(crate) fn event_json(slice: &Slice, event: &tacit_signals::Event) -> Value {
    let mut object = fields(event);
    let id = format!("{}:{}", slice.session, event.seq);
    object.insert("id".into(), id.into());
    object.insert("kind".into(), event.signal.name().into());
    object.insert("received_at".into(), slice.received_at.into());
    let at = slice.corrected(event.at);
    object.insert("corrected_at".into(), at.into());
    object.insert("signed".into(), slice.signed.into());
    Value::Object(object)
}

fn fields(event: &tacit_signals::Event) -> Map<String, Value> {
    let mut object = tacit_signals::json::event_object(event);
    if let Some(Value::Object(content)) = object.remove("content") {
        object = content;
    }
    for known in ["seq", "output", "token"] {
        object.remove(known);
    }
    object
}
