//! Child processes whose environment is ours, not the outer cargo's.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// What `cargo run` and rustup's proxies set for the program they start. A
/// cargo inside it must not see them: Debian's rustc would load rustup's
/// libraries, and a `RUSTC` or `CARGO_ENCODED_RUSTFLAGS` meant for the host
/// would compile the Wasm.
const LEAKS: &[&str] = &[
    "CARGO",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "LD_LIBRARY_PATH",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTDOC",
    "RUSTFLAGS",
    "RUST_RECURSION_COUNT",
];
const LEAK_PREFIXES: &[&str] = &[
    "CARGO_BIN_",
    "CARGO_MANIFEST_",
    "CARGO_PKG_",
    "CARGO_PROFILE_",
];

/// A command without the variables of the cargo that started us.
pub(crate) fn clean(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let leaks = LEAKS.contains(&text.as_ref())
            || LEAK_PREFIXES.iter().any(|prefix| text.starts_with(prefix));
        if leaks {
            command.env_remove(&name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Runs to the end with its output passed on; `what` names it in the error.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{what}: cannot start {:?}", command.get_program()))?;
    if !status.success() {
        bail!("{what}: {status}");
    }
    Ok(())
}

/// Standard output, trimmed, if the command could be run and succeeded.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
