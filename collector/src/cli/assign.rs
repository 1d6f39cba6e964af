//! `tacit assign`: who is in which arm, as everybody else works it out.

use std::{
    io::{self, BufRead},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use tacit_signals::assignment::{Plan, assign};

use super::{Common, Usage, out, out_json};
use crate::{config::Config, experiment::Told};

/// Reads subjects from standard input.
const STDIN: &str = "-";

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The experiment.
    experiment: String,
    /// People, by the ids the app or the browser gave them; - reads one a line.
    #[arg(required = true)]
    subjects: Vec<String>,
    /// A file that declares the experiment, such as tacit.toml; without, it is one that
    /// was declared.
    #[arg(long, default_value = "declared", hide_default_value = true)]
    plan: PathBuf,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Line<'a> {
    subject: &'a str,
    #[serde(flatten)]
    told: Told<'a>,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let plan = if options.plan == Path::new("declared") {
        declared(options)?
    } else {
        planned(options)?
    };
    for subject in &options.subjects {
        if subject != STDIN {
            tell(&plan, subject, options.common.json)?;
            continue;
        }
        for line in io::stdin().lock().lines() {
            let line = line.context("standard input")?;
            tell(&plan, &line, options.common.json)?;
        }
    }
    Ok(())
}

/// The plan of what was declared.
fn declared(options: &Options) -> anyhow::Result<Plan> {
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let project = data.control.projects.get(&project);
    let found = project.and_then(|project| project.experiment(&options.experiment));
    let found =
        found.with_context(|| format!("no experiment {} was declared", options.experiment))?;
    Ok(found.plan.clone())
}

/// The plan of what a file declares.
fn planned(options: &Options) -> anyhow::Result<Plan> {
    let file = options.plan.display();
    let config = Config::read(&options.plan).map_err(|error| Usage(error.to_string()))?;
    let mut declarations = config.experiments.iter().map(|one| &one.declaration);
    let declaration = declarations
        .find(|declaration| declaration.name() == options.experiment)
        .ok_or_else(|| {
            Usage(format!(
                "{file} declares no experiment {}",
                options.experiment
            ))
        })?;
    let experiment = declaration.starting(0)?;
    Ok(experiment.plan()?)
}

fn tell(plan: &Plan, subject: &str, json: bool) -> anyhow::Result<()> {
    if subject.is_empty() {
        return Err(Usage("a subject is empty, and nobody".into()).into());
    }
    let told = Told::from(assign(plan, subject));
    if json {
        return out_json(&Line { subject, told });
    }
    let arm = told.arm.unwrap_or("-");
    Ok(out(&format!("{subject}\t{arm}\t{}", told.propensity))?)
}
