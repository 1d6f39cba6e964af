//! One hash over everything the package is made from.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::paths::Paths;

const INPUTS: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "package-lock.json",
    "signals/Cargo.toml",
    "signals/src",
    "capture-wasm/Cargo.toml",
    "capture-wasm/package.json",
    "capture-wasm/src",
    "capture-wasm/texts",
    "capture-wasm/js",
    "capture-wasm/build",
];

/// A missing input counts as an empty one: a checkout without a lockfile can
/// still be built. `DefaultHasher` may change between compilers; then one
/// build too many is done, which is all a stamp can get wrong this way.
pub(crate) fn of_inputs(paths: &Paths) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        let mut files = Vec::new();
        collect(&paths.root.join(input), &mut files)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(&paths.root).unwrap_or(&file);
            let bytes = fs::read(&file).with_context(|| file.display().to_string())?;
            hasher.write(name.as_os_str().as_encoded_bytes());
            hasher.write_usize(bytes.len());
            hasher.write(&bytes);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let path = entry?.path();
            if path.file_name().is_none_or(|name| name != "node_modules") {
                collect(&path, files)?;
            }
        }
    } else if path.is_file() && !is_test(path) {
        files.push(path.to_path_buf());
    }
    Ok(())
}

/// Tests are not in the package: writing one must not cost a build.
fn is_test(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.ends_with(".test.mjs") || name.ends_with(".test-d.ts"))
}
