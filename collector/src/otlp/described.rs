//! The tables as the document shows them.

use std::fmt::Write as _;

use super::{
    fields::{Row, Shape},
    roles::ROLES,
    table::FIELDS,
};

/// Which attribute fills which field, as a table of Markdown: of one field the first
/// attribute that is there wins.
#[must_use]
pub fn fields() -> String {
    let mut table =
        String::from("| field | attribute | read as | convention |\n| --- | --- | --- | --- |\n");
    let mut before = "";
    for row in FIELDS {
        let target = row.field.target();
        let shown = if target == before {
            String::new()
        } else {
            format!("`{}`", target.replace(", ", "`, `"))
        };
        before = target;
        let (key, shape) = shape(row);
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {shown} | `{key}` | {shape} | {} |",
            row.convention
        );
    }
    table
}

/// Which spans are what, as a table of Markdown: the first row that holds decides.
#[must_use]
pub fn roles() -> String {
    let mut table = String::from("| attribute | value | is |\n| --- | --- | --- |\n");
    let mut rows = ROLES.iter().peekable();
    while let Some((key, value, role)) = rows.next() {
        let mut values = format!("`{value}`");
        while let Some((_, more, _)) = rows.next_if(|(k, _, r)| (k, r) == (key, role)) {
            let _ = write!(values, ", `{more}`");
        }
        let _ = writeln!(table, "| `{key}` | {values} | {} |", role.name());
    }
    table
}

/// The key, and how its value is read.
fn shape(row: &Row) -> (String, String) {
    let key = row.key;
    let (more, read) = match row.shape {
        Shape::Text => ("".into(), "text".into()),
        Shape::First => ("".into(), "first of a list".into()),
        Shape::Count => ("".into(), "count".into()),
        Shape::Names => ("NAME".into(), "text".into()),
        Shape::At(pointer) => ("".into(), format!("JSON, at `{pointer}`")),
        Shape::Parts => ("".into(), "JSON: messages of parts".into()),
        Shape::Instructions => ("".into(), "JSON: parts".into()),
        Shape::Chat => ("".into(), "JSON: messages".into()),
        Shape::Prompt => ("".into(), "JSON: `system`, `prompt`, `messages`".into()),
        Shape::Indexed(inner) => (format!(".N.{inner}*"), "role, content".into()),
        Shape::Plain => ("".into(), "text".into()),
        Shape::PlainUnless(mime) => ("".into(), format!("text, unless `{mime}` is JSON")),
        Shape::Documents("") => ("".into(), "JSON: documents".into()),
        Shape::Documents(pointer) => ("".into(), format!("JSON: documents, at `{pointer}`")),
        Shape::IndexedDocuments => (".N.document.*".into(), "id, score, content".into()),
    };
    (format!("{key}{more}"), read)
}
