//! What the host page hears: signals, sends and errors, if it asked.

use js_sys::{Function, Object, Reflect};
use serde::Serialize;
use tacit_signals::{Event, raw::RawEvent};
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
        let mut raw = RawEvent::from(event);
        raw.text = None;
        let serializer = serde_wasm_bindgen::Serializer::json_compatible();
        if let Ok(value) = raw.serialize(&serializer) {
            call(callback, &value);
        }
    }

    /// An attempt to send.
    pub(super) fn sent(&self, bytes: usize, events: usize, via: &str, status: Option<u16>) {
        let Some(callback) = &self.on_send else {
            return;
        };
        let status = status.map_or(JsValue::NULL, JsValue::from);
        let number = |value: usize| JsValue::from(u32::try_from(value).unwrap_or(u32::MAX));
        call(
            callback,
            &object(&[
                ("bytes", number(bytes)),
                ("events", number(events)),
                ("via", via.into()),
                ("status", status),
            ]),
        );
    }

    /// Something the site's developers should know.
    pub(super) fn error(&self, code: &str, message: &str) {
        let Some(callback) = &self.on_error else {
            return;
        };
        let fields = [("code", code.into()), ("message", message.into())];
        call(callback, &object(&fields));
    }
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a plain object cannot fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn call(callback: &Function, value: &JsValue) {
    // The host's own throw is the host's; the JS layer keeps it from us.
    let _ = callback.call1(&JsValue::UNDEFINED, value);
}
