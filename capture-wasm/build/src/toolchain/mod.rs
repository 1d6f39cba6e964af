//! Finds a compiler that can write Wasm: an installed target, else rustup's,
//! else (as root on Debian) Debian's compiler with its sources.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::args::Route;
use crate::command;

mod debian;
mod rustup;

/// The only target; named here and nowhere else.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Where under its sysroot a toolchain keeps the sources of its libraries.
const SOURCES: &str = "lib/rustlib/src/rust";

/// The sources of the standard library of a compiler with this sysroot.
fn sources_under(sysroot: &str) -> Option<PathBuf> {
    let sources = Path::new(sysroot).join(SOURCES);
    let found = sources.join("library/std/Cargo.toml").is_file();
    found.then_some(sources)
}

#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The current cargo; its standard library for Wasm is there, and maybe its
    /// sources.
    Current {
        version: String,
        sources: Option<PathBuf>,
    },
    /// Debian's, with the standard library compiled along.
    Debian {
        version: String,
        linker: PathBuf,
        sources: PathBuf,
    },
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current {
                version,
                sources: None,
            } => write!(f, "{version} and its compiled standard library"),
            Self::Current { version, .. } => {
                write!(f, "{version} and a standard library from source")
            }
            Self::Debian { version, .. } => {
                write!(f, "Debian's {version} and a standard library from source")
            }
        }
    }
}

impl Toolchain {
    /// A cargo of this toolchain, told everything but what to build.
    pub(crate) fn cargo(&self) -> Command {
        match self {
            Self::Current { .. } => command::clean("cargo"),
            Self::Debian { linker, .. } => debian::cargo(linker),
        }
    }

    /// Where the standard library's sources lie, when they are compiled here.
    pub(crate) fn sources(&self) -> Option<&Path> {
        match self {
            Self::Current { sources, .. } => sources.as_deref(),
            Self::Debian { sources, .. } => Some(sources),
        }
    }
}

/// `only` leaves out the other routes.
pub(crate) fn choose(only: Option<Route>) -> Result<Toolchain> {
    let mut tried = Vec::new();
    for route in [Route::Installed, Route::Rustup, Route::Debian] {
        if only.is_some_and(|only| only != route) {
            continue;
        }
        let found = match route {
            Route::Installed => rustup::installed(),
            Route::Rustup => rustup::add(),
            Route::Debian => debian::toolchain(),
        };
        match found {
            Ok(toolchain) => return Ok(toolchain),
            Err(error) => tried.push(format!("  - {error:#}")),
        }
    }
    bail!(
        "no Rust compiler here can write Wasm. Tried:\n{}\nAny one of these helps:\n  \
         1. rustup target add {TARGET}\n  \
         2. with network access for rustup, run this again: it adds the target itself\n  \
         3. on Debian, as root: {}",
        tried.join("\n"),
        debian::INSTALL
    )
}
