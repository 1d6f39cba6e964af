/// The commonest identifiers in text, and what stands there once they are taken out:
/// in the browser before text may leave, and again at every export. Written for
/// JavaScript's engine and Rust's alike (there with Unicode off): both mean the same.
pub const PRIVATE: [(&str, &str); 3] = [
    (r"[\w.+-]+@[\w-]+(\.[\w-]+)+", "[email]"),
    // Secret keys as providers print them: a prefix and a long random tail.
    (r"\b(sk|pk|ghp|xox[abp])[-_][A-Za-z0-9_-]{16,}", "[key]"),
    // Telephone, card and account numbers: nine digits and more, however grouped.
    (r"\+?\d(?:[ ().-]?\d){8,}", "[number]"),
];
