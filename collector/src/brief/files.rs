//! A brief as files: `brief.md` for people, `brief.json` for programs.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::{Brief, markdown};
use crate::store::{BuildKind, BuildRecord};

const MARKDOWN: &str = "brief.md";
const JSON: &str = "brief.json";

/// Hex digits in a brief's id.
const ID_DIGITS: usize = 16;

/// A brief was not written; the directory is what it was.
#[derive(Debug, Error)]
pub enum FilesError {
    /// The directory holds something else.
    #[error("{0} is there already and holds something else than a brief; take another directory")]
    Foreign(PathBuf),
    /// A file could not be written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Writes both files into `out`. A new directory appears as a whole; in one that holds
/// a brief, each file is replaced as a whole.
pub fn write(brief: &Brief, out: &Path) -> Result<(), FilesError> {
    let files = [(MARKDOWN, markdown(brief)), (JSON, brief.to_json())];
    if out.exists() {
        refuse_foreign(out)?;
        for (name, text) in &files {
            let partial = out.join(format!("{name}.partial"));
            durably(&partial, text)?;
            rename(&partial, &out.join(name))?;
        }
        return sync(out);
    }
    let mut partial = out.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    // Whoever was killed here left nothing that anybody reads.
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir_all(&partial).map_err(|error| io(&partial, error))?;
    for (name, text) in &files {
        durably(&partial.join(name), text)?;
    }
    sync(&partial)?;
    rename(&partial, out)?;
    match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync(parent),
        _ => Ok(()),
    }
}

/// The brief in `out` and the bytes of its JSON, if there is one.
#[must_use]
pub fn read(out: &Path) -> Option<(Brief, Vec<u8>)> {
    let bytes = fs::read(out.join(JSON)).ok()?;
    Some((serde_json::from_slice(&bytes).ok()?, bytes))
}

/// The record of a brief that was written to `out`.
#[must_use]
pub fn record(brief: &Brief, out: &Path) -> BuildRecord {
    let bytes = brief.to_json().into_bytes();
    let id = format!("br_{}", &blake3::hash(&bytes).to_hex()[..ID_DIGITS]);
    let place = fs::canonicalize(out).unwrap_or_else(|_| out.into());
    BuildRecord::new(
        BuildKind::Brief,
        &id,
        &bytes,
        0,
        &place.display().to_string(),
    )
}

fn refuse_foreign(out: &Path) -> Result<(), FilesError> {
    let entries = fs::read_dir(out).map_err(|error| io(out, error))?;
    for entry in entries {
        let name = entry.map_err(|error| io(out, error))?.file_name();
        let name = name.to_string_lossy();
        if name.trim_end_matches(".partial") != MARKDOWN
            && name.trim_end_matches(".partial") != JSON
        {
            return Err(FilesError::Foreign(out.into()));
        }
    }
    Ok(())
}

fn durably(path: &Path, text: &str) -> Result<(), FilesError> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| io(path, error))
}

fn rename(from: &Path, to: &Path) -> Result<(), FilesError> {
    fs::rename(from, to).map_err(|error| io(to, error))
}

fn sync(directory: &Path) -> Result<(), FilesError> {
    let synced = File::open(directory).and_then(|directory| directory.sync_all());
    synced.map_err(|error| io(directory, error))
}

fn io(path: &Path, error: io::Error) -> FilesError {
    FilesError::Io {
        path: path.into(),
        error,
    }
}
