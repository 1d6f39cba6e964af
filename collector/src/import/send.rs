//! Signals in requests as `POST /v1/signals` takes them.

use serde_json::Value;
use tacit_signals::limits::EVENTS_PER_BATCH_MAX;

use crate::limits::SIGNALS_BODY_BYTES_MAX;

/// Bodies of JSON lines, each within the limits of the endpoint. A signal that is too
/// large alone has a body of its own, for the collector to refuse.
#[must_use]
pub fn requests(signals: &[Value]) -> Vec<String> {
    let mut bodies: Vec<(usize, String)> = Vec::new();
    for signal in signals {
        let mut line = signal.to_string();
        line.push('\n');
        match bodies.last_mut() {
            Some((count, body))
                if *count < EVENTS_PER_BATCH_MAX
                    && body.len() + line.len() <= SIGNALS_BODY_BYTES_MAX =>
            {
                *count += 1;
                body.push_str(&line);
            }
            _ => bodies.push((1, line)),
        }
    }
    bodies.into_iter().map(|(_, body)| body).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn requests_are_as_large_as_may_be() {
        let small: Vec<_> = (0..2_001).map(|n| json!({ "n": n })).collect();
        let lines = |bodies: &[String]| -> Vec<_> {
            bodies.iter().map(|body| body.lines().count()).collect()
        };
        assert_eq!(lines(&requests(&small)), [1_000, 1_000, 1]);
        let large: Vec<_> = (0..5).map(|_| json!("x".repeat(100_000))).collect();
        assert_eq!(lines(&requests(&large)), [2, 2, 1]);
        assert!(requests(&[]).is_empty());
    }
}
