//! Which store a data directory's log is folded into. It is read on from where that store
//! is, so another one would begin anew without what came before, or count it twice: the
//! directory remembers, and another one is refused.
//!
//! `SQLite` is its file, which lies in the directory. Any other store leaves a file
//! [`NAME`] there with its identity, and its address without the password, for people.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{SqliteStore, StoreError, StoreUrl};

/// The file of the data directory that names its store.
const NAME: &str = "store.json";

/// A store that is not in the data directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Home {
    /// Tells its facts from those of any other.
    identity: String,
    /// Where it was found the last time.
    address: String,
}

/// Refuses where the log of `data` is folded into a store of another kind than `url`.
pub(super) fn check(data: &Path, url: &StoreUrl) -> Result<(), StoreError> {
    let is_of_file = SqliteStore::file(data).is_file();
    match (read(data)?, url) {
        (Some(home), StoreUrl::Sqlite) => Err(elsewhere(home.address, url)),
        (None, StoreUrl::ClickHouse(_)) if is_of_file => {
            Err(elsewhere(StoreUrl::Sqlite.to_string(), url))
        }
        _ => Ok(()),
    }
}

/// Whether `data` remembers a store that is not in it.
pub(super) fn is_remembered(data: &Path) -> bool {
    data.join(NAME).is_file()
}

/// Remembers the store `url` of that identity, or refuses where it is another one than
/// the directory remembers.
pub(super) fn settle(data: &Path, url: &StoreUrl, identity: &str) -> Result<(), StoreError> {
    let known = read(data)?;
    if let Some(known) = &known
        && known.identity != identity
    {
        return Err(elsewhere(known.address.clone(), url));
    }
    let home = Home {
        identity: identity.into(),
        address: url.to_string(),
    };
    if known.as_ref() == Some(&home) {
        return Ok(());
    }
    put(data, &home)
}

/// From now on the log of `data` is folded into `url`, whatever it was folded into before:
/// that one has everything.
pub fn move_to(data: &Path, url: &StoreUrl, identity: &str) -> Result<(), StoreError> {
    match url {
        StoreUrl::Sqlite => match fs::remove_file(data.join(NAME)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(File::open(data)?.sync_all()?),
        },
        StoreUrl::ClickHouse(_) => put(
            data,
            &Home {
                identity: identity.into(),
                address: url.to_string(),
            },
        ),
    }
}

fn read(data: &Path) -> Result<Option<Home>, StoreError> {
    match fs::read(data.join(NAME)) {
        Ok(bytes) => {
            let home = serde_json::from_slice(&bytes);
            Ok(Some(home.map_err(|_| {
                StoreError::Unreadable("name of the store")
            })?))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn put(data: &Path, home: &Home) -> Result<(), StoreError> {
    let text = serde_json::to_vec(home).map_err(|_| StoreError::Unreadable("name of the store"))?;
    let mut file = tempfile::NamedTempFile::new_in(data)?;
    file.write_all(&text)?;
    file.as_file().sync_all()?;
    file.persist(data.join(NAME)).map_err(|error| error.error)?;
    Ok(File::open(data)?.sync_all()?)
}

fn elsewhere(kept: String, asked: &StoreUrl) -> StoreError {
    StoreError::Elsewhere {
        kept,
        asked: asked.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_stays_with_its_store_until_it_is_moved() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path();
        let away: StoreUrl = "clickhouse://ada:sesame@ch-1/tacit".parse().unwrap();
        check(data, &away).unwrap();
        check(data, &StoreUrl::Sqlite).unwrap();

        settle(data, &away, "i-1").unwrap();
        check(data, &away).unwrap();
        // Another way there is the same store.
        let other: StoreUrl = "clickhouse://ada:sesame@ch-2,ch-1/tacit".parse().unwrap();
        settle(data, &other, "i-1").unwrap();
        let refused = settle(data, &away, "i-2").unwrap_err().to_string();
        assert!(
            refused.contains("clickhouse://ada:***@ch-2:8123,ch-1:8123/tacit")
                && refused.contains("another directory"),
            "{refused}"
        );
        let refused = check(data, &StoreUrl::Sqlite).unwrap_err().to_string();
        assert!(!refused.contains("sesame"), "{refused}");
        let kept = fs::read_to_string(data.join(NAME)).unwrap();
        assert!(!kept.contains("sesame"), "{kept}");

        move_to(data, &StoreUrl::Sqlite, "").unwrap();
        SqliteStore::open(data).unwrap();
        check(data, &StoreUrl::Sqlite).unwrap();
        let refused = check(data, &away).unwrap_err().to_string();
        assert!(refused.contains("folded into sqlite:"), "{refused}");
        move_to(data, &away, "i-2").unwrap();
        check(data, &away).unwrap();
        assert!(check(data, &StoreUrl::Sqlite).is_err());
    }
}
