//! What `tacit push` is told, and the pushes it means.

use std::{path::PathBuf, time::Duration};

use clap::{Args, builder::ArgAction};

use crate::{
    cli::{Usage, data::secret, selection::moment},
    client::Secret,
    config::{Config, Loaded, variables},
    push::{
        config::{Entry, EntryError, Push},
        run::LEASE_MS,
    },
};

/// The name of a push that is in no configuration.
const AD_HOC: &str = "ad-hoc";

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// Names of pushes of the configuration.
    #[arg(conflicts_with_all = ["all", "kind"], required_unless_present_any = ["all", "kind"])]
    pub(super) names: Vec<String>,
    /// All pushes of the configuration.
    #[arg(long, conflicts_with = "kind")]
    pub(super) all: bool,
    /// The configuration.
    #[arg(long, default_value = "tacit.toml")]
    pub(super) config: PathBuf,
    /// Directory of everything that is kept; that of the configuration without.
    #[arg(long)]
    pub(super) data: Option<PathBuf>,
    /// Where the facts are; what the configuration says without.
    #[arg(long, value_name = "URL", value_parser = secret)]
    pub(super) store: Option<Secret>,
    #[command(flatten)]
    ad_hoc: AdHoc,
    #[command(flatten)]
    which: Which,
    /// As everything was known at this moment; now without.
    #[arg(long, value_parser = moment, conflicts_with = "follow")]
    pub(super) as_of: Option<u64>,
    /// Print the requests, a line of JSON each, and send nothing.
    #[arg(long, conflicts_with_all = ["follow", "retry_dead"])]
    pub(super) dry_run: bool,
    /// Go on, pass after pass, until stopped.
    #[arg(long)]
    pub(super) follow: bool,
    /// Time from pass to pass: 60s, 5m, 1h.
    #[arg(long, default_value = "60s", value_parser = every, requires = "follow")]
    pub(super) every: Duration,
    /// Send the labels again that are in this file of dead letters.
    #[arg(long, conflicts_with = "follow")]
    pub(super) retry_dead: Option<PathBuf>,
    /// Milliseconds after which a push that was killed may be taken over.
    #[arg(long, default_value_t = LEASE_MS, value_parser = clap::value_parser!(u64).range(100..=3_600_000))]
    pub(super) lease_ms: u64,
    /// Requests that fail in a row before it stops; without --follow.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(super) failures: u32,
    /// Answer in JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// A push that is in no configuration.
#[derive(Debug, Args)]
struct AdHoc {
    /// The system: otel, langfuse, phoenix, mlflow, webhook, langsmith, tensorzero or posthog.
    #[arg(long, requires = "endpoint")]
    kind: Option<String>,
    /// Where it is.
    #[arg(long, requires = "kind")]
    endpoint: Option<String>,
    /// Environment variable that holds the key.
    #[arg(long, requires = "kind")]
    key_env: Option<String>,
    /// Langfuse's public key.
    #[arg(long, requires = "kind")]
    user: Option<String>,
    /// The header that carries the key, where it is not the system's usual one.
    #[arg(long, requires = "kind")]
    key_header: Option<String>,
    /// What names of labels start with.
    #[arg(long, requires = "kind")]
    prefix: Option<String>,
    /// The project; not needed when there is only one.
    #[arg(long, requires = "kind")]
    project: Option<String>,
}

/// Which labels; what is not said here is as in the configuration.
#[derive(Debug, Args)]
struct Which {
    /// File of a policy.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Only outputs shown at or after this moment: Unix ms, or a date or time, UTC.
    #[arg(long)]
    since: Option<String>,
    /// Only outputs shown before this moment.
    #[arg(long)]
    until: Option<String>,
    /// The least trust: claimed, known or signed.
    #[arg(long)]
    trust: Option<String>,
    /// Decided states: positive, negative or both.
    #[arg(long, value_delimiter = ',')]
    states: Option<Vec<String>>,
    /// Only labels that nothing can change any more.
    #[arg(long, action = ArgAction::Set)]
    mature_only: Option<bool>,
    /// Also what people made of outputs, where texts are there and the system takes them.
    #[arg(long, action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true")]
    edits: Option<bool>,
    /// Seconds a request may take.
    #[arg(long)]
    timeout_seconds: Option<u64>,
    /// File of what is refused for good; one in the data directory without.
    #[arg(long)]
    dead: Option<PathBuf>,
}

