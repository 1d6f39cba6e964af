//! `composition.html`: what a dataset is made of, for people.

mod people;
mod rows;
mod selection;

use maud::{Markup, html};

use super::{Composition, Severity, Warning};
use crate::report::{self, plot::PlotError};

/// The page of a composition.
///
/// # Errors
/// When a plot cannot be drawn.
pub fn page(title: &str, composition: &Composition) -> Result<String, PlotError> {
    let body = html! {
        (lead(composition))
        h2 { "What to know before training" }
        (warnings(&composition.warnings))
        @if composition.rows > 0 {
            (rows::section(composition)?)
            (people::section(composition)?)
        }
        @if composition.selection.seen > 0 {
            (selection::section(composition)?)
        }
        (left_out(composition))
    };
    Ok(report::page(title, &body))
}

fn lead(composition: &Composition) -> Markup {
    let (people, effective) = (&composition.people, &composition.effective);
    html! {
        p.lead {
            @match composition.rows {
                0 => "There are no rows.",
                rows => {
                    (some(rows, "row", "rows")) " from "
                    (some(people.with_rows, "person", "people")) ", drawn from "
                    (some(composition.selection.seen, "answer", "answers")) " that somebody saw."
                }
            }
        }
        @if composition.rows > 0 {
            p {
                "By their training weights they are worth "
                (some(effective.training, "row", "rows"))
                " of equal weight (Kish), by their inverse-propensity weights "
                (grouped(effective.ipw)) "."
            }
        }
    }
}

fn warnings(warnings: &[Warning]) -> Markup {
    html! {
        @if warnings.is_empty() {
            p { "No check found anything to warn of." }
        }
        @for warning in warnings {
            div class={ "finding " (warning.severity.name()) } {
                p {
                    strong { (severity(warning.severity)) ": " }
                    (warning.message) " " code { (warning.code.name()) }
                }
                p { strong { "What helps: " } (warning.remedy) "." }
            }
        }
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "Note",
        Severity::Warning => "Warning",
        Severity::Serious => "Serious",
    }
}

fn left_out(composition: &Composition) -> Markup {
    use report::{Column, table};
    let columns = [
        Column::Words("Reason"),
        Column::Numbers("Outputs and pairs"),
        Column::Words("What would change it"),
    ];
    let rows: Vec<_> = composition
        .skipped
        .iter()
        .map(|(reason, n)| {
            vec![
                html! { (reason) },
                html! { (grouped(*n)) },
                html! { (remedy(reason)) },
            ]
        })
        .collect();
    html! {
        @if !rows.is_empty() {
            h2 { "What is left out" }
            (table("Outputs and pairs that are no row", &columns, &rows))
        }
    }
}

fn remedy(reason: &str) -> &'static str {
    use crate::dataset::ledger::Skip;
    let mut skips = Skip::ALL.into_iter();
    let skip = skips.find(|skip| skip.name() == reason);
    skip.map_or("", Skip::remedy)
}

/// So many of something.
fn some(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// A number with thin spaces between thousands.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A value as people read it.
fn value(value: Option<&str>) -> &str {
    value.unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let plain = |n| grouped(n).replace('\u{202f}', " ");
        assert_eq!(plain(7), "7");
        assert_eq!(plain(1_000), "1 000");
        assert_eq!(plain(12_345_678), "12 345 678");
    }
}
