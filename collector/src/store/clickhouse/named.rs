//! The name of a collector, which tells its blocks from those of others.

use std::{fs, path::Path};

use crate::{keyed::random, store::StoreError};

/// The file of the data directory that names the collector.
const NAME: &str = "collector";

/// The name of the collector that has the directory `data`.
pub(super) fn named(data: &Path) -> Result<String, StoreError> {
    let path = data.join(NAME);
    let read = || match fs::read_to_string(&path) {
        Ok(name) if name.len() == 32 => Ok(Some(name)),
        Ok(_) => Err(StoreError::Unreadable("name of the collector")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    };
    if let Some(name) = read()? {
        return Ok(name);
    }
    // Whole, and on the device, before it has its name; and the first one keeps it.
    let mut file = tempfile::NamedTempFile::new_in(data)?;
    std::io::Write::write_all(&mut file, hex::encode(random::<16>()?).as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(&path) {
        Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(error.error.into());
        }
        _ => fs::File::open(data)?.sync_all()?,
    }
    read()?.ok_or(StoreError::Unreadable("name of the collector"))
}
