//! A replay on disk: a directory that a run which was interrupted goes on from.
//!
//! | file | holds |
//! | --- | --- |
//! | `plan.json` | all that the replay is a function of; the last file that is made |
//! | `cases.ndjson` | the cases, in the order they are asked in |
//! | `answers.ndjson` | one answer a line, each on the device before the next is kept; of several of one case the last holds |
//! | `judge.json` | how a judge model is asked, if one was |
//! | `judgements.ndjson` | answers of a judge model, in the same way |
//!
//! A last line that was torn by a crash is cut off and its case asked again; any other
//! line that cannot be read is an error. One process at a time writes.

mod lines;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

use self::lines::Lines;
use super::{Answer, Case, Judging, Plan};
use crate::datalock::DataLock;

const PLAN: &str = "plan.json";
const CASES: &str = "cases.ndjson";
const ANSWERS: &str = "answers.ndjson";
const JUDGE: &str = "judge.json";
const JUDGEMENTS: &str = "judgements.ndjson";
const LOCK: &str = "lock";
const PARTIAL: &str = ".partial";

/// A replay that cannot be kept or read.
#[derive(Debug, Error)]
pub enum JournalError {
    /// There is none.
    #[error("{0} holds no replay")]
    None(PathBuf),
    /// Something else is there.
    #[error("{0} is there already and holds something else than a replay; take another directory")]
    Foreign(PathBuf),
    /// Another process writes.
    #[error("another process is running the replay in {0}")]
    Busy(PathBuf),
    /// A file is not what was written.
    #[error("{path}: {what}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// What a journal holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// What was planned.
    pub plan: Plan,
    /// In the order they are asked in.
    pub cases: Vec<Case>,
    /// By case.
    pub answers: BTreeMap<String, Answer>,
    /// How a judge was asked.
    pub judging: Option<Judging>,
    /// What it said, by question.
    pub judgements: BTreeMap<String, Answer>,
}

/// Keeps answers; one process at a time has it.
#[derive(Debug)]
pub struct Journal {
    directory: PathBuf,
    answers: Lines,
    judgements: Lines,
    _lock: DataLock,
}

impl Journal {
    /// Makes a journal in `directory`, which is new or empty. Puts the hash of the
    /// cases into the plan.
    pub fn create(
        directory: &Path,
        mut plan: Plan,
        cases: &[Case],
    ) -> Result<(Self, Plan), JournalError> {
        refuse_foreign(directory)?;
        let lock = lock(directory)?;
        let mut lines = Vec::new();
        for case in cases {
            lines.extend(json(case, directory)?);
            lines.push(b'\n');
        }
        plan.cases = blake3::hash(&lines).to_hex().to_string();
        let path = directory.join(PLAN);
        durably(&directory.join(CASES), &lines)?;
        durably(&path, &pretty(&plan, &path)?)?;
        Ok((Self::over(directory, lock)?.0, plan))
    }

    /// Opens the journal in `directory` to go on with it; `None` where there is none
    /// yet.
    pub fn open(directory: &Path) -> Result<Option<(Self, Contents)>, JournalError> {
        if !is_replay(directory) {
            return Ok(None);
        }
        let (journal, [answers, judgements]) = Self::over(directory, lock(directory)?)?;
        let (plan, cases) = planned(directory)?;
        let contents = Contents {
            plan,
            cases,
            answers,
            judging: judging(directory)?,
            judgements,
        };
        Ok(Some((journal, contents)))
    }

