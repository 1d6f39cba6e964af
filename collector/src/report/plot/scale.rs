//! Ranges of axes and how their numbers are written.

/// The range of an axis: as asked, else from 0 (or the least) to a little beyond
/// the largest of `values`.
pub(super) fn range(asked: Option<(f64, f64)>, values: impl Iterator<Item = f64>) -> (f64, f64) {
    if let Some((from, to)) = asked
        && from < to
    {
        return (from, to);
    }
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((0.0_f64, 0.0_f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    if low == high {
        return (0.0, 1.0);
    }
    let step = step(high - low);
    ((low / step).floor() * step, (high / step).ceil() * step)
}

/// A tenth or so of `width`, as 1, 2 or 5 of a power of ten.
fn step(width: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(width).floor() - 1.0);
    match width / power {
        few if few < 20.0 => 2.0 * power,
        some if some < 50.0 => 5.0 * power,
        _ => 10.0 * power,
    }
}

/// A number as people write it: at most three decimals, none that say nothing,
/// thousands apart.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let (sign, text) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (whole, part) = text
        .split_once('.')
        .map_or((text, None), |(w, p)| (w, Some(p)));
    let mut out = String::from(if text == "0" { "" } else { sign });
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_its_values_and_starts_at_nothing() {
        let of = |values: &[f64]| range(None, values.iter().copied());
        assert_eq!(of(&[3.0, 97.0]), (0.0, 100.0));
        assert_eq!(of(&[-3.0, 12.0]), (-4.0, 12.0));
        assert!((of(&[0.31, f64::NAN]).1 - 0.35).abs() < 1e-9);
        assert_eq!(of(&[]), (0.0, 1.0));
        assert_eq!(range(Some((0.5, 1.0)), [7.0].into_iter()), (0.5, 1.0));
    }

    #[test]
    fn numbers_are_written_as_people_do() {
        let written = [0.0, -0.0, 0.5, 0.123_4, 1_234.0, -12_345.5, 1_000_000.0].map(number);
        assert_eq!(
            written,
            ["0", "0", "0.5", "0.123", "1,234", "-12,345.5", "1,000,000"]
        );
    }
}
