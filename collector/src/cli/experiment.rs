//! `tacit experiment`.

mod power;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Common, Usage, data::project, out, out_json};
use crate::{
    cadence::period::instant,
    config::Config,
    control::{Control, ProjectId},
    experiment::declaration::{Declared, Recorded, config::Configured, end, record, settle_text},
    store::ExperimentStore,
    wall::now_ms,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Declare the experiments of a file, before they run.
    Add(Add),
    /// List the experiments, the first declared first.
    List(List),
    /// Show one as it was declared.
    Show(One),
    /// End one: from now on nobody takes part.
    End(One),
    /// Say what one would take, as people were over the last weeks: people and days.
    Power(power::Power),
    /// Say what one shows by now: effects, guardrails, what it would take.
    Readout(super::readout::Options),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// A file with `[[experiment]]` tables, such as tacit.toml.
    file: PathBuf,
    /// The project of those that name none; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct One {
    /// Its name.
    name: String,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Add(options) => add(options),
        Command::List(options) => list(options),
        Command::Show(options) => show(options),
        Command::End(options) => ending(options),
        Command::Power(options) => power::run(options),
        Command::Readout(options) => super::readout::run(options),
    }
}

fn add(options: &Add) -> anyhow::Result<()> {
    let config = Config::read(&options.file).map_err(|error| Usage(error.to_string()))?;
    if config.experiments.is_empty() {
        let file = options.file.display();
        return Err(Usage(format!("{file} has no [[experiment]]")).into());
    }
    let data = options.common.open()?;
    let project = options.project.as_deref();
    let now = now_ms();
    let all = declare_all(
        &*data.store,
        &data.control,
        &config.experiments,
        project,
        now,
    )?;
    if options.common.json {
        let shown: Vec<Value> = all.iter().map(|(_, one)| shown(one, now)).collect();
        return out_json(&json!({ "experiments": shown }));
    }
    for (_, recorded) in &all {
        let what = if recorded.is_new {
            "declared"
        } else {
            "was declared before"
        };
        out(&format!("{what}: {}", line(&recorded.declared, now)?))?;
    }
    Ok(())
}

fn shown(recorded: &Recorded, now: u64) -> Value {
    let mut shown = recorded.declared.to_json(now);
    shown["is_new"] = json!(recorded.is_new);
    shown
}

/// Writes down all that a configuration declares; those that name no project are of
/// `project`.
pub(super) fn declare_all(
    store: &dyn ExperimentStore,
    control: &Control,
    experiments: &[Configured],
    project_of_rest: Option<&str>,
    now: u64,
) -> anyhow::Result<Vec<(ProjectId, Recorded)>> {
    let mut all = Vec::with_capacity(experiments.len());
    for configured in experiments {
        let named = configured.project.as_deref().or(project_of_rest);
        let name = configured.declaration.name();
        let project = project(control, named).with_context(|| format!("experiment {name}"))?;
        all.push((
            project,
            record(store, project, &configured.declaration, now)?,
        ));
    }
    Ok(all)
}

fn list(options: &List) -> anyhow::Result<()> {
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let experiments = data.store.experiments(project)?;
    let now = now_ms();
    if options.common.json {
        let shown: Vec<Value> = experiments.iter().map(|one| one.to_json(now)).collect();
        return out_json(&json!({ "experiments": shown }));
    }
    for experiment in &experiments {
        out(&line(experiment, now)?)?;
    }
    Ok(())
}

fn show(options: &One) -> anyhow::Result<()> {
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let found = data.store.experiment(project, &options.name)?;
    tell(options, &found.with_context(|| unknown(&options.name))?)
}

fn ending(options: &One) -> anyhow::Result<()> {
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let ended = end(&*data.store, project, &options.name, now_ms())?;
    tell(options, &ended.with_context(|| unknown(&options.name))?)
}

pub(super) fn unknown(name: &str) -> String {
    format!("there is no experiment {name}; `tacit experiment list` names them")
}

fn tell(options: &One, declared: &Declared) -> anyhow::Result<()> {
    let now = now_ms();
    if options.common.json {
        return out_json(&declared.to_json(now));
    }
    out(&line(declared, now)?)?;
    for (what, value) in details(declared)? {
        out(&format!("  {what:<10} {value}"))?;
    }
    Ok(())
}

/// An experiment in a line.
fn line(declared: &Declared, now: u64) -> anyhow::Result<String> {
    let experiment = &declared.experiment;
    let arms: Vec<_> = experiment.arms.iter().map(|arm| &*arm.name).collect();
    let mut line = format!(
        "{} {}: {} by {}, from {}",
        experiment.name,
        declared.state(now).name(),
        arms.join(" or "),
        experiment.primary.name(),
        instant(declared.runs_from())?,
    );
    if let Some(until) = declared.runs_until() {
        line.push_str(&format!(" until {}", instant(until)?));
    }
    Ok(line)
}

fn details(declared: &Declared) -> anyhow::Result<Vec<(&'static str, String)>> {
    let experiment = &declared.experiment;
    let arms = experiment.arms.iter();
    let arms: Vec<_> = arms
        .map(|arm| format!("{} {}", arm.name, arm.weight))
        .collect();
    let guards = experiment.guardrails.iter();
    let guards: Vec<_> = guards
        .map(|guard| {
            format!(
                "{} worse by less than {}",
                guard.metric.name(),
                guard.margin
            )
        })
        .collect();
    let mut details = vec![
        (
            "arms",
            format!("{}; the first is the control", arms.join(", ")),
        ),
        (
            "traffic",
            format!("{} of those not held out", experiment.traffic),
        ),
        ("holdout", experiment.holdout.to_string()),
        (
            "primary",
            format!(
                "{}, worth knowing from {}",
                experiment.primary.name(),
                experiment.mde
            ),
        ),
        ("guardrails", guards.join(", ")),
        ("alpha", experiment.alpha.to_string()),
        ("settle", settle_text(experiment.settle_ms)),
        ("declared", instant(declared.declared_at)?),
    ];
    if !experiment.secondary.is_empty() {
        let secondary: Vec<_> = experiment
            .secondary
            .iter()
            .map(|metric| metric.name())
            .collect();
        details.insert(4, ("secondary", secondary.join(", ")));
    }
    if let Some(note) = &experiment.note {
        details.push(("note", note.clone()));
    }
    Ok(details)
}
