//! A real server for the tests. All tests of a binary share it, each in a database of its
//! own, and it ends with the binary, however that ends.

use std::{path::Path, sync::OnceLock};

use tacit_tests::clickhouse::{ClickHouse, is_wanted};

use super::ClickHouseStore;
use crate::store::{ClickHouseUrl, StoreUrl};

/// A server that runs.
pub(crate) struct TestServer(ClickHouse);

/// The server, unless there is none on this machine.
pub(crate) fn server() -> Option<&'static TestServer> {
    static SERVER: OnceLock<Option<TestServer>> = OnceLock::new();
    let server = SERVER.get_or_init(|| is_wanted().then(TestServer::start));
    server.as_ref()
}

/// The store of the collector whose directory this is, in a database of its own.
pub(crate) fn open_in(path: &Path) -> ClickHouseStore {
    open_with(path, path)
}

/// The store of a collector in the database that belongs to the directory `database`.
pub(crate) fn open_with(path: &Path, database: &Path) -> ClickHouseStore {
    let server = server().unwrap();
    ClickHouseStore::open(&server.address(database), path).unwrap()
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self(ClickHouse::start())
    }

    /// A database for whatever `path` belongs to.
    pub(crate) fn address(&self, path: &Path) -> ClickHouseUrl {
        let name = blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex();
        let url = self.0.url(&format!("t_{}", &name[..16]));
        let StoreUrl::ClickHouse(url) = url.parse().unwrap() else {
            panic!("of ClickHouse");
        };
        url
    }

    /// Kills the server, whatever it is doing, and starts it again.
    pub(crate) fn restart(&mut self) {
        self.0.restart();
    }
}
