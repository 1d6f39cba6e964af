//! Numbers for people.

/// At most four decimals, none for nothing: `0.0125`, `3`.
pub(super) fn figure(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        return "0".into();
    }
    text.into()
}

/// `0.02 (-0.01 to 0.05)`.
pub(super) fn interval(value: f64, low: f64, high: f64) -> String {
    format!("{} ({} to {})", figure(value), figure(low), figure(high))
}

/// `better by 0.02 (-0.01 to 0.05)`.
pub(super) fn better_by(value: f64, low: f64, high: f64) -> String {
    format!("better by {}", interval(value, low, high))
}

/// `0.02 worse`, or `0.02 better` below 0.
pub(super) fn worse(by: f64) -> String {
    let way = if by < 0.0 { "better" } else { "worse" };
    format!("{} {way}", figure(by.abs()))
}

/// `0.03 worse at most`, or `0.01 better at least` below 0.
pub(super) fn no_worse(than: f64) -> String {
    let end = if than < 0.0 { "at least" } else { "at most" };
    format!("{} {end}", worse(than))
}

/// A p-value: `p 0.04`, `p below 0.0001`.
pub(super) fn chance(p: f64) -> String {
    if p < 0.000_1 {
        return "p below 0.0001".into();
    }
    format!("p {}", figure(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        assert_eq!(figure(0.0125), "0.0125");
        assert_eq!(figure(3.0), "3");
        assert_eq!(figure(-0.000_01), "0");
        assert_eq!(interval(0.02, -0.01, 0.05), "0.02 (-0.01 to 0.05)");
        assert_eq!(
            (worse(0.02), worse(-0.5)),
            ("0.02 worse".into(), "0.5 better".into())
        );
        assert_eq!(no_worse(0.03), "0.03 worse at most");
        assert_eq!(no_worse(-0.01), "0.01 better at least");
        assert_eq!(
            (chance(0.04), chance(0.000_01)),
            ("p 0.04".into(), "p below 0.0001".into())
        );
    }
}
