//! `tacit expire`.

use std::{collections::BTreeMap, path::PathBuf, thread, time::Duration};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use super::{Common, Usage, data::project, note, out, out_json};
use crate::{
    cadence::period::instant,
    collector::{Collector, OpenError},
    config::{Config, LogConfig},
    control::Control,
    erase::State,
    expire::{Age, Ages, Expiry, Horizons, Retention, ask, horizons},
    store::{AnyStore, ExpiryStore},
    wall::now_ms,
};

/// Between two looks at how far it is.
const EVERY: Duration = Duration::from_millis(50);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Say what would go, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// What people did ends after so many days, 400d; as [retention] says without.
    #[arg(long, value_parser = age)]
    older_than: Option<Age>,
    /// Texts end after so many days; with everything else without.
    #[arg(long, value_parser = age)]
    texts_older_than: Option<Age>,
    /// Only of this project.
    #[arg(long)]
    project: Option<String>,
    /// The configuration that says how long data are kept; not needed with --older-than.
    #[arg(long)]
    config: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

fn age(text: &str) -> Result<Age, String> {
    Age::parse(text).ok_or_else(|| "write whole days, one at least: 400d".into())
}

impl Options {
    fn retention(&self) -> anyhow::Result<Retention> {
        if self.older_than.is_some() || self.texts_older_than.is_some() {
            let retention = Retention {
                signals: self.older_than,
                texts: self.texts_older_than,
                ..Retention::default()
            };
            let checked = retention.check(LogConfig::default().keep_seconds);
            checked.map_err(|(option, problem)| Usage(format!("{option}: {problem}")))?;
            return Ok(retention);
        }
        let Some(path) = &self.config else {
            let usage =
                "say how long data are kept, by --older-than or by --config with [retention]";
            return Err(Usage(usage.into()).into());
        };
        let config = Config::read(path).map_err(|error| Usage(error.to_string()))?;
        if !config.retention.is_by_age() {
            let usage = format!("{} has no age in [retention]", path.display());
            return Err(Usage(usage).into());
        }
        Ok(config.retention)
    }

    fn horizons(&self, control: &Control, now: u64) -> anyhow::Result<Horizons> {
        let mut all = horizons(&self.retention()?, control, now);
        if let Some(name) = &self.project {
            let only = project(control, Some(name))?;
            all.retain(|project, _| *project == only);
        }
        Ok(all)
    }
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let data = &options.common.data;
    // Before anything is opened: a mistake in it is a mistake in the command.
    let Ages { signals, texts } = options.retention()?.of("");
    if !data.is_dir() {
        bail!("there is no data directory {}", data.display());
    }
    let said = |age: Option<Age>| age.map_or("ever".into(), |age| age.to_string());
    note(&format!(
        "tacit: keeping signals for {} and texts for {}",
        said(signals),
        said(texts)
    ));
    if options.dry_run {
        return dry_run(options);
    }
    let expiry = match Collector::open(&options.common.url()?, data, &LogConfig::default()) {
        Ok((collector, _)) => {
            let asked = asked(options, &*collector.store);
            let done = asked.and_then(|asked| wait(&*collector.store, asked));
            collector.close().context("the store could not be closed")?;
            done?
        }
        Err(OpenError::Busy(_)) => {
            let store = options.common.store()?;
            let asked = asked(options, &*store)?;
            note("another tacit process has the directory open: it does the work");
            wait(&*store, asked)?
        }
        Err(error) => return Err(error.into()),
    };
    print(options, &expiry)
}

fn asked(options: &Options, store: &dyn AnyStore) -> anyhow::Result<Expiry> {
    let now = now_ms();
    let horizons = options.horizons(&store.control()?, now)?;
    Ok(ask(store, &horizons, now)?)
}

/// Waits for as long as it takes: it goes on without this process as well.
fn wait(store: &dyn ExpiryStore, asked: Expiry) -> anyhow::Result<Expiry> {
    let mut told = None;
    loop {
        let open = store.open_expiry()?;
        if open.as_ref().is_none_or(|open| open.number > asked.number) {
            let known = store.expiries(usize::MAX)?;
            let mut known = known.into_iter();
            let done = known.find(|expiry| expiry.number == asked.number);
            return done.context("the expiry is gone");
        }
        if let Some(error) = open.and_then(|open| open.error)
            && told.as_ref() != Some(&error)
        {
            note(&format!("tacit: not done yet: {error}"));
            told = Some(error);
        }
        thread::sleep(EVERY);
    }
}

fn dry_run(options: &Options) -> anyhow::Result<()> {
    let store = options.common.store()?;
    let horizons = options.horizons(&store.control()?, now_ms())?;
    let counts = would_go(&*store, &horizons)?;
    if options.common.json {
        let reach: Vec<_> = Expiry::new(crate::expire::Why::Asked, &horizons, 0).horizons;
        return out_json(&json!({"dry_run": true, "horizons": reach, "would_remove": counts}));
    }
    for (name, count) in &counts {
        out(&format!("{name}\t{count}"))?;
    }
    Ok(())
}

/// What would go, by kind. What a server has not stored yet is not past its time.
pub(super) fn would_go(
    store: &dyn ExpiryStore,
    horizons: &Horizons,
) -> anyhow::Result<BTreeMap<&'static str, u64>> {
    let names = ["bytes", "events", "outputs", "registered_texts", "texts"];
    let mut counts: BTreeMap<_, _> = names.into_iter().map(|name| (name, 0)).collect();
    for (name, count) in store.would_go(horizons)? {
        counts.insert(name, count);
    }
    Ok(counts)
}

fn print(options: &Options, expiry: &Expiry) -> anyhow::Result<()> {
    if options.common.json {
        out_json(expiry)?;
    } else {
        for reach in &expiry.horizons {
            let (signals, texts) = (reach.horizon.signals_before, reach.horizon.texts_before);
            out(&format!(
                "project {}\tsignals from {} on, texts from {} on",
                reach.project,
                instant(signals)?,
                instant(texts)?
            ))?;
        }
        for (name, count) in &expiry.removed {
            out(&format!("{name}\t{count}"))?;
        }
        out(&format!(
            "store\t{} bytes, {} before",
            expiry.bytes_after, expiry.bytes_before
        ))?;
        for build in &expiry.builds {
            let (kind, id) = (&build.kind, &build.build);
            out(&format!("may hold it still: {kind} {id}\t{}", build.out))?;
        }
    }
    if expiry.state != State::Done {
        bail!("it is not done yet; whoever opens the directory next goes on");
    }
    Ok(())
}
