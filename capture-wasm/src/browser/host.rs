//! What a capture asks of `js/open.js`: to send, and to tell the host page.

use js_sys::Function;
use tacit_signals::{Event, codec::encode_fields};
use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::texts::Known;

#[wasm_bindgen]
extern "C" {
    /// One capture's other half.
    pub type Host;
    /// Where batches go.
    #[wasm_bindgen(method, getter)]
    pub(super) fn endpoint(this: &Host) -> String;
    /// An attempt to send; a beacon has no status.
    #[wasm_bindgen(method)]
    pub(super) fn sent(this: &Host, bytes: usize, events: usize, via: &str, status: Option<u32>);
    /// Something the site's developers should know.
    #[wasm_bindgen(method)]
    pub(super) fn error(this: &Host, code: &str, message: &str);
    /// What was recorded before a flush is sent and answered, or could not be.
    #[wasm_bindgen(method)]
    pub(super) fn flushed(this: &Host);
    /// A guarded function that calls [`capture_event`](super::capture_event) with these
    /// and with what it is called with.
    #[wasm_bindgen(method)]
    pub(super) fn hearing(
        this: &Host,
        what: u8,
        ticket: u32,
        events: usize,
        bytes: usize,
    ) -> Function;
    /// Has what comes into view told by this number, see `js/view.js`.
    #[wasm_bindgen(method)]
    pub(super) fn watch(this: &Host, what: u8);
    #[wasm_bindgen(method)]
    pub(super) fn again(this: &Host, element: &Element);
    #[wasm_bindgen(method)]
    pub(super) fn gone(this: &Host, element: &Element);
    /// Whether the page is in view, and has the focus.
    #[wasm_bindgen(method, js_name = isVisible)]
    pub(super) fn is_visible(this: &Host) -> bool;
    #[wasm_bindgen(method, js_name = isFocused)]
    pub(super) fn is_focused(this: &Host) -> bool;
    /// One of [`Hint`].
    #[wasm_bindgen(method)]
    fn hint(this: &Host, what: u8);
    #[wasm_bindgen(method)]
    fn keep(this: &Host, output: &str, token: Option<&str>, text: &str);
    #[wasm_bindgen(method)]
    fn known(this: &Host, output: &str, token: Option<&str>, text: &str);
    #[wasm_bindgen(method, getter)]
    fn hears(this: &Host) -> bool;
    #[wasm_bindgen(method)]
    fn heard(this: &Host, seq: u32, at: f64, output: &str, kind: u8, fields: &[u8]);
}

#[wasm_bindgen(module = "/js/storage.js")]
extern "C" {
    fn own(name: &str) -> Option<String>;
}

/// The browser's own random id, where there may be one.
pub(super) fn visitor() -> Option<String> {
    own("visitor")
}

/// What the module for texts wants to know; the numbers are those of `texts_hint` there.
#[derive(Clone, Copy)]
pub(super) enum Hint {
    /// The page changed.
    Changed = 0,
    /// A control was used that gives an edit up.
    Cancelled = 1,
    /// The page is hidden or left.
    Left = 2,
    /// It is visible again.
    Returned = 3,
}

impl Host {
    /// Text was accepted.
    pub(super) fn accepted(&self, known: &Known) {
        self.keep(known.id.as_str(), known.token.as_deref(), &known.text);
    }

    /// An output that the module for texts asked for.
    pub(super) fn knows(&self, known: &Known) {
        self.known(known.id.as_str(), known.token.as_deref(), &known.text);
    }

    /// Tells the module for texts, if it is there.
    pub(super) fn tell(&self, hint: Hint) {
        self.hint(hint as u8);
    }

    /// A signal as it is detected, if the page wants to hear of them.
    pub(super) fn signal(&self, event: &Event) {
        if let Some(kind) = event.signal.kind()
            && self.hears()
        {
            #[expect(clippy::cast_precision_loss, reason = "AT_MS_MAX is far below 2^53")]
            let at = event.at as f64;
            let fields = encode_fields(&event.signal);
            self.heard(event.seq, at, event.output.as_str(), kind.code(), &fields);
        }
    }
}
