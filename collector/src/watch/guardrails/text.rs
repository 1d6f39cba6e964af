//! A report for people, in plain text.

use super::shape::{Finding, Report, Side, Slice, Values, Verdict};
use crate::{
    cadence::period::instant,
    experiment::{
        metric::{Metric, Unit},
        readout::GuardState,
    },
};

/// What every report says of itself.
const OBSERVED: &str = "Observed, not tried: who came and what they asked differs from one to the \
                        next as well. An experiment can say why.";

/// The report as text.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut lines = vec![
        format!(
            "Guardrails by {}: {}, as of {}, trust {}, policy {}",
            report.by.name().replace('_', " "),
            span(report),
            instant(report.as_of).unwrap_or_default(),
            report.trust.name(),
            report.policy
        ),
        OBSERVED.to_owned(),
        String::new(),
    ];
    for slice in &report.slices {
        lines.push(line(slice));
    }
    if report.findings.is_empty() {
        lines.push("There is nothing to compare.".into());
    }
    let of = |verdict| move |finding: &&Finding| finding.verdict == verdict;
    for finding in report.findings.iter().filter(of(Verdict::Suspicious)) {
        lines.push(String::new());
        lines.extend(suspicious(finding));
    }
    let harmed = |finding: &&Finding| {
        finding.verdict != Verdict::Suspicious && finding.guard_state == GuardState::Harmed
    };
    let alone: Vec<String> = report.findings.iter().filter(harmed).map(alone).collect();
    push_list(
        &mut lines,
        "Worse by more than the margin, without a rise:",
        alone,
    );
    let unclear = report.findings.iter().filter(of(Verdict::Unclear));
    let rose = unclear.filter(|finding| finding.metric_values.low.is_some());
    let rose: Vec<String> = rose.map(unclear_line).collect();
    push_list(&mut lines, "Rose, and the guard is not known yet:", rose);
    lines.push(String::new());
    lines.push(counts(report));
    if !report.not_measured.is_empty() {
        lines.push(format!(
            "Not measured in anybody: {}.",
            report.not_measured.join(", ")
        ));
    }
    if report.slices.iter().any(|slice| slice.session_people > 0) {
        lines.push(
            "Whoever reloads a page is a new session: where many people are sessions, intervals \
             are narrower than they should be."
                .into(),
        );
    }
    lines.extend(left_out(report));
    lines.join("\n")
}

fn push_list(lines: &mut Vec<String>, title: &str, mut found: Vec<String>) {
    found.sort();
    found.dedup();
    if found.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push(title.to_owned());
    lines.extend(found.into_iter().map(|line| format!("  {line}")));
}

fn span(report: &Report) -> String {
    let names = (report.slices.first(), report.slices.last());
    match names {
        (Some(first), Some(last)) => format!("{} to {}", first.name, last.name),
        _ => "nothing".into(),
    }
}

fn line(slice: &Slice) -> String {
    let mut line = format!(
        "{}: {} outputs of {} people",
        slice.name, slice.outputs, slice.people
    );
    if slice.session_people > 0 {
        line.push_str(&format!(" ({} of them sessions)", slice.session_people));
    }
    if slice.immature > 0 {
        line.push_str(&format!(", {} not mature yet", slice.immature));
    }
    line
}

fn suspicious(finding: &Finding) -> Vec<String> {
    let mut lines = vec![
        format!(
            "SUSPICIOUS {} against {}, {} to {}",
            finding.metric, finding.guard, finding.before, finding.after
        ),
        format!("  {}", values(&finding.metric, &finding.metric_values)),
        format!("  {}", values(&finding.guard, &finding.guard_values)),
        format!("  {}", finding.evidence),
    ];
    if !finding.examples.is_empty() {
        lines.push(format!("  for example: {}", finding.examples.join(", ")));
    }
    lines
}

fn alone(finding: &Finding) -> String {
    format!(
        "{} to {}: {}",
        finding.before,
        finding.after,
        values(&finding.guard, &finding.guard_values)
    )
}

fn unclear_line(finding: &Finding) -> String {
    format!(
        "{} to {}: {}",
        finding.before, finding.after, finding.evidence
    )
}

fn values(name: &str, values: &Values) -> String {
    let metric = Metric::from_name(name);
    let unit = metric.as_ref().map_or(Unit::Score, Metric::unit);
    let side = |side: Side| match (side.value, unit) {
        (None, _) => "unknown".to_owned(),
        (Some(value), Unit::Share) => format!("{:.1} %", value * 100.0),
        (Some(value), Unit::Seconds) => format!("{value:.1} s"),
        (Some(value), Unit::Chars) => format!("{value:.0} characters"),
        (Some(value), Unit::Score) => format!("{value:.3}"),
    };
    format!(
        "{name}: {} to {} ({} and {} people)",
        side(values.before),
        side(values.after),
        values.before.people,
        values.after.people
    )
}

fn counts(report: &Report) -> String {
    let all = report.findings.len() as u64;
    format!(
        "{} suspicious, {} unclear, {} ok of {all} comparisons (95 % confidence sequences by \
         people, each by itself).",
        report.suspicious,
        report.unclear,
        all - report.suspicious - report.unclear
    )
}

fn left_out(report: &Report) -> Option<String> {
    let out = report.left_out;
    let reasons = [
        (out.immature, "whose label may still change"),
        (out.unseen, "nobody saw"),
        (out.trust, "of less trust (--trust claimed takes them)"),
        (out.automated, "driven by a program"),
        (out.screened, "of people who were screened"),
        (out.unnamed, "without a version or model"),
        (out.too_many, "of further versions or models"),
    ];
    let said = reasons.iter().filter(|(count, _)| *count > 0);
    let said: Vec<_> = said.map(|(count, why)| format!("{count} {why}")).collect();
    (!said.is_empty()).then(|| format!("Left out: {}.", said.join(", ")))
}
