//! Builds the npm package `tacit-capture` from the crate of the same name.
//!
//! The path of one build, a module each:
//! `fingerprint` (has anything changed?) → `toolchain` (who can compile to
//! Wasm here?) → `compile` (cargo) → `bindgen` (glue) → `optimise`
//! (`wasm-opt`) → `bundle` (esbuild, sizes and budgets, by `bundle.mjs`) →
//! `publish` (into `capture-wasm/dist`, stamp last).
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool: its lines are its interface"
)]

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};

mod args;
mod bindgen;
mod bundle;
mod command;
mod compile;
mod fingerprint;
mod optimise;
mod paths;
mod publish;
mod toolchain;

use args::Args;
use paths::{MODULES, Paths};

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(problem) => {
            eprintln!("{problem}\n\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    match build(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("capture: failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn build(args: &Args) -> Result<()> {
    let paths = Paths::find(args.root.as_deref())?;
    let fingerprint = fingerprint::of_inputs(&paths).context("reading the inputs")?;
    if !args.force && publish::is_current(&paths, &fingerprint) {
        println!("capture: dist is up to date ({fingerprint})");
        return Ok(());
    }

    let started = Instant::now();
    let toolchain = toolchain::choose(args.route)?;
    println!("capture: compiling with {toolchain}");
    for which in MODULES {
        let module = compile::module(&paths, &toolchain, which)?;
        bindgen::glue(&paths, which, &module)?;
        optimise::module(&paths, which)?;
    }
    bundle::package(&paths, toolchain.sources().is_some())?;
    publish::refuse_machine_paths(&paths)?;
    publish::into_dist(&paths, &fingerprint)?;
    println!(
        "capture: dist written in {:.1} s ({fingerprint})",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}
