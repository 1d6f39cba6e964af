//! What a person asks, by the composer or by a suggestion; `js/composer.js`
//! tells which that is.

use wasm_bindgen::prelude::*;
use web_sys::Event;

use super::{app::App, clock, listen::What, object::text, page, scan};

#[wasm_bindgen(module = "/js/later.js")]
extern "C" {
    /// See `js/followed.js`.
    pub(super) fn compare(before: &str, next: &str) -> u32;
}

pub(super) fn listen(app: &'static App) {
    for event in ["focusin", "input", "keydown", "click", "submit"] {
        app.on(&app.document, event, What::Prompt);
    }
}

/// Only noted here: what was sent is known once the page has handled it.
pub(super) fn on_event(app: &'static App, event: &Event) {
    if app.outputs.heard(event) {
        scan::soon(app, scan::PASS_MS);
    }
}

/// Tells a question that turned out to have been sent.
pub(super) fn tell(app: &'static App) {
    if let Some(asked) = app.outputs.asked() {
        let after = page::id(&asked.get(2));
        let now = clock::now();
        let age = clock::whole(asked.get(1).as_f64().unwrap_or_default());
        let sent_at = now.mono.saturating_sub(age);
        app.core(|core| core.prompted(now, sent_at, after.as_ref(), &text(&asked.get(0))));
    }
}
