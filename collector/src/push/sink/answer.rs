//! What a server answered, and what that says of the labels.

use serde_json::Value;

/// Bytes of what a server says that are kept.
const WORDS_BYTES_MAX: usize = 400;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Milliseconds the server asks to be left alone.
    pub retry_after_ms: Option<u64>,
    /// The start of the body.
    pub body: String,
}

/// What became of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The system has it.
    Delivered,
    /// It may be taken another time.
    Retry {
        /// As the server says, ms.
        after_ms: Option<u64>,
        /// Why not now.
        why: String,
    },
    /// It is there where it should be made, or gone where it should be changed.
    OtherWay,
    /// It will never be taken.
    Rejected(String),
}

/// What became of the labels of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Of each, in order.
    Each(Vec<Outcome>),
    /// The same of all. Where all are rejected, one of them may be why.
    Whole(Outcome),
    /// Nothing will be taken before somebody does something: the key is wrong.
    Stop(String),
}

impl Response {
    /// What the status says of all labels (RFC 9110 §15, RFC 6585 §4).
    #[must_use]
    pub fn reading(&self) -> Reading {
        let retry = || {
            Reading::Whole(Outcome::Retry {
                after_ms: self.retry_after_ms,
                why: self.words(),
            })
        };
        match self.status {
            200..=299 => Reading::Whole(Outcome::Delivered),
            408 | 425 | 429 | 500..=599 => retry(),
            401 | 402 | 403 | 407 => Reading::Stop(self.words()),
            // A key must not go where nobody sent it.
            300..=399 => Reading::Stop(format!("{}: it is elsewhere", self.words())),
            _ => Reading::Whole(Outcome::Rejected(self.words())),
        }
    }

    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Status, and what the server says.
    #[must_use]
    pub fn words(&self) -> String {
        let json = self.json();
        let said = ["message", "detail", "error", "errorMessage"]
            .into_iter()
            .find_map(|name| match json.get(name)? {
                Value::String(text) => Some(text.clone()),
                Value::Null => None,
                other => Some(other.to_string()),
            });
        let said = said.unwrap_or_else(|| self.body.trim().to_owned());
        format!("{} {}", self.status, start(&said))
            .trim_end()
            .into()
    }
}

/// The start of a text, on one line.
pub(super) fn start(text: &str) -> String {
    let mut end = text.len().min(WORDS_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16) -> Reading {
        let response = Response {
            status,
            retry_after_ms: Some(7),
            body: "{\"message\":\"well\"}".into(),
        };
        response.reading()
    }

    #[test]
    fn what_may_pass_is_tried_again_and_a_wrong_key_stops() {
        for status in [408, 425, 429, 500, 502, 503, 504, 529] {
            let retry = Outcome::Retry {
                after_ms: Some(7),
                why: format!("{status} well"),
            };
            assert_eq!(of(status), Reading::Whole(retry));
        }
        for status in [401, 402, 403, 407, 301, 308] {
            assert!(matches!(of(status), Reading::Stop(_)), "{status}");
        }
        for status in [400, 404, 409, 413, 422] {
            let rejected = Outcome::Rejected(format!("{status} well"));
            assert_eq!(of(status), Reading::Whole(rejected));
        }
        for status in [200, 201, 202, 204] {
            assert_eq!(of(status), Reading::Whole(Outcome::Delivered));
        }
    }
}
