//! `README.md`: the dataset card.

use std::fmt::Write;

use super::{
    columns,
    facts::{CardFacts, moment},
    header::header,
};
use crate::dataset::composition::{Composition, Dimension, Warning, percent, some};

/// Values of a property that the card names; the composition report has them all.
const NAMED_MAX: usize = 5;

pub(super) fn readme(
    facts: &CardFacts<'_>,
    composition: &Composition,
    others: &[(String, String)],
) -> String {
    let parts = [
        header(facts, composition),
        format!("# {}\n", super::title(facts)),
        summary(facts, composition),
        warnings(&composition.warnings),
        files(facts, others),
        load(facts),
        labels(facts),
        left_out(facts),
        made_of(composition),
        people(facts),
        limits(composition),
        licence(),
    ];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n")
}

fn summary(facts: &CardFacts<'_>, composition: &Composition) -> String {
    let counts = facts.counts;
    let split = match counts.test {
        0 => String::new(),
        test => format!(" ({} to train on, {test} to test with)", counts.train),
    };
    format!(
        "{}{split} in the format `{}`, made from what {} did with AI answers: copying, editing, \
         asking again. Nobody was asked to annotate anything.\n\n\
         | | |\n| --- | --- |\n\
         | build | `{}` |\n| labels as of | {} |\n| policy | `{}` |\n| range | {} |\n\
         | least trust | {} |\n| least confidence | {} |\n",
        some(counts.rows, "row", "rows"),
        facts.inputs.format,
        some(composition.people.with_rows, "person", "people"),
        facts.inputs.id(),
        moment(facts.inputs.as_of),
        facts.inputs.policy,
        range(facts),
        facts.inputs.trust.name(),
        facts.inputs.min_confidence,
    )
}

fn range(facts: &CardFacts<'_>) -> String {
    match (facts.inputs.from, facts.inputs.to) {
        (None, None) => "everything".into(),
        (Some(from), None) => format!("from {}", moment(from)),
        (None, Some(to)) => format!("to {}", moment(to)),
        (Some(from), Some(to)) => format!("{} to {}", moment(from), moment(to)),
    }
}

fn warnings(warnings: &[Warning]) -> String {
    let mut text = String::from("## Before you train\n\n");
    if warnings.is_empty() {
        text += "No check found anything to warn of.\n";
    }
    for warning in warnings {
        let (code, severity) = (warning.code.name(), warning.severity.name());
        let _ = writeln!(
            text,
            "- **{code}** ({severity}): {} What helps: {}.",
            cell(&warning.message),
            warning.remedy
        );
    }
    text
}

fn files(facts: &CardFacts<'_>, others: &[(String, String)]) -> String {
    let mut text = String::from("## Files\n\n| file | rows | what it is |\n| --- | --- | --- |\n");
    for (split, name, file) in facts.line_files() {
        let rows = file.rows.unwrap_or_default();
        let _ = writeln!(
            text,
            "| `{name}` | {rows} | the rows of the {split} split |"
        );
    }
    for (name, file) in facts.files {
        if name == super::PROVENANCE_FILE {
            let rows = file.rows.unwrap_or_default();
            let _ = writeln!(
                text,
                "| `{name}` | {rows} | what each row rests on, by split in the order of its file: label, \
                 weight, `ipw`, rules, person without a name |"
            );
        }
    }
    text += "| `manifest.json` | | inputs, counts and the SHA-256 of every file |\n";
    let _ = writeln!(
        text,
        "| `{}` | | the policy: with the inputs, what building this again needs |",
        super::POLICY_FILE
    );
    for (name, about) in super::ABOUT {
        if others.iter().any(|(other, _)| other == name) {
            let _ = writeln!(text, "| `{name}` | | {about} |");
        }
    }
    if let Some(columns) = columns::of(&facts.inputs.format) {
        text += "\nColumns of a row:\n\n";
        for column in columns {
            let _ = writeln!(text, "- `{}`: {}", column.name, column.about);
        }
    }
    text
}

