//! `tacit`: serving, keys, exports and the ledger.
//!
//! Data goes to stdout, everything else to stderr. Exits 0 done, 1 failed,
//! 2 wrong usage.

mod assign;
mod backup;
mod brief;
mod config;
mod data;
mod dataset;
mod doctor;
mod erase;
mod examples;
mod experiment;
mod expire;
mod export;
mod health;
mod import;
mod kept;
mod keys;
mod label;
mod ledger;
mod manual;
mod migrate;
mod openapi;
mod policy;
mod push;
mod readout;
mod recovered;
mod release;
mod replay;
mod run;
mod screen;
mod selection;
mod serve;
mod settings;
mod simulate;
mod supervisor;
mod verify;
mod watch;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde::Serialize;

use crate::{
    client::Secret,
    logging::{self, LogOutput},
};

/// Learns what people thought of AI answers from what they did with them.
#[derive(Debug, Parser)]
#[command(name = "tacit", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Receive signals, label outputs, answer the API.
    Serve(serve::Options),
    /// Make, list and revoke keys; works while a server runs.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Write labels or training data.
    Export(export::Options),
    /// Check policies, explain labels, compare policies on all there is.
    #[command(subcommand)]
    Label(label::Command),
    /// Build datasets.
    #[command(subcommand)]
    Dataset(dataset::Command),
    /// Say what to change in prompts and documents: what fails, what people change.
    Brief(brief::Options),
    /// Do what the schedules of the configuration say is due; any timer may call it.
    Run(run::Options),
    /// Send labels to the systems that hold the traces.
    Push(Box<push::Options>),
    /// Take over feedback that Langfuse, LangSmith or Phoenix holds.
    Import(Box<import::Options>),
    /// List the datasets and briefs that were made.
    Builds(release::Builds),
    /// Declare, list and end what is tried on people.
    #[command(subcommand)]
    Experiment(experiment::Command),
    /// Record and show what went live.
    #[command(subcommand)]
    Release(release::Command),
    /// Say whether a release or an experiment's arm is proven: exits 0 ship, 1 hold, 2 stop.
    Verify(verify::Options),
    /// Tell who is in which arm of an experiment, as the collector and the page do.
    Assign(assign::Options),
    /// Show the capture rate by week: how many answers people say anything about.
    CaptureRate(watch::CaptureRate),
    /// Say whose signals must not teach, and why.
    Screen(screen::Options),
    /// Say whether a number rises while what guards it falls.
    Guardrails(watch::Guardrails),
    /// Ask stored inputs of another model or prompt, and compare with what people kept.
    Replay(Box<replay::Options>),
    /// Say what is wrong with a data directory; a server may run.
    Doctor(doctor::Options),
    /// Ask a running server whether it lives, or is ready.
    Health(health::Options),
    /// Copy the store while a server runs.
    Backup(backup::Options),
    /// Move everything into another store, most of it while a server runs.
    Migrate(migrate::Options),
    /// Forget a person: in the store, the log and the database's file.
    Erase(erase::Options),
    /// End what is older than it may be, or say what would go.
    Expire(expire::Options),
    /// Show what became of everything that arrived, or of one event.
    Ledger(ledger::Options),
    /// Print the description of the API, OpenAPI 3.1.
    Openapi(openapi::Options),
    /// Simulate people whose satisfaction is known: judge the policy, or fill a data directory.
    Simulate(simulate::Options),
    /// Check the configuration, show what holds, write an example.
    #[command(subcommand)]
    Config(config::Command),
    /// Write what a shell needs to complete commands: bash, zsh, fish, elvish, powershell.
    Completions(manual::Completions),
    /// Write manual pages, tacit.1 and one for each command, or all of it in Markdown.
    Manual(manual::Options),
}

/// What every command takes.
#[derive(Debug, Args)]
struct Common {
    /// Directory of everything that is kept.
    #[arg(
        long,
        default_value = "data",
        env = "TACIT_DATA",
        hide_env_values = true
    )]
    data: PathBuf,
    /// Where the facts are: sqlite:, a file in the data directory, or
    /// `clickhouse://user:password@host:8123/database`. Other people of this machine may see
    /// how a program was called: a password belongs into `TACIT_STORE`.
    #[arg(
        long,
        value_name = "URL",
        env = "TACIT_STORE",
        hide_env_values = true,
        value_parser = data::secret
    )]
    store: Option<Secret>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Used wrongly, as far as the command line can be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let command = parsed().command;
    // A server says in its configuration how it wants to be heard.
    if !matches!(command, Command::Serve(_)) {
        logging::start(&LogOutput::default());
    }
    let mut code = ExitCode::SUCCESS;
    let done = match command {
        Command::Serve(options) => serve::run(&options),
        Command::Keys(command) => keys::run(&command),
        Command::Export(options) => export::run(&options),
        Command::Label(command) => label::run(&command),
        Command::Dataset(command) => dataset::run(&command),
        Command::Brief(options) => brief::run(&options),
        Command::Run(options) => run::run(&options),
        Command::Push(options) => push::run(&options),
        Command::Import(options) => import::run(&options),
        Command::Builds(options) => release::builds(&options),
        Command::Experiment(command) => experiment::run(&command),
        Command::Release(command) => release::run(&command),
        Command::Verify(options) => verify::run(&options).map(|verdict| code = verdict),
        Command::Assign(options) => assign::run(&options),
        Command::CaptureRate(options) => watch::capture_rate(&options),
        Command::Screen(options) => screen::run(&options),
        Command::Guardrails(options) => watch::guardrails(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Doctor(options) => doctor::run(&options),
        Command::Health(options) => health::run(&options),
        Command::Backup(options) => backup::run(&options),
        Command::Migrate(options) => migrate::run(&options),
        Command::Erase(options) => erase::run(&options),
        Command::Expire(options) => expire::run(&options),
        Command::Ledger(options) => ledger::run(&options),
        Command::Openapi(options) => openapi::run(&options),
        Command::Simulate(options) => simulate::run(&options),
        Command::Config(command) => config::run(&command),
        Command::Completions(options) => manual::completions(&options),
        Command::Manual(options) => manual::run(&options),
    };
    match done {
        Ok(()) => code,
        Err(error) => {
            // Nothing is left to tell when stderr is gone.
            let _ = writeln!(io::stderr(), "tacit: {error:#}");
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// The command line, each command with examples below its help.
fn command() -> clap::Command {
    examples::with_examples(Cli::command())
}

/// What this process was told; ends it where that makes no sense, or asks for help.
fn parsed() -> Cli {
    let matches = command().get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// Writes a line of data.
fn out(line: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}

/// Writes a line of JSON.
fn out_json(value: &impl Serialize) -> anyhow::Result<()> {
    Ok(out(&serde_json::to_string(value)?)?)
}

/// Tells the operator something.
fn note(line: &str) {
    // Nobody listens when stderr is gone.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
