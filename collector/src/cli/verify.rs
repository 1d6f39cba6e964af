//! `tacit verify`: the gate.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::{Common, Usage, out, out_json, policy::policy_or_default, selection::moment};
use crate::{
    experiment::{guard, metric::Metric},
    export::work,
    verify::{Asked, HOLDOUT_DAYS, Report, SubjectError, everybody_held_out, find, verify},
    wall::now_ms,
};

const DAY_MS: u64 = 86_400_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A release, by id or name, or an experiment.
    #[arg(required_unless_present = "holdout", conflicts_with = "holdout")]
    name: Option<String>,
    /// The arm that is judged; not needed when there is only one beside the control.
    #[arg(long, requires = "name")]
    arm: Option<String>,
    /// Compare everybody with those held out of all that was ever learnt.
    #[arg(long)]
    holdout: bool,
    /// With --holdout: outputs shown at or after this moment; 90 days without.
    #[arg(long, value_parser = moment, requires = "holdout")]
    since: Option<u64>,
    /// With --holdout: the metric that has to be better.
    #[arg(long, value_parser = metric, requires = "holdout", default_value = "capture_rate")]
    metric: Metric,
    /// As everything was known at this moment; now without.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Answer in Markdown, for a comment on a change.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    common: Common,
}

fn metric(name: &str) -> Result<Metric, String> {
    Metric::from_name(name).ok_or_else(|| guard::NO_METRIC.into())
}

/// Asks, tells, and says by its exit code what is to be done: 0 ship, 1 hold, 2 stop.
pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let now = now_ms();
    let as_of = options.as_of.unwrap_or(now);
    if as_of > now {
        let problem = "--as-of is in the future: what it sees may still change";
        return Err(Usage(problem.into()).into());
    }
    let policy = policy_or_default(options.policy.as_deref())?;
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let work = work(&options.common.data)?;
    let asked = Asked {
        store: &*data.store,
        project,
        policy: &policy,
        as_of,
        directory: work.path(),
    };
    let report = match &options.name {
        Some(name) => {
            let subject = find(&*data.store, project, name, options.arm.as_deref());
            verify(&asked, subject.map_err(usage)?)?
        }
        None => {
            let since = as_of.saturating_sub(HOLDOUT_DAYS * DAY_MS);
            everybody_held_out(&asked, &options.metric, options.since.unwrap_or(since))?
        }
    };
    if let Some(spoken) = report.spoken() {
        data.store.add_verdict(project, &spoken)?;
    }
    tell(options, &report)?;
    Ok(ExitCode::from(report.exit_code))
}

fn tell(options: &Options, report: &Report) -> anyhow::Result<()> {
    if options.common.json {
        return out_json(report);
    }
    let text = if options.markdown {
        report.markdown()
    } else {
        report.text()
    };
    Ok(out(text.trim_end())?)
}

/// A wrong arm is wrong usage; a name that nothing has fails, as the release may yet be
/// recorded.
fn usage(error: SubjectError) -> anyhow::Error {
    match error {
        error @ (SubjectError::ArmNeeded(..) | SubjectError::ArmUnknown(..)) => {
            Usage(format!("--{error}")).into()
        }
        error => error.into(),
    }
}
