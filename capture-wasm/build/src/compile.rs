//! Crate → module.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::command;
use crate::paths::{Module, Paths};
use crate::toolchain::{TARGET, Toolchain};

/// Compiles the standard library along, where its sources are.
/// `optimize_for_size`: its own smaller algorithms. Its default features
/// (backtraces, unwinding) are left out with it: a module that aborts has no use
/// for them.
const BUILD_STD: &[&str] = &[
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
];

/// What only works with a standard library from source, as the compiled one was
/// made without it: a panic is one instruction, without a message, so that no
/// message, no place in the source and nothing that formats either is left.
/// `js/shell.js` hears of a panic as of any trap, and retires the module.
const NO_MESSAGES: &[&str] = &[
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Zlocation-detail=none",
    "-Zfmt-debug=none",
];

/// `[profile.wasm]` in the workspace says how: `opt-level = "z"`, fat LTO, one
/// codegen unit, abort on panic. Only what a profile cannot say is added here.
/// Bulk memory, sign extension, non-trapping conversion, multi-value and
/// reference types are the target's defaults; see `optimise`.
pub(crate) fn module(paths: &Paths, toolchain: &Toolchain, which: Module) -> Result<PathBuf> {
    let mut cargo = toolchain.cargo();
    cargo
        .current_dir(&paths.root)
        // One at a time: together they would share their features.
        .args(["build", "--package", which.package, "--lib"])
        .args(["--profile", "wasm", "--target", TARGET])
        .arg("--target-dir")
        .arg(&paths.target)
        // The list of enabled Wasm features is a section that stripping takes
        // out, and wasm-bindgen reads; `optimise` strips afterwards.
        .env("CARGO_PROFILE_WASM_STRIP", "none")
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            flags(paths, toolchain).join("\x1f"),
        );
    if toolchain.sources().is_some() {
        // A stable compiler only does this when told that it is part of making one.
        cargo.args(BUILD_STD).env("RUSTC_BOOTSTRAP", "1");
    }
    command::run(&mut cargo, "compiling to Wasm")?;

    let module = paths
        .target
        .join(TARGET)
        .join("wasm")
        .join(format!("{}.wasm", which.stem));
    ensure!(module.is_file(), "cargo wrote no {}", module.display());
    Ok(module)
}

/// Panic messages, where they are left, name source files: give them names that
/// are the same, and short, on every machine.
fn flags(paths: &Paths, toolchain: &Toolchain) -> Vec<String> {
    let mut flags = vec![remap(&paths.root, "tacit")];
    if let Some(sources) = toolchain.sources() {
        flags.extend(NO_MESSAGES.iter().map(ToString::to_string));
        flags.push(remap(sources, "rust"));
        if let Ok(real) = sources.canonicalize() {
            flags.push(remap(&real, "rust"));
        }
    }
    if let Some(home) = cargo_home() {
        // One folder for each registry, named after its host.
        let registries = std::fs::read_dir(home.join("registry/src"));
        flags.push(remap(&home, "cargo"));
        flags.extend(
            registries
                .into_iter()
                .flatten()
                .flatten()
                .map(|dir| remap(&dir.path(), "dep")),
        );
    }
    flags
}

/// The last matching remap wins, so the more special ones come later.
fn remap(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

pub(crate) fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}
