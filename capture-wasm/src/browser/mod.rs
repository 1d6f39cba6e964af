//! The shell: listens to the page, tells the core, and does what it decides.
//!
//! Every way in goes through the guard of `js/shell.js`: after one throw or trap
//! nothing here runs again, and the page never notices. No listener can cancel
//! an event (all are passive), nothing asks for layout, and page text is only
//! read, never kept in the DOM or on the device.

mod app;
mod clock;
mod controls;
mod copies;
mod editors;
mod host;
mod lifecycle;
mod listen;
mod page;
mod redact;
mod scan;
mod send;
mod text;
mod view;

use std::rc::Rc;

use js_sys::Promise;
use tacit_signals::{Id, raw::RawEvent};
use wasm_bindgen::prelude::*;
use web_sys::Element;

use app::App;
use scan::Binding;

/// A running capture; what `start()` drives.
#[wasm_bindgen]
pub struct Capture {
    app: Rc<App>,
}

#[wasm_bindgen]
impl Capture {
    /// Starts listening. `options` are those of `start()`, with `onDead`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> Result<Self, JsValue> {
        Ok(Self {
            app: App::start(&options)?,
        })
    }

    /// Binds an element to an output the page knows by another way than attributes.
    pub fn output(&self, element: &Element, binding: JsValue) {
        match serde_wasm_bindgen::from_value::<Binding>(binding) {
            Ok(binding) => self.app.bind(element, binding),
            Err(error) => self.app.host.error("invalid_output", &error.to_string()),
        }
    }

    /// States a fact the page knows itself.
    pub fn signal(&self, output: &str, kind: &str, fields: JsValue) {
        let fields = if fields.is_undefined() || fields.is_null() {
            js_sys::Object::new().into()
        } else {
            fields
        };
        let raw = serde_wasm_bindgen::from_value::<RawEvent>(fields).map(|raw| RawEvent {
            kind: Some(kind.into()),
            ..raw
        });
        let signal = match raw {
            Ok(raw) => raw.signal(),
            Err(error) => return self.app.host.error("invalid_signal", &error.to_string()),
        };
        match signal.and_then(|signal| Ok((Id::parse("output", output)?, signal))) {
            Ok((id, signal)) => self.app.tell(&id, signal),
            Err(error) => self.app.host.error("invalid_signal", &error.to_string()),
        }
    }

    /// `granted` or `denied`.
    pub fn consent(&self, state: &str) {
        match state {
            "granted" | "denied" => self.app.consent(state == "granted"),
            _ => self.app.host.error("invalid_consent", state),
        }
    }

    /// Sends what was recorded; resolves when it was answered or sending failed.
    pub fn flush(&self) -> Promise {
        self.app.flush()
    }

    /// Ends everything: listeners, observers, timers. What waits is still sent.
    pub fn stop(&self) {
        self.app.stop();
    }
}
