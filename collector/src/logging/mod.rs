//! What the process says of itself: lines of text for people, or of JSON for machines.
//!
//! In a line there is never an address, a key, a text, a subject or an id that came from
//! outside, except the request id, which is checked (`http::request_id`).

pub mod allowance;
pub mod request;

use std::io::{self, IsTerminal, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

/// How lines are written.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// `[log_output]`: what is written to stderr. (`[log]` is the durable log of batches.)
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogOutput {
    /// How lines are written.
    pub format: Format,
    /// The least that is worth a line: error, warn, info, debug or trace. The variable
    /// `RUST_LOG` wins.
    pub level: Level,
    /// One in so many acknowledged batches has a line; 0 means none. Every refused one
    /// has.
    pub ingest_one_in: u32,
}

impl Default for LogOutput {
    fn default() -> Self {
        Self {
            format: Format::Text,
            level: Level::Info,
            ingest_one_in: 0,
        }
    }
}

/// How grave a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Something is broken.
    Error,
    /// Something may become so.
    Warn,
    /// What happens.
    Info,
    /// For who looks for a mistake.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// Starts writing lines to stderr; once a process.
pub fn start(output: &LogOutput) {
    let level = output.level.name();
    let own = format!("warn,tacit_collector={level},{}={level}", request::TARGET);
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(own));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    match output.format {
        Format::Text => lines.with_ansi(io::stderr().is_terminal()).init(),
        Format::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .init(),
    }
    request::sample(output.ingest_one_in);
}

/// One clear line about the process itself: its start, what it recovered, its end.
pub fn announce(format: Format, line: &str) {
    match format {
        // Nobody listens when stderr is gone.
        Format::Text => drop(writeln!(io::stderr().lock(), "tacit: {line}")),
        Format::Json => tracing::info!("{line}"),
    }
}
