//! Numbers as they reach a file.

use crate::experiment::stats::Bounds;

/// To six decimals: far below what any metric can tell apart.
pub(crate) fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e6).round() / 1e6;
    // −0 is nothing anybody says.
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// To six digits, for what may be very small or very large.
pub(super) fn digits(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// The same, of what is known and finite.
pub(crate) fn maybe(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite()).map(rounded)
}

/// Both ends, where there are any.
pub(super) fn ends(bounds: &Bounds) -> (Option<f64>, Option<f64>) {
    (maybe(bounds.lower), maybe(bounds.upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_what_can_be_read() {
        assert_eq!(rounded(0.123_456_789), 0.123_457);
        assert_eq!(format!("{:?}", rounded(-1e-9)), "0.0");
        assert_eq!(digits(0.000_012_345_678), 0.000_012_345_7);
        assert_eq!(digits(1.0 / 3.0 * 1e300), 3.333_33e299);
        assert_eq!(maybe(Some(f64::INFINITY)), None);
        assert_eq!(maybe(Some(f64::NAN)), None);
    }
}
