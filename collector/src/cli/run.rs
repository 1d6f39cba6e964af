//! `tacit run`.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use serde_json::json;

use super::{
    Usage,
    data::{Data, secret, url},
    experiment::declare_all,
    note, out, out_json,
    policy::policy_or_default,
};
use crate::{
    cadence::{
        period::instant,
        run::{LEASE_MS, Outcome, Runner, Status},
        schedule::Schedule,
    },
    client::Secret,
    config::Config,
    dataset::build::{Phase, Progress},
    keyed::random,
    label::Policy,
    wall::now_ms,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Do what is due, and nothing twice.
    #[arg(long, required = true)]
    due: bool,
    /// The configuration that says what is made when.
    #[arg(long, default_value = "tacit.toml")]
    config: PathBuf,
    /// Directory of everything that is kept; that of the configuration without.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where the facts are; what the configuration says without.
    #[arg(long, value_name = "URL", value_parser = secret)]
    store: Option<Secret>,
    /// Another moment than now, Unix ms.
    #[arg(long)]
    now: Option<u64>,
    /// Milliseconds after which a run that was killed may be tried again.
    #[arg(long, default_value_t = LEASE_MS, value_parser = clap::value_parser!(u64).range(100..=3_600_000))]
    lease_ms: u64,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let config = Config::read(&options.config).map_err(|error| Usage(error.to_string()))?;
    if config.schedule.is_empty() {
        let path = options.config.display();
        return Err(Usage(format!("{path} has no [[schedule]]")).into());
    }
    let mut policies = Vec::new();
    for schedule in &config.schedule {
        policies.push(policy_or_default(
            schedule.policy.as_deref().or(config.policy.as_deref()),
        )?);
    }
    let url = url(options.store.as_ref(), &config.store)?;
    let mut data = Data::open(options.data.as_ref().unwrap_or(&config.data), &url)?;
    // A server may start while this works: leases are in the store.
    data.collector = None;
    declare_all(
        &*data.store,
        &data.control,
        &config.experiments,
        None,
        now_ms(),
    )?;
    let holder = holder()?;
    let mut outcomes = Vec::new();
    for (schedule, policy) in config.schedule.iter().zip(&policies) {
        outcomes.push(one(options, &data, schedule, policy, &holder)?);
    }
    if options.json {
        out_json(&json!({ "runs": outcomes }))?;
    } else {
        for outcome in &outcomes {
            out(&line(outcome)?)?;
        }
    }
    let failed = |outcome: &&Outcome| matches!(outcome.status, Status::Failed | Status::Lost);
    let failed: Vec<_> = outcomes
        .iter()
        .filter(failed)
        .map(|done| &*done.schedule)
        .collect();
    if !failed.is_empty() {
        bail!("not made: {}; the next call tries again", failed.join(", "));
    }
    Ok(())
}

fn one(
    options: &Options,
    data: &Data,
    schedule: &Schedule,
    policy: &Policy,
    holder: &str,
) -> anyhow::Result<Outcome> {
    let project = data.project(schedule.project.as_deref())?;
    let mut told = None;
    let mut runner = Runner {
        store: &*data.store,
        holder,
        lease_ms: options.lease_ms,
        clock: &now_ms,
        progress: &mut |schedule: &Schedule, progress: Progress| {
            if told.replace(progress.phase) != Some(progress.phase) {
                note(&format!(
                    "tacit: {}: {}",
                    schedule.name,
                    phase(progress.phase)
                ));
            }
        },
    };
    let now = options.now.unwrap_or_else(now_ms);
    Ok(runner.run(schedule, project, policy, now)?)
}

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Reading => "reading",
        Phase::Deciding => "deciding",
        Phase::Writing => "writing",
    }
}

/// Tells this process from any other that ever was.
pub(super) fn holder() -> anyhow::Result<String> {
    let bytes: [u8; 8] = random()?;
    Ok(format!("{}-{}", std::process::id(), hex::encode(bytes)))
}

/// What became of a schedule, for people.
fn line(outcome: &Outcome) -> anyhow::Result<String> {
    let what = match outcome.status {
        Status::Made => "made",
        Status::UpToDate => "was made before",
        Status::Busy => "is being made by another process",
        Status::Failed => "was not made",
        Status::Lost => "was taken over by another process",
    };
    let mut line = format!("{}: {} {what}", outcome.schedule, outcome.period);
    if let (Some(build), Some(out)) = (&outcome.build, &outcome.out) {
        line.push_str(&format!(": {build} in {out}"));
    }
    if let Some(error) = &outcome.error {
        line.push_str(&format!(": {error}"));
    }
    line.push_str(&format!("; next due {}", instant(outcome.next_at)?));
    Ok(line)
}
