//! Single values: numbers, durations, names.

use toml::Spanned;

use crate::label::{milli::Milli, policy::error::Wrong};

/// Longest window: ten years, beyond any history.
const WINDOW_MS_MAX: u64 = 10 * 366 * 86_400_000;

pub(super) fn number(
    name: &'static str,
    raw: &Spanned<f64>,
    range: (f64, f64),
) -> Result<Milli, Wrong> {
    let value = *raw.get_ref();
    if !(range.0..=range.1).contains(&value) {
        let problem = format!("is out of range, allowed are {} to {}", range.0, range.1);
        return Err(wrong(raw, name, problem));
    }
    Milli::exact(value).ok_or_else(|| wrong(raw, name, "has more than three decimals"))
}

/// As [`number`], where it is given.
pub(super) fn optional(
    name: &'static str,
    raw: Option<&Spanned<f64>>,
    range: (f64, f64),
) -> Result<Option<Milli>, Wrong> {
    raw.map(|raw| number(name, raw, range)).transpose()
}

/// A duration: a whole number and `ms`, `s`, `min`, `h` or `d`.
pub(super) fn window(name: &'static str, raw: &Spanned<String>) -> Result<u64, Wrong> {
    let text = raw.get_ref().as_str();
    let unit_at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit_at);
    let unit_ms: Option<u64> = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "min" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let ms = unit_ms.and_then(|unit| digits.parse::<u64>().ok()?.checked_mul(unit));
    ms.filter(|ms| (1..=WINDOW_MS_MAX).contains(ms))
        .ok_or_else(|| {
            wrong(
                raw,
                name,
                "is no duration such as \"30s\", \"10min\", \"24h\" or \"7d\"",
            )
        })
}

/// As [`window`], where it is given.
pub(super) fn optional_window(
    name: &'static str,
    raw: Option<&Spanned<String>>,
) -> Result<Option<u64>, Wrong> {
    raw.map(|raw| window(name, raw)).transpose()
}

/// A name that can stand in a reference, a file or a URL.
pub(super) fn slug<'a>(name: &'static str, raw: &'a Spanned<String>) -> Result<&'a str, Wrong> {
    let text = raw.get_ref().as_str();
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=64).contains(&text.len()) && text.bytes().all(|byte| good(byte) || byte == b'-') {
        return Ok(text);
    }
    Err(wrong(raw, name, "takes 1 to 64 of a-z, 0-9, _ and -"))
}

pub(super) fn wrong<T>(raw: &Spanned<T>, field: &'static str, problem: impl Into<String>) -> Wrong {
    Wrong::new(raw.span(), field, problem)
}
