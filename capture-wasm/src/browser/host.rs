//! What the host page hears: signals, sends and errors, if it asked.

use js_sys::{Function, Reflect};
use serde::{Serialize, Serializer, ser::SerializeMap};
use tacit_signals::{
    Event,
    named::{Value, each_field_of_event},
};
use wasm_bindgen::prelude::*;

/// The callbacks of `start()`. The JS layer defers them, so they cannot re-enter.
pub(super) struct Host {
    on_signal: Option<Function>,
    on_send: Option<Function>,
    on_error: Option<Function>,
    on_dead: Function,
}

impl Host {
    pub(super) fn new(options: &JsValue) -> Self {
        let callback = |name: &str| {
            let value = Reflect::get(options, &name.into()).ok()?;
            value.dyn_into::<Function>().ok()
        };
        Self {
            on_signal: callback("onSignal"),
            on_send: callback("onSend"),
            on_error: callback("onError"),
            on_dead: callback("onDead").unwrap_or_default(),
        }
    }

    /// Hears of the first throw; the key by which all guards belong together.
    pub(super) fn on_dead(&self) -> Function {
        self.on_dead.clone()
    }

    /// A signal as it is detected. Text stays out of it: it is the debugging
    /// hook's business that an edit was sent, not what it says.
    pub(super) fn signal(&self, event: &Event) {
        let Some(callback) = &self.on_signal else {
            return;
        };
        tell(callback, &ByName(event));
    }

    /// An attempt to send.
    pub(super) fn sent(&self, bytes: usize, events: usize, via: &str, status: Option<u16>) {
        let Some(callback) = &self.on_send else {
            return;
        };
        tell(
            callback,
            &Sent {
                bytes,
                events,
                via,
                status,
            },
        );
    }

    /// Something the site's developers should know.
    pub(super) fn error(&self, code: &str, message: &str) {
        let Some(callback) = &self.on_error else {
            return;
        };
        tell(callback, &Trouble { code, message });
    }
}

#[derive(Serialize)]
struct Sent<'a> {
    bytes: usize,
    events: usize,
    via: &'a str,
    status: Option<u16>,
}

#[derive(Serialize)]
struct Trouble<'a> {
    code: &'a str,
    message: &'a str,
}

/// An event in the shape of the JSON twin, without text.
struct ByName<'a>(&'a Event);

impl Serialize for ByName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut failed = None;
        each_field_of_event(self.0, &mut |name, value| {
            let put = match value {
                Value::Text(_) if name == "text" => return,
                Value::Number(number) => map.serialize_entry(name, &number),
                Value::Text(text) => map.serialize_entry(name, &text),
                Value::Flag(flag) => map.serialize_entry(name, &flag),
                Value::Numbers(numbers) => map.serialize_entry(name, &numbers),
            };
            failed = failed.take().or(put.err());
        });
        match failed {
            Some(error) => Err(error),
            None => map.end(),
        }
    }
}

fn tell(callback: &Function, value: &impl Serialize) {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    if let Ok(value) = value.serialize(&serializer) {
        // The host's own throw is the host's; the JS layer keeps it from us.
        let _ = callback.call1(&JsValue::UNDEFINED, &value);
    }
}
