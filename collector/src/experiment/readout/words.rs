//! Numbers in the words of their metric: shares in per cent, changes of them in points.

use crate::{
    cadence::period::instant,
    experiment::{
        metric::{Better, Metric, Unit},
        readout::Effect,
    },
};

/// The unit of a metric by its name.
fn unit(metric: &str) -> Unit {
    Metric::from_name(metric).map_or(Unit::Score, |metric| metric.unit())
}

/// A value: `40.2 %`, `12.3 s`, `812 characters`.
pub(super) fn value(metric: &str, value: Option<f64>) -> String {
    let Some(value) = value else {
        return "—".into();
    };
    match unit(metric) {
        Unit::Share => format!("{:.1} %", value * 100.0),
        Unit::Seconds => format!("{value:.1} s"),
        Unit::Chars => format!("{value:.0} characters"),
        Unit::Score => format!("{value:.3}"),
    }
}

/// A change without its unit: `+1.3`.
pub(super) fn change(metric: &str, value: f64) -> String {
    match unit(metric) {
        Unit::Share => format!("{:+.1}", value * 100.0),
        Unit::Seconds => format!("{value:+.1}"),
        Unit::Chars => format!("{value:+.0}"),
        Unit::Score => format!("{value:+.3}"),
    }
}

/// The unit of a change.
pub(super) fn unit_of_change(metric: &str) -> &'static str {
    match unit(metric) {
        Unit::Share => "points",
        Unit::Seconds => "s",
        Unit::Chars => "characters",
        Unit::Score => "",
    }
}

/// How many of a plot's units one is: points of a share.
pub(super) fn scale(metric: &str) -> f64 {
    match unit(metric) {
        Unit::Share => 100.0,
        Unit::Seconds | Unit::Chars | Unit::Score => 1.0,
    }
}

/// A change with where it lies: `+1.3 points (−0.2 to +2.8)`.
pub(super) fn effect(metric: &str, effect: Option<&Effect>) -> String {
    let Some(effect) = effect else {
        return "too few people yet".into();
    };
    let delta = change(metric, effect.delta);
    let unit = unit_of_change(metric);
    let gap = if unit.is_empty() { "" } else { " " };
    format!(
        "{delta}{gap}{unit} ({})",
        between(metric, effect.low, effect.high)
    )
}

fn between(metric: &str, low: f64, high: f64) -> String {
    format!("{} to {}", change(metric, low), change(metric, high))
}

/// The change relative to the control: `+12.3 % (+1.0 % to +24.0 %)`.
pub(super) fn lift(effect: Option<&Effect>) -> String {
    let percent = |value: f64| format!("{:+.1} %", value * 100.0);
    let Some(lift) = effect.and_then(|effect| effect.lift) else {
        return "—".into();
    };
    let ends = effect.and_then(|effect| effect.lift_low.zip(effect.lift_high));
    match ends {
        Some((low, high)) => format!("{} ({} to {})", percent(lift), percent(low), percent(high)),
        None => percent(lift),
    }
}

/// A p-value: `0.0120`, `below 0.0001`.
pub(super) fn p(value: Option<f64>) -> String {
    match value {
        None => "—".into(),
        Some(p) if p < 0.000_1 => "below 0.0001".into(),
        Some(p) => format!("{p:.4}"),
    }
}

/// What an interval says.
pub(super) fn says(effect: Option<&Effect>, better: Better) -> &'static str {
    match effect {
        None => "too few people yet",
        Some(effect) if effect.is_better(better) => "better",
        Some(effect) if effect.is_worse(better) => "worse",
        Some(_) => "not known yet",
    }
}

/// A moment to the minute, UTC: `2026-11-01 00:00`.
pub(super) fn moment(at: u64) -> String {
    let text = instant(at).unwrap_or_default();
    let text = text.replace('T', " ");
    text.get(..16).unwrap_or(&text).to_owned()
}

/// A number with thousands apart.
pub(super) fn count(of: u64) -> String {
    let digits = of.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_the_unit_of_their_metric() {
        let of = |delta: f64| Effect {
            delta,
            low: delta - 0.01,
            high: delta + 0.01,
            lift: Some(0.125),
            lift_low: None,
            lift_high: None,
            standard_error: 0.0,
            p: 1.0,
            e: 1.0,
        };
        assert_eq!(value("use_rate", Some(0.402)), "40.2 %");
        assert_eq!(value("length_chars", Some(812.4)), "812 characters");
        assert_eq!(value("score", None), "—");
        let small = of(0.013);
        assert_eq!(
            effect("use_rate", Some(&small)),
            "+1.3 points (+0.3 to +2.3)"
        );
        assert_eq!(
            effect("external:x", Some(&small)),
            "+0.013 (+0.003 to +0.023)"
        );
        assert_eq!(lift(Some(&small)), "+12.5 %");
        assert_eq!(says(Some(&small), Better::Higher), "better");
        assert_eq!(says(Some(&small), Better::Lower), "worse");
        assert_eq!(says(Some(&of(0.001)), Better::Lower), "not known yet");
        assert_eq!(
            (p(Some(0.000_01)), p(Some(0.012))),
            ("below 0.0001".into(), "0.0120".into())
        );
        assert_eq!(moment(1_793_491_200_000), "2026-11-01 00:00");
        assert_eq!(
            [999, 1_000, 1_234_567].map(count),
            ["999", "1,000", "1,234,567"]
        );
    }
}
