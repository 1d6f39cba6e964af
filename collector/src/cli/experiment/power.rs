//! `tacit experiment power`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::{
    super::{Usage, out, out_json, policy::policy_or_default, selection::moment},
    One, unknown,
};
use crate::{
    experiment::forecast::{Forecast, Needed, WEEKS, WEEKS_MAX, forecast},
    export::work,
    wall::now_ms,
};

#[derive(Debug, Args)]
pub(in super::super) struct Power {
    /// Weeks looked back.
    #[arg(long, default_value_t = WEEKS, value_parser = clap::value_parser!(u32).range(1..=i64::from(WEEKS_MAX)))]
    weeks: u32,
    /// As everything was known at this moment; now without.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    #[command(flatten)]
    one: One,
}

pub(super) fn run(options: &Power) -> anyhow::Result<()> {
    let now = now_ms();
    let as_of = options.as_of.unwrap_or(now);
    if as_of > now {
        let problem = "--as-of is in the future: what it sees may still change";
        return Err(Usage(problem.into()).into());
    }
    let policy = policy_or_default(options.policy.as_deref())?;
    let One {
        name,
        project,
        common,
    } = &options.one;
    let data = common.open()?;
    let project = data.project(project.as_deref())?;
    let declared = data.store.experiment(project, name)?;
    let declared = declared.with_context(|| unknown(name))?;
    let work = work(&common.data)?;
    let found = forecast(
        &*data.store,
        &policy,
        project,
        &declared.experiment,
        (options.weeks, as_of),
        work.path(),
    )?;
    if common.json {
        return out_json(&found);
    }
    Ok(out(forecast_text(&found).trim_end())?)
}

/// What it would take, for people.
fn forecast_text(found: &Forecast) -> String {
    let mut lines = vec![format!(
        "{}: {} people in the last {} weeks{}",
        found.experiment,
        found.people,
        found.weeks,
        found
            .value
            .map_or_else(String::new, |value| format!(", {value:.4} on average")),
    )];
    for arm in &found.arms {
        lines.push(format!(
            "\narm {}: {:.1} people a day with the control",
            arm.arm, arm.people_per_day
        ));
        let mde = found.mde;
        lines.push(format!(
            "  {} until a change of {mde} is found, 4 times of 5",
            needed(arm.to_find)
        ));
        lines.push(format!(
            "  {} until it is known to {mde} on either side",
            needed(arm.to_know)
        ));
        for guard in &arm.guardrails {
            let (metric, margin) = (&guard.metric, guard.margin);
            lines.push(format!(
                "  {} until {metric} is known not to be worse by {margin}",
                needed(guard.needed)
            ));
        }
        for horizon in &arm.horizons {
            let half = horizon
                .half_width
                .map_or_else(|| "nothing".into(), |half| format!("{half:.4}"));
            lines.push(format!(
                "  after {} w, {} people: known to {half} on either side",
                horizon.weeks, horizon.people
            ));
        }
    }
    lines.join("\n")
}

fn needed(needed: Needed) -> String {
    match (needed.people, needed.days) {
        (Some(people), Some(days)) => format!("{people} people, {days} days,"),
        (Some(people), None) => format!("{people} people, of whom none come,"),
        (None, _) => "not known".into(),
    }
}
