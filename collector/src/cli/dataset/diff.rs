//! `tacit dataset diff`.

use std::{collections::BTreeMap, fmt::Display, path::PathBuf};

use clap::Args;
use serde_json::Value;

use super::super::{out, out_json};
use crate::dataset::{
    build::MEMORY_BYTES,
    diff::{self, Diff as Difference, EXAMPLES, Sides},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Diff {
    /// Directory of the earlier build.
    a: PathBuf,
    /// Directory of the later build.
    b: PathBuf,
    /// Names of rows of each kind.
    #[arg(long, default_value_t = EXAMPLES)]
    examples: usize,
    /// Memory for records, in bytes or as 64MiB.
    #[arg(long, value_parser = super::bytes, default_value_t = MEMORY_BYTES)]
    memory: u64,
    /// Directory of everything that is kept; two builds need none of it.
    #[arg(long, hide = true)]
    data: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Diff) -> anyhow::Result<()> {
    let memory = usize::try_from(options.memory).unwrap_or(usize::MAX);
    let diff = diff::diff(&options.a, &options.b, memory, options.examples)?;
    if options.json {
        return out_json(&diff);
    }
    for line in lines(&diff) {
        out(&line)?;
    }
    Ok(())
}

fn lines(diff: &Difference) -> Vec<String> {
    let mut lines = vec![
        format!("identical: {}", diff.identical),
        format!("a: {}", diff.a),
        format!(
            "b: {}{}",
            diff.b,
            if diff.b_follows_a {
                ", which follows a"
            } else {
                ""
            }
        ),
    ];
    let rows = &diff.rows;
    lines.push(format!(
        "rows: {} to {}: {} added, {} removed, {} changed, {} the same",
        rows.a, rows.b, rows.added, rows.removed, rows.changed, rows.same
    ));
    let by = &rows.changed_by;
    let changed = [
        ("text", by.text),
        ("label", by.state),
        ("score", by.score),
        ("weight", by.weight),
        ("only what they rest on", by.provenance),
    ];
    let changed = changed.iter().filter(|(_, n)| *n > 0);
    list(
        &mut lines,
        "changed by",
        changed.map(|(what, n)| format!("{what} {n}")),
    );
    list(&mut lines, "moved", each(&rows.moved));
    list(&mut lines, "labels that turned", each(&rows.flips));
    for (what, names) in &rows.examples {
        list(
            &mut lines,
            &format!("{what}, for example"),
            names.iter().cloned(),
        );
    }
    list(&mut lines, "made from", sides(&diff.inputs));
    list(&mut lines, "in no row", sides(&diff.skipped));
    list(&mut lines, "by model", sides(&rows.models));
    list(
        &mut lines,
        "by prompt version",
        sides(&rows.prompt_versions),
    );
    list(&mut lines, "measures", sides(&diff.measures));
    for shift in &diff.shifts {
        lines.push(format!(
            "share of {} {}: {} to {}",
            shift.by,
            shift.value.as_deref().unwrap_or("unknown"),
            shift.a,
            shift.b
        ));
    }
    lines
}

fn list(lines: &mut Vec<String>, name: &str, parts: impl Iterator<Item = String>) {
    let parts: Vec<_> = parts.collect();
    if !parts.is_empty() {
        lines.push(format!("{name}: {}", parts.join(", ")));
    }
}

fn each(counts: &BTreeMap<String, u64>) -> impl Iterator<Item = String> {
    counts.iter().map(|(name, count)| format!("{name} {count}"))
}

fn sides<N: Display, T: Into<Value> + Clone>(
    sides: &BTreeMap<N, Sides<T>>,
) -> impl Iterator<Item = String> {
    let plain = |value: &T| -> String {
        match value.clone().into() {
            Value::String(text) => text,
            other => other.to_string(),
        }
    };
    let line = move |(name, sides): (&N, &Sides<T>)| {
        format!("{name} {} to {}", plain(&sides.a), plain(&sides.b))
    };
    sides.iter().map(line)
}
