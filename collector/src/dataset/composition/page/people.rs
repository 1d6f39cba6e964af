//! Who the rows come from.

use maud::{Markup, html};

use super::{
    super::{Composition, Decile, People, percent},
    grouped, some,
};
use crate::report::{
    Column,
    plot::{About, Axis, Bar, PlotError, bars},
    table,
};

pub(super) fn section(composition: &Composition) -> Result<Markup, PlotError> {
    let people = &composition.people;
    Ok(html! {
        h2 { "People" }
        @if people.people == 0 {
            p { "Nobody is known by any name, so nothing can be said of who gave the rows." }
        } @else {
            p {
                (grouped(people.with_rows)) " of " (some(people.people, "person has", "people have"))
                " rows; they weigh as much as " (some(people.effective, "person", "people"))
                " giving equally. Gini of rows per person: " strong { (people.gini) }
                ". The most of one person: " (some(people.rows_max, "row", "rows")) " ("
                (percent(people.rows_max_share)) ")."
                @if people.rows_of_unknown > 0 {
                    " " (grouped(people.rows_of_unknown)) " rows are of nobody known."
                }
            }
            (churned(people))
            (plot(&people.deciles)?)
            (deciles(&people.deciles))
        }
    })
}

fn churned(people: &People) -> Markup {
    let churned = &people.churned;
    html! {
        p {
            @if churned.people == 0 {
                "Everybody was back within " (churned.after_days) " days."
            } @else {
                (some(churned.people, "person has", "people have")) " not been back for "
                (churned.after_days) " days (" (percent(churned.people_share)) "). They saw "
                (percent(churned.output_share)) " of the outputs and gave "
                (percent(churned.row_share)) " of the rows."
            }
        }
    }
}

fn plot(deciles: &[Decile]) -> Result<Markup, PlotError> {
    let bar = |decile: &Decile| Bar {
        label: name(decile.decile),
        value: decile.share.to_f64() * 100.0,
        interval: None,
    };
    let about = About {
        title: "Rows by how active people are",
        x: Axis::of("% of the rows of known people"),
        y: Axis::of("tenths of the people, by outputs seen"),
    };
    let bars_of: Vec<_> = deciles.iter().map(bar).collect();
    bars(&about, &bars_of)
}

fn name(decile: u64) -> String {
    match decile {
        1 => "1 (least active)".into(),
        10 => "10 (most active)".into(),
        decile => decile.to_string(),
    }
}

fn deciles(deciles: &[Decile]) -> Markup {
    let columns = [
        Column::Words("Tenth"),
        Column::Numbers("People"),
        Column::Numbers("Outputs seen"),
        Column::Numbers("Rows"),
        Column::Numbers("Share"),
    ];
    let row = |decile: &Decile| {
        vec![
            html! { (name(decile.decile)) },
            html! { (grouped(decile.people)) },
            html! { (grouped(decile.outputs)) },
            html! { (grouped(decile.rows)) },
            html! { (percent(decile.share)) },
        ]
    };
    let rows: Vec<_> = deciles.iter().map(row).collect();
    html! {
        details {
            summary { "The same as a table" }
            (table("Rows by how active people are", &columns, &rows))
        }
    }
}
