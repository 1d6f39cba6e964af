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
mod object;
mod page;
mod redact;
mod scan;
mod send;
mod view;

use js_sys::Function;
use tacit_signals::{FieldError, Id, named};
use wasm_bindgen::prelude::*;
use web_sys::Element;

use app::App;
use object::{Object, text};

/// A running capture; what `start()` drives.
#[wasm_bindgen]
pub struct Capture {
    /// `None` when the options could not be used; `onError` was told.
    app: Option<&'static App>,
}

#[wasm_bindgen]
impl Capture {
    /// Starts listening. `options` are those of `start()`, with `onDead`.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(options: &JsValue) -> Self {
        Self {
            app: App::start(options),
        }
    }

    /// Binds an element to an output the page knows by another way than attributes.
    pub fn output(&self, element: &Element, binding: &JsValue) {
        if let Some(app) = self.app {
            app.bind(element, binding);
        }
    }

    /// States a fact the page knows itself.
    pub fn signal(&self, output: &JsValue, kind: &JsValue, fields: &JsValue) {
        if let Some(app) = self.app
            && let Err(error) = told(app, &text(output), &text(kind), fields)
        {
            app.host.error("invalid_signal", &error.code());
        }
    }

    /// `granted` or `denied`.
    pub fn consent(&self, state: &JsValue) {
        let Some(app) = self.app else { return };
        let state = text(state);
        match state.as_str() {
            "granted" | "denied" => app.consent(state == "granted"),
            _ => app.host.error("invalid_consent", &state),
        }
    }

    /// Sends what was recorded, and calls `done` when it was answered or sending failed.
    pub fn flush(&self, done: Function) {
        match self.app {
            Some(app) => app.flush(done),
            None => host::call(&done),
        }
    }

    /// Ends everything: listeners, observers, timers. What waits is still sent.
    pub fn stop(&self) {
        if let Some(app) = self.app {
            app.stop();
        }
    }
}

fn told(app: &'static App, output: &str, kind: &str, fields: &JsValue) -> Result<(), FieldError> {
    let signal = named::read_fields(kind, &Object(fields))?;
    let id = Id::parse("output", output)?;
    app.tell(&id, signal);
    Ok(())
}
