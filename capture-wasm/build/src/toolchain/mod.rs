//! Finds a compiler that can write Wasm: an installed target, else rustup's,
//! else (as root on Debian) Debian's compiler with its sources.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::args::Route;
use crate::command;

mod debian;
mod rustup;

/// The only target; named here and nowhere else.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The current cargo; its standard library for Wasm is there.
    Current { version: String },
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
            Self::Current { version } => write!(f, "{version} and its {TARGET} target"),
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

    /// Arguments of `cargo build` that this toolchain needs.
    pub(crate) fn build_args(&self) -> &'static [&'static str] {
        match self {
            Self::Current { .. } => &[],
            Self::Debian { .. } => debian::BUILD_STD,
        }
    }

    /// Where the standard library's sources lie, when they are compiled here.
    pub(crate) fn sources(&self) -> Option<&PathBuf> {
        match self {
            Self::Current { .. } => None,
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
