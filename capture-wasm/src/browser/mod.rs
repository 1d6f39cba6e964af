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

use tacit_signals::{
    Id, Share, Signal,
    signal::{Encoded, Kind},
};
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

use app::App;
use host::Host;
use page::Outputs;

use crate::config::{Config, Content};

thread_local! {
    /// All captures of this page: one, and those that were stopped before it.
    static CAPTURES: RefCell<Vec<&'static App>> = const { RefCell::new(Vec::new()) };
}

/// Starts listening, with what `js/options.js` made of the options of `start()`.
/// The number is for the functions below, which are what a handle drives: plain
/// functions, as a class would bring a finaliser for what is never freed.
#[wasm_bindgen]
#[must_use]
#[expect(
    clippy::too_many_arguments,
    reason = "an object to read would cost more"
)]
pub fn capture_open(
    host: Host,
    window: EventTarget,
    document: EventTarget,
    outputs: Outputs,
    header: Vec<u8>,
    luck: u32,
    sample: u32,
    content: u8,
    sketch: bool,
    flush_after_ms: u32,
) -> usize {
    let config = Config {
        content: Content::at(content),
        sketch,
        sample: Share::of(sample.into(), 1_000),
        flush_after_ms: flush_after_ms.into(),
    };
    let app = App::start(host, window, document, outputs, header, luck, config);
    CAPTURES.with_borrow_mut(|captures| {
        captures.push(app);
        captures.len() - 1
    })
}

fn capture(number: usize) -> Option<&'static App> {
    CAPTURES.with_borrow(|captures| captures.get(number).copied())
}

/// A capture that knows the outputs as they are: one may be there since a moment ago.
fn now(number: usize) -> Option<&'static App> {
    let app = capture(number)?;
    scan::catch_up(app);
    scan::read_growing(app);
    Some(app)
}

/// An element was bound to an output the page knows by another way than attributes.
#[wasm_bindgen]
pub fn capture_output(number: usize) {
    if let Some(app) = capture(number) {
        app.bound();
    }
}

/// States a fact the page knows itself, as `js/fields.js` encoded it; or one that
/// `is_found` about a text, with a `token` where the output may not be here.
#[wasm_bindgen]
pub fn capture_signal(
    number: usize,
    output: &str,
    kind: u8,
    fields: &[u8],
    token: Option<String>,
    is_found: bool,
) {
    let (Some(app), Ok(id), Some(kind)) = (
        capture(number),
        Id::parse("output", output),
        Kind::from_code(kind),
    ) else {
        return;
    };
    let fields = fields.to_vec();
    let signal = Signal::Encoded(Encoded { kind, fields });
    let now = clock::now();
    app.core(|core| {
        if is_found {
            core.found(now, &id, token.map(String::into_boxed_str), signal);
        } else {
            core.told(now, &id, signal);
        }
    });
}

/// Whether an editor that holds `text` may have been seeded with an output.
#[wasm_bindgen]
#[must_use]
pub fn capture_seeds(number: usize, text: &str) -> bool {
    let app = now(number);
    app.and_then(|app| app.core(|core| core.is_seed(text))) == Some(true)
}

/// Tells [`Host::known`] each output that is known, with its text.
#[wasm_bindgen]
pub fn capture_known(number: usize) {
    if let Some(app) = now(number) {
        let known = app.core(|core| core.known());
        for known in known.unwrap_or_default() {
            app.host.knows(&known);
        }
    }
}

/// What the page tells; the numbers are those that [`Host::hearing`] was given.
#[wasm_bindgen]
pub fn capture_event(
    number: usize,
    what: u8,
    value: &JsValue,
    ticket: u32,
    events: usize,
    bytes: usize,
) {
    if let Some(app) = capture(number) {
        app.hear(what, value, (ticket, events, bytes));
    }
}

/// The person's word.
#[wasm_bindgen]
pub fn capture_consent(number: usize, granted: bool) {
    if let Some(app) = capture(number) {
        app.consent(granted);
    }
}

/// So many events that were kept on the device had to go.
#[wasm_bindgen]
pub fn capture_lost(number: usize, events: usize) {
    if let Some(app) = capture(number) {
        app.lost(events);
    }
}

/// Sends what was recorded, and says when that was answered or failed.
#[wasm_bindgen]
pub fn capture_flush(number: usize) {
    if let Some(app) = capture(number) {
        app.flush();
    }
}

/// Ends everything: listeners, observers, timers. What waits is still sent.
#[wasm_bindgen]
pub fn capture_stop(number: usize) {
    if let Some(app) = capture(number) {
        app.stop();
    }
}
