//! What can be set, with defaults. The doc comments are the reference: `tacit.example.toml`,
//! `demo-site/docs/configuration.md` and the errors are made of them. An option whose
//! name ends in `_bytes`, `_seconds` or `_ms` may also be written with its unit, as
//! `"64MiB"` or `"24h"`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::limits::LimitsConfig;
use crate::{
    cadence::schedule::{Entry, Schedule},
    experiment::declaration::config::{self as declared, Configured},
    expire::Retention,
    logging::LogOutput,
    push::config::{self as pushed, Push},
    store::StoreUrl,
};

/// How the collector runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address to listen on; port 0 takes any that is free.
    #[schemars(with = "String", extend("format" = "address"))]
    pub listen: SocketAddr,
    /// Directory of everything that is kept.
    pub data: PathBuf,
    /// Directory of the capture package, served to everybody under `/capture/`.
    #[schemars(example = &"/usr/share/tacit/capture")]
    pub capture: Option<PathBuf>,
    /// Where `/demo/` leads.
    #[schemars(extend("format" = "url"), example = &"https://chat.example/")]
    pub demo_url: Option<String>,
    /// Threads that serve requests; 0 means one per core.
    #[schemars(range(max = 1_024))]
    pub workers: usize,
    /// File of the policy that labels what is read here; the built-in one without.
    #[schemars(extend("format" = "file"), example = &"/etc/tacit/policy.toml")]
    pub policy: Option<PathBuf>,
    /// Seconds that requests are still taken after SIGTERM while `/readyz` says no, so
    /// that a load balancer sends the next ones elsewhere. Longer than its interval of
    /// looking; 0 where nothing looks.
    #[schemars(range(max = 120))]
    pub drain_seconds: u64,
    /// Whether sums of labels are kept up to date, of which the dashboard shows figures;
    /// told in [roll-ups](rollups.md).
    pub rollups: bool,
    /// Where the facts are: `sqlite:`, a file in `data`, or servers of ClickHouse, as
    /// `clickhouse://user:password@host:8123/database`; told [below](#the-store).
    #[schemars(with = "String", extend("format" = "store"))]
    pub store: StoreUrl,
    /// When a batch is acknowledged: once it is in the `log` on this machine's disk, or once
    /// it is in the `store` as well, which takes longer and fails while the store does.
    pub ack: Ack,
    /// The durable log.
    pub log: LogConfig,
    /// How much may come in, how often, and how long it may take.
    pub limits: LimitsConfig,
    /// Spans that tell of outputs.
    pub otlp: OtlpConfig,
    /// How long data are kept, told in [retention](retention.md). Without anything said,
    /// for good.
    pub retention: Retention,
    /// What the process says of itself on stderr. (`[log]` is the durable log of batches.)
    pub log_output: LogOutput,
    /// What may be scraped, and where.
    pub metrics: MetricsConfig,
    /// What `tacit run --due` makes of every week or month, told in
    /// [updates](updates.md).
    #[serde(rename = "schedule")]
    #[schemars(with = "Vec<Entry>")]
    pub(crate) entries: Vec<Spanned<Entry>>,
    /// What `tacit run --due` makes.
    #[serde(skip)]
    pub schedule: Vec<Schedule>,
    /// Experiments that `tacit serve` and `tacit run` declare. Each field is told in
    /// [experiments](experiments.md).
    #[serde(rename = "experiment")]
    #[schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")]
    pub(crate) declared: Vec<Spanned<declared::Entry>>,
    /// Experiments that are declared.
    #[serde(skip)]
    pub experiments: Vec<Configured>,
    /// Where `tacit push` sends labels, told in [push](push.md).
    #[serde(rename = "push")]
    #[schemars(with = "Vec<pushed::Entry>")]
    pub(crate) pushed: Vec<Spanned<pushed::Entry>>,
    /// Where `tacit push` sends labels.
    #[serde(skip)]
    pub pushes: Vec<Push>,
}

/// When a batch is acknowledged. In the log it is either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ack {
    /// Once it is durable in the log.
    #[default]
    Log,
    /// Once the store has it as well.
    Store,
}

/// The durable log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// Bytes after which a new segment is started.
    #[schemars(range(min = 65_536, max = 4_294_967_296_u64))]
    pub segment_bytes: u64,
    /// Seconds a segment is kept once the store has it.
    #[schemars(range(max = 2_592_000))]
    pub keep_seconds: u64,
    /// Bytes the store may be behind before batches are refused.
    #[schemars(range(min = 1, max = 1_099_511_627_776_u64))]
    pub backlog_bytes: u64,
    /// Seconds the store may be behind before batches are refused.
    #[schemars(range(min = 1, max = 86_400))]
    pub backlog_seconds: u64,
}

/// Spans that tell of outputs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OtlpConfig {
    /// Milliseconds without another span of a trace until what it says is registered.
    /// Exporters send what they have every 5 s: an answer and what is around it may come
    /// that far apart.
    #[schemars(range(max = 300_000))]
    pub settle_ms: u64,
}

/// What may be scraped, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsConfig {
    /// Address on which `/metrics` is answered without a key, with all projects; besides
    /// it, only `/healthz` and `/readyz` are. Whoever reaches it reads it: a private one.
    #[schemars(with = "Option<String>", extend("format" = "address"), example = &"127.0.0.1:9464")]
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
            drain_seconds: 0,
            rollups: true,
            store: StoreUrl::default(),
            ack: Ack::default(),
            log: LogConfig::default(),
            limits: LimitsConfig::default(),
            otlp: OtlpConfig::default(),
            retention: Retention::default(),
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
