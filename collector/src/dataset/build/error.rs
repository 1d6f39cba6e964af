//! Why there is no build.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{dataset::sort::SortError, store::StoreError};

/// A build did not come to its end; its directory is what it was.
#[derive(Debug, Error)]
pub enum BuildError {
    /// Labels are no rows for trainers.
    #[error("labels are exported (tacit export --format labels), not built")]
    Labels,
    /// The directory holds something else.
    #[error("{path} is there already and holds {holds}; take another directory, or --replace it")]
    Exists {
        /// The directory.
        path: PathBuf,
        /// What is in it.
        holds: String,
    },
    /// Where the build would be made holds something else.
    #[error("{0} holds files that are of no build; move them, it is where this one is made")]
    Foreign(PathBuf),
    /// Another process builds into it.
    #[error("another process is building {0}")]
    Busy(PathBuf),
    /// Somebody was erased, or data ended, while it was made.
    #[error(
        "somebody was erased, or data expired, while {0} was built: nothing of it was published; \
         build it again"
    )]
    Forgotten(PathBuf),
    /// The same in the instant it was published.
    #[error(
        "somebody was erased, or data expired, in the instant {0} was published: it may hold \
         them; delete it and build it again"
    )]
    ForgottenSince(PathBuf),
    /// The facts could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Records could not be sorted.
    #[error(transparent)]
    Sort(#[from] SortError),
    /// A file could not be written or read.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A record that was written cannot be read any more.
    #[error("a record of {0} is unreadable")]
    Record(&'static str),
    /// The Parquet file could not be made.
    #[error("provenance.parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Columns of the Parquet file do not fit together.
    #[error("provenance.parquet: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// The composition report could not be drawn.
    #[error("composition.html: {0}")]
    Plot(#[from] crate::report::plot::PlotError),
}

impl BuildError {
    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        Self::Io {
            path: path.into(),
            error,
        }
    }
}
