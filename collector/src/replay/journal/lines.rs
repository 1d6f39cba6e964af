//! Answers, one a line, only ever appended.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{JournalError, broken, io_error, json};
use crate::replay::Answer;

type Known = BTreeMap<String, Answer>;

/// The end of a file of answers.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    file: File,
}

impl Lines {
    /// Opens or makes the file; what it holds. A torn last line is cut off.
    pub(super) fn open(path: PathBuf) -> Result<(Self, Known), JournalError> {
        let bytes = bytes(&path)?;
        let whole = whole(&bytes);
        let known = parse(&path, whole)?;
        let opened = File::options().create(true).append(true).open(&path);
        let file = opened
            .and_then(|file| {
                file.set_len(whole.len() as u64)?;
                file.sync_all()?;
                // The name is to last as well as what it names.
                File::open(path.parent().unwrap_or(&path))?.sync_all()?;
                Ok(file)
            })
            .map_err(|error| io_error(&path, error))?;
        Ok((Self { path, file }, known))
    }

    /// What the file holds, while another process may write to it.
    pub(super) fn read(path: &Path) -> Result<Known, JournalError> {
        parse(path, whole(&bytes(path)?))
    }

    /// Appends an answer; on the device on return. One write, so that a crash tears
    /// at most the last line.
    pub(super) fn append(&mut self, answer: &Answer) -> Result<(), JournalError> {
        let mut line = json(answer, &self.path)?;
        line.push(b'\n');
        let written = self
            .file
            .write_all(&line)
            .and_then(|()| self.file.sync_data());
        written.map_err(|error| io_error(&self.path, error))
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, JournalError> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(|error| io_error(path, error)),
    }
}

/// Up to the end of the last whole line.
fn whole(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    &bytes[..end.map_or(0, |end| end + 1)]
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Known, JournalError> {
    let mut known = Known::new();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let answer: Answer = serde_json::from_slice(line)
            .map_err(|error| broken(path, &format!("line {}: {error}", number + 1)))?;
        known.insert(answer.output.clone(), answer);
    }
    Ok(known)
}
