//! The documentation shows the table that the code has.

use super::*;

const PAGE: &str = include_str!("../../../../demo-site/docs/metrics.md");

#[test]
fn the_table_of_metrics_is_the_one_in_the_documentation() {
    let table = Metric::table();
    let shown = PAGE.split("<!-- metrics -->").nth(1).unwrap_or_default();
    assert_eq!(
        shown.trim(),
        table,
        "in demo-site/docs/metrics.md:\n{table}"
    );
}
