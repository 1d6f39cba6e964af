//! Staging → `dist`, file by file, so that a server reading `dist` meanwhile
//! finds every file whole, and a failed build leaves the last good package.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::compile;
use crate::paths::Paths;

const STAMP: &str = ".stamp";

/// The stamp names the inputs and lists the files: a `dist` somebody has
/// tidied by hand is not current.
pub(crate) fn is_current(paths: &Paths, fingerprint: &str) -> bool {
    let Ok(stamp) = fs::read_to_string(paths.dist.join(STAMP)) else {
        return false;
    };
    let mut lines = stamp.lines();
    lines.next() == Some(fingerprint) && lines.all(|file| paths.dist.join(file).is_file())
}

/// No path of the machine that built it may reach a visitor.
pub(crate) fn refuse_machine_paths(paths: &Paths) -> Result<()> {
    let private: Vec<PathBuf> = [
        Some(paths.root.clone()),
        compile::cargo_home(),
        std::env::home_dir(),
    ]
    .into_iter()
    .flatten()
    // "/" or "/root" alone would also match by chance.
    .filter(|path| path.components().count() > 2)
    .collect();
    for file in files_under(&paths.staging)? {
        let bytes = fs::read(paths.staging.join(&file))?;
        for path in &private {
            let needle = path.as_os_str().as_encoded_bytes();
            if bytes.windows(needle.len()).any(|window| window == needle) {
                bail!("{} names {}", file.display(), path.display());
            }
        }
    }
    Ok(())
}

pub(crate) fn into_dist(paths: &Paths, fingerprint: &str) -> Result<()> {
    let stamp = paths.dist.join(STAMP);
    if stamp.exists() {
        fs::remove_file(&stamp)?;
    }
    let files = files_under(&paths.staging)?;
    for file in &files {
        replace(&paths.staging.join(file), &paths.dist.join(file))?;
    }
    for old in files_under(&paths.dist)? {
        if !files.contains(&old) {
            fs::remove_file(paths.dist.join(old))?;
        }
    }
    let listed: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    fs::write(&stamp, format!("{fingerprint}\n{}\n", listed.join("\n")))?;
    Ok(())
}

fn replace(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().context("a file without a folder")?;
    fs::create_dir_all(folder)?;
    let mut name = to.file_name().context("a file without a name")?.to_owned();
    name.push(".new");
    let new = folder.join(name);
    fs::copy(from, &new).with_context(|| new.display().to_string())?;
    fs::rename(&new, to).with_context(|| to.display().to_string())
}

/// Relative to `folder`, sorted.
fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).with_context(|| current.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    files.sort();
    Ok(files)
}
