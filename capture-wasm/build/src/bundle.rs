//! Glue and hand-written JavaScript → the package's files, by `bundle.mjs`,
//! as esbuild lives in Node. It also measures, and refuses what is over
//! budget.

use std::fs;

use anyhow::Result;

use crate::command;
use crate::paths::Paths;

/// With a compiled standard library nobody can keep the module's budget, so then
/// it only warns.
pub(crate) fn package(paths: &Paths, is_from_source: bool) -> Result<()> {
    if paths.staging.exists() {
        fs::remove_dir_all(&paths.staging)?;
    }
    let mut node = command::clean("node");
    node.arg(paths.capture.join("build/bundle.mjs"))
        .arg(&paths.glue)
        .arg(&paths.staging)
        // The crates of the workspace share one version.
        .arg(env!("CARGO_PKG_VERSION"))
        .arg(if is_from_source { "fail" } else { "warn" });
    command::run(&mut node, "bundling")
}
