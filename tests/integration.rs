//! What crosses a boundary of the shipped binary `tacit`: its sockets, its files,
//! its command line, and the moment it is killed. `TACIT_BIN` names the binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test, with its place; helpers of tests count as code"
)]

#[path = "integration/access.rs"]
mod access;
#[path = "integration/assign.rs"]
mod assign;
#[path = "integration/attacks.rs"]
mod attacks;
#[path = "integration/backup.rs"]
mod backup;
#[path = "integration/brief.rs"]
mod brief;
#[path = "integration/builds.rs"]
mod builds;
#[path = "integration/builds_http.rs"]
mod builds_http;
#[path = "integration/cadence.rs"]
mod cadence;
#[path = "integration/cli.rs"]
mod cli;
#[path = "integration/clickhouse/mod.rs"]
mod clickhouse;
#[path = "integration/cors.rs"]
mod cors;
#[path = "integration/crash.rs"]
mod crash;
#[path = "integration/deploy.rs"]
mod deploy;
#[path = "integration/determinism.rs"]
mod determinism;
#[path = "integration/drain.rs"]
mod drain;
#[path = "integration/durability.rs"]
mod durability;
#[path = "integration/empty.rs"]
mod empty;
#[path = "integration/erase.rs"]
mod erase;
#[path = "integration/experiments.rs"]
mod experiments;
#[path = "integration/expire.rs"]
mod expire;
#[path = "integration/exports.rs"]
mod exports;
#[path = "integration/faults/mod.rs"]
mod faults;
#[path = "integration/import.rs"]
mod import;
#[path = "integration/keys.rs"]
mod keys;
#[path = "integration/labels_cli.rs"]
mod labels_cli;
#[path = "integration/limits.rs"]
mod limits;
#[path = "integration/logs.rs"]
mod logs;
#[path = "integration/metrics.rs"]
mod metrics;
#[path = "integration/mutations.rs"]
mod mutations;
#[path = "integration/operate.rs"]
mod operate;
#[path = "integration/overload.rs"]
mod overload;
#[path = "integration/poison.rs"]
mod poison;
#[path = "integration/projects.rs"]
mod projects;
#[path = "integration/push.rs"]
mod push;
#[path = "integration/rates.rs"]
mod rates;
#[path = "integration/readout.rs"]
mod readout;
#[path = "integration/refusals.rs"]
mod refusals;
#[path = "integration/registrations.rs"]
mod registrations;
#[path = "integration/releases.rs"]
mod releases;
#[path = "integration/replay.rs"]
mod replay;
#[path = "integration/replay_faults.rs"]
mod replay_faults;
#[path = "integration/replay_usage.rs"]
mod replay_usage;
#[path = "integration/rollups.rs"]
mod rollups;
#[path = "integration/simulate.rs"]
mod simulate;
#[path = "integration/slow.rs"]
mod slow;
#[path = "integration/stop.rs"]
mod stop;
#[path = "integration/story.rs"]
mod story;
#[path = "integration/verify.rs"]
mod verify;
#[path = "integration/verify_worlds.rs"]
mod verify_worlds;
#[path = "integration/watch.rs"]
mod watch;
#[path = "integration/whole_path.rs"]
mod whole_path;
