//! `tacit label`: policies, and why a label is what it is.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use tacit_signals::Id;

use super::{
    Common, Usage, out, out_json,
    policy::{policy_or_default, read_policy},
    selection::{Range, moment},
};
use crate::{
    dataset::{Filter, Format},
    export::relabel,
    label::explain,
    screen::Screened,
    wall::now_ms,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read a policy file and say what it is, or what is wrong with it.
    Check(Check),
    /// Tell why the label of an output is what it is, rule by rule.
    Explain(Explain),
    /// Say how another policy would change the labels and rows there are.
    Diff(Diff),
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The policy file.
    file: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The output, by its id or an alias.
    output: String,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// As everything was known at this moment; now without.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The policy file that holds, or - for the built-in one.
    old: PathBuf,
    /// The policy file that may take its place, or - for the built-in one.
    new: PathBuf,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// As everything was known at this moment; now without.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    #[command(flatten)]
    range: Range,
    /// Examples of each change of state, at most 100.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=100))]
    examples: u16,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Check(options) => check(options),
        Command::Explain(options) => tell(options),
        Command::Diff(options) => compare(options),
    }
}

fn check(options: &Check) -> anyhow::Result<()> {
    let summary = read_policy(&options.file)?.summary();
    if options.json {
        return out_json(&summary);
    }
    Ok(out(summary.to_string().trim_end())?)
}

fn tell(options: &Explain) -> anyhow::Result<()> {
    let policy = policy_or_default(options.policy.as_deref())?;
    let output = Id::parse("output", &options.output)
        .map_err(|_| Usage(format!("{} is no id of an output", options.output)))?;
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let as_of = options.as_of.unwrap_or_else(now_ms);
    let facts = Screened::of(&*data.store, &policy, project, as_of)?;
    let found = facts.group_of(&output)?;
    let told = found.and_then(|(group, id)| {
        let (label, mut explanation) = explain(&group, &id, &policy, as_of)?;
        explanation.screened_by(&group, &id, facts.screen());
        Some((label, explanation))
    });
    let (_, explanation) =
        told.with_context(|| format!("no output {output} is known at that moment"))?;
    if options.common.json {
        return out_json(&explanation);
    }
    Ok(out(explanation.to_string().trim_end())?)
}

fn compare(options: &Diff) -> anyhow::Result<()> {
    options.range.check()?;
    let named = |path: &Path| policy_or_default(Some(path).filter(|path| *path != Path::new("-")));
    let (old, new) = (named(&options.old)?, named(&options.new)?);
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let as_of = options.as_of.unwrap_or_else(now_ms);
    let filter = Filter {
        since: options.range.from,
        until: options.range.to,
        ..Filter::of(Format::TrlDpo)
    };
    let examples = options.examples.into();
    let changes = relabel(
        &*data.store,
        (&old, &new),
        (project, as_of),
        filter,
        examples,
    )?;
    if options.common.json {
        return out_json(&changes);
    }
    Ok(out(changes.to_string().trim_end())?)
}
