//! What one machine takes.
//!
//! Starts the shipped collector (`TACIT_BIN`), sends it batches as pages do and says
//! whether each bar is met: [`burst`] compares it with a handler that does nothing;
//! [`drained`] looks for the rate at which the store keeps up; [`overload`] sends ten
//! times that; [`bystanders`] measures what others notice of slow clients and of many
//! keys. After each, [`account`] finds every acknowledged event in the store, once.
//!
//! Client and server share the machine, so that figures are only good beside others of
//! the same run. [`client`] costs little and, where people wait, keeps a schedule that
//! waits for no answer ([`pace`]): a stall of the server counts for everybody who would
//! have asked meanwhile. [`visits`] is what is sent.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a program of measurement: what fails here fails the run, with its place"
)]

mod account;
mod burst;
mod bystanders;
mod ceiling;
mod client;
mod connection;
mod crowd;
mod drained;
mod figures;
mod house;
mod keys;
mod memory;
mod overload;
mod pace;
mod report;
mod visits;
mod watch;

use std::{
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
};

use clap::{Parser, ValueEnum};
use tacit_tests::server::Server;

use report::Report;

/// Loads a collector and says whether its bars are met: exit 1 if one is not.
#[derive(Debug, Parser)]
struct Options {
    /// Only these; all of them without.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Scenario>,
    /// Times the ceiling and the burst are measured, in turn.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds of the ceiling, each time.
    #[arg(long, default_value_t = 8)]
    ceiling_seconds: u64,
    /// Seconds of a burst.
    #[arg(long, default_value_t = 30)]
    burst_seconds: u64,
    /// Seconds over which the store has to keep up.
    #[arg(long, default_value_t = 300)]
    drain_seconds: u64,
    /// Seconds of overload.
    #[arg(long, default_value_t = 60)]
    overload_seconds: u64,
    /// Seconds of each stretch beside slow clients, and without them.
    #[arg(long, default_value_t = 8)]
    bystander_seconds: u64,
    /// Connections of the client.
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// Another server that takes `POST /c`, loaded in turn with the ceiling and the burst.
    #[arg(long)]
    peer: Option<SocketAddr>,
    /// Print one JSON value in the place of tables.
    #[arg(long)]
    json: bool,
    /// Be the handler that does nothing.
    #[arg(long, hide = true)]
    ceiling: bool,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scenario {
    Burst,
    Drained,
    Overload,
    Bystanders,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("load: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<bool> {
    if options.ceiling {
        ceiling::serve()?;
        return Ok(true);
    }
    let mut report = Report::default();
    let all = [
        (Scenario::Burst, burst::run as fn(&Options, &mut Report)),
        (Scenario::Drained, drained::run),
        (Scenario::Overload, overload::run),
        (Scenario::Bystanders, bystanders::run),
    ];
    for (scenario, run) in all {
        if options.only.is_empty() || options.only.contains(&scenario) {
            run(options, &mut report);
        }
    }
    if options.json {
        writeln!(io::stdout(), "{}", report.json())?;
    } else {
        report.print()?;
    }
    Ok(report.is_good())
}

/// Tells whoever waits.
#[expect(clippy::print_stderr, reason = "progress, beside the data on stdout")]
fn say(line: &str) {
    eprintln!("{line}");
}

fn address(server: &Server) -> SocketAddr {
    let address = server.url.strip_prefix("http://").expect("an HTTP URL");
    address.parse().expect("an address")
}
