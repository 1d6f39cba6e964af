//! Reads JavaScript values.

use wasm_bindgen::prelude::*;

/// The text that `value` is; empty if it is none.
pub(super) fn text(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}

/// The whole number that `value` is, from 0.
pub(super) fn whole(value: &JsValue) -> Option<u32> {
    let number = value.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what does not survive the way there and back is refused"
    )]
    let whole = number as u32;
    (f64::from(whole) == number).then_some(whole)
}
