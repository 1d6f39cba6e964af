//! What the temperature is, what it would be if it were fitted, and where each
//! says too much.

use maud::{Markup, html};

use super::{
    CALIBRATION_MAX, Report, Reported,
    page::seeds,
    world::{signed, three},
};
use crate::{
    report::{Column, table},
    simulate::metrics::{Bin, Calibration},
};

/// The section of the page; nothing where nothing was fitted.
pub(super) fn section(report: &Report) -> Markup {
    let Some(fitted) = &report.fitted else {
        return html! {};
    };
    let fitted_at = f64::from(fitted.fit.temperature) / 1_000.0;
    html! {
        h2 id="temperature" { "Temperature" }
        p {
            "Confidence is 1 / (1 + exp(−|score| / temperature)). The policy is written with "
            strong { (three(report.temperature)) } ", and every number above is with that. The likeliest "
            "temperature in world " (fitted.world) " is " strong { (three(fitted_at)) } ": fitted on rounds "
            (seeds(&fitted.training.seeds)) ", judged here, as the written one is, on the rounds of this report, "
            (seeds(&report.rounds.seeds)) "."
        }
        @if report.built_in { (why()) }
        (scores(report.temperature, fitted_at))
        (by_world(report))
        p.note {
            "“Too sure by” is mean confidence less the share right; below 0 labels are right more often than "
            "they say. “Most where” names the tenths of the labels whose confidence, as written, is at least "
            (CALIBRATION_MAX) " above the share right."
        }
    }
}

/// Why the built-in policy is not written with the fitted temperature.
fn why() -> Markup {
    html! {
        p {
            "The built-in policy keeps the smaller one: score 3, a copy of most of an answer, then says 0.9, "
            "about what such copies are worth in world base, while the likeliest temperature is less sure of them "
            "to be less sure of all else. Both are below the bar there. The price is in the table: a smaller "
            "temperature is surer everywhere. Who filters by confidence and has people like those of a world where "
            "it is not calibrated should take the larger one, or fit their own: "
            code { "tacit simulate --fit --world my-world.toml" } "."
        }
    }
}

fn scores(written: f64, fitted: f64) -> Markup {
    let sure = |score: f64, temperature: f64| three(1.0 / (1.0 + libm::exp(-score / temperature)));
    let columns = [
        Column::Words("Temperature"),
        Column::Numbers("score 2 says"),
        Column::Numbers("score 3 says"),
        Column::Numbers("score 4 says"),
        Column::Numbers("score 6 says"),
    ];
    let rows = [("as written", written), ("fitted", fitted)].map(|(name, at)| {
        let says = [2.0, 3.0, 4.0, 6.0].map(|score| html! { (sure(score, at)) });
        let name = html! { (name) " " (three(at)) };
        [name].into_iter().chain(says).collect::<Vec<_>>()
    });
    table("What scores say, read answers", &columns, &rows)
}

fn by_world(report: &Report) -> Markup {
    let columns = [
        Column::Words("World"),
        Column::Numbers("error as written"),
        Column::Numbers("too sure by"),
        Column::Numbers("log loss"),
        Column::Numbers("error if fitted"),
        Column::Numbers("too sure by"),
        Column::Numbers("log loss"),
        Column::Words("Most where, as written"),
    ];
    let rows: Vec<_> = report.worlds.iter().map(row).collect();
    table(
        "Calibration by world, on people no temperature was fitted on",
        &columns,
        &rows,
    )
}

fn row(reported: &Reported) -> Vec<Markup> {
    let (written, fitted) = (reported.calibration(), reported.at_fitted.as_ref());
    let numbers = [written, fitted].into_iter().flat_map(|found| {
        let said = |of: fn(&Calibration) -> String| found.map(of).unwrap_or_default();
        [
            html! { (said(|found| three(found.error))) },
            html! { (said(|found| signed(found.too_sure_by()))) },
            html! { (said(|found| three(found.loss))) },
        ]
    });
    let world = html! { a href={ "#" (reported.world.name) } { (reported.world.name) } };
    let places = html! { (written.map(too_sure_where).unwrap_or_default()) };
    [world].into_iter().chain(numbers).chain([places]).collect()
}

fn too_sure_where(found: &Calibration) -> String {
    let bins = found.bins.iter();
    let far = bins.filter(|bin| bin.too_sure_by() >= CALIBRATION_MAX);
    let place = |bin: &Bin| format!("says {:.2}, is {:.2}", bin.said, bin.was);
    let places: Vec<_> = far.map(place).collect();
    if places.is_empty() {
        "nowhere".into()
    } else {
        places.join("; ")
    }
}
