//! The one place where a store is opened.

use std::{path::Path, sync::Arc};

use super::{AnyStore, ClickHouseStore, SqliteStore, StoreError, StoreUrl, home};

/// Opens the store that `url` names for the data directory `data`, makes it if it is
/// missing, and brings its schema up to date. Refuses a store that the log of `data` is not
/// folded into.
pub fn open(url: &StoreUrl, data: &Path) -> Result<Arc<dyn AnyStore>, StoreError> {
    home::check(data, url)?;
    match url {
        StoreUrl::Sqlite => Ok(Arc::new(SqliteStore::open(data)?)),
        StoreUrl::ClickHouse(url) => Ok(Arc::new(ClickHouseStore::open(url, data)?)),
    }
}

/// The same for a collector, which may begin while a store that is not on this machine is
/// away: it is told what `data` remembers, until [`Store::begun`](super::Store::begun).
pub fn begin(url: &StoreUrl, data: &Path) -> Result<Arc<dyn AnyStore>, StoreError> {
    home::check(data, url)?;
    match url {
        StoreUrl::Sqlite => open(url, data),
        StoreUrl::ClickHouse(url) => Ok(Arc::new(ClickHouseStore::begin(url, data)?)),
    }
}

/// Whether somebody made that store already, as far as `data` tells.
#[must_use]
pub fn is_there(url: &StoreUrl, data: &Path) -> bool {
    match url {
        StoreUrl::Sqlite => SqliteStore::file(data).is_file(),
        StoreUrl::ClickHouse(_) => home::is_remembered(data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_where_there_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let (url, data) = (StoreUrl::Sqlite, directory.path().join("data"));
        assert!(!is_there(&url, &data));
        let made = open(&url, &data).unwrap().identity().unwrap();
        assert!(is_there(&url, &data));
        assert_eq!(open(&url, &data).unwrap().identity().unwrap(), made);
    }
}
