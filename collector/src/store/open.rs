//! The one place where a store is opened.

use std::{path::Path, sync::Arc};

use super::{AnyStore, SqliteStore, StoreError, StoreUrl};

/// Opens the store that `url` names for the data directory `data`, makes it if it is
/// missing, and brings its schema up to date.
pub fn open(url: &StoreUrl, data: &Path) -> Result<Arc<dyn AnyStore>, StoreError> {
    match url {
        StoreUrl::Sqlite => Ok(Arc::new(SqliteStore::open(data)?)),
        StoreUrl::ClickHouse(_) => Err(StoreError::Unsupported(url.to_string())),
    }
}

/// Whether somebody made that store already.
#[must_use]
pub fn is_there(url: &StoreUrl, data: &Path) -> bool {
    match url {
        StoreUrl::Sqlite => SqliteStore::file(data).is_file(),
        StoreUrl::ClickHouse(_) => false,
    }
}
