//! Helpers for tests of the shipped binary: everything here talks to `tacit`
//! as its users do, by command line, sockets and signals.
//!
//! [`process`] starts what dies with the test; [`data`] is a data directory with
//! its keys; [`server`] a running collector on it; [`api`] its HTTP; [`page`] a
//! browser's side of a session; [`load`] many of them at once, remembering what
//! was acknowledged; [`chats`] many answers in a store; [`stored`] what the collector says it has; [`trace`] the
//! order of its system calls; [`taker`] a server that takes what it sends;
//! [`volume`] small file systems that fill up; [`clickhouse`] a server of that name;
//! [`relay`] a bad way to one. Waits are bounded and for a condition: [`wait`].

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests: what fails here fails the test, with its place"
)]

pub mod api;
pub mod chats;
pub mod clickhouse;
pub mod data;
pub mod endpoint;
pub mod load;
pub mod metrics;
pub mod page;
pub mod process;
pub mod raw;
pub mod relay;
pub mod sandbox;
pub mod server;
pub mod signals;
pub mod stored;
pub mod taker;
pub mod trace;
pub mod volume;
pub mod wait;

/// How often a test of chance is repeated: `TACIT_ROUNDS`, else `default`.
#[must_use]
pub fn rounds(default: u64) -> u64 {
    match std::env::var("TACIT_ROUNDS") {
        Ok(rounds) => rounds.parse().expect("TACIT_ROUNDS is a number"),
        Err(_) => default,
    }
}

/// Tells whoever reads this test's output, which is shown when it fails.
#[expect(
    clippy::print_stderr,
    reason = "libtest keeps it with the test it belongs to"
)]
pub fn note(line: &str) {
    eprintln!("{line}");
}

/// Unix ms.
#[must_use]
pub fn now_ms() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    u64::try_from(now.expect("a clock after 1970").as_millis()).expect("a clock before 2554")
}

/// The rows of an NDJSON file, in its order.
#[must_use]
pub fn rows(ndjson: &str) -> Vec<serde_json::Value> {
    let row = |line| serde_json::from_str(line).expect("a line is a JSON value");
    ndjson.lines().map(row).collect()
}

/// As [`rows`], in an order that depends on nothing but the rows.
#[must_use]
pub fn sorted_rows(ndjson: &str) -> Vec<serde_json::Value> {
    let mut rows = rows(ndjson);
    rows.sort_by_key(ToString::to_string);
    rows
}