    fn over(
        directory: &Path,
        lock: DataLock,
    ) -> Result<(Self, [BTreeMap<String, Answer>; 2]), JournalError> {
        let (answers, known) = Lines::open(directory.join(ANSWERS))?;
        let (judgements, judged) = Lines::open(directory.join(JUDGEMENTS))?;
        let journal = Self {
            directory: directory.into(),
            answers,
            judgements,
            _lock: lock,
        };
        Ok((journal, [known, judged]))
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Keeps an answer; on the device on return.
    pub fn answer(&mut self, answer: &Answer) -> Result<(), JournalError> {
        self.answers.append(answer)
    }

    /// Keeps how a judge is asked.
    pub fn judging(&self, judging: &Judging) -> Result<(), JournalError> {
        let path = self.directory.join(JUDGE);
        durably(&path, &pretty(judging, &path)?)
    }

    /// Keeps an answer of a judge.
    pub fn judgement(&mut self, answer: &Answer) -> Result<(), JournalError> {
        self.judgements.append(answer)
    }
}

/// Whether a replay is kept in `directory`.
#[must_use]
pub fn is_replay(directory: &Path) -> bool {
    directory.join(PLAN).is_file()
}

/// What the journal in `directory` holds now, also while another process writes.
pub fn read(directory: &Path) -> Result<Contents, JournalError> {
    if !is_replay(directory) {
        return Err(JournalError::None(directory.into()));
    }
    let (plan, cases) = planned(directory)?;
    Ok(Contents {
        plan,
        cases,
        answers: Lines::read(&directory.join(ANSWERS))?,
        judging: judging(directory)?,
        judgements: Lines::read(&directory.join(JUDGEMENTS))?,
    })
}

fn planned(directory: &Path) -> Result<(Plan, Vec<Case>), JournalError> {
    let path = directory.join(PLAN);
    let bytes = fs::read(&path).map_err(|error| io_error(&path, error))?;
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|error| broken(&path, &error))?;
    let path = directory.join(CASES);
    let bytes = fs::read(&path).map_err(|error| io_error(&path, error))?;
    if blake3::hash(&bytes).to_hex().as_str() != plan.cases {
        return Err(broken(&path, &"is not what plan.json was made with"));
    }
    let lines = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let cases: Result<Vec<Case>, _> = lines.map(serde_json::from_slice).collect();
    Ok((plan, cases.map_err(|error| broken(&path, &error))?))
}

fn judging(directory: &Path) -> Result<Option<Judging>, JournalError> {
    let path = directory.join(JUDGE);
    match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(&path, error)),
        Ok(bytes) => match serde_json::from_slice(&bytes) {
            Ok(judging) => Ok(Some(judging)),
            Err(error) => Err(broken(&path, &error)),
        },
    }
}

fn lock(directory: &Path) -> Result<DataLock, JournalError> {
    let taken = DataLock::take(directory).map_err(|error| io_error(directory, error))?;
    taken.ok_or_else(|| JournalError::Busy(directory.into()))
}

/// What a run that was killed before its plan was whole may have left is no reason to
/// refuse.
fn refuse_foreign(directory: &Path) -> Result<(), JournalError> {
    if !directory.exists() {
        return Ok(());
    }
    let entries = fs::read_dir(directory).map_err(|error| io_error(directory, error))?;
    for entry in entries {
        let name = entry
            .map_err(|error| io_error(directory, error))?
            .file_name();
        let name = name.to_string_lossy();
        if ![LOCK, CASES].contains(&name.trim_end_matches(PARTIAL))
            && *name != *format!("{PLAN}{PARTIAL}")
        {
            return Err(JournalError::Foreign(directory.into()));
        }
    }
    Ok(())
}

/// Writes a file that is there as a whole or not at all.
fn durably(path: &Path, bytes: &[u8]) -> Result<(), JournalError> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(PARTIAL);
    let partial = PathBuf::from(partial);
    let written = File::create(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        File::open(path.parent().unwrap_or(path))?.sync_all()
    });
    written.map_err(|error| io_error(path, error))
}

fn pretty(value: &impl serde::Serialize, path: &Path) -> Result<Vec<u8>, JournalError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| broken(path, &error))?;
    text.push(b'\n');
    Ok(text)
}

fn json(value: &impl serde::Serialize, path: &Path) -> Result<Vec<u8>, JournalError> {
    serde_json::to_vec(value).map_err(|error| broken(path, &error))
}

fn io_error(path: &Path, error: io::Error) -> JournalError {
    let path = path.into();
    JournalError::Io { path, error }
}

fn broken(path: &Path, what: &impl ToString) -> JournalError {
    JournalError::Broken {
        path: path.into(),
        what: what.to_string(),
    }
}

#[cfg(test)]
mod tests;
