//! Takes the commonest identifiers, and what the site names, out of text before
//! it may leave; see `js/redact.js`.

use js_sys::Array;
use tacit_signals::text::PRIVATE;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/redact.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = redactBy)]
    fn redact_by(known: &Array, own: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = redact)]
    fn replaced(text: &str) -> String;
}

/// Takes the site's patterns over; whether all of them are some.
pub(super) fn prepare(own: &JsValue) -> bool {
    let known = Array::new();
    for (pattern, mark) in PRIVATE {
        known.push(&pattern.into());
        known.push(&mark.into());
    }
    redact_by(&known, own).is_ok()
}

/// `text` without what [`PRIVATE`] and the site's patterns find.
pub(super) fn redact(text: &str) -> String {
    replaced(text)
}
