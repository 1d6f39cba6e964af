//! Parts of the page that are figures of the run and of its texts.

use maud::{Markup, html};

use super::{
    Report,
    wording::{change, count, found, mean, of, points, share, tenth, time, verdict},
};
use crate::{
    brief::wording::percent,
    replay::{LeftOut, compare::GateVerdict},
    report::{Column, table},
};

/// The conditions and what became of them.
pub(super) fn gate(report: &Report) -> Markup {
    let columns = [
        Column::Words("verdict"),
        Column::Words("fails if"),
        Column::Numbers("found"),
        Column::Words("that is"),
    ];
    let row = |judged: &crate::replay::compare::Condemned| {
        let class = match judged.verdict {
            GateVerdict::Passed => "good",
            GateVerdict::Failed => "bad",
            GateVerdict::NotMeasured => "note",
        };
        vec![
            html! { span class=(class) { (verdict(judged)) } },
            html! { code { (judged.fails_if) } },
            html! { (found(judged.found)) },
            html! { (judged.fails_if.meaning()) },
        ]
    };
    let rows: Vec<_> = report.gate.conditions.iter().map(row).collect();
    html! {
        (table("Conditions", &columns, &rows))
        @if report.gate.default {
            p.note {
                "Nobody said when this replay should fail, so it fails for what is broken or surely worse. "
                "Say your own with " code { "--fail-if" } "."
            }
        }
    }
}

/// What texts are by themselves.
pub(super) fn texts(report: &Report) -> Markup {
    let texts = &report.summary.all.texts;
    let columns = [
        Column::Words("figure"),
        Column::Numbers("old"),
        Column::Numbers("new"),
        Column::Numbers("change (95 % interval)"),
    ];
    let none = || html! {};
    let rows = [
        vec![
            html! { "likeness of old and new" },
            none(),
            none(),
            html! { (mean(texts.similarity)) },
        ],
        vec![
            html! { "the same text" },
            none(),
            html! { (share(&texts.same)) },
            none(),
        ],
        vec![
            html! { "words" },
            html! { (tenth(texts.length.old_words)) },
            html! { (tenth(texts.length.new_words)) },
            html! { "× " (mean(texts.length.ratio)) },
        ],
        vec![
            html! { "declines" },
            html! { (share(&texts.old_refusals)) },
            html! { (share(&texts.new_refusals)) },
            html! { (points(texts.refusal_increase)) " points" },
        ],
        vec![
            html! { "empty" },
            none(),
            html! { (share(&texts.empty)) },
            none(),
        ],
        vec![
            html! { "cut at the limit of tokens" },
            none(),
            html! { (share(&texts.truncated)) },
            none(),
        ],
        vec![
            html! { "lost JSON, code or a table, of those with any" },
            html! { (texts.format_lost.of) },
            html! { (share(&texts.format_lost)) },
            none(),
        ],
    ];
    html! {
        (table("Texts", &columns, &rows))
        (formats(report))
    }
}

fn formats(report: &Report) -> Markup {
    let texts = &report.summary.all.texts;
    let mut kinds: Vec<&str> = texts
        .lost
        .keys()
        .chain(texts.gained.keys())
        .copied()
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        return html! { p.note { "No answer lost or gained any format." } };
    }
    let columns = [
        Column::Words("format"),
        Column::Numbers("answers that lost it"),
        Column::Numbers("that gained it"),
    ];
    let counted = |counts: &std::collections::BTreeMap<&str, u64>, kind: &str| {
        counts.get(kind).copied().unwrap_or(0)
    };
    let rows: Vec<_> = kinds
        .iter()
        .map(|kind| {
            vec![
                html! { (kind) },
                html! { (counted(&texts.lost, kind)) },
                html! { (counted(&texts.gained, kind)) },
            ]
        })
        .collect();
    table("Format", &columns, &rows)
}

/// Time, tokens and cost.
pub(super) fn spent(report: &Report) -> Markup {
    let spent = &report.spent;
    html! {
        ul {
            li { "Time to the end of an answer: half within " (time(spent.latency_ms_p50)) ", 19 of 20 within " (time(spent.latency_ms_p95)) ", the slowest " (time(spent.latency_ms_max)) "." }
            li { (count(spent.requests, "request", "requests")) ", repeated ones included." }
            li {
                (spent.prompt_tokens) " tokens asked, " (spent.completion_tokens) " answered"
                @if spent.uncounted > 0 { "; the endpoint counted none for " (count(spent.uncounted, "answer", "answers")) }
                "."
            }
            @if let Some(cost) = &spent.cost { li { "Cost: " (cost) "." } }
        }
    }
}

/// What the figures are not of.
pub(super) fn missing(report: &Report) -> Markup {
    let (ran, selected) = (&report.ran, &report.plan.selected);
    let out = |reason: &LeftOut, number: &u64| format!("{number} {}", reason.meaning());
    let left_out = selected
        .left_out
        .iter()
        .map(|(reason, number)| out(reason, number));
    let left_out: Vec<_> = left_out.collect();
    let cannot: u64 = selected.not_replayable.iter().map(|one| one.count).sum();
    html! {
        p {
            (count(selected.replayable(), "output", "outputs")) " could be asked again; "
            (ran.cases) " were drawn, and " (ran.answered) " have a new answer"
            @if ran.refused > 0 { ", " (ran.refused) " of them a refusal by the provider's own word" }
            "."
            @if ran.open > 0 { " " strong { (count(ran.open, "case was", "cases were")) " not asked: the run did not end." } }
        }
        @if cannot > 0 {
            (table(
                "Cannot be asked again",
                &[Column::Words("why"), Column::Numbers("outputs")],
                &selected.not_replayable.iter().map(|one| vec![html! { (one.reason.meaning()) }, html! { (one.count) }]).collect::<Vec<_>>(),
            ))
        }
        @if !left_out.is_empty() { p.note { "Not what this replay is about: " (left_out.join(", ")) "." } }
        @if !report.failures.is_empty() {
            p { "Without an answer, for good: " (of(&ran.failed_share)) " (" (percent(ran.failed_share.share)) ")." }
            (table(
                "Failed",
                &[Column::Words("output"), Column::Words("code"), Column::Numbers("requests"), Column::Words("what was said")],
                &report.failures.iter().map(|one| vec![
                    html! { code { (one.output) } }, html! { (one.code) }, html! { (one.attempts) }, html! { (one.message) },
                ]).collect::<Vec<_>>(),
            ))
        }
    }
}

/// A change for the summary line.
pub(super) fn gained(report: &Report) -> Option<String> {
    let gain = report.summary.all.races.gain?;
    Some(change(gain.value))
}
