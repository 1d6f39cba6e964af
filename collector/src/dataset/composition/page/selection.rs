//! Rows beside what people saw.

use maud::{Markup, html};

use super::{
    super::{Composition, Dimension, Rate, Rates, SHRINKAGE, Selection, WEIGHT_MAX, percent},
    grouped, some, value,
};
use crate::report::{
    Column,
    plot::{About, Axis, Group, PlotError, grouped as grouped_bars},
    table,
};

/// Groups of a plot at most; the table below has the rest.
const GROUPS_MAX: usize = 6;

pub(super) fn section(composition: &Composition) -> Result<Markup, PlotError> {
    let selection = &composition.selection;
    let several = selection
        .by
        .iter()
        .filter(|(_, rates)| rates.values.len() > 1);
    let plots: Result<Vec<_>, _> = several
        .filter(|_| composition.rows > 0)
        .map(|(dimension, rates)| plot(*dimension, rates))
        .collect();
    Ok(html! {
        h2 { "Rows beside what people saw" }
        p {
            "People saw " (some(selection.seen, "answer", "answers")) "; " (grouped(selection.labelled)) " ("
            (percent(selection.labelled_share)) ") could be judged."
            @if composition.rows > 0 {
                " There is a row for " (percent(selection.propensity)) " of what was seen."
            }
        }
        div.plots { @for plot in plots? { (plot) } }
        @if composition.rows > 0 { (overlap(selection)) }
        details {
            summary { "All figures" }
            @for (dimension, rates) in &selection.by { (figures(*dimension, rates)) }
        }
    })
}

fn plot(dimension: Dimension, rates: &Rates) -> Result<Markup, PlotError> {
    let group = |rate: &Rate| Group {
        label: value(rate.value.as_deref()).into(),
        values: vec![
            rate.seen_share.to_f64() * 100.0,
            rate.row_share.to_f64() * 100.0,
        ],
    };
    let title = format!(
        "{}: {} of the rows would have to be others",
        dimension.title(),
        percent(rates.shift)
    );
    let about = About {
        title: &title,
        x: Axis::of("%"),
        y: Axis::of(dimension.title()),
    };
    let groups: Vec<_> = rates.values.iter().take(GROUPS_MAX).map(group).collect();
    grouped_bars(&about, &["of what was seen", "of the rows"], &groups)
}

fn overlap(selection: &Selection) -> Markup {
    html! {
        h3 { "Inverse-propensity weights" }
        p {
            code { "ipw" } " of " code { "provenance.parquet" } " counts rows of strata that became rows "
            "rarely more, so that all rows together look like what people saw: "
            code { "min(ē/e, " (WEIGHT_MAX) ")" } " ÷ mean, with " code { "e" } " the share of a stratum's seen "
            "outputs that became rows, shrunk by " (SHRINKAGE) " outputs towards the larger stratum it is in. "
            "There are " (grouped(selection.strata)) " strata; " code { "e" } " goes from "
            (percent(selection.propensity_min)) " to " (percent(selection.propensity_max)) "."
        }
        ul {
            li {
                (percent(selection.uncovered_share)) " of what was seen is in strata without a row: "
                "no weight can stand for it."
            }
            li { (percent(selection.cut_share)) " of the rows have a weight that was cut." }
            @if selection.seen_beyond > 0 {
                li { (grouped(selection.seen_beyond)) " answers are in strata too many to tell apart." }
            }
        }
        p.note { "Strata are made of model, prompt version, length of the answer, language and device. "
            "Not of: " (selection.not_stratified.join(", ")) "; differences in these stay." }
    }
}

fn figures(dimension: Dimension, rates: &Rates) -> Markup {
    let columns = [
        Column::Words("Value"),
        Column::Numbers("Seen"),
        Column::Numbers("Judged"),
        Column::Numbers("Rows"),
        Column::Numbers("Of what was seen"),
        Column::Numbers("Of the rows"),
    ];
    let row = |rate: &Rate| {
        vec![
            html! { (value(rate.value.as_deref())) },
            html! { (grouped(rate.seen)) },
            html! { (percent(rate.labelled_share)) },
            html! { (grouped(rate.rows)) },
            html! { (percent(rate.seen_share)) },
            html! { (percent(rate.row_share)) },
        ]
    };
    let rows: Vec<_> = rates.values.iter().map(row).collect();
    html! {
        (table(dimension.title(), &columns, &rows))
        p.note {
            "Shift " (percent(rates.shift)) "; by chance it would be " (percent(rates.shift_by_chance)) "."
        }
    }
}