/// The configuration; for an ad-hoc push it need not be there.
pub(super) fn configuration(options: &Options) -> anyhow::Result<Config> {
    if options.ad_hoc.kind.is_some() && !options.config.exists() {
        let loaded = Loaded::read(None, &variables());
        return Ok(loaded.map_err(|error| Usage(error.to_string()))?.config);
    }
    Ok(Config::read(&options.config).map_err(|error| Usage(error.to_string()))?)
}

pub(super) fn pushes(options: &Options, config: &Config) -> anyhow::Result<Vec<Push>> {
    let which = &options.which;
    let mut pushes = if let Some(kind) = &options.ad_hoc.kind {
        let entry = ad_hoc(kind, &options.ad_hoc);
        vec![entry.push().map_err(|error| Usage(error.to_string()))?]
    } else if options.all {
        config.pushes.clone()
    } else {
        let named = |name: &String| {
            let found = config.pushes.iter().find(|push| push.name == *name);
            found
                .cloned()
                .ok_or_else(|| Usage(format!("there is no [[push]] named {name}")))
        };
        options.names.iter().map(named).collect::<Result<_, _>>()?
    };
    if pushes.is_empty() {
        let path = options.config.display();
        return Err(Usage(format!("{path} has no [[push]]")).into());
    }
    for push in &mut pushes {
        which
            .apply(push)
            .map_err(|error| Usage(error.to_string()))?;
    }
    Ok(pushes)
}

fn ad_hoc(kind: &str, said: &AdHoc) -> Entry {
    Entry {
        name: AD_HOC.into(),
        kind: kind.into(),
        endpoint: said.endpoint.clone().unwrap_or_default(),
        key_env: said.key_env.clone(),
        user: said.user.clone(),
        key_header: said.key_header.clone(),
        prefix: said.prefix.clone(),
        project: said.project.clone(),
        ..Entry::default()
    }
}

impl Which {
    /// What is said here stands.
    fn apply(&self, push: &mut Push) -> Result<(), EntryError> {
        let entry = Entry {
            // Read only for the filter and the timeout.
            name: AD_HOC.into(),
            kind: "otel".into(),
            endpoint: "http://localhost".into(),
            trust: self.trust.clone(),
            states: self.states.clone(),
            since: self.since.clone(),
            until: self.until.clone(),
            timeout_seconds: self.timeout_seconds,
            ..Entry::default()
        };
        let said = entry.push()?;
        let filter = &mut push.filter;
        filter.since = said.filter.since.or(filter.since);
        filter.until = said.filter.until.or(filter.until);
        if self.trust.is_some() {
            filter.trust = said.filter.trust;
        }
        if self.states.is_some() {
            filter.states = said.filter.states;
        }
        filter.mature_only = self.mature_only.unwrap_or(filter.mature_only);
        filter.edits = self.edits.unwrap_or(filter.edits);
        if self.timeout_seconds.is_some() {
            push.timeout_seconds = said.timeout_seconds;
        }
        if let Some(policy) = &self.policy {
            push.policy = Some(policy.clone());
        }
        if let Some(dead) = &self.dead {
            push.dead_letters = Some(dead.clone());
        }
        Ok(())
    }
}

/// `60s`, `5m` or `1h`, a second at least.
fn every(text: &str) -> Result<Duration, String> {
    let units = [('s', 1), ('m', 60), ('h', 3_600)];
    let read = |(unit, seconds): (char, u64)| {
        text.strip_suffix(unit)?
            .parse::<u64>()
            .ok()?
            .checked_mul(seconds)
    };
    let seconds = units.into_iter().find_map(read);
    seconds
        .filter(|seconds| (1..=86_400).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "a time such as 60s, 5m or 1h, a day at most".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(every("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(every("5m"), Ok(Duration::from_secs(300)));
        for wrong in ["60", "0s", "25h", "m", "-1s"] {
            assert!(every(wrong).is_err(), "{wrong}");
        }
    }
}
