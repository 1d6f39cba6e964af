//! A trend for people, in plain text.

use super::shape::{Change, Trend, Week};
use crate::cadence::period::instant;

/// Widths of the columns.
const HEAD: &str = "week      registered   seen  reach  people  capture rate              tier";

/// The trend as text.
#[must_use]
pub fn text(trend: &Trend) -> String {
    let mut lines = vec![
        format!(
            "Capture rate by ISO week, as of {}, trust {}, policy {}",
            instant(trend.as_of).unwrap_or_default(),
            trend.trust.name(),
            trend.policy
        ),
        "Seen answers with at least one implicit positive; below 5 % none, from 5 % average, \
         from 15 % strong, above 30 % best in class."
            .to_owned(),
        String::new(),
        HEAD.to_owned(),
    ];
    lines.extend(trend.weeks.iter().map(week));
    lines.push(String::new());
    lines.push(trend.change.as_ref().map_or_else(
        || "There are not yet two weeks in a row whose labels are all mature.".into(),
        change,
    ));
    let immature: u64 = trend.weeks.iter().map(|week| week.immature).sum();
    let sessions: u64 = trend.weeks.iter().map(|week| week.session_people).sum();
    if sessions > 0 {
        lines.push(format!(
            "{sessions} people (a week each) are sessions: whoever reloads a page is a new one, so \
             intervals are narrower than they should be."
        ));
    }
    let out = trend.left_out;
    let reasons = [
        (immature, "whose label may still change"),
        (out.trust, "of less trust (--trust claimed takes them)"),
        (out.automated, "driven by a program"),
        (out.screened, "of people who were screened"),
        (out.undated, "without a date"),
    ];
    let said = reasons.iter().filter(|(count, _)| *count > 0);
    let said: Vec<_> = said.map(|(count, why)| format!("{count} {why}")).collect();
    if !said.is_empty() {
        lines.push(format!("Left out: {}.", said.join(", ")));
    }
    lines.join("\n")
}

fn week(week: &Week) -> String {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let reach = week.reach.map_or_else(|| "-".into(), percent);
    let rate = match (week.capture_rate, week.low, week.high) {
        (Some(rate), Some(low), Some(high)) => format!(
            "{} ({:.1} to {:.1})",
            percent(rate),
            low * 100.0,
            high * 100.0
        ),
        (Some(rate), ..) => format!("{} (too few people)", percent(rate)),
        _ => "-".into(),
    };
    let tier = week.tier.map_or("-", super::Tier::name);
    let tier = match week.immature {
        0 => tier.to_owned(),
        immature => format!("{tier} ({immature} seen not mature)"),
    };
    format!(
        "{:<9} {:>10} {:>6} {:>6} {:>7}  {rate:<24}  {tier}",
        week.week, week.registered, week.seen, reach, week.people
    )
}

fn change(change: &Change) -> String {
    let points = |share: f64| format!("{:+.1}", share * 100.0);
    let interval = match (change.low, change.high) {
        (Some(low), Some(high)) => format!("{} to {}", points(low), points(high)),
        _ => "too few people for an interval".into(),
    };
    let noise = if change.beyond_noise {
        "beyond noise"
    } else {
        "within noise"
    };
    format!(
        "{} to {}: {} points ({interval}): {noise}.",
        change.before,
        change.after,
        points(change.delta)
    )
}
