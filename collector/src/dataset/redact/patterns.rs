//! What a server looks for beside the browser's patterns, and before them: theirs
//! are wider, and a telling mark is worth more.

use super::check::{Check, card, iban, ipv4, ipv6, nothing};

/// Pattern, what stands there afterwards, and what else must hold. Keys are told by
/// the prefixes their providers document; all have a long random tail.
pub(super) const SERVER: [(&str, &str, Check); 15] = [
    (
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?su:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
        "[key]",
        nothing,
    ),
    // JSON Web Token: two Base64 objects and a signature.
    (r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*", "[token]", nothing),
    (r"\b[Bb]earer [A-Za-z0-9._~+/-]{20,}=*", "[token]", nothing),
    // User and password of a URL.
    (
        r"\b[a-z][a-z0-9+.-]*://[\w.~%!$&'*+,;=-]+:[\w.~%!$&'*+,;=-]+@",
        "[credentials]",
        nothing,
    ),
    // AWS access keys: a kind and 16 of Base32.
    (r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b", "[key]", nothing),
    // Google API keys.
    (r"\bAIza[\w-]{35}", "[key]", nothing),
    // Slack, of all kinds.
    (r"\bxox[a-z]-[A-Za-z0-9-]{10,}", "[key]", nothing),
    // GitHub and GitLab.
    (
        r"\b(?:gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,})",
        "[key]",
        nothing,
    ),
    // Stripe, Hugging Face and npm.
    (
        r"\b(?:(?:rk|whsec)_\w{16,}|hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{36})",
        "[key]",
        nothing,
    ),
    // SendGrid.
    (r"\bSG\.[\w-]{22}\.[\w-]{43}", "[key]", nothing),
    // OpenAI and Anthropic: what follows the prefix has parts.
    (r"\bsk-(?:proj|svcacct|ant)[\w-]{16,}", "[key]", nothing),
    (r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}\b", "[iban]", iban),
    (r"\b\d(?:[ -]?\d){11,18}\b", "[card]", card),
    (r"\b(?:\d{1,3}\.){3}\d{1,3}\b", "[ip]", ipv4),
    (
        r"\b[0-9A-Fa-f]{1,4}(?:::?[0-9A-Fa-f]{1,4}){1,7}(?:::)?",
        "[ip]",
        ipv6,
    ),
];
