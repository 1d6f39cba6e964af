//! What the page and its browser say of themselves: the imports from
//! `js/outputs.js` and `js/reading.js`, which explain each, and what they mean.

use js_sys::{Array, Function};
use tacit_signals::Id;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event};

use super::object::text;
use crate::core::Reading;

#[wasm_bindgen(module = "/js/outputs.js")]
extern "C" {
    /// The outputs on the page.
    pub type Outputs;
    #[wasm_bindgen(method)]
    pub(super) fn look(this: &Outputs) -> Option<Array>;
    #[wasm_bindgen(method)]
    pub(super) fn watch(this: &Outputs, on_change: &Function);
    #[wasm_bindgen(method)]
    pub(super) fn changed(this: &Outputs) -> f64;
    #[wasm_bindgen(method)]
    pub(super) fn heard(this: &Outputs, event: &Event) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn asked(this: &Outputs) -> Option<Array>;
    #[wasm_bindgen(method)]
    pub(super) fn waits(this: &Outputs) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn busy(this: &Outputs) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn hold(this: &Outputs, element: &Element, id: &str);
    #[wasm_bindgen(method)]
    pub(super) fn owner(this: &Outputs, element: &Element) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn selected(this: &Outputs) -> Array;
    #[wasm_bindgen(method)]
    pub(super) fn acts(this: &Outputs, on_act: &Function, on_key: &Function);
    #[wasm_bindgen(method)]
    pub(super) fn used(this: &Outputs, event: &Event) -> Option<Array>;
}

#[wasm_bindgen(module = "/js/reading.js")]
extern "C" {
    pub(super) fn glance(element: &Element) -> JsValue;
    #[wasm_bindgen(js_name = read)]
    fn texts_of(element: &Element) -> Array;
}

#[wasm_bindgen(module = "/js/controls.js")]
extern "C" {
    #[wasm_bindgen(js_name = stateOf)]
    pub(super) fn state_of(control: &Element) -> JsValue;
    #[wasm_bindgen(js_name = isInMenu)]
    pub(super) fn is_in_menu(control: &Element) -> bool;
    #[wasm_bindgen(js_name = mayStop)]
    pub(super) fn may_stop(control: &Element) -> bool;
}

#[wasm_bindgen(module = "/js/shell.js")]
extern "C" {
    #[wasm_bindgen(js_name = watchClipboard)]
    pub(super) fn watch_clipboard(on_text: &Function);
}

#[wasm_bindgen(module = "/js/copies.js")]
extern "C" {
    #[wasm_bindgen(js_name = watchSelection)]
    pub(super) fn watch_selection(on_rest: &Function);
    #[wasm_bindgen(js_name = copied)]
    pub(super) fn copied(event: &Event, outputs: &Outputs) -> Array;
    #[wasm_bindgen(js_name = pastedText)]
    pub(super) fn pasted(event: &Event) -> JsValue;
}

/// The id a function above answered with.
pub(super) fn id(value: &JsValue) -> Option<Id> {
    Id::parse("output", &value.as_string()?).ok()
}

/// The text and the code blocks inside `element`.
pub(super) fn read(element: &Element) -> Reading {
    let texts = texts_of(element);
    let mut reading = Reading {
        text: text(&texts.get(0)),
        code: Vec::new(),
    };
    for place in 1..texts.length() {
        reading.code.push(text(&texts.get(place)));
    }
    reading
}
