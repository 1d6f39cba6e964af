//! What this module asks of `js/texts.js`.

use js_sys::Array;
use tacit_capture::texts::{Known, Told};
use tacit_signals::{Id, codec::encode_fields, limits::AT_MS_MAX};
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// The timers: of the editor in use, of what was put into one, and of the look at
/// what is remembered. There is one of each.
pub(crate) const EDITOR: u8 = 0;
pub(crate) const ARRIVAL: u8 = 1;
pub(crate) const LOOK: u8 = 2;

#[wasm_bindgen]
extern "C" {
    /// The page, its core and its storage.
    pub type Host;
    /// Calls [`crate::texts_fired`] in so many ms, and not as it was to before.
    #[wasm_bindgen(method)]
    pub(crate) fn later(this: &Host, timer: u8, ms: f64);
    #[wasm_bindgen(method)]
    pub(crate) fn cancel(this: &Host, timer: u8);
    /// Unix ms.
    #[wasm_bindgen(method)]
    fn now(this: &Host) -> f64;
    #[wasm_bindgen(method)]
    pub(crate) fn value(this: &Host, editor: &Element) -> String;
    #[wasm_bindgen(method, js_name = isShown)]
    pub(crate) fn is_shown(this: &Host, editor: &Element) -> bool;
    /// Whether the page is in view.
    #[wasm_bindgen(method, js_name = isVisible)]
    pub(crate) fn is_visible(this: &Host) -> bool;
    /// The output whose message the editor stands in.
    #[wasm_bindgen(method)]
    fn owner(this: &Host, editor: &Element) -> Option<String>;
    /// The outputs the core knows: id, token and text of each in one flat list.
    #[wasm_bindgen(method)]
    fn known(this: &Host) -> Array;
    #[wasm_bindgen(method)]
    fn found(this: &Host, output: &str, token: Option<&str>, kind: u8, fields: &[u8]);
    #[wasm_bindgen(method)]
    pub(crate) fn redact(this: &Host, text: &str) -> String;
    /// A name and the text of each place that text may be in, see `js/places.js`.
    #[wasm_bindgen(method)]
    pub(crate) fn places(this: &Host) -> Array;
    /// See `js/storage.js`.
    #[wasm_bindgen(method)]
    pub(crate) fn get(this: &Host, name: &str) -> Option<String>;
    #[wasm_bindgen(method)]
    pub(crate) fn set(this: &Host, name: &str, value: &str) -> bool;
    #[wasm_bindgen(method)]
    pub(crate) fn own(this: &Host, name: &str) -> Option<String>;
    /// Any numbers, where there is no storage.
    #[wasm_bindgen(method)]
    pub(crate) fn random(this: &Host) -> Vec<u8>;
}

impl Host {
    pub(crate) fn wall(&self) -> u64 {
        whole(self.now())
    }

    pub(crate) fn owner_of(&self, editor: &Element) -> Option<Id> {
        Id::parse("output", &self.owner(editor)?).ok()
    }

    pub(crate) fn all_known(&self) -> Vec<Known> {
        let list = self.known();
        let mut known = Vec::new();
        for place in 0..list.length() / 3 {
            let fact = |n| list.get(3 * place + n).as_string();
            let id = Id::parse("output", &fact(0).unwrap_or_default());
            if let (Ok(id), Some(text)) = (id, fact(2)) {
                let token = fact(1).map(String::into_boxed_str);
                known.push(Known { id, token, text });
            }
        }
        known
    }

    pub(crate) fn tell(&self, told: Vec<Told>) {
        for told in told {
            if let Some(kind) = told.signal.kind() {
                let fields = encode_fields(&told.signal);
                let token = told.token.as_deref();
                self.found(told.output.as_str(), token, kind.code(), &fields);
            }
        }
    }
}

/// A page may have clocks of its own making: no sum of times may overflow.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a cast saturates, and the limit is far below 2^53"
)]
pub(crate) fn whole(ms: f64) -> u64 {
    ms.min(AT_MS_MAX as f64) as u64
}
