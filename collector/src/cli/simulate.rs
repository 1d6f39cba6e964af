//! `tacit simulate`.

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Usage, keys, note, out, out_json};
use crate::{
    collector::{Collector, project_named},
    config::LogConfig,
    control::ContentPolicy,
    simulate::{Generator, World, fill},
    store::{ControlStore, KeyKind},
    wall::now_ms,
};

const DAY_MS: u64 = 86_400_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A world built in, or the file of one. Repeatable; base without.
    #[arg(long = "world")]
    worlds: Vec<String>,
    /// What all chance follows from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Fill this data directory with a world's signals, and make a key for it.
    #[arg(long, requires = "signals")]
    store: Option<PathBuf>,
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
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let worlds = worlds(&options.worlds)?;
    match (&options.store, options.signals) {
        (Some(data), Some(signals)) => {
            let [world] = &*worlds else {
                return Err(Usage("one world fills a store".into()).into());
            };
            store(options, data, world, signals)
        }
        _ => Err(Usage("say what to do: --store DIR --signals N".into()).into()),
    }
}

fn worlds(named: &[String]) -> anyhow::Result<Vec<World>> {
    let base = ["base".to_owned()];
    let named = if named.is_empty() { &base } else { named };
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

fn store(
    options: &Options,
    data: &std::path::Path,
    world: &World,
    signals: u64,
) -> anyhow::Result<()> {
    let key = keys::make(
        data,
        &options.project,
        KeyKind::Secret,
        Vec::new(),
        Some(ContentPolicy::Edits),
    )?;
    let end = options.end.unwrap_or_else(now_ms);
    let from = end.saturating_sub(options.days.max(1) * DAY_MS);
    let generator = Generator::new(world, fill::plan(world, options.seed, signals, from, end));
    let (collector, _) = Collector::open(data, &LogConfig::default())?;
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
