//! How long an endpoint asks to be left alone.

use std::time::{SystemTime, UNIX_EPOCH};

use ureq::http::HeaderMap;

use crate::wall::now_ms;

/// Headers of an answer that say so.
#[derive(Debug, Clone, Copy, Default)]
struct Headers<'a> {
    /// `Retry-After`: seconds or an HTTP date (RFC 9110 §10.2.3).
    retry_after: Option<&'a str>,
    /// `Retry-After-Ms`, as OpenAI and Azure send it.
    retry_after_ms: Option<&'a str>,
    /// `Date`: the endpoint's own clock, which its dates are of.
    date: Option<&'a str>,
}

/// Milliseconds to wait from now, if the endpoint says how long.
pub(crate) fn wait_ms(headers: &HeaderMap) -> Option<u64> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let headers = Headers {
        retry_after: header("retry-after"),
        retry_after_ms: header("retry-after-ms"),
        date: header("date"),
    };
    wait_from(headers, now_ms())
}

/// From `now`, Unix ms.
fn wait_from(headers: Headers<'_>, now: u64) -> Option<u64> {
    let exact = headers
        .retry_after_ms
        .and_then(|text| milliseconds(text, 1.0));
    exact.or_else(|| {
        let text = headers.retry_after?.trim();
        milliseconds(text, 1_000.0).or_else(|| {
            let now = headers.date.and_then(unix_ms).unwrap_or(now);
            Some(unix_ms(text)?.saturating_sub(now))
        })
    })
}

fn milliseconds(text: &str, unit_ms: f64) -> Option<u64> {
    let number: f64 = text.trim().parse().ok()?;
    if !number.is_finite() || number < 0.0 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative; beyond the largest it is the largest"
    )]
    Some((number * unit_ms).ceil() as u64)
}

fn unix_ms(date: &str) -> Option<u64> {
    let date: SystemTime = httpdate::parse_http_date(date).ok()?;
    u64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 §5.6.7.
    const THEN: u64 = 784_111_777_000;

    fn after(text: &str) -> Option<u64> {
        let headers = Headers {
            retry_after: Some(text),
            ..Headers::default()
        };
        wait_from(headers, THEN - 20_000)
    }

    #[test]
    fn seconds_and_all_three_forms_of_dates_are_read() {
        assert_eq!(after("120"), Some(120_000));
        assert_eq!(after(" 0 "), Some(0));
        assert_eq!(after("1.5"), Some(1_500));
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(after(date), Some(20_000), "{date}");
        }
        assert_eq!(
            after("Sun, 06 Nov 1994 08:49:00 GMT"),
            Some(0),
            "already over"
        );
        for wrong in ["", "soon", "-3", "NaN", "inf", "Sun, 06 Nov"] {
            assert_eq!(after(wrong), None, "{wrong}");
        }
        assert_eq!(wait_from(Headers::default(), THEN), None);
    }

    #[test]
    fn a_date_is_of_the_endpoints_clock_and_milliseconds_go_first() {
        let headers = Headers {
            retry_after: Some("Sun, 06 Nov 1994 08:49:37 GMT"),
            date: Some("Sun, 06 Nov 1994 08:49:30 GMT"),
            ..Headers::default()
        };
        assert_eq!(wait_from(headers, 0), Some(7_000));
        let exact = Headers {
            retry_after_ms: Some("250"),
            ..headers
        };
        assert_eq!(wait_from(exact, 0), Some(250));
    }
}
