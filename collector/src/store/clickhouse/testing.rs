//! A real server for the tests. All tests of a binary share it, each in a database of its
//! own, and it ends with the binary, however that ends.

use std::{cell::Cell, path::Path, sync::OnceLock};

use tacit_tests::clickhouse::{ClickHouse, Cluster, is_wanted};

use super::{
    ClickHouseStore, documents::NewDocument, literal::quoted, removal, rowbinary::TAG_COLUMN,
};
use crate::{
    control::ProjectId,
    store::{ClickHouseUrl, StoreUrl},
};

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
    ClickHouseStore::open(&address_in(database), path).unwrap()
}

/// The same beside the store that the directory remembers.
pub(crate) fn open_beside(path: &Path) -> ClickHouseStore {
    ClickHouseStore::open_beside(&address_in(path), path).unwrap()
}

/// The address of the database that belongs to a directory.
fn address_in(database: &Path) -> ClickHouseUrl {
    if IS_ON_CLUSTER.get() {
        address_of(&cluster().unwrap().url(&name_for(database)))
    } else {
        server().unwrap().address(database)
    }
}

thread_local! {
    static IS_ON_CLUSTER: Cell<bool> = const { Cell::new(false) };
}

/// Two servers that are one database, unless there are none on this machine.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| is_wanted().then(Cluster::start));
    cluster.as_ref()
}

/// Runs a test so that the stores it opens are on the cluster; not, where there is none.
pub(crate) fn on_cluster(test: impl FnOnce()) {
    if cluster().is_some() {
        IS_ON_CLUSTER.set(true);
        test();
        IS_ON_CLUSTER.set(false);
    }
}

pub(crate) fn address_of(url: &str) -> ClickHouseUrl {
    let StoreUrl::ClickHouse(url) = url.parse().unwrap() else {
        panic!("of ClickHouse");
    };
    url
}

fn name_for(path: &Path) -> String {
    let name = blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex();
    format!("t_{}", &name[..16])
}

/// Gives the only project the secrets of the tests' first one.
pub(crate) fn set_secrets(store: &ClickHouseStore) {
    let of = |byte: u8| hex::encode([byte; 32]);
    let tenant = serde_json::json!({"id":1,"content":"full","pepper":of(1),"secret":of(0x81),
        "created_at":1});
    let document = NewDocument::new("project", ProjectId(0), "shop", &tenant).unwrap();
    store.note(&[document]).unwrap();
}

impl ClickHouseStore {
    /// Changes when a session's rows say that they were sent.
    pub(crate) fn send_later(&self, session: [u8; 16]) {
        let of = format!("session = {}", quoted(session));
        let update = format!("ALTER TABLE chunks UPDATE sent_at = sent_at + 7000 WHERE {of}");
        self.client.execute(&update).unwrap();
        let undone = format!(
            "SELECT {TAG_COLUMN}, mutation_id FROM system.mutations
             WHERE database = {} AND is_done = 0",
            quoted(self.client.database())
        );
        tacit_tests::wait::until("rows to be changed", || {
            let left = self.client.all(&undone, super::rowbinary::Rows::text);
            left.unwrap().is_empty().then_some(())
        });
    }

    /// Removes which events of a session were received.
    pub(crate) fn forget_seen(&self, session: [u8; 16]) {
        let of = format!("session = {}", quoted(session));
        removal::delete(&self.client, "seen", &of).unwrap();
    }
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self(ClickHouse::start())
    }

    /// A database for whatever `path` belongs to.
    pub(crate) fn address(&self, path: &Path) -> ClickHouseUrl {
        address_of(&self.0.url(&name_for(path)))
    }

    /// Where its files are.
    pub(crate) fn directory(&self) -> &Path {
        self.0.directory()
    }

    /// Kills the server, whatever it is doing, and starts it again.
    pub(crate) fn restart(&mut self) {
        self.0.restart();
    }
}
