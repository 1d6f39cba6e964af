//! Figures as the report words them.

use super::Report;
use crate::{
    brief::wording::{decimal, percent},
    label::Milli,
    replay::compare::{Condemned, Estimate, Figure, GateVerdict, Proportion},
};

/// `31.7 % (24.1–40.4)`; nothing of none.
pub(super) fn share(proportion: &Proportion) -> String {
    if proportion.of == 0 {
        return "–".into();
    }
    let [low, high] = proportion.interval.map(|end| decimal(end.thousandths()));
    format!("{} ({low}–{high})", percent(proportion.share))
}

/// `38 of 120`.
pub(super) fn of(proportion: &Proportion) -> String {
    format!("{} of {}", proportion.count, proportion.of)
}

/// A difference of shares in percentage points: `+19.2 (+8.3 to +29.8)`.
pub(super) fn points(estimate: Option<Estimate>) -> String {
    worded(estimate, |value| signed(value, decimal))
}

/// A mean that may have either sign: `+0.12 (+0.04 to +0.2)`.
pub(super) fn gain(estimate: Option<Estimate>) -> String {
    worded(estimate, |value| {
        signed(value, |thousandths| bare(Milli::new(thousandths)))
    })
}

/// A mean: `0.61 (0.58 to 0.64)`.
pub(super) fn mean(estimate: Option<Estimate>) -> String {
    worded(estimate, bare)
}

fn worded(estimate: Option<Estimate>, word: impl Fn(Milli) -> String) -> String {
    match estimate {
        None => "–".into(),
        Some(Estimate {
            value,
            interval: None,
            ..
        }) => word(value),
        Some(Estimate {
            value,
            interval: Some([low, high]),
            ..
        }) => format!("{} ({} to {})", word(value), word(low), word(high)),
    }
}

/// At most three decimals, none that say nothing.
pub(super) fn bare(value: Milli) -> String {
    let text = value.to_string();
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// With its sign.
pub(super) fn change(value: Milli) -> String {
    signed(value, |thousandths| bare(Milli::new(thousandths)))
}

fn signed(value: Milli, word: impl Fn(i64) -> String) -> String {
    let sign = match value.thousandths() {
        0 => "±",
        below if below < 0 => "−",
        _ => "+",
    };
    format!("{sign}{}", word(value.abs().thousandths()))
}

/// The end of the headline: what the races say.
pub(super) fn races(report: &Report) -> &'static str {
    let races = &report.summary.all.races;
    if races.wins.of == 0 {
        return "no answer could be held against what people kept";
    }
    sure(
        races.win_minus_loss,
        [
            "surely nearer to what people kept",
            "surely farther from what people kept",
            "no sure difference in how near answers are to what people kept",
        ],
    )
}

/// The end of the headline: what the sides say.
pub(super) fn sides(report: &Report) -> Option<&'static str> {
    let sides = &report.summary.all.sides;
    (sides.kept.of > 0).then(|| {
        sure(
            sides.kept_minus_rejected,
            [
                "surely siding with what people kept rather than with what they rejected",
                "surely siding with what people rejected",
                "not surely siding with what people kept or with what they rejected",
            ],
        )
    })
}

/// By where the interval lies: above nothing, below it, around it.
fn sure(estimate: Option<Estimate>, [above, below, around]: [&'static str; 3]) -> &'static str {
    let interval = estimate.and_then(|estimate| estimate.interval);
    match interval {
        Some([low, _]) if low > Milli::default() => above,
        Some([_, high]) if high < Milli::default() => below,
        _ => around,
    }
}

/// `Failed` or `Passed`.
pub(super) const fn passed(report: &Report) -> &'static str {
    if report.gate.passed {
        "Passed"
    } else {
        "Failed"
    }
}

/// What became of a condition, in a word.
pub(super) const fn verdict(judged: &Condemned) -> &'static str {
    match judged.verdict {
        GateVerdict::Passed => "passed",
        GateVerdict::Failed => "failed",
        GateVerdict::NotMeasured => "nothing to measure",
    }
}

/// A figure of a gate.
pub(super) fn found(value: Option<Milli>) -> String {
    value.map_or_else(|| "–".into(), bare)
}

/// A mean of counts, to a tenth.
pub(super) fn tenth(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(
        || "–".into(),
        |estimate| format!("{:.1}", estimate.value.to_f64()),
    )
}

/// So many of a thing.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {many}")
    }
}

/// Milliseconds as people say them.
pub(super) fn time(milliseconds: Option<u64>) -> String {
    match milliseconds {
        None => "–".into(),
        Some(ms) if ms < 1_000 => format!("{ms} ms"),
        Some(ms) => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
    }
}

/// A figure a plot can draw: value and ends, in percent.
pub(super) fn drawn(figure: Figure) -> (f64, Option<(f64, f64)>) {
    let percent = |value: Milli| value.to_f64() * 100.0;
    let ends = figure
        .interval
        .map(|[low, high]| (percent(low), percent(high)));
    (percent(figure.value), ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(value: i64, interval: Option<[i64; 2]>) -> Option<Estimate> {
        Some(Estimate {
            value: Milli::new(value),
            interval: interval.map(|ends| ends.map(Milli::new)),
            cases: 2,
            people: 2,
        })
    }

    #[test]
    fn figures_are_worded_as_people_do() {
        assert_eq!(
            points(estimate(192, Some([-83, 298]))),
            "+19.2 (−8.3 to +29.8)"
        );
        assert_eq!(points(estimate(0, None)), "±0.0");
        assert_eq!(gain(estimate(-120, None)), "−0.12");
        assert_eq!(
            mean(estimate(1_000, Some([990, 1_010]))),
            "1 (0.99 to 1.01)"
        );
        assert_eq!(mean(None), "–");
        assert_eq!(share(&Proportion::plain(81, 263)), "30.8 % (25.5–36.6)");
        assert_eq!(share(&Proportion::plain(0, 0)), "–");
        assert_eq!([time(Some(999)), time(Some(2_350))], ["999 ms", "2.3 s"]);
    }
}
