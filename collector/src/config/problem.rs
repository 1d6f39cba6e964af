//! What is wrong with a configuration, told so that it can be mended: where it stands,
//! what was found, what is allowed.

use std::{fmt, ops::Range, path::PathBuf};

use serde::Serialize;
use thiserror::Error;

use crate::{
    cadence::schedule::ScheduleError, experiment::declaration::config::ExperimentError,
    push::config::PushConfigError, store::hides_store,
};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The option, as in `log.keep_seconds`, or the environment variable.
    pub option: String,
    /// What is wrong with it.
    pub problem: String,
    /// The file; `None` where it is said in none.
    pub file: Option<PathBuf>,
    /// Where it stands in the file.
    pub place: Option<Place>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1; `None` where only the line is known.
    pub column: Option<usize>,
    #[serde(skip)]
    shown: String,
}

impl Place {
    /// Where `span` of `text` begins.
    pub(super) fn of(text: &str, span: &Range<usize>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let column = text
            .get(start..span.start)
            .unwrap_or_default()
            .chars()
            .count();
        let shown = text.lines().nth(line).unwrap_or_default();
        let room = shown.chars().count().saturating_sub(column).max(1);
        let within = text.get(span.clone()).unwrap_or_default();
        let carets = within.lines().next().unwrap_or_default().chars().count();
        let number = (line + 1).to_string();
        let margin = " ".repeat(number.len());
        // A mistake in it is found without it.
        let shown = if hides_store(shown) {
            String::new()
        } else {
            format!(
                "{margin} |\n{number} | {shown}\n{margin} | {}{}",
                " ".repeat(column),
                "^".repeat(carets.clamp(1, room))
            )
        };
        Self {
            line: line + 1,
            column: Some(column + 1),
            shown,
        }
    }

    const fn line(line: usize) -> Self {
        Self {
            line,
            column: None,
            shown: String::new(),
        }
    }
}

impl Problem {
    /// One that stands in no file.
    pub(crate) const fn said(option: String, problem: String) -> Self {
        Self {
            option,
            problem,
            file: None,
            place: None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(to, "{}: ", file.display())?;
        }
        if let Some(place) = &self.place {
            write!(to, "line {}", place.line)?;
            if let Some(column) = place.column {
                write!(to, ", column {column}")?;
            }
            write!(to, ": ")?;
        }
        match &*self.option {
            "" => write!(to, "{}", self.problem)?,
            option => write!(to, "{option}: {}", self.problem)?,
        }
        match &self.place {
            Some(place) if !place.shown.is_empty() => write!(to, "\n{}", place.shown),
            _ => Ok(()),
        }
    }
}

/// A configuration that is none.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{path}: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Options that are not there, or values that cannot be.
    #[error("{}", told(.0))]
    Options(Vec<Problem>),
    /// A schedule that makes no sense.
    #[error("{path}: {error}")]
    Schedule {
        /// The file.
        path: PathBuf,
        /// Why.
        error: ScheduleError,
    },
    /// An experiment that cannot be.
    #[error("{path}: {error}")]
    Experiment {
        /// The file.
        path: PathBuf,
        /// Why.
        error: ExperimentError,
    },
    /// A push that makes no sense.
    #[error("{path}: {error}")]
    Push {
        /// The file.
        path: PathBuf,
        /// Why.
        error: PushConfigError,
    },
}

impl ConfigError {
    /// All that is wrong, one by one.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let (path, line, option, problem) = match self {
            Self::Options(problems) => return problems.clone(),
            Self::Read { path, error } => (path, None, String::new(), error.to_string()),
            Self::Schedule { path, error } => (
                path,
                Some(error.line),
                format!("schedule.{}", error.field),
                error.problem.clone(),
            ),
            Self::Experiment { path, error } => (
                path,
                Some(error.line),
                format!("experiment.{}", error.error.field),
                error.error.problem.clone(),
            ),
            Self::Push { path, error } => (
                path,
                Some(error.line),
                format!("push.{}", error.error.field),
                error.error.problem.clone(),
            ),
        };
        vec![Problem {
            option,
            problem,
            file: Some(path.clone()),
            place: line.map(Place::line),
        }]
    }
}

fn told(problems: &[Problem]) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
