//! Where a build is made before it is sent.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::{ObjectsError, Place};
use crate::{
    control::ProjectId,
    dataset::build::{BuildRequest, Inputs, Manifest},
    label::Policy,
};

/// Directory below the data directory.
pub(crate) const DIRECTORY: &str = "uploads";
/// Hex digits of a place's name.
const NAME_DIGITS: usize = 16;

/// A directory below the data directory, one for each place and project; one process at
/// a time has it.
#[derive(Debug)]
pub struct Staging {
    directory: PathBuf,
    _lock: File,
}

impl Staging {
    /// For what goes to `place`.
    ///
    /// # Errors
    ///
    /// When another process sends to the same place, or nothing can be written.
    pub fn open(data: &Path, place: &Place, project: ProjectId) -> Result<Self, ObjectsError> {
        let root = data.join(DIRECTORY);
        fs::create_dir_all(&root).map_err(|error| ObjectsError::io(&root, error))?;
        let hash = blake3::hash(format!("{} {place}", project.0).as_bytes()).to_hex();
        let directory = root.join(&hash[..NAME_DIGITS]);
        let path = directory.with_extension("lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let lock = lock.map_err(|error| ObjectsError::io(&path, error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                directory,
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(ObjectsError::Busy(place.to_string())),
            Err(TryLockError::Error(error)) => Err(ObjectsError::io(&path, error)),
        }
    }

    /// Where the build is made, or the file.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where the upload keeps its notes.
    pub(super) fn journal(&self) -> PathBuf {
        self.directory.with_extension("json")
    }

    /// The moment a build that waits here was made as of, if it is one of this request:
    /// what a run that was told no moment sends instead of building again.
    #[must_use]
    pub fn waiting_as_of(&self, policy: &Policy, request: &BuildRequest) -> Option<u64> {
        let inputs = Manifest::read(&self.directory)?.inputs;
        let as_of = inputs.as_of;
        let request = BuildRequest {
            as_of,
            ..request.clone()
        };
        (Inputs::of(policy, &request) == inputs).then_some(as_of)
    }

    /// Removes what was sent, or will not be.
    ///
    /// # Errors
    ///
    /// When it cannot be removed.
    pub fn clear(&self) -> Result<(), ObjectsError> {
        let removed = if self.directory.is_dir() {
            fs::remove_dir_all(&self.directory)
        } else {
            fs::remove_file(&self.directory)
        };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(ObjectsError::io(&self.directory, error))
            }
            _ => Ok(()),
        }
    }
}
