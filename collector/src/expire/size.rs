//! How large things are, and how much of the store has to go.

use std::{fs, io, path::Path};

use serde::Serialize;

use super::{DAY_MS, retention::midnight};
use crate::store::{ExpiryStore, StoreBytes, StoreError};

/// What is left of a store that was too large: so that days go by until it is again.
#[must_use]
pub(super) fn goal(max: u64) -> u64 {
    max / 10 * 9
}

/// Up to which midnight data go next; `None` when that would be this or the last day.
#[must_use]
pub(super) fn next(oldest: u64, now: u64) -> Option<u64> {
    let before = midnight(oldest) + DAY_MS;
    (before + DAY_MS <= now).then_some(before)
}

/// Whether a fifth of the file and more is empty.
#[must_use]
pub(super) fn is_rather_empty(bytes: StoreBytes) -> bool {
    bytes.file.saturating_sub(bytes.used) > bytes.file / 5
}

/// The parts of a data directory, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// The durable log.
    pub log: u64,
    /// What was written to the database and is not in its file yet.
    pub wal: u64,
    /// The database's file.
    pub store: u64,
    /// Of it what holds nothing.
    pub store_free: u64,
    /// Its tables, each with its indexes.
    pub tables: Vec<(String, u64)>,
    /// Builds below the data directory.
    pub builds: u64,
    /// Everything else.
    pub rest: u64,
}

/// How large the parts of the directory `data` are. Reads the whole database.
pub fn parts(data: &Path, store: &dyn ExpiryStore) -> Result<Parts, StoreError> {
    let bytes = store.bytes()?;
    let of = |name: &str| below(&data.join(name));
    let (log, wal, builds) = (of("log")?, of("tacit.sqlite-wal")?, of("builds")?);
    let known = log + wal + builds + of("tacit.sqlite")?;
    Ok(Parts {
        log,
        wal,
        store: bytes.file,
        store_free: bytes.file - bytes.used,
        tables: store.bytes_by_table()?,
        builds,
        rest: below(data)?.saturating_sub(known),
    })
}

/// Bytes of the files at and below `path`.
fn below(path: &Path) -> io::Result<u64> {
    let metadata = match fs::symlink_metadata(path) {
        // Gone meanwhile, or not there yet.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        metadata => metadata?,
    };
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    let mut bytes = 0;
    for entry in fs::read_dir(path)? {
        bytes += below(&entry?.path())?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;

    #[test]
    fn whole_days_go_and_never_the_last_one() {
        let today = midnight(NOW);
        assert_eq!(next(today - 3 * DAY_MS + 5, NOW), Some(today - 2 * DAY_MS));
        assert_eq!(next(NOW - DAY_MS - 1, today + DAY_MS - 1), None);
        assert_eq!(next(NOW, NOW), None);
        assert_eq!(next(today - DAY_MS, today), None);
        assert_eq!(next(today - DAY_MS - 1, today), Some(today - DAY_MS));
    }

    #[test]
    fn a_file_is_written_anew_when_a_fifth_is_empty() {
        let bytes = |file, used| is_rather_empty(StoreBytes { file, used });
        assert!(!bytes(100, 80));
        assert!(bytes(100, 79));
        assert!(!bytes(0, 0));
    }
}
