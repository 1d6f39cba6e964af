//! What went wrong, and what to do about it.

use serde_json::Value;

use crate::replay::Failure;

/// Bytes of what an endpoint says that are kept.
const MESSAGE_BYTES_MAX: usize = 500;

/// A question without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What went wrong: `http_429`, `timeout`, `truncated` …
    pub code: String,
    /// What the endpoint or the connection said, the start of it.
    pub message: String,
    /// What to do about it.
    pub remedy: Remedy,
}

/// What to do about trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Ask again, not before so many milliseconds if the endpoint says so.
    Again {
        /// As the endpoint says.
        after_ms: Option<u64>,
    },
    /// Ask again, and everything else more slowly: too much was asked.
    Slower {
        /// As the endpoint says.
        after_ms: Option<u64>,
    },
    /// This question will never be answered.
    Never,
    /// No question will be: the key is wrong, or nothing is paid for.
    Stop,
    /// No question will be, if none ever was: the address or the model is wrong.
    StopAtFirst,
}

impl Trouble {
    pub(super) fn new(code: &str, message: &str, remedy: Remedy) -> Self {
        let mut end = message.len().min(MESSAGE_BYTES_MAX);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        Self {
            code: code.into(),
            message: message[..end].trim().into(),
            remedy,
        }
    }

    /// Something that may not happen again.
    pub(super) fn again(code: &str, message: &str) -> Self {
        Self::new(code, message, Remedy::Again { after_ms: None })
    }

    /// Of an answer that is none, by status (RFC 9110 §15), body and what it says about
    /// waiting.
    pub(super) fn of_status(status: u16, body: &str, after_ms: Option<u64>) -> Self {
        let json: Value = serde_json::from_str(body).unwrap_or_default();
        let remedy = match status {
            // Quotas come as 429 as well, and no waiting helps.
            429 if is_quota(&json) => Remedy::Stop,
            429 => Remedy::Slower { after_ms },
            408 | 409 | 425 => Remedy::Again { after_ms },
            501 | 505 => Remedy::StopAtFirst,
            500.. => Remedy::Again { after_ms },
            401 | 402 => Remedy::Stop,
            // Later on it may be about what this one question holds.
            403 | 404 | 405 | 407 | 410 | 300..=399 => Remedy::StopAtFirst,
            _ => Remedy::Never,
        };
        let message = said(&json).unwrap_or(body);
        Self::new(&format!("http_{status}"), message, remedy)
    }

    /// Of an error that came in the place of a part of an answer.
    pub(super) fn of_error(error: &Value) -> Self {
        let message = match error {
            Value::String(text) => text,
            _ => error
                .get("message")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        };
        let status = error.get("code").and_then(Value::as_u64);
        match status.and_then(|status| u16::try_from(status).ok()) {
            Some(status @ 400..600) => {
                let whole = serde_json::json!({ "error": error }).to_string();
                Self::of_status(status, &whole, None)
            }
            _ => Self::again("stream_error", message),
        }
    }

    /// As it stands in the journal.
    #[must_use]
    pub fn failure(&self) -> Failure {
        Failure {
            code: self.code.clone(),
            message: self.message.clone(),
        }
    }
}

/// What an endpoint says in words: `{"error": {"message"}}`, or without the wrapping.
fn said(body: &Value) -> Option<&str> {
    let error = body.get("error").unwrap_or(body);
    error.as_str().or_else(|| error.get("message")?.as_str())
}

fn is_quota(body: &Value) -> bool {
    let names = ["code", "type"].into_iter();
    let names = names.filter_map(|name| body.get("error")?.get(name)?.as_str());
    names
        .into_iter()
        .any(|name| ["insufficient_quota", "billing_hard_limit_reached"].contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_asked_again_and_nothing_else() {
        let remedy = |status| Trouble::of_status(status, "", None).remedy;
        let again = Remedy::Again { after_ms: None };
        for status in [408, 409, 425, 500, 502, 503, 504, 529] {
            assert_eq!(remedy(status), again, "{status}");
        }
        assert_eq!(remedy(429), Remedy::Slower { after_ms: None });
        for status in [400, 413, 415, 422, 451] {
            assert_eq!(remedy(status), Remedy::Never, "{status}");
        }
        for status in [401, 402] {
            assert_eq!(remedy(status), Remedy::Stop, "{status}");
        }
        for status in [301, 308, 403, 404, 405, 501] {
            assert_eq!(remedy(status), Remedy::StopAtFirst, "{status}");
        }
    }

    #[test]
    fn an_endpoints_words_and_wishes_are_kept() {
        let body = r#"{"error": {"message": "Slow down, please.", "code": "rate_limit_exceeded"}}"#;
        let trouble = Trouble::of_status(429, body, Some(7_000));
        assert_eq!(
            (&*trouble.code, &*trouble.message),
            ("http_429", "Slow down, please.")
        );
        assert_eq!(
            trouble.remedy,
            Remedy::Slower {
                after_ms: Some(7_000)
            }
        );
        let quota = r#"{"error": {"message": "Pay.", "type": "insufficient_quota"}}"#;
        assert_eq!(Trouble::of_status(429, quota, Some(1)).remedy, Remedy::Stop);
        let plain = Trouble::of_status(503, "<html>down</html>\n", None);
        assert_eq!(plain.message, "<html>down</html>");
        let long = Trouble::of_status(500, &"ä".repeat(400), None);
        assert_eq!(long.message, "ä".repeat(250));
    }

    #[test]
    fn an_error_within_a_stream_says_its_status_or_may_pass() {
        let error = serde_json::json!({"message": "overloaded", "type": "server_error"});
        assert_eq!(
            Trouble::of_error(&error),
            Trouble::again("stream_error", "overloaded")
        );
        let error = serde_json::json!({"message": "too long", "code": 400});
        let trouble = Trouble::of_error(&error);
        assert_eq!(
            (&*trouble.code, trouble.remedy),
            ("http_400", Remedy::Never)
        );
        assert_eq!(trouble.message, "too long");
    }
}
