//! Module → smaller module, by Binaryen's `wasm-opt` from npm.

use std::fs;

use anyhow::{Context, Result};

use crate::command;
use crate::paths::{Module, Paths};

/// What the compiler emits by default, said aloud: `wasm-opt` refuses what is
/// not enabled, so a compiler that starts to use a newer feature is noticed
/// here and not by a visitor's old browser. All of these are in Chrome 96,
/// Firefox 79 and Safari 15.
const FEATURES: &[&str] = &[
    "--mvp-features",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Flattened and put together again, twice, which gives `-Oz` more to fold than
/// the compiler's nesting (350 B in brotli); to go on until nothing shrinks any
/// more brings little for three times the time. Large functions stay apart
/// although only one place calls them (500 B): put into each other they need more
/// locals, which brotli cannot fold. The sections only tools read are dropped. `--low-memory-unused`: the linker puts the stack first, so nothing
/// lies below the first KiB but what an overflowing stack would write there on
/// its way to the trap; offsets can then be folded into loads and stores.
const SHRINK: &[&str] = &[
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    "--low-memory-unused",
    "--one-caller-inline-max-function-size=24",
    "--always-inline-max-function-size=6",
    "--flatten",
    "--rereloop",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "-Oz",
];

/// Replaces the module.
pub(crate) fn module(paths: &Paths, which: Module) -> Result<()> {
    let tool = [&paths.capture, &paths.root]
        .map(|dir| dir.join("node_modules/.bin/wasm-opt"))
        .into_iter()
        .find(|path| path.exists())
        .context("wasm-opt is missing: run `npm ci` in the repository first")?;

    let module = paths.wasm(which);
    let smaller = module.with_extension("opt.wasm");
    let mut wasm_opt = command::clean(tool);
    wasm_opt
        .args(FEATURES)
        .args(SHRINK)
        .arg(&module)
        .arg("-o")
        .arg(&smaller);
    command::run(&mut wasm_opt, "wasm-opt")?;
    fs::rename(&smaller, &module).context("replacing the module")
}
