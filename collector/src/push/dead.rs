//! Labels that will never be taken: a line of JSON each, with the reason.
//!
//! The label itself can always be made again, so a line is for people; of it only the
//! push, the output and the part are read again.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tacit_signals::Id;

use super::LabelOut;

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// When it was refused, Unix ms.
    pub at: u64,
    /// The push's name.
    pub push: String,
    /// The system.
    pub kind: String,
    /// Where it is.
    pub endpoint: String,
    /// The output.
    pub output: String,
    /// `verdict` or `correction`.
    pub part: String,
    /// Why.
    pub reason: String,
    /// What it said, without texts.
    pub label: Map<String, Value>,
}

/// Whose letters they are.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The push's name.
    pub push: String,
    /// The system.
    pub kind: &'static str,
    /// Where it is.
    pub endpoint: String,
}

impl Letter {
    /// The letter about `label`.
    #[must_use]
    pub fn of(sender: &Sender, label: &LabelOut, reason: &str, at: u64) -> Self {
        Self {
            at,
            push: sender.push.clone(),
            kind: sender.kind.into(),
            endpoint: sender.endpoint.clone(),
            output: label.output.to_string(),
            part: label.part.name().into(),
            reason: reason.into(),
            label: label.metadata(),
        }
    }

    /// The part's number in the store.
    #[must_use]
    pub fn part_number(&self) -> u8 {
        u8::from(self.part == "correction")
    }
}

/// Takes letters.
pub trait DeadLetters {
    /// Keeps them; on the device on return.
    fn keep(&mut self, letters: &[Letter]) -> io::Result<()>;
}

/// Letters at the end of a file, made when the first one comes.
#[derive(Debug)]
pub struct Appended<'a>(pub &'a Path);

impl DeadLetters for Appended<'_> {
    fn keep(&mut self, letters: &[Letter]) -> io::Result<()> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = open(self.0)?;
        for letter in letters {
            let line = serde_json::to_string(letter)?;
            file.write_all(format!("{line}\n").as_bytes())?;
        }
        file.sync_data()
    }
}

/// Readable by its owner only: it tells who did what.
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

/// The outputs in the letters of `push` in a file, each part once; the line that is none.
pub fn read(path: &Path, push: &str) -> io::Result<Vec<(Id, u8)>> {
    let mut outputs = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for (number, line) in BufReader::new(File::open(path)?).lines().enumerate() {
        let wrong = || io::Error::other(format!("line {} is no dead letter", number + 1));
        let letter: Letter = serde_json::from_str(&line?).map_err(|_| wrong())?;
        if letter.push != push {
            continue;
        }
        let output = Id::parse("output", &letter.output).map_err(|_| wrong())?;
        let part = letter.part_number();
        if known.insert((letter.output, part)) {
            outputs.push((output, part));
        }
    }
    Ok(outputs)
}
