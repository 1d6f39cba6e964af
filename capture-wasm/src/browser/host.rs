//! What the host page hears: signals, sends and errors, if it asked.

use js_sys::Function;
use serde::{Serialize, Serializer, ser::SerializeMap};
use tacit_signals::{
    Event,
    named::{Field, Put, each_field_of_event},
};
use wasm_bindgen::prelude::*;

use super::object::field;

/// The callbacks of `start()`. The JS layer defers them, so they cannot re-enter.
pub(super) struct Host {
    on_signal: Option<Function>,
    on_send: Option<Function>,
    on_error: Option<Function>,
}

impl Host {
    pub(super) fn new(options: &JsValue) -> Self {
        let callback = |name| field(options, name).dyn_into::<Function>().ok();
        Self {
            on_signal: callback("onSignal"),
            on_send: callback("onSend"),
            on_error: callback("onError"),
        }
    }

    /// A signal as it is detected. Text stays out of it: it is the debugging
    /// hook's business that an edit was sent, not what it says.
    pub(super) fn signal(&self, event: &Event) {
        let Some(callback) = &self.on_signal else {
            return;
        };
        tell(callback, &|put| each_field_of_event(event, put));
    }

    /// An attempt to send.
    pub(super) fn sent(&self, bytes: usize, events: usize, via: &str, status: Option<u32>) {
        let Some(callback) = &self.on_send else {
            return;
        };
        tell(callback, &|put| {
            #[expect(clippy::cast_precision_loss, reason = "sizes of one batch")]
            for (name, size) in [("bytes", bytes), ("events", events)] {
                put(name, Field::Number(size as f64));
            }
            put("via", Field::Text(via));
            put(
                "status",
                status.map_or(Field::Null, |code| Field::Number(code.into())),
            );
        });
    }

    /// Something the site's developers should know.
    pub(super) fn error(&self, code: &str, message: &str) {
        let Some(callback) = &self.on_error else {
            return;
        };
        tell(callback, &|put| {
            put("code", Field::Text(code));
            put("message", Field::Text(message));
        });
    }
}

/// Tells a [`Put`] the fields of one object.
type Fields<'a> = &'a dyn Fn(Put<'_>);

/// An object by its fields, as serde sees it. One map for all: a type for each
/// shape would bring code for each.
struct Object<'a>(Fields<'a>);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut failed = None;
        (self.0)(&mut |name, value| {
            // The text of an edit is nobody's but the collector's.
            if name != "text" {
                failed = map
                    .serialize_entry(name, &Plain(value))
                    .err()
                    .or(failed.take());
            }
        });
        match failed {
            Some(error) => Err(error),
            None => map.end(),
        }
    }
}

struct Plain<'a>(Field<'a>);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Field::Number(number) => serializer.serialize_f64(number),
            Field::Text(text) => serializer.serialize_str(text),
            Field::Flag(flag) => serializer.serialize_bool(flag),
            Field::Numbers(numbers) => serializer.collect_seq(numbers),
            Field::Null => serializer.serialize_unit(),
        }
    }
}

/// Calls a function of the host, whose own throw is the host's.
pub(super) fn call(function: &Function) {
    let _ = function.call0(&JsValue::UNDEFINED);
}

/// A JavaScript object with these fields.
pub(super) fn object(fields: Fields<'_>) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    Object(fields).serialize(&serializer).unwrap_or_default()
}

fn tell(callback: &Function, fields: Fields<'_>) {
    let _ = callback.call1(&JsValue::UNDEFINED, &object(fields));
}
