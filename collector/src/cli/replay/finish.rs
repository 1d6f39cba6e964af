//! The report, and what a gate makes of it.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use serde_json::json;

use super::{
    super::{note, out, out_json},
    judged,
    options::Options,
    tokens,
};
use crate::replay::{
    Answer,
    compare::Gate,
    journal::{self, Contents},
    report::{self, Inputs, Judge, Report},
    run::{Prices, Tokens},
};

/// The report of an earlier replay.
pub(super) fn again(
    options: &Options,
    directory: &Path,
    gate: &Gate,
    prices: Option<Prices>,
) -> anyhow::Result<()> {
    report(options, directory, gate, prices)
}

/// Writes what there is to say of the replay in `directory`; fails where the gate does.
pub(super) fn report(
    options: &Options,
    directory: &Path,
    gate: &Gate,
    prices: Option<Prices>,
) -> anyhow::Result<()> {
    let contents = journal::read(directory)?;
    let report = made(options, &contents, gate, prices);
    let files = [
        ("report.json", report::json(&report)?),
        ("report.md", report::markdown(&report)),
        ("report.html", report::page(&report)?),
    ];
    for (name, text) in &files {
        let path = directory.join(name);
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    if options.common.json {
        out_json(&json!({
            "out": directory,
            "gate": report.gate,
            "ran": report.ran,
            "not_replayable": report.plan.selected.not_replayable,
            "left_out": report.plan.selected.left_out,
            "spent": report.spent,
        }))?;
    } else {
        out(report::markdown(&report).trim_end())?;
        note(&format!(
            "tacit: see {}",
            directory.join("report.html").display()
        ));
    }
    if !report.gate.passed {
        bail!("the gate is not passed");
    }
    Ok(())
}

fn made(options: &Options, contents: &Contents, gate: &Gate, prices: Option<Prices>) -> Report {
    let answers: Vec<Answer> = contents.answers.values().cloned().collect();
    let judgements: Vec<Answer> = contents.judgements.values().cloned().collect();
    let judge = contents.judging.as_ref().map(|judging| Judge {
        model: &judging.asking.model,
        questions: judged::of(contents, judging.people).len() as u64,
        answers: &judgements,
    });
    // What an endpoint does not count it cannot have charged for by the token.
    let spent = answers
        .iter()
        .map(|answer| tokens(answer, Tokens::default()));
    let cost = prices.map(|prices| prices.of(spent.sum()).to_string());
    report::report(&Inputs {
        plan: &contents.plan,
        cases: &contents.cases,
        answers: &answers,
        judge,
        gate,
        cost: cost.as_deref(),
        quoted: options.report.quoted,
    })
}
