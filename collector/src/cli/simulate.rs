//! `tacit simulate`.

use std::{fs, path::PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{
    Usage,
    data::{secret, url},
    keys, note, out, out_json,
    policy::text_or_default,
};
use crate::{
    cadence::period::instant,
    client::Secret,
    collector::{Collector, project_named},
    config::LogConfig,
    control::{ContentPolicy, ProjectId, key::Wanted, scope::Scopes},
    simulate::{Generator, World, evaluate::Study, fill, fit, report},
    store::{self, KeyKind, StoreUrl},
    wall::now_ms,
};

const DAY_MS: u64 = 86_400_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A world built in, or the file of one. Repeatable; base without, all of them
    /// for a report.
    #[arg(long = "world")]
    worlds: Vec<String>,
    /// What all chance follows from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Fill this data directory with a world's signals, and make a key for it.
    #[arg(long, requires = "signals")]
    data: Option<PathBuf>,
    /// Where its facts are: sqlite:, a file in it, or
    /// `clickhouse://user:password@host:8123/database`.
    #[arg(
        long,
        value_name = "URL",
        env = "TACIT_STORE",
        hide_env_values = true,
        value_parser = secret
    )]
    store: Option<Secret>,
    /// About how many signals to fill it with.
    #[arg(long)]
    signals: Option<u64>,
    /// The project that receives them; made if it is new.
    #[arg(long, default_value = "demo")]
    project: String,
    /// Conversations start during so many days.
    #[arg(long, default_value_t = 28)]
    days: u64,
    /// When the last of those days ends, Unix ms; now without.
    #[arg(long)]
    end: Option<u64>,
    /// Judge the policy in every world, and write report.html and report.json here.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Fit the policy's temperature to what people of the worlds felt, and print it.
    #[arg(long)]
    fit: bool,
    /// File of a policy to judge; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Conversations of a round of a study.
    #[arg(long, default_value_t = 3_000)]
    conversations: u64,
    /// Rounds of a study, with seeds from --seed on.
    #[arg(long, default_value_t = 3)]
    rounds: u64,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let worlds = worlds(options)?;
    match (&options.data, options.signals) {
        (Some(data), Some(signals)) => {
            let [world] = &*worlds else {
                return Err(Usage("one world fills a store".into()).into());
            };
            fill_with(options, data, world, signals)
        }
        _ if options.fit => fit(options, &worlds),
        _ if options.report.is_some() => report(options, &worlds),
        _ => Err(
            Usage("say what to do: --report DIR, --fit, or --data DIR --signals N".into()).into(),
        ),
    }
}

fn rounds(options: &Options) -> Study {
    let seeds = options.seed..options.seed.saturating_add(options.rounds.max(1));
    Study {
        seeds: seeds.collect(),
        conversations: options.conversations,
    }
}

fn fit(options: &Options, worlds: &[World]) -> anyhow::Result<()> {
    let (toml, rounds) = (text_or_default(options.policy.as_deref())?, rounds(options));
    for world in worlds {
        let found = fit::fit(&toml, world, &rounds)?;
        let found = found.with_context(|| format!("nothing is decided in world {}", world.name))?;
        let temperature = f64::from(found.temperature) / 1_000.0;
        if options.json {
            out_json(&json!({
                "world": world.name, "world_hash": world.hash, "seeds": rounds.seeds,
                "conversations": rounds.conversations, "temperature": temperature,
                "loss": report::short(found.calibration.loss), "calibration_error": report::short(found.calibration.error),
            }))?;
        } else {
            out(&format!("{temperature:.3}"))?;
        }
    }
    Ok(())
}

