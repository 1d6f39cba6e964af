//! Takes the commonest identifiers, and what the site names, out of text before
//! it may leave; see `js/redact.js`.

use tacit_signals::text::PRIVATE;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/redact.js")]
extern "C" {
    fn know(pattern: &str, mark: &str);
    /// `text` without what [`PRIVATE`] and the site's patterns find.
    pub(super) fn redact(text: &str) -> String;
}

/// Tells the patterns that the collector knows, too.
pub(super) fn prepare() {
    for (pattern, mark) in PRIVATE {
        know(pattern, mark);
    }
}
