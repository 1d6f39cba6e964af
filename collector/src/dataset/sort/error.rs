//! How a sort can fail.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// A sort did not come to its end.
#[derive(Debug, Error)]
pub enum SortError {
    /// A file could not be written or read.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A run does not hold what was written.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// In which way.
        what: &'static str,
    },
    /// A key or payload of 4 GiB or more.
    #[error("a record of {0} bytes is too large to sort")]
    TooLarge(usize),
}

impl SortError {
    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        Self::Io {
            path: path.into(),
            error,
        }
    }
}
