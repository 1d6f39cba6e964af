//! What an upload that is under way has done: so that the next run knows its own files
//! from somebody else's, and does not send them again.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::ObjectsError;

/// Kept on disk from before the first change in the bucket until after the last.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    notes: Option<Notes>,
}

/// What is noted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notes {
    /// SHA-256 of the manifest, in hex.
    pub(super) manifest: String,
    /// Files of that manifest that are in the bucket.
    pub(super) sent: BTreeSet<String>,
    /// Files of builds before that were in the bucket when this began.
    pub(super) before: BTreeSet<String>,
    /// Another build was there.
    pub(super) replaces: bool,
}

impl Journal {
    /// What is left of an upload; one that cannot be read is none.
    pub(super) fn open(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_default();
        Self {
            path: path.into(),
            notes: serde_json::from_slice(&bytes).ok(),
        }
    }

    /// The notes of an upload that did not come to its end.
    pub(super) fn notes(&self) -> Option<&Notes> {
        self.notes.as_ref()
    }

    /// Goes on with the upload of a manifest, or begins it.
    pub(super) fn begin(
        &mut self,
        manifest: String,
        before: BTreeSet<String>,
        replaces: bool,
    ) -> Result<Notes, ObjectsError> {
        let mut notes = self.notes.take().unwrap_or_default();
        if notes.manifest != manifest {
            notes.before.append(&mut notes.sent);
            notes.manifest = manifest;
        }
        notes.before.extend(before);
        notes.replaces |= replaces;
        self.write(&notes)?;
        Ok(notes)
    }

    /// Notes down, durably.
    pub(super) fn write(&mut self, notes: &Notes) -> Result<(), ObjectsError> {
        let io = |error| ObjectsError::io(&self.path, error);
        let next = self.path.with_extension("next");
        let bytes = serde_json::to_vec(notes).map_err(|error| io(error.into()))?;
        fs::write(&next, bytes).map_err(io)?;
        let synced = fs::File::open(&next).and_then(|file| file.sync_all());
        synced.map_err(io)?;
        fs::rename(&next, &self.path).map_err(io)?;
        self.notes = Some(notes.clone());
        Ok(())
    }

    /// The upload is done.
    pub(super) fn end(&mut self) -> Result<(), ObjectsError> {
        self.notes = None;
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(ObjectsError::io(&self.path, error))
            }
            _ => Ok(()),
        }
    }
}
