//! `tacit.toml`, and what the command line overrides.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use crate::{
    cadence::schedule::{Entry, Schedule, ScheduleError, schedules},
    experiment::declaration::config::{self as declared, Configured, ExperimentError},
    logging::LogOutput,
    push::config::{self as pushed, Push, PushConfigError, pushes},
};

/// How the collector runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Directory of everything that is kept.
    pub data: PathBuf,
    /// Directory of the capture package, served under `/capture/`.
    pub capture: Option<PathBuf>,
    /// Where `/demo/` leads.
    pub demo_url: Option<String>,
    /// Threads that serve requests; 0 means one per core.
    pub workers: usize,
    /// File of the policy that labels what is read here; the built-in one without.
    pub policy: Option<PathBuf>,
    /// The durable log.
    pub log: LogConfig,
    /// Spans that tell of outputs.
    pub otlp: OtlpConfig,
    /// What the process says of itself.
    pub log_output: LogOutput,
    /// What may be scraped, and where.
    pub metrics: MetricsConfig,
    /// What `tacit run --due` makes, as it stands in the file.
    #[serde(rename = "schedule")]
    pub(crate) entries: Vec<Spanned<Entry>>,
    /// What `tacit run --due` makes.
    #[serde(skip)]
    pub schedule: Vec<Schedule>,
    /// Experiments, as they stand in the file.
    #[serde(rename = "experiment")]
    pub(crate) declared: Vec<Spanned<declared::Entry>>,
    /// Experiments that are declared.
    #[serde(skip)]
    pub experiments: Vec<Configured>,
    /// Where labels go, as it stands in the file.
    #[serde(rename = "push")]
    pub(crate) pushed: Vec<Spanned<pushed::Entry>>,
    /// Where `tacit push` sends labels.
    #[serde(skip)]
    pub pushes: Vec<Push>,
}

/// The durable log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// Bytes after which a new segment is started.
    pub segment_bytes: u64,
    /// Seconds a segment is kept once the store has it.
    pub keep_seconds: u64,
    /// Bytes the store may be behind before batches are refused.
    pub backlog_bytes: u64,
    /// Seconds the store may be behind before batches are refused.
    pub backlog_seconds: u64,
}

/// Spans that tell of outputs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OtlpConfig {
    /// Milliseconds without another span of a trace until what it says is registered.
    /// Exporters send what they have every 5 s: an answer and what is around it may come
    /// that far apart.
    pub settle_ms: u64,
}

/// What may be scraped, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsConfig {
    /// Address on which `/metrics` is answered without a key, with all projects; besides
    /// it, only `/healthz` and `/readyz` are. Whoever reaches it reads it: a private one.
    pub listen: Option<SocketAddr>,
}

impl Default for OtlpConfig {
    fn default() -> Self {
        Self { settle_ms: 10_000 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
            data: PathBuf::from("data"),
            capture: None,
            demo_url: None,
            workers: 0,
            policy: None,
            log: LogConfig::default(),
            otlp: OtlpConfig::default(),
            log_output: LogOutput::default(),
            metrics: MetricsConfig::default(),
            entries: Vec::new(),
            schedule: Vec::new(),
            declared: Vec::new(),
            experiments: Vec::new(),
            pushed: Vec::new(),
            pushes: Vec::new(),
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            segment_bytes: 64 * 1024 * 1024,
            keep_seconds: 3_600,
            backlog_bytes: 2 * 1024 * 1024 * 1024,
            backlog_seconds: 600,
        }
    }
}

impl LogConfig {
    /// How long a segment is kept once the store has it.
    #[must_use]
    pub const fn keep(&self) -> Duration {
        Duration::from_secs(self.keep_seconds)
    }
}

/// A file that is no configuration.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// It could not be read.
    #[error("{path}: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It does not say what can be configured.
    #[error("{path}: {error}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Why, with the line.
        error: Box<toml::de::Error>,
    },
    /// A schedule that makes no sense.
    #[error("{path}: {error}")]
    Schedule {
        /// The file.
        path: PathBuf,
        /// Why.
        error: ScheduleError,
    },
    /// An experiment that cannot be.
    #[error("{path}: {error}")]
    Experiment {
        /// The file.
        path: PathBuf,
        /// Why.
        error: ExperimentError,
    },
    /// A push that makes no sense.
    #[error("{path}: {error}")]
    Push {
        /// The file.
        path: PathBuf,
        /// Why.
        error: PushConfigError,
    },
}

impl Config {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read {
            path: path.into(),
            error,
        })?;
        Self::parse(path, &text)
    }

    /// Reads the text of the file at `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let mut config: Self = toml::from_str(text).map_err(|error| ConfigError::Parse {
            path: path.into(),
            error: Box::new(error),
        })?;
        config.schedule = schedules(text, &config.entries).map_err(|error| {
            let path = path.into();
            ConfigError::Schedule { path, error }
        })?;
        config.experiments = declared::experiments(text, &config.declared).map_err(|error| {
            let path = path.into();
            ConfigError::Experiment { path, error }
        })?;
        config.pushes = pushes(text, &config.pushed).map_err(|error| {
            let path = path.into();
            ConfigError::Push { path, error }
        })?;
        Ok(config)
    }
}

/// The line of `field` in the table that starts at `start`; of the table where it is not
/// there.
pub(crate) fn line_of(file: &str, start: usize, field: &str) -> usize {
    let (before, table) = file.split_at_checked(start).unwrap_or((file, ""));
    let first = before.matches('\n').count() + 1;
    let mut is_within = false;
    for (offset, line) in table.lines().enumerate().skip(1) {
        let line = line.trim_start();
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_start_matches('[');
            // A table within it goes on, `[[experiment.arms]]`; another ends it.
            let Some((_, inner)) = header.split_once('.') else {
                break;
            };
            is_within = true;
            if inner.split(']').next().map(str::trim) == Some(field) {
                return first + offset;
            }
        }
        let key = line.split('=').next().unwrap_or_default();
        if !is_within && key.trim() == field {
            return first + offset;
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_a_default() {
        let config: Config =
            toml::from_str("listen = \"0.0.0.0:80\"\n[log]\nkeep_seconds = 5").unwrap();
        assert_eq!(config.listen.port(), 80);
        assert_eq!(config.log.keep(), Duration::from_secs(5));
        assert_eq!(config.log.segment_bytes, 64 * 1024 * 1024);
    }

    #[test]
    fn a_misspelt_option_is_named() {
        let error = toml::from_str::<Config>("lisen = 1").unwrap_err();
        assert!(error.to_string().contains("lisen"), "{error}");
    }
}
