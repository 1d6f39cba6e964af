//! Takes the commonest identifiers out of text before it may leave, by the
//! browser's own RegExp: a regex engine would double the module.

use js_sys::{JsString, RegExp};
use tacit_signals::text::PRIVATE;

/// `text` without what [`PRIVATE`] finds.
pub(super) fn redact(text: &str) -> String {
    let mut text = JsString::from(text);
    for (pattern, mark) in PRIVATE {
        text = text.replace_by_pattern(&RegExp::new(pattern, "g"), mark);
    }
    text.into()
}
