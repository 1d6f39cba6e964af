//! The ids an output has in other systems, told by their shape.
//!
//! An output comes with its own id and aliases, all of them texts. What a text is an id
//! of follows from its shape, or from a prefix where the site says it: `langsmith:UUID`.

use std::collections::BTreeMap;

use serde::Serialize;
use tacit_signals::Id;

use super::sink::Kind;

/// Characters of an OpenTelemetry trace id, hex (W3C Trace Context §3.2.2.3).
const TRACE_CHARS: usize = 32;
/// Characters of a span id.
const SPAN_CHARS: usize = 16;
/// Prefix of MLflow's trace ids.
const MLFLOW: &str = "tr-";
/// How providers begin the ids of responses: OpenAI, Anthropic, OpenRouter, and who is
/// compatible with them.
const RESPONSES: [&str; 5] = ["chatcmpl-", "cmpl-", "resp_", "msg_", "gen-"];

/// What an output is called elsewhere; of each shape the first, the output's own id
/// before its aliases.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Ids {
    /// OpenTelemetry trace: 32 hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// OpenTelemetry span: 16 hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<String>,
    /// Any UUID, with dashes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// A UUID of version 7.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid7: Option<String>,
    /// MLflow trace: `tr-` and what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mlflow: Option<String>,
    /// Of no known shape: what a provider calls its response, `chatcmpl-9`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// Said to be for one system: `langfuse:…`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub named: BTreeMap<Kind, String>,
}

impl Ids {
    /// The ids of `output` and its aliases.
    #[must_use]
    pub fn of(output: &Id, aliases: &[Id]) -> Self {
        let mut ids = Self::default();
        for id in std::iter::once(output).chain(aliases) {
            ids.take(id.as_str(), id == output);
        }
        ids
    }

    fn take(&mut self, id: &str, is_own: bool) {
        if let Some((kind, rest)) = named(id) {
            self.named.entry(kind).or_insert_with(|| rest.into());
            return;
        }
        let lower = id.to_ascii_lowercase();
        let place = if is_otel(&lower, TRACE_CHARS) {
            &mut self.trace
        } else if is_otel(&lower, SPAN_CHARS) {
            &mut self.span
        } else if let Some(version) = uuid_version(&lower) {
            if version == b'7' {
                self.uuid7.get_or_insert_with(|| lower.clone());
            }
            &mut self.uuid
        } else if id.starts_with(MLFLOW) {
            &mut self.mlflow
        } else {
            // The app's own id says nothing to anybody, unless it is a provider's.
            let is_response = RESPONSES.iter().any(|prefix| id.starts_with(prefix));
            if !is_own || is_response {
                self.response.get_or_insert_with(|| id.into());
            }
            return;
        };
        let kept = if id.starts_with(MLFLOW) {
            id.into()
        } else {
            lower
        };
        place.get_or_insert(kept);
    }

    /// The id said to be for this system.
    #[must_use]
    pub fn named(&self, kind: Kind) -> Option<&str> {
        self.named.get(&kind).map(String::as_str)
    }
}

/// `langsmith:UUID`, split.
fn named(id: &str) -> Option<(Kind, &str)> {
    let (prefix, rest) = id.split_once(':')?;
    let kind = Kind::from_name(prefix)?;
    (!rest.is_empty()).then_some((kind, rest))
}

/// Hex digits, not all zero: zero is the invalid id.
fn is_otel(id: &str, chars: usize) -> bool {
    id.len() == chars
        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
        && id.bytes().any(|byte| byte != b'0')
}

/// The version digit of a UUID with dashes (RFC 9562 §4).
fn uuid_version(id: &str) -> Option<u8> {
    let bytes = id.as_bytes();
    let fits = |(place, byte): (usize, &u8)| match place {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let is_uuid = bytes.len() == 36 && bytes.iter().enumerate().all(fits);
    is_uuid.then(|| bytes[14])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(own: &str, aliases: &[&str]) -> Ids {
        let id = |text: &str| Id::parse("id", text).unwrap();
        let aliases: Vec<_> = aliases.iter().map(|text| id(text)).collect();
        Ids::of(&id(own), &aliases)
    }

    #[test]
    fn ids_are_told_by_their_shape() {
        let ids = of(
            "o-1",
            &[
                "0AF7651916CD43DD8448EB211C80319C",
                "b7ad6b7169203331",
                "chatcmpl-9",
                "a1a2a3a4-b1b2-4c1c-8d1d-d1d2d3d4d5d6",
                "01939c2e-5b1f-7aaa-8bbb-1234567890ab",
                "tr-0af7651916cd43dd8448eb211c80319c",
            ],
        );
        let text = |id: &Option<String>| id.clone().unwrap();
        assert_eq!(text(&ids.trace), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(text(&ids.span), "b7ad6b7169203331");
        assert_eq!(text(&ids.response), "chatcmpl-9");
        assert_eq!(text(&ids.uuid), "a1a2a3a4-b1b2-4c1c-8d1d-d1d2d3d4d5d6");
        assert_eq!(text(&ids.uuid7), "01939c2e-5b1f-7aaa-8bbb-1234567890ab");
        assert_eq!(text(&ids.mlflow), "tr-0af7651916cd43dd8448eb211c80319c");
    }

    #[test]
    fn the_own_id_goes_first_and_says_nothing_by_itself() {
        assert_eq!(of("o-1", &[]), Ids::default());
        let ids = of("b7ad6b7169203331", &["00f067aa0ba902b7"]);
        assert_eq!(ids.span.as_deref(), Some("b7ad6b7169203331"));
        let ids = of("chatcmpl-9", &["msg_1"]);
        assert_eq!(ids.response.as_deref(), Some("chatcmpl-9"));
        assert_eq!(of("o", &["00000000000000000000000000000000"]).trace, None);
        assert_eq!(of("o", &["a1a2a3a4-b1b2-4c1c-8d1d-d1d2d3d4d5d"]).uuid, None);
    }

    #[test]
    fn a_prefix_says_whose_it_is() {
        let ids = of(
            "o",
            &["mlflow:tr-77", "langsmith:", "http://x", "langfuse:a:b"],
        );
        assert_eq!(ids.named(Kind::Mlflow), Some("tr-77"));
        assert_eq!(ids.named(Kind::Langfuse), Some("a:b"));
        assert_eq!(ids.named(Kind::Langsmith), None);
        assert_eq!(ids.response.as_deref(), Some("langsmith:"));
    }
}