fn load(facts: &CardFacts<'_>) -> String {
    if facts.splits().is_empty() {
        return "## Loading\n\nThere is no row to load.\n".into();
    }
    let then = match facts.inputs.format.as_str() {
        _ if facts.file("train").is_none() => "",
        "trl-sft" | "trl-sft-chat" => "SFTTrainer(model, train_dataset=rows[\"train\"])",
        "trl-dpo" => "DPOTrainer(model, train_dataset=rows[\"train\"])",
        "trl-kto" => {
            "KTOTrainer(model, train_dataset=rows[\"train\"])  # sequential: keep the order"
        }
        "trl-reward" => "RewardTrainer(model, train_dataset=rows[\"train\"])",
        "rag" => "EvaluationDataset.from_jsonl(\"train.jsonl\")  # ragas",
        "evals-inspect" => "json_dataset(\"train.jsonl\")  # inspect_ai.dataset",
        "evals-promptfoo" => "# promptfooconfig.yaml: tests: file://train.jsonl",
        _ => "",
    };
    let code = format!(
        "from datasets import load_dataset\n\nrows = load_dataset(\"path/to/this/directory\")\n{then}"
    );
    format!(
        "## Loading\n\n```python\n{}\n```\n\n\
         Trainers read no weight per row but the reward trainer's margin. To honour weights, \
         resample by `weight` or `ipw` of `provenance.parquet` (`load_dataset(\"parquet\", \
         data_files=\"provenance.parquet\")`): \
         the rows of a split stand in it in the order of the split's file.\n",
        code.trim_end()
    )
}

fn labels(facts: &CardFacts<'_>) -> String {
    format!(
        "## Where the labels come from\n\n{} The policy `{}` weighs these acts: each of its rules \
         adds evidence for or against an answer, and the sum decides; its hash is in the manifest. `tacit label explain OUTPUT` shows the acts behind a row.\n",
        super::COLLECTION,
        facts.inputs.policy,
    )
}

fn left_out(facts: &CardFacts<'_>) -> String {
    let counts = facts.counts;
    if counts.skipped.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "## What is left out\n\nOf {} outputs and pairs {} became rows.\n\n\
         | reason | how many | what would change it |\n| --- | --- | --- |\n",
        counts.considered, counts.rows
    );
    for (reason, n) in &counts.skipped {
        let remedy = counts.remedies.get(reason).map_or("", String::as_str);
        let _ = writeln!(text, "| {reason} | {n} | {} |", remedy.replace('|', "\\|"));
    }
    text
}

fn made_of(composition: &Composition) -> String {
    let mut text = String::from("## What it is made of\n\n| | |\n| --- | --- |\n");
    let dimensions = [
        Dimension::Signals,
        Dimension::State,
        Dimension::Basis,
        Dimension::Trust,
        Dimension::Model,
        Dimension::PromptVersion,
        Dimension::Language,
        Dimension::Device,
    ];
    for dimension in dimensions {
        let Some(by) = composition
            .by
            .get(&dimension)
            .filter(|by| !by.parts.is_empty())
        else {
            continue;
        };
        let part = |part: &crate::dataset::composition::Part| {
            let value = part.value.as_deref().unwrap_or("unknown");
            format!("{} {}", cell(value), percent(part.share))
        };
        let parts: Vec<_> = by.parts.iter().take(NAMED_MAX).map(part).collect();
        let more = by.parts.len() > NAMED_MAX || by.other > 0;
        let _ = writeln!(
            text,
            "| {} | {}{} |",
            dimension.title(),
            parts.join(", "),
            if more { ", …" } else { "" }
        );
    }
    let people = &composition.people;
    let effective = &composition.effective;
    let _ = writeln!(
        text,
        "| People with rows | {} of {}; the largest share is {}, Gini {} |\n\
         | Effective rows | {} with training weights, {} with `ipw` |\n\
         | Rows of people who left | {} |\n\n\
         `composition.html` shows all of it; what each figure means is in the product's docs.",
        people.with_rows,
        people.people,
        percent(people.rows_max_share),
        people.gini,
        effective.training,
        effective.ipw,
        percent(people.churned.row_share),
    );
    text
}

/// Text with names from browsers in it, which shall be no markup.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => cell.push_str("&lt;"),
            '\\' | '|' | '`' | '[' => cell.extend(['\\', c]),
            c if c.is_control() => cell.push(' '),
            c => cell.push(c),
        }
    }
    cell
}

fn people(facts: &CardFacts<'_>) -> String {
    format!(
        "## People, consent and privacy\n\n{}\n",
        super::privacy(facts)
    )
}

fn limits(composition: &Composition) -> String {
    let mut not = composition.selection.not_stratified.clone();
    let last = not.pop().unwrap_or_default();
    format!(
        "## Limits\n\n{} `ipw` evens out model, prompt version, length of the answer, language and \
         device; it knows nothing of {} and {last}.\n",
        super::LIMITS,
        not.join(", "),
    )
}

fn licence() -> String {
    "## Licence\n\nNot chosen yet: replace `license` in the header above before you publish this. \
     The texts were written by the people who used the product and by its models; what may be done \
     with them follows from the terms they agreed to.\n"
        .into()
}
