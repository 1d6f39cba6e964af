//! Rows by each property.

use maud::{Markup, html};

use super::{
    super::{Balance, Breakdown, Composition, Dimension, Part, percent},
    grouped, some, value,
};
use crate::report::{
    Column,
    plot::{About, Axis, Bar, PlotError, bars},
    table,
};

/// Bars of a plot at most; the table below has the rest.
const BARS_MAX: usize = 8;

/// Properties that get a plot, where they have more than one value.
const PLOTTED: [Dimension; 9] = [
    Dimension::Signals,
    Dimension::State,
    Dimension::Basis,
    Dimension::Trust,
    Dimension::Model,
    Dimension::PromptVersion,
    Dimension::Language,
    Dimension::PromptLength,
    Dimension::CompletionLength,
];

pub(super) fn section(composition: &Composition) -> Result<Markup, PlotError> {
    let several = |dimension: &&Dimension| {
        let by = composition.by.get(dimension);
        by.is_some_and(|by| by.parts.len() > 1)
    };
    let plots: Result<Vec<Markup>, PlotError> = PLOTTED
        .iter()
        .filter(several)
        .map(|dimension| plot(*dimension, &composition.by[dimension]))
        .collect();
    let uniform = composition.by.iter().filter(|(_, by)| by.parts.len() == 1);
    let uniform: Vec<_> = uniform.collect();
    Ok(html! {
        h2 { "Rows" }
        @if !uniform.is_empty() {
            p {
                "The same in all rows: "
                @for (place, (dimension, by)) in uniform.iter().enumerate() {
                    @if place > 0 { "; " }
                    (dimension.title().to_lowercase()) " "
                    strong { (value(by.parts[0].value.as_deref())) }
                }
                "."
            }
        }
        div.plots { @for plot in plots? { (plot) } }
        (balance(&composition.balance))
        details {
            summary { "All figures by property" }
            @for dimension in Dimension::ALL {
                @if let Some(by) = composition.by.get(&dimension) {
                    (breakdown(dimension.title(), by))
                }
            }
        }
        details {
            summary { "Rules that the rows rest on" }
            p.note { "A row may rest on several rules, so these do not add up to all rows." }
            (parts("Rows by rule", &composition.rules, 0))
        }
    })
}

fn plot(dimension: Dimension, by: &Breakdown) -> Result<Markup, PlotError> {
    let bar = |part: &Part| Bar {
        label: value(part.value.as_deref()).into(),
        value: part.share.to_f64() * 100.0,
        interval: None,
    };
    let about = About {
        title: dimension.title(),
        x: Axis::of("% of rows"),
        y: Axis::of(dimension.title()),
    };
    let shown: Vec<_> = by.parts.iter().take(BARS_MAX).map(bar).collect();
    bars(&about, &shown)
}

fn breakdown(title: &str, by: &Breakdown) -> Markup {
    parts(title, &by.parts, by.other)
}

fn parts(title: &str, parts: &[Part], other: u64) -> Markup {
    let columns = [
        Column::Words("Value"),
        Column::Numbers("Rows"),
        Column::Numbers("Share"),
        Column::Numbers("Of the training weight"),
    ];
    let mut rows: Vec<_> = parts
        .iter()
        .map(|part| {
            vec![
                html! { (value(part.value.as_deref())) },
                html! { (grouped(part.rows)) },
                html! { (percent(part.share)) },
                html! { (percent(part.weight_share)) },
            ]
        })
        .collect();
    if other > 0 {
        rows.push(vec![
            html! { "all others" },
            html! { (grouped(other)) },
            html! {},
            html! {},
        ]);
    }
    table(title, &columns, &rows)
}

/// Good beside bad, where there are both.
fn balance(balance: &Balance) -> Markup {
    let (good, bad) = (&balance.good, &balance.bad);
    let pairs = balance.good_longer + balance.bad_longer;
    html! {
        @if good.texts > 0 && bad.texts > 0 {
            h3 { "Good beside bad" }
            p {
                (some(good.texts, "good text", "good texts")) " of " (grouped(rounded(good.chars_mean)))
                " characters on average, " (some(bad.texts, "bad one", "bad ones")) " of "
                (grouped(rounded(bad.chars_mean))) "."
                @if pairs > 0 {
                    " The chosen text is the longer one in "
                    (some(balance.good_longer, "pair", "pairs")) ", the rejected one in "
                    (grouped(balance.bad_longer)) "."
                }
            }
            @if let Some(kto) = balance.kto {
                p {
                    "For KTO: " code {
                        "desirable_weight=" (kto.desirable) ", undesirable_weight=" (kto.undesirable)
                    }
                    ", which bring good to bad between 1 and 4/3."
                }
            }
        }
    }
}

fn rounded(mean: crate::label::Milli) -> u64 {
    (mean.thousandths().unsigned_abs() + 500) / 1_000
}
