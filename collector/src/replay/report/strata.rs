//! The same figures, of each stratum.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{
    Report,
    wording::{mean, points},
};
use crate::{
    replay::compare::Totals,
    report::{Column, table},
};

/// What a dimension is called, and what its values mean.
const DIMENSIONS: [(&str, &str, &str); 4] = [
    (
        "kept",
        "By what people kept",
        "An edit was made of the old answer, so new answers in other words look worse against it than they are; a sibling is another variant; output is the old answer itself.",
    ),
    ("label", "By the old answer's label", ""),
    ("prompt_version", "By the old prompt version", ""),
    ("month", "By month", ""),
];

/// A table per dimension with more than one value.
pub(super) fn strata(report: &Report) -> Markup {
    html! {
        @for (dimension, title, about) in DIMENSIONS {
            @if let Some(values) = report.summary.strata.get(dimension) {
                @if values.len() > 1 { (of(title, about, values)) }
            }
        }
    }
}

fn of(title: &str, about: &str, values: &BTreeMap<String, Totals>) -> Markup {
    let columns = [
        Column::Words(""),
        Column::Numbers("cases"),
        Column::Numbers("won, tied, lost"),
        Column::Numbers("wins − losses, points"),
        Column::Numbers("sides: kept − rejected"),
        Column::Numbers("survival of what was used"),
        Column::Numbers("declines, old → new"),
    ];
    let rows: Vec<_> = values
        .iter()
        .map(|(value, totals)| row(value, totals))
        .collect();
    html! {
        (table(title, &columns, &rows))
        @if !about.is_empty() { p.note { (about) } }
    }
}

fn row(value: &str, totals: &Totals) -> Vec<Markup> {
    let races = &totals.races;
    let texts = &totals.texts;
    let raced = match races.wins.of {
        0 => "–".into(),
        _ => format!(
            "{}, {}, {}",
            races.wins.count, races.ties.count, races.losses.count
        ),
    };
    vec![
        html! { code { (value) } },
        html! { (totals.cases) },
        html! { (raced) },
        html! { (points(races.win_minus_loss)) },
        html! { (points(totals.sides.kept_minus_rejected)) },
        html! { (mean(totals.checks.survival)) },
        html! { (texts.old_refusals.count) " → " (texts.new_refusals.count) },
    ]
}
