//! Datasets in object storage: `s3://bucket/prefix` in the place of a directory.
//!
//! A build is made below the data directory first, as any other, so that it goes on
//! after an interruption and comes out the same; then its files are sent one by one and
//! `manifest.json` last. Whoever sees a manifest sees all that it names. Object stores
//! rename nothing, so this order stands for the rename of a local build.
//!
//! Keys and addresses are those of the `AWS_*` environment variables; what a command
//! line holds, everybody on the machine can read.

mod bucket;
mod http;
mod journal;
mod place;
mod publish;
mod staging;
#[cfg(test)]
mod tests;

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

pub(crate) use self::staging::DIRECTORY as UPLOADS;
pub use self::{
    bucket::Bucket,
    place::{Place, PlaceError},
    publish::{publish, refuse_foreign},
    staging::Staging,
};

/// Nothing, or not all, was put into the bucket; there is no new manifest in it.
#[derive(Debug, Error)]
pub enum ObjectsError {
    /// The prefix holds something else.
    #[error("{url} is there already and holds {holds}; take another prefix, or --replace it")]
    Exists {
        /// The prefix.
        url: String,
        /// What is in it.
        holds: String,
    },
    /// Another process sends to it.
    #[error("another process is writing {0}")]
    Busy(String),
    /// The store refused, or did not answer.
    #[error("{url}: {error}")]
    Store {
        /// The object.
        url: String,
        /// Why.
        error: Box<object_store::Error>,
    },
    /// What is in the bucket is not what was sent.
    #[error("{url} is not what was sent: {bytes} bytes of {expected}")]
    Unlike {
        /// The object.
        url: String,
        /// Its length.
        bytes: u64,
        /// The length of the file.
        expected: u64,
    },
    /// A file is not what the manifest says of it.
    #[error("{0} changed after it was built: remove it and build again")]
    Changed(PathBuf),
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl ObjectsError {
    fn io(path: &Path, error: io::Error) -> Self {
        Self::Io {
            path: path.into(),
            error,
        }
    }
}
