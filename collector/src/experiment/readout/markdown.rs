//! A readout in Markdown.

use super::{
    shape::Readout,
    told::{Head, Part, Table, lead, parts},
};

/// For terminals, pull requests and chat.
#[must_use]
pub fn markdown(readout: &Readout) -> String {
    let mut lines = vec![
        format!("# Experiment {}", readout.experiment),
        lead(readout),
    ];
    for part in parts(readout) {
        tell(&part, &mut lines);
    }
    let mut text = lines.join("\n\n");
    text.push('\n');
    text
}

fn tell(part: &Part, lines: &mut Vec<String>) {
    lines.push(format!("## {}", part.title));
    lines.extend(
        part.warnings
            .iter()
            .map(|warning| format!("**{}**", safe(warning))),
    );
    lines.extend(part.text.iter().map(|text| safe(text)));
    for table in &part.tables {
        lines.push(format!("{}\n\n{}", safe(&table.caption), rows(table)));
    }
}

fn rows(table: &Table) -> String {
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let heads = table.heads.iter().map(|head| match head {
        Head::Words(name) | Head::Numbers(name) => (*name).to_owned(),
    });
    let rule = table.heads.iter().map(|head| match head {
        Head::Words(_) => "---".to_owned(),
        Head::Numbers(_) => "---:".to_owned(),
    });
    let mut lines = vec![row(heads.collect()), row(rule.collect())];
    let body = table.rows.iter();
    lines.extend(body.map(|cells| row(cells.iter().map(|cell| safe(cell)).collect())));
    lines.join("\n")
}

/// Names come from outside: nothing in them is markup, and no cell ends early.
fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' | '|' | '`' | '*' | '<' | '[' | '#' => {
                safe.push('\\');
                safe.push(char);
            }
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}
