//! The card's YAML header, which Hugging Face's hub and `datasets` read: which file
//! is which split, what the columns are, what to find the dataset by.

use std::fmt::Write;

use super::{
    columns::{self, Column, Kind},
    facts::CardFacts,
};
use crate::dataset::composition::{Composition, Dimension};

/// The configuration that loaders take by default. It is the only one: `datasets`
/// reads all files of a directory with one reader, so the table of what rows rest on
/// has none.
const ROWS: &str = "default";

pub(super) fn header(facts: &CardFacts<'_>, composition: &Composition) -> String {
    let mut yaml = String::from("---\n");
    let format = facts.inputs.format.as_str();
    // Whoever publishes chooses; a hub takes no card without.
    yaml += "license: other\nlicense_name: choose-one-before-publishing\n";
    list(&mut yaml, "language", &languages(composition));
    yaml += &format!("pretty_name: {}\n", quoted(&super::title(facts)));
    list(&mut yaml, "task_categories", &[task(format).into()]);
    list(
        &mut yaml,
        "size_categories",
        &[size(facts.counts.rows).into()],
    );
    list(&mut yaml, "tags", &tags(format));
    configs(&mut yaml, facts);
    info(&mut yaml, facts);
    yaml + "---\n"
}

fn list(yaml: &mut String, name: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    *yaml += &format!("{name}:\n");
    for item in items {
        *yaml += &format!("- {item}\n");
    }
}

/// JSON's texts are YAML's.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// ISO 639 codes are all the hub takes.
fn languages(composition: &Composition) -> Vec<String> {
    let by = composition.by.get(&Dimension::Language);
    let parts = by.into_iter().flat_map(|by| &by.parts);
    let mut codes: Vec<String> = parts
        .filter_map(|part| part.value.clone())
        .filter(|code| {
            (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase())
        })
        .map(|code| quoted(&code))
        .collect();
    codes.sort_unstable();
    codes
}

fn task(format: &str) -> &'static str {
    match format {
        "rag" => "question-answering",
        _ => "text-generation",
    }
}

const fn size(rows: u64) -> &'static str {
    match rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        1_000_000..10_000_000 => "1M<n<10M",
        10_000_000.. => "10M<n<100M",
    }
}

fn tags(format: &str) -> Vec<String> {
    let purpose: &[&str] = match format {
        "trl-sft" | "trl-sft-chat" => &["sft", "trl"],
        "openai-sft" => &["sft"],
        "trl-dpo" => &["dpo", "preference", "trl"],
        "openai-dpo" => &["dpo", "preference"],
        "trl-kto" => &["kto", "preference", "trl"],
        "trl-reward" => &["preference", "reward-model", "trl"],
        "rag" => &["rag", "ragas"],
        "evals-inspect" => &["evaluation", "inspect"],
        "evals-promptfoo" => &["evaluation", "promptfoo"],
        _ => &[],
    };
    let all = ["implicit-feedback", "tacit"].iter().chain(purpose);
    all.map(ToString::to_string).collect()
}

fn configs(yaml: &mut String, facts: &CardFacts<'_>) {
    let splits = facts.splits();
    if splits.is_empty() {
        return;
    }
    *yaml += &format!("configs:\n- config_name: {ROWS}\n  default: true\n  data_files:\n");
    for (split, file, _) in splits {
        *yaml += &format!("  - split: {split}\n    path: {file}\n");
    }
}

fn info(yaml: &mut String, facts: &CardFacts<'_>) {
    let splits = facts.splits();
    let Some(columns) = columns::of(&facts.inputs.format).filter(|_| !splits.is_empty()) else {
        return;
    };
    *yaml += &format!("dataset_info:\n- config_name: {ROWS}\n  features:\n");
    features(yaml, columns, "  ");
    *yaml += "  splits:\n";
    for (split, _, file) in splits {
        let rows = file.rows.unwrap_or_default();
        let bytes = file.bytes;
        *yaml += &format!("  - name: {split}\n    num_bytes: {bytes}\n    num_examples: {rows}\n");
    }
}

/// As `datasets` writes them.
fn features(yaml: &mut String, columns: &[Column], indent: &str) {
    let below = format!("{indent}  ");
    for column in columns {
        let _ = writeln!(yaml, "{indent}- name: {}", column.name);
        let _ = match column.kind {
            Kind::Text => writeln!(yaml, "{below}dtype: string"),
            Kind::Bool => writeln!(yaml, "{below}dtype: bool"),
            Kind::Int => writeln!(yaml, "{below}dtype: int64"),
            Kind::Float => writeln!(yaml, "{below}dtype: float64"),
            Kind::Texts => writeln!(yaml, "{below}list: string"),
            Kind::Floats => writeln!(yaml, "{below}list: float64"),
            Kind::Nothings => writeln!(yaml, "{below}list: 'null'"),
            Kind::Object(_) => writeln!(yaml, "{below}struct:"),
            Kind::Objects(_) => writeln!(yaml, "{below}list:"),
        };
        if let Kind::Object(columns) | Kind::Objects(columns) = column.kind {
            features(yaml, columns, &below);
        }
    }
}
