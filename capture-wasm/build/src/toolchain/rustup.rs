//! The current toolchain, with the target it has or rustup can add.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{TARGET, Toolchain, sources_under};
use crate::command;

/// The target of the compiler that `cargo` uses here, if it is there.
pub(super) fn installed() -> Result<Toolchain> {
    let version = command::ask(command::clean("rustc").arg("--version"))
        .context("there is no rustc on the PATH")?;
    let libraries = command::ask(command::clean("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ]))
    .context("rustc does not know the target")?;
    if !has_core(Path::new(&libraries)) {
        bail!("{version} has no {TARGET} target installed");
    }
    Ok(Toolchain::Current {
        version,
        sources: sources(),
    })
}

/// The standard library's sources, which a module compiled along with them is a
/// third smaller for. Fetched if they are missing; done without if that fails.
fn sources() -> Option<PathBuf> {
    let sysroot = command::ask(command::clean("rustc").args(["--print", "sysroot"]))?;
    sources_under(&sysroot).or_else(|| {
        println!("capture: asking rustup for rust-src, the standard library's sources");
        command::ask(command::clean("rustup").args(["component", "add", "rust-src"]))?;
        sources_under(&sysroot)
    })
}

/// `rustc` names the folder whether or not it exists, so look for `core`.
fn has_core(libraries: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(libraries) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().starts_with("libcore-")
    })
}

pub(super) fn add() -> Result<Toolchain> {
    println!("capture: the {TARGET} target is missing; asking rustup for it");
    let output = command::clean("rustup")
        .args(["target", "add", TARGET])
        .env("RUST_BACKTRACE", "0")
        .output()
        .context("there is no rustup on the PATH")?;
    if !output.status.success() {
        // rustup reports progress on the same stream.
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = said
            .lines()
            .find_map(|line| line.strip_prefix("error: "))
            .unwrap_or("no reason given");
        bail!("rustup target add {TARGET} failed: {}", reason.trim());
    }
    installed()
}
