//! The part of the capture module that follows edited and accepted text, as a
//! Wasm module of its own: few pages need it, and `js/editing.js` loads it there.
//!
//! What it decides is in [`tacit_capture::texts`], which knows no browser. Here
//! is its shell: what happened in the page comes from `js/editing.js`, which
//! listens, guards and keeps what happened before this module was there.

mod app;
mod editors;
mod host;
mod memory;

use std::cell::RefCell;

use tacit_capture::{config::Content, texts::Known};
use tacit_signals::Id;
use wasm_bindgen::prelude::*;
use web_sys::Element;

use app::App;
use editors::Happening;
use host::Host;

thread_local! {
    /// The capture that runs.
    static APP: RefCell<Option<&'static App>> = const { RefCell::new(None) };
}

fn app(act: impl FnOnce(&'static App)) {
    if let Some(app) = APP.with_borrow(|app| *app) {
        act(app);
    }
}

/// Begins anew, for a capture with this `content`.
#[wasm_bindgen]
pub fn texts_open(host: Host, content: u8) {
    let app = App::new(host, Content::at(content));
    APP.set(Some(app));
    app.open_memory();
}

/// Something happened in an editor, `what` by its place in the list of
/// `js/editing.js`. `past` is what the editor held if it happened before this module was
/// there: null where nobody looked, undefined if it happens now.
#[wasm_bindgen]
pub fn texts_happened(
    what: u8,
    editor: Option<Element>,
    key: Option<String>,
    is_trusted: bool,
    past: JsValue,
) {
    let past = (!past.is_undefined()).then(|| past.as_string());
    let happening = Happening {
        editor,
        key: key.unwrap_or_default(),
        is_trusted,
    };
    app(|app| app.happened(what, &happening, past));
}

/// What the core knows, by its number in `js/editing.js`.
#[wasm_bindgen]
pub fn texts_hint(what: u8) {
    app(|app| match what {
        0 => app.check_editor(),
        1 => app.cancel_edit(),
        2 => app.settle_edit(),
        _ => app.look_back_soon(),
    });
}

/// A timer of [`Host::later`] ran out.
#[wasm_bindgen]
pub fn texts_fired(timer: u8) {
    app(|app| match timer {
        host::EDITOR => app.waited(),
        host::ARRIVAL => app.arrived(),
        _ => app.look_back(),
    });
}

/// An output's text was accepted, at `now` Unix ms.
#[wasm_bindgen]
pub fn texts_keep(now: f64, output: &str, token: Option<String>, text: String) {
    if let Ok(id) = Id::parse("output", output) {
        let token = token.map(String::into_boxed_str);
        app(|app| app.keep(host::whole(now), Known { id, token, text }));
    }
}

/// A prompt was sent.
#[wasm_bindgen]
pub fn texts_sent(text: &str) {
    app(|app| app.sent(text));
}

/// The person's word.
#[wasm_bindgen]
pub fn texts_consent(granted: bool) {
    app(|app| app.consent(granted));
}
