//! One process at a time takes the log of a data directory apart.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
};

/// Held while this process is the one; the operating system lets go of it
/// however the process ends.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataLock {
    /// Takes the lock of the directory `data`; `None` when another process has it.
    pub fn take(data: &Path) -> io::Result<Option<Self>> {
        Self::take_named(data, "lock")
    }

    /// The same of a lock of another name, for another thing that one does at a time.
    pub fn take_named(data: &Path, name: &str) -> io::Result<Option<Self>> {
        fs::create_dir_all(data)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(data.join(name))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
