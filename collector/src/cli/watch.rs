//! `tacit capture-rate` and `tacit guardrails`.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::{
    Common, Usage, out, out_json,
    policy::policy_or_default,
    selection::{Range, moment, trust},
};
use crate::{
    experiment::{declaration::Guardrail, guard, metric::Metric},
    export::work,
    label::Trust,
    wall::now_ms,
    watch::{
        By,
        capture::{self, WEEKS, WEEKS_MAX},
        guardrails,
    },
};

/// What both take.
#[derive(Debug, Args)]
struct Of {
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// As everything was known at this moment; now without.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    /// The least trust: claimed, known or signed.
    #[arg(long, value_parser = trust, default_value = "known")]
    trust: Trust,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct CaptureRate {
    /// ISO weeks, this one being the last.
    #[arg(long, default_value_t = WEEKS, value_parser = clap::value_parser!(u32).range(1..=i64::from(WEEKS_MAX)))]
    weeks: u32,
    #[command(flatten)]
    of: Of,
}

#[derive(Debug, Args)]
pub(super) struct Guardrails {
    #[command(flatten)]
    range: Range,
    /// By what outputs are told apart.
    #[arg(long, value_enum, default_value_t = By::Week)]
    by: By,
    /// A metric that is optimised; all there are without. Repeatable.
    #[arg(long = "metric", value_name = "METRIC", value_parser = metric)]
    metrics: Vec<Metric>,
    /// A guard of every one of them besides, with its margin:
    /// `external:factual=0.02`. Repeatable.
    #[arg(long = "guard", value_name = "METRIC=MARGIN", value_parser = guard::named)]
    guards: Vec<Guardrail>,
    /// Exit with 1 when anything is suspicious.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    of: Of,
}

fn metric(name: &str) -> Result<Metric, String> {
    Metric::from_name(name).ok_or_else(|| guard::NO_METRIC.into())
}

impl Of {
    fn as_of(&self) -> Result<u64, Usage> {
        let now = now_ms();
        match self.as_of {
            Some(as_of) if as_of > now => Err(Usage(
                "--as-of is in the future: what it sees may still change".into(),
            )),
            as_of => Ok(as_of.unwrap_or(now)),
        }
    }
}

/// `tacit capture-rate`.
pub(super) fn capture_rate(options: &CaptureRate) -> anyhow::Result<()> {
    let of = &options.of;
    let request = capture::Request {
        weeks: options.weeks,
        trust: of.trust,
        as_of: of.as_of()?,
    };
    let policy = policy_or_default(of.policy.as_deref())?;
    let data = of.common.open()?;
    let project = data.project(of.project.as_deref())?;
    let work = work(&of.common.data)?;
    let trend = capture::trend(&*data.store, &policy, project, &request, work.path())?;
    if of.common.json {
        return out_json(&trend);
    }
    Ok(out(&capture::text(&trend))?)
}

/// `tacit guardrails`.
pub(super) fn guardrails(options: &Guardrails) -> anyhow::Result<()> {
    let of = &options.of;
    options.range.check()?;
    let request = guardrails::Request {
        by: options.by,
        since: options.range.from,
        until: options.range.to,
        trust: of.trust,
        as_of: of.as_of()?,
        metrics: options.metrics.clone(),
        guards: options.guards.clone(),
    };
    let policy = policy_or_default(of.policy.as_deref())?;
    let data = of.common.open()?;
    let project = data.project(of.project.as_deref())?;
    let releases = data.store.releases(project)?;
    let work = work(&of.common.data)?;
    let report = guardrails::report(
        &*data.store,
        &releases,
        &policy,
        project,
        &request,
        work.path(),
    )?;
    if of.common.json {
        out_json(&report)?;
    } else {
        out(&guardrails::text(&report))?;
    }
    if options.strict && report.suspicious > 0 {
        bail!("{} suspicious, and --strict", report.suspicious);
    }
    Ok(())
}
