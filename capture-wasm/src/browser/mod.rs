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
mod prompts;
mod redact;
mod scan;
mod send;
mod view;

use std::cell::RefCell;

use js_sys::Function;
use tacit_signals::{FieldError, Id, named::Reader};
use wasm_bindgen::prelude::*;
use web_sys::Element;

use app::App;
use object::{Object, text};

thread_local! {
    /// All captures of this page: one, and those that were stopped before it.
    /// `None` where the options could not be used; `onError` was told.
    static CAPTURES: RefCell<Vec<Option<&'static App>>> = const { RefCell::new(Vec::new()) };
}

/// Starts listening. `options` are those of `start()`. The number
/// is for the functions below, which are what a handle drives: plain functions,
/// as a class would bring a finaliser for what is never freed.
#[wasm_bindgen]
#[must_use]
pub fn capture_open(options: &JsValue) -> usize {
    let app = App::start(options);
    CAPTURES.with_borrow_mut(|captures| {
        captures.push(app);
        captures.len() - 1
    })
}

fn capture(number: usize) -> Option<&'static App> {
    CAPTURES.with_borrow(|captures| *captures.get(number)?)
}

/// Binds an element to an output the page knows by another way than attributes.
#[wasm_bindgen]
pub fn capture_output(number: usize, element: &Element, binding: &JsValue) {
    if let Some(app) = capture(number) {
        app.bind(element, binding);
    }
}

/// States a fact the page knows itself.
#[wasm_bindgen]
pub fn capture_signal(number: usize, output: &JsValue, kind: &JsValue, fields: &JsValue) {
    if let Some(app) = capture(number)
        && let Err(error) = told(app, &text(output), &text(kind), fields)
    {
        app.host.error("invalid_signal", &error.code());
    }
}

/// `granted` or `denied`.
#[wasm_bindgen]
pub fn capture_consent(number: usize, state: &JsValue) {
    let Some(app) = capture(number) else { return };
    let state = text(state);
    match state.as_str() {
        "granted" | "denied" => app.consent(state == "granted"),
        _ => app.host.error("invalid_consent", &state),
    }
}

/// Sends what was recorded, and calls `done` when it was answered or sending failed.
#[wasm_bindgen]
pub fn capture_flush(number: usize, done: Function) {
    match capture(number) {
        Some(app) => app.flush(done),
        None => host::call(&done),
    }
}

/// Ends everything: listeners, observers, timers. What waits is still sent.
#[wasm_bindgen]
pub fn capture_stop(number: usize) {
    if let Some(app) = capture(number) {
        app.stop();
    }
}

fn told(app: &'static App, output: &str, kind: &str, fields: &JsValue) -> Result<(), FieldError> {
    let id = Id::parse("output", output)?;
    let fields = Object(fields);
    let mut read = Reader::new(&fields);
    let signal = read.signal(kind);
    read.finish()?;
    if let Some(signal) = signal {
        app.tell(&id, signal);
    }
    Ok(())
}
