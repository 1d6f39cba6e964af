//! What the page and its browser say of themselves.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Navigator, VisibilityState, Window};

pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

pub(super) fn document() -> Option<Document> {
    window()?.document()
}

pub(super) fn navigator() -> Option<Navigator> {
    Some(window()?.navigator())
}

pub(super) fn is_visible() -> bool {
    document().is_none_or(|document| document.visibility_state() == VisibilityState::Visible)
}

pub(super) fn has_focus() -> bool {
    document().is_none_or(|document| document.has_focus().unwrap_or(true))
}

/// Driven by a program.
pub(super) fn is_automated() -> bool {
    navigator().is_some_and(|navigator| flag(&navigator, "webdriver"))
}

/// Global Privacy Control or Do Not Track.
pub(super) fn asks_for_privacy() -> bool {
    navigator().is_some_and(|navigator| {
        let track = Reflect::get(&navigator, &"doNotTrack".into()).ok();
        flag(&navigator, "globalPrivacyControl")
            || track.and_then(|value| value.as_string()).as_deref() == Some("1")
    })
}

/// Language of the page, else of the browser.
pub(super) fn language() -> String {
    let of_page = document()
        .and_then(|document| document.document_element())
        .and_then(|root| root.get_attribute("lang"))
        .filter(|lang| !lang.is_empty());
    let of_browser = || navigator().and_then(|navigator| navigator.language());
    let mut lang = of_page.or_else(of_browser).unwrap_or_default();
    lang.truncate(lang.floor_char_boundary(tacit_signals::limits::LABEL_BYTES_MAX));
    lang
}

/// `phone`, `tablet` or `desktop`: a coarse guess for breakdowns, from touch and
/// the shorter side of the screen (600 px parts Android's phones and tablets).
pub(super) fn device() -> &'static str {
    let touch = navigator().is_some_and(|navigator| navigator.max_touch_points() > 1);
    let screen = window().and_then(|window| window.screen().ok());
    let short = screen.and_then(|screen| Some(screen.width().ok()?.min(screen.height().ok()?)));
    match (touch, short) {
        (true, Some(side)) if side < 600 => "phone",
        (true, Some(side)) if side < 1_100 => "tablet",
        _ => "desktop",
    }
}

fn flag(object: &JsValue, name: &str) -> bool {
    Reflect::get(object, &name.into()).is_ok_and(|value| value.is_truthy())
}
