//! What a request is called, in its answer, in problems and in log lines.

use std::{
    fmt,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::limits::REQUEST_ID_BYTES_MAX;

/// Carries it, in both directions.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Carries the trace it is part of, as the W3C writes it.
const TRACEPARENT: &str = "traceparent";

tokio::task_local! {
    /// Of the request this task answers.
    pub(super) static CURRENT: RequestId;
}

/// The name of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestId(String);

impl RequestId {
    /// The client's own where it is sane, else its trace, else a new one; and the trace.
    pub(super) fn of(headers: &HeaderMap) -> (Self, Option<String>) {
        let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let trace = said(TRACEPARENT).and_then(trace_of);
        let own = said(HEADER.as_str()).filter(|id| is_sane(id));
        let id = match own.or(trace) {
            Some(id) => Self(id.to_owned()),
            None => Self::new(),
        };
        (id, trace.map(str::to_owned))
    }

    /// One that no other request of any process has: 48 random bits of the process and
    /// a number.
    fn new() -> Self {
        static PROCESS: LazyLock<String> = LazyLock::new(|| {
            let mut bytes = [0; 6];
            // Without randomness the numbers still tell requests of one process apart.
            let _ = getrandom::fill(&mut bytes);
            hex::encode(bytes)
        });
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self(format!("{}-{number:x}", *PROCESS))
    }

    /// That of the request this task answers.
    pub(super) fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Short, plain, and nothing that is meant to stay secret: it is written into the log.
fn is_sane(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:=".contains(&byte);
    (1..=REQUEST_ID_BYTES_MAX).contains(&id.len())
        && id.bytes().all(plain)
        && !["sk_", "pk_"].iter().any(|key| id.contains(key))
}

/// The trace id of `version-trace-parent-flags`.
fn trace_of(traceparent: &str) -> Option<&str> {
    let mut parts = traceparent.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let (parent, flags) = (parts.next()?, parts.next()?);
    let is_hex = |part: &str, len: usize| {
        let lower = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        part.len() == len && part.bytes().all(lower)
    };
    let is_zero = |part: &str| part.bytes().all(|byte| byte == b'0');
    let well = is_hex(version, 2)
        && version != "ff"
        && is_hex(trace, 32)
        && !is_zero(trace)
        && is_hex(parent, 16)
        && !is_zero(parent)
        && is_hex(flags, 2)
        // The first version ends here; later ones may go on.
        && (version != "00" || parts.next().is_none());
    well.then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    fn of(pairs: &[(&'static str, &str)]) -> (String, Option<String>) {
        let headers = pairs.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).unwrap();
            (HeaderName::from_static(name), value)
        });
        let (id, trace) = RequestId::of(&HeaderMap::from_iter(headers));
        (id.0, trace)
    }

    #[test]
    fn a_sane_id_is_taken_over() {
        assert_eq!(of(&[("x-request-id", "a.b-C:1=2_3")]).0, "a.b-C:1=2_3");
        let longest = "x".repeat(REQUEST_ID_BYTES_MAX);
        assert_eq!(of(&[("x-request-id", &longest)]).0, longest);
    }

    #[test]
    fn any_other_is_replaced_by_one_of_its_own() {
        let long = "x".repeat(REQUEST_ID_BYTES_MAX + 1);
        for insane in [
            "",
            "a b",
            "a\"b",
            "{}",
            "a/b",
            "me@x.example",
            "sk_123",
            "xpk_1",
            &long,
        ] {
            let (id, _) = of(&[("x-request-id", insane)]);
            assert_ne!(id, insane);
            assert!(is_sane(&id), "{id}");
        }
        assert_ne!(of(&[]).0, of(&[]).0);
    }

    #[test]
    fn a_trace_is_taken_over() {
        let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
        assert_eq!(
            of(&[("traceparent", &parent)]),
            (TRACE.into(), Some(TRACE.into()))
        );
        let both = [("traceparent", parent.as_str()), ("x-request-id", "mine")];
        assert_eq!(of(&both), ("mine".into(), Some(TRACE.into())));
        // Of a later version more may follow.
        let later = format!("01-{TRACE}-b7ad6b7169203331-01-what");
        assert_eq!(of(&[("traceparent", &later)]).1, Some(TRACE.into()));
    }

    #[test]
    fn what_is_no_trace_is_none() {
        let zeros = "0".repeat(32);
        for parent in [
            String::new(),
            TRACE.to_owned(),
            format!("00-{TRACE}-b7ad6b7169203331"),
            format!("00-{TRACE}-b7ad6b7169203331-01-what"),
            format!("ff-{TRACE}-b7ad6b7169203331-01"),
            format!("00-{}-b7ad6b7169203331-01", TRACE.to_uppercase()),
            format!("00-{zeros}-b7ad6b7169203331-01"),
            format!("00-{TRACE}-0000000000000000-01"),
        ] {
            assert_eq!(of(&[("traceparent", &parent)]).1, None, "{parent}");
        }
    }
}
