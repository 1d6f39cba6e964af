//! The page on datasets names everything there is, with lines as they are written.

use super::*;

const PAGE: &str = include_str!("../../../../demo-site/docs/datasets.md");

/// Lines of JSON in the page, under the name of their format.
fn examples() -> Vec<(Format, &'static str)> {
    let mut of = None;
    let mut examples = Vec::new();
    for line in PAGE.lines() {
        if let Some(name) = line.strip_prefix("### `") {
            of = Format::from_name(name.trim_end_matches('`'));
        }
        if let (Some(format), true) = (of, line.starts_with('{')) {
            examples.push((format, line));
        }
    }
    examples
}

#[test]
fn every_format_and_every_reason_is_in_the_documentation() {
    for format in Format::ALL {
        let row = format!("| `{}` | ", format.name());
        assert!(PAGE.contains(&row), "{row}");
    }
    for skip in Skip::ALL {
        let row = format!("| `{}` | ", skip.name());
        let row = PAGE.lines().find(|line| line.starts_with(&row));
        let cells = row.map_or(0, |row| row.split(" | ").count());
        assert_eq!(cells, 3, "{} with what it is and a remedy", skip.name());
    }
}

#[test]
fn examples_are_lines_as_they_are_written() {
    let examples = examples();
    let named: Vec<_> = examples.iter().map(|(format, _)| *format).collect();
    for format in Format::ALL {
        let lines = format.form() == labels::Form::Ndjson;
        assert_eq!(named.contains(&format), lines, "{}", format.name());
    }
    for (format, example) in examples {
        let rows = export_of(format, &people()).rows;
        // What labels say changes with the policy; their fields do not.
        let changes = ["labels", "evals-inspect", "evals-promptfoo"].contains(&format.name());
        let same = |row: &&String| {
            if changes {
                shape(row) == shape(example)
            } else {
                *row == example
            }
        };
        assert!(rows.iter().any(|row| same(&row)), "{example}");
    }
}

/// Names of fields at every depth, in their order.
fn shape(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("\":") {
        let name = rest[..at].rsplit('"').next().unwrap_or_default();
        names.push(name.to_owned());
        rest = &rest[at + 2..];
    }
    names
}
