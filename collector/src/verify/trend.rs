//! The trend of the capture rate, beside a verdict: whether people act on answers at all.

use std::fmt::{Result, Write};

use crate::watch::capture::{Tier, Trend, Week};

/// As a table of Markdown; nothing where no week has anything.
pub(super) fn markdown(out: &mut impl Write, trend: &Trend) -> Result {
    let mut weeks = trend.weeks.iter().filter(is_there).peekable();
    if weeks.peek().is_none() {
        return Ok(());
    }
    writeln!(
        out,
        "\nCapture rate by week: below 5 % none, 5–15 % average, 15–30 % strong, above best in class.\n"
    )?;
    writeln!(out, "| week | capture rate | tier | seen | reach |")?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    for week in weeks {
        let (rate, tier, reach) = cells(week);
        writeln!(
            out,
            "| {} | {rate} | {tier} | {} | {reach} |",
            week.week, week.seen
        )?;
    }
    Ok(())
}

/// In lines of text; nothing where no week has anything.
pub(super) fn text(out: &mut impl Write, trend: &Trend) -> Result {
    let mut weeks = trend.weeks.iter().filter(is_there).peekable();
    if weeks.peek().is_none() {
        return Ok(());
    }
    writeln!(
        out,
        "\ncapture rate by week (tacit capture-rate tells more)"
    )?;
    for week in weeks {
        let (rate, tier, reach) = cells(week);
        writeln!(
            out,
            "{}  {rate:>7}  {tier:<13}  {} seen, reach {reach}",
            week.week, week.seen
        )?;
    }
    Ok(())
}

fn is_there(week: &&Week) -> bool {
    week.registered > 0 || week.seen > 0
}

fn cells(week: &Week) -> (String, &'static str, String) {
    let percent = |share: Option<f64>| {
        share.map_or_else(|| "–".into(), |share| format!("{:.1} %", share * 100.0))
    };
    let tier = week.tier.map_or("–", Tier::name);
    (percent(week.capture_rate), tier, percent(week.reach))
}
