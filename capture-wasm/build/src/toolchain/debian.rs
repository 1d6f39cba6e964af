//! Debian's compiler. Debian packages no `wasm32-unknown-unknown` library, but
//! the sources of one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::{Toolchain, sources_under};
use crate::command;

/// Remedy 3, word for word.
pub(super) const INSTALL: &str =
    "apt-get install --no-install-recommends rustc-web cargo-web rust-web-src lld-22";

const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
/// Any lld that reads what the compiler's LLVM writes; Debian's newest first.
const LINKERS: &[&str] = &["/usr/bin/wasm-ld-22", "/usr/bin/wasm-ld-23"];

pub(super) fn toolchain() -> Result<Toolchain> {
    if let Some(found) = find() {
        return Ok(found);
    }
    ensure!(
        Path::new("/etc/debian_version").exists(),
        "this is no Debian, so there is no Debian toolchain to install"
    );
    ensure!(
        is_root(),
        "Debian's toolchain is missing, and only root may install it"
    );
    println!("capture: installing Debian's Wasm toolchain (about 200 MB, once): {INSTALL}");
    install()?;
    find().context("Debian's packages were installed but bring no usable Wasm toolchain")
}

fn find() -> Option<Toolchain> {
    let version = command::ask(command::clean(RUSTC).arg("--version"))?;
    command::ask(command::clean(CARGO).arg("--version"))?;
    let sysroot = command::ask(command::clean(RUSTC).args(["--print", "sysroot"]))?;
    Some(Toolchain::Debian {
        version,
        linker: linker(&sysroot)?,
        sources: sources_under(&sysroot)?,
    })
}

/// Debian's lld, else the one that rustup ships inside its toolchain.
fn linker(debian_sysroot: &str) -> Option<PathBuf> {
    let debian = LINKERS.iter().map(PathBuf::from);
    let rustup = command::ask(command::clean("rustc").args(["--print", "sysroot"]))
        .filter(|sysroot| sysroot != debian_sysroot)
        .map(|sysroot| {
            let host = format!(
                "lib/rustlib/{}-unknown-linux-gnu/bin/rust-lld",
                std::env::consts::ARCH
            );
            Path::new(&sysroot).join(host)
        });
    debian.chain(rustup).find(|path| path.is_file())
}

fn install() -> Result<()> {
    let mut words = INSTALL.split(' ');
    let program = words.next().context("no package manager named")?;
    let args: Vec<&str> = words.collect();
    let install = || -> Option<bool> {
        let mut command = command::clean(program);
        command
            .args(&args)
            .arg("--yes")
            .env("DEBIAN_FRONTEND", "noninteractive");
        command.output().ok().map(|output| output.status.success())
    };
    if install() == Some(true) {
        return Ok(());
    }
    // Package lists missing or out of date, as on every fresh container.
    println!("capture: refreshing Debian's package lists");
    command::run(
        command::clean("apt-get").args(["update", "--quiet"]),
        "apt-get update",
    )?;
    match install() {
        Some(true) => Ok(()),
        _ => bail!("{INSTALL} failed; run it by hand to see why"),
    }
}

fn is_root() -> bool {
    command::ask(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}

pub(super) fn cargo(linker: &Path) -> Command {
    let mut command = command::clean(CARGO);
    // rustup's proxies may come first on the PATH; cargo is told its rustc
    // rather than left to look for one.
    command
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("RUSTC", RUSTC)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    command
}
