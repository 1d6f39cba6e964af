//! What the page and its browser say of themselves: the imports from
//! `js/outputs.js` and `js/reading.js`, which explain each, and what they mean.

use js_sys::Array;
use tacit_signals::{Id, limits::LABEL_BYTES_MAX};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Document, Element, Event, MutationObserver, MutationObserverInit, Window};

use super::object::{text, whole};
use crate::core::Reading;

#[wasm_bindgen(module = "/js/outputs.js")]
extern "C" {
    /// The outputs on the page.
    pub(super) type Outputs;
    #[wasm_bindgen(js_name = outputs)]
    pub(super) fn outputs_of(adapter: &JsValue) -> Outputs;
    #[wasm_bindgen(method)]
    pub(super) fn bind(this: &Outputs, element: &Element, binding: &JsValue);
    #[wasm_bindgen(method)]
    pub(super) fn look(this: &Outputs) -> Option<Array>;
    #[wasm_bindgen(method)]
    pub(super) fn watch(this: &Outputs, observer: &MutationObserver, how: &MutationObserverInit);
    #[wasm_bindgen(method)]
    pub(super) fn changed(this: &Outputs, records: &JsValue);
    #[wasm_bindgen(method)]
    pub(super) fn heard(this: &Outputs, event: &Event) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn asked(this: &Outputs) -> Option<Array>;
    #[wasm_bindgen(method)]
    pub(super) fn waits(this: &Outputs) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn hold(this: &Outputs, element: &Element, id: &str);
    #[wasm_bindgen(method)]
    pub(super) fn held(this: &Outputs, element: &Element) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn owner(this: &Outputs, element: &Element) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn selected(this: &Outputs) -> Array;
}

#[wasm_bindgen(module = "/js/reading.js")]
extern "C" {
    #[wasm_bindgen(js_name = targetOf)]
    pub(super) fn target_of(event: &Event) -> JsValue;
    #[wasm_bindgen(js_name = editorOf)]
    pub(super) fn editor_of(event: &Event) -> Option<Element>;
    #[wasm_bindgen(js_name = valueOf)]
    pub(super) fn value_of(editor: &Element) -> JsValue;
    #[wasm_bindgen(js_name = selectedInField)]
    pub(super) fn selected_in_field(field: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = controlOf)]
    pub(super) fn control_of(event: &Event) -> Option<Element>;
    #[wasm_bindgen(js_name = nameOf)]
    pub(super) fn name_of(control: &Element) -> JsValue;
    #[wasm_bindgen(js_name = sightOf)]
    pub(super) fn sight_of(entry: &JsValue) -> Array;
    pub(super) fn glance(element: &Element) -> JsValue;
    #[wasm_bindgen(js_name = read)]
    fn texts_of(element: &Element) -> Array;
    #[wasm_bindgen(js_name = visitor)]
    fn visitor_facts() -> Array;
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

/// Where we are and who visits, as far as a browser says it unasked.
pub(super) struct Visitor {
    pub(super) window: Window,
    pub(super) document: Document,
    /// Language of the page, else of the browser.
    pub(super) language: String,
    pub(super) device: &'static str,
    /// Driven by a program.
    pub(super) is_automated: bool,
    /// Global Privacy Control or Do Not Track.
    pub(super) asks_for_privacy: bool,
}

pub(super) fn visitor() -> Visitor {
    let facts = visitor_facts();
    let mut language = text(&facts.get(2));
    language.truncate(language.floor_char_boundary(LABEL_BYTES_MAX));
    let number = |place| whole(&facts.get(place)).unwrap_or_default();
    Visitor {
        window: facts.get(0).unchecked_into(),
        document: facts.get(1).unchecked_into(),
        language,
        device: device(number(3), number(4)),
        is_automated: facts.get(5).is_truthy(),
        asks_for_privacy: facts.get(6).is_truthy(),
    }
}

/// `phone`, `tablet` or `desktop`: a coarse guess for breakdowns, from touch and
/// the shorter side of the screen (600 px parts Android's phones and tablets).
fn device(touch_points: u32, side: u32) -> &'static str {
    match (touch_points > 1, side) {
        (true, ..600) => "phone",
        (true, ..1_100) => "tablet",
        _ => "desktop",
    }
}
