//! Tables.

use maud::{Markup, html};

/// How a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column<'a> {
    /// Words, to the left.
    Words(&'a str),
    /// Numbers, to the right, digits of equal width.
    Numbers(&'a str),
}

impl Column<'_> {
    const fn head(&self) -> &str {
        match self {
            Self::Words(head) | Self::Numbers(head) => head,
        }
    }

    const fn class(&self) -> Option<&'static str> {
        match self {
            Self::Words(_) => None,
            Self::Numbers(_) => Some("num"),
        }
    }
}

/// A table with a caption; the first cell of a row names the row. Wide tables
/// scroll within themselves on a narrow screen, with the keyboard as well.
#[must_use]
pub fn table(caption: &str, columns: &[Column<'_>], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.table role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr {
                    @for column in columns { th scope="col" class=[column.class()] { (column.head()) } }
                } }
                tbody {
                    @for row in rows { tr {
                        @for (place, (cell, column)) in row.iter().zip(columns).enumerate() {
                            @if place == 0 {
                                th scope="row" class=[column.class()] { (cell) }
                            } @else {
                                td class=[column.class()] { (cell) }
                            }
                        }
                    } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_named_by_its_first_cell() {
        let columns = [Column::Words("model"), Column::Numbers("rows")];
        let rows = [vec![html! { "m<1>" }, html! { (12) }]];
        let made = table("Rows by model", &columns, &rows).into_string();
        assert!(made.contains("<caption>Rows by model</caption>"), "{made}");
        assert!(
            made.contains(
                "<tr><th scope=\"col\">model</th><th class=\"num\" scope=\"col\">rows</th></tr>"
            ) || made.contains(
                "<tr><th scope=\"col\">model</th><th scope=\"col\" class=\"num\">rows</th></tr>"
            ),
            "{made}"
        );
        assert!(
            made.contains("<th scope=\"row\">m&lt;1&gt;</th><td class=\"num\">12</td>"),
            "{made}"
        );
    }
}
