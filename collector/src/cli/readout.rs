//! `tacit experiment readout`.

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::Args;

use super::{
    Common, Usage, experiment::unknown, note, out, policy::policy_or_default, selection::moment,
};
use crate::{
    experiment::{
        people::PRE_PERIOD_MS,
        readout::{Request, markdown, page, readout},
    },
    export,
    wall::now_ms,
};

const DAY_MS: u64 = 86_400_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The experiment's name.
    name: String,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// As everything was known at this moment: Unix ms, or a date or time, UTC; now
    /// without.
    #[arg(long, value_parser = moment)]
    as_of: Option<u64>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Days before the start that CUPED knows people from; 0 for none.
    #[arg(long, default_value_t = PRE_PERIOD_MS / DAY_MS, value_parser = clap::value_parser!(u64).range(0..=365))]
    pre_period: u64,
    /// Print Markdown, as without --json.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Write a page to this file as well.
    #[arg(long)]
    html: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let now = now_ms();
    if options.as_of.is_some_and(|as_of| as_of > now) {
        return Err(Usage("--as-of is in the future: what it sees may still change".into()).into());
    }
    let policy = policy_or_default(options.policy.as_deref())?;
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let declared = data.store.experiment(project, &options.name)?;
    let declared = declared.with_context(|| unknown(&options.name))?;
    let request = Request {
        declared: &declared,
        as_of: options.as_of.unwrap_or(now),
        pre_period_ms: options.pre_period * DAY_MS,
    };
    let work = export::work(&options.common.data)?;
    let found = readout(&*data.store, &policy, project, &request, work.path())?;
    if let Some(path) = &options.html {
        let shown = path.display();
        fs::write(path, page(&found)?).with_context(|| format!("{shown} could not be written"))?;
        note(&format!("tacit: {shown}"));
    }
    let text = if options.common.json {
        found.to_json()
    } else {
        markdown(&found)
    };
    Ok(out(text.trim_end())?)
}
