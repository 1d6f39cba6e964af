//! Takes the commonest identifiers out of text before it may leave, by the
//! browser's own RegExp: a regex engine would double the module.

use js_sys::{JsString, RegExp};

/// What is looked for, and what stands there afterwards.
const PATTERNS: [(&str, &str); 3] = [
    (r"[\w.+-]+@[\w-]+(\.[\w-]+)+", "[email]"),
    // Secret keys as providers print them: a prefix and a long random tail.
    (r"\b(sk|pk|ghp|xox[abp])[-_][A-Za-z0-9_-]{16,}", "[key]"),
    // Telephone, card and account numbers: nine digits and more, however grouped.
    (r"\+?\d(?:[ ().-]?\d){8,}", "[number]"),
];

/// `text` without what [`PATTERNS`] find.
pub(super) fn redact(text: &str) -> String {
    let mut text = JsString::from(text);
    for (pattern, mark) in PATTERNS {
        text = text.replace_by_pattern(&RegExp::new(pattern, "g"), mark);
    }
    text.into()
}