fn report(options: &Options, worlds: &[World]) -> anyhow::Result<()> {
    let Some(dir) = &options.report else {
        return Ok(());
    };
    let mut tell = |what: &str| note(&format!("tacit: {what} …"));
    let report = report::report(
        &text_or_default(options.policy.as_deref())?,
        worlds,
        &rounds(options),
        &mut tell,
    )?;
    fs::create_dir_all(dir).with_context(|| format!("{} could not be made", dir.display()))?;
    let json = report::json(&report);
    let mut text = serde_json::to_string_pretty(&json)?;
    text.push('\n');
    for (name, text) in [
        ("report.html", report::page(&report)?),
        ("report.json", text),
    ] {
        let path = dir.join(name);
        fs::write(&path, text)
            .with_context(|| format!("{} could not be written", path.display()))?;
    }
    if options.json {
        return out_json(&json);
    }
    Ok(out(&dir.join("report.html").display().to_string())?)
}

/// The worlds that are named; all that are built in where a report names none,
/// else the base world.
fn worlds(options: &Options) -> anyhow::Result<Vec<World>> {
    let named: Vec<String> = match &*options.worlds {
        [] if options.report.is_some() => World::names().into_iter().map(Into::into).collect(),
        [] => vec!["base".into()],
        named => named.to_vec(),
    };
    named.iter().map(|name| world(name)).collect()
}

fn world(name: &str) -> anyhow::Result<World> {
    if World::source(name).is_some() {
        return Ok(World::named(name)?);
    }
    let read = fs::read_to_string(name);
    let text =
        read.map_err(|error| Usage(format!("{name}: no world built in, and as a file: {error}")))?;
    Ok(World::parse(&text).map_err(|error| Usage(format!("{name}: {error}")))?)
}

/// Declares what runs in the world, each when it starts.
fn declare(
    collector: &Collector,
    project: ProjectId,
    generator: &Generator<'_>,
) -> anyhow::Result<()> {
    for declared in generator.declared()? {
        let name = &declared.experiment.name;
        if collector.store.declare(project, &declared)?.is_some() {
            bail!("an experiment {name} was declared here before: fill another directory");
        }
        let starts_at = instant(declared.experiment.starts_at)?;
        note(&format!("tacit: experiment {name} from {starts_at}"));
    }
    Ok(collector.look_again()?)
}

fn fill_with(
    options: &Options,
    data: &std::path::Path,
    world: &World,
    signals: u64,
) -> anyhow::Result<()> {
    let url = url(options.store.as_ref(), &StoreUrl::default())?;
    let key = keys::make(
        &*store::open(&url, data)?,
        Wanted {
            project: options.project.clone(),
            kind: KeyKind::Secret,
            origins: Vec::new(),
            scopes: Scopes::DEFAULT,
            content: Some(ContentPolicy::Edits),
        },
    )?;
    let end = options.end.unwrap_or_else(now_ms);
    let from = end.saturating_sub(options.days.max(1) * DAY_MS);
    let generator = Generator::new(world, fill::plan(world, options.seed, signals, from, end));
    let (collector, _) = Collector::open(&url, data, &LogConfig::default())?;
    let named = project_named(&collector.store.control()?, &options.project);
    declare(
        &collector,
        named.context("the project is gone")?,
        &generator,
    )?;
    let control = collector.store.control()?;
    let project =
        project_named(&control, &options.project).and_then(|id| control.projects.get(&id));
    let project = project.context("the project is gone")?;
    let bar = ProgressBar::new(signals);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:40} {pos}/{len} signals, {per_sec}, {eta} left")
    {
        bar.set_style(style);
    }
    let filled = fill::fill(&collector, project, &generator, &mut |done| {
        bar.set_position(done)
    });
    bar.finish_and_clear();
    note("tacit: folding in what was received …");
    collector.close().context("the store could not be closed")?;
    let filled = filled?;
    note(&format!(
        "tacit: {} signals about {} answers in {} conversations of world {}",
        filled.signals, filled.outputs, filled.conversations, world.name
    ));
    if options.json {
        return out_json(&json!({
            "project": key.project, "kind": key.kind.name(), "key": key.text, "id": key.id,
            "world": world.name, "world_hash": world.hash, "seed": options.seed, "from": from, "end": end,
            "conversations": filled.conversations, "outputs": filled.outputs,
            "batches": filled.batches, "signals": filled.signals,
        }));
    }
    Ok(out(&key.text)?)
}
