//! `tacit screen`: whose signals must not teach.

use std::path::PathBuf;

use clap::Args;

use super::{Common, out, out_json, policy::policy_or_default, selection::moment};
use crate::{
    limits::SCREENED_LISTED,
    screen::{Report, Screen},
    wall::now_ms,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// As everything was known at this moment; now without.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    /// People listed at most; all are counted.
    #[arg(long, default_value_t = SCREENED_LISTED)]
    limit: usize,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let policy = policy_or_default(options.policy.as_deref())?;
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let as_of = options.as_of.unwrap_or_else(now_ms);
    let screen = Screen::of_store(&*data.store, &policy, project, as_of)?;
    let report = Report::of(&screen, &policy, as_of, options.limit);
    if options.common.json {
        return out_json(&report);
    }
    Ok(out(report.to_string().trim_end())?)
}
