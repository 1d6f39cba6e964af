//! The options of the command line that are also those of a configuration.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::{Usage, data::secret};
use crate::{
    client::Secret,
    config::{Config, ConfigError, Loaded, Problem, variables},
    logging::Format,
    store::StoreUrl,
};

#[derive(Debug, Args)]
pub(super) struct Settings {
    /// Address to listen on; port 0 takes any that is free.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Directory of everything that is kept.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where the facts are: sqlite:, a file in the data directory, or
    /// `clickhouse://user:password@host:8123/database`. Other people of this machine may see
    /// how a program was called: a password belongs into `TACIT_STORE`.
    #[arg(long, value_name = "URL", value_parser = secret)]
    store: Option<Secret>,
    /// Directory of the capture package, served under /capture/.
    #[arg(long)]
    capture: Option<PathBuf>,
    /// Where /demo/ leads.
    #[arg(long)]
    demo_url: Option<String>,
    /// Threads that serve requests; 0 means one per core.
    #[arg(long)]
    workers: Option<usize>,
    /// File of the policy that labels what is read here; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// How lines on stderr are written.
    #[arg(long)]
    log_format: Option<Format>,
}

impl Settings {
    /// What holds: these over the environment, over the file, over the defaults. A mistake
    /// is a mistake in the command.
    pub(super) fn load(&self, file: Option<&Path>) -> anyhow::Result<Loaded> {
        Ok(self.read(file).map_err(|error| Usage(error.to_string()))?)
    }

    /// The same, for who tells the mistakes one by one.
    pub(super) fn read(&self, file: Option<&Path>) -> Result<Loaded, ConfigError> {
        let mut loaded = Loaded::read(file, &variables())?;
        let store = self
            .store
            .as_ref()
            .map(|text| text.reveal().parse::<StoreUrl>());
        let store = store.transpose().map_err(|error| {
            let (option, problem) = ("--store".into(), error.to_string());
            ConfigError::Options(vec![Problem::said(option, problem)])
        })?;
        self.override_in(&mut loaded, store);
        loaded.config.agrees()?;
        Ok(loaded)
    }

    fn override_in(&self, loaded: &mut Loaded, store: Option<StoreUrl>) {
        let path = |path: &PathBuf| Value::from(path.display().to_string());
        let format = self
            .log_format
            .and_then(|format| format.to_possible_value());
        let said = [
            (
                "listen",
                "--listen",
                self.listen.map(|at| at.to_string().into()),
            ),
            ("data", "--data", self.data.as_ref().map(path)),
            (
                "store",
                "--store",
                store.as_ref().map(|url| url.to_string().into()),
            ),
            ("capture", "--capture", self.capture.as_ref().map(path)),
            (
                "demo_url",
                "--demo-url",
                self.demo_url.clone().map(Value::from),
            ),
            ("workers", "--workers", self.workers.map(Value::from)),
            ("policy", "--policy", self.policy.as_ref().map(path)),
            (
                "log_output.format",
                "--log-format",
                format.map(|format| format.get_name().into()),
            ),
        ];
        for (option, flag, value) in said {
            if let Some(value) = value {
                loaded.say(option, flag, value);
            }
        }
        let config = std::mem::take(&mut loaded.config);
        let own = self;
        loaded.config = Config {
            listen: own.listen.unwrap_or(config.listen),
            data: own.data.clone().unwrap_or(config.data),
            store: store.unwrap_or(config.store),
            capture: own.capture.clone().or(config.capture),
            demo_url: own.demo_url.clone().or(config.demo_url),
            workers: own.workers.unwrap_or(config.workers),
            policy: own.policy.clone().or(config.policy),
            ..config
        };
        let output = &mut loaded.config.log_output;
        output.format = self.log_format.unwrap_or(output.format);
    }
}
