//! Facts in one SQLite file.
//!
//! One connection writes, under a lock; readers have their own and see a
//! snapshot. The consumer commits with `synchronous=NORMAL`: in WAL mode that
//! keeps the file sound through any crash but may lose the latest transactions
//! when the machine fails. That is safe because the position in the log is moved
//! in the same transactions: what is lost is folded again, and segments are only
//! deleted after [`Store::sync`]. Registrations and keys commit with FULL, which
//! syncs the WAL and with it every transaction before.

mod assigned;
mod bucket;
mod conduct;
mod control;
mod erase;
mod experiments;
mod expire;
mod fold;
mod group;
mod intern;
mod keys;
mod leaving;
mod ledger;
mod marks;
mod migrate;
mod moving;
mod names;
mod push;
mod read;
mod recent;
mod register;
mod rollup;
mod seen;
mod shelves;
mod sign_ins;
mod traces;
mod updates;
mod upkeep;

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};
use tacit_signals::{Id, SessionId};

use super::{
    ControlStore, ExpiryStore, Folding, Forgotten, Listed, Page, Registering, Settled, Store,
    StoreError, Traced,
    rows::{Conduct, Group, GroupName, StoredSubject},
};
use crate::{control::ProjectId, export::Scratch, log::Position, outcome::Refused};
use intern::Interned;
pub use leaving::Watch;
use shelves::Shelves;

/// The database's file.
const NAME: &str = "tacit.sqlite";
/// How long a writer waits for another process: `tacit keys` holds the lock briefly.
const BUSY: Duration = Duration::from_secs(10);
/// Statements a connection keeps prepared.
const STATEMENTS: usize = 64;
/// Read connections that are kept for the next reader.
const IDLE_READERS: usize = 4;

/// One row of signals: output, session and first number.
type RowKey = (i64, i64, i64);

/// A SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
    removing: Mutex<()>,
    shelves: Shelves,
}

struct Writer {
    connection: Connection,
    interned: Interned,
}

/// Whether a transaction is on the device when its commit returns.
#[derive(Clone, Copy)]
enum Durability {
    Now,
    WithNextSync,
}

impl SqliteStore {
    /// Opens the store in the directory `data`, made if it is missing, and brings
    /// its schema up to date.
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(data)?;
        let path = Self::file(data);
        private(&path)?;
        let mut connection = connect(&path)?;
        migrate::write_ahead(&connection, BUSY)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Checkpoints sync and stall the writer: fewer, larger ones.
        connection.pragma_update(None, "wal_autocheckpoint", 8_000)?;
        connection.pragma_update(None, "cache_size", -65_536)?;
        // What is deleted is overwritten.
        connection.pragma_update(None, "secure_delete", true)?;
        migrate::migrate(&mut connection)?;
        Ok(Self {
            path,
            writer: Mutex::new(Writer {
                connection,
                interned: Interned::default(),
            }),
            readers: Mutex::default(),
            removing: Mutex::default(),
            shelves: Shelves::default(),
        })
    }

    /// Whether what is deleted is overwritten: it is, unless somebody measures what that
    /// costs.
    pub fn overwrite_deleted(&self, overwrite: bool) -> Result<(), StoreError> {
        let writer = self.writer();
        writer
            .connection
            .pragma_update(None, "secure_delete", overwrite)?;
        Ok(())
    }

    /// Its file in the directory `data`.
    #[must_use]
    pub fn file(data: &Path) -> PathBuf {
        data.join(NAME)
    }

    /// Copies all of it, as it is at one moment, into the directory `to`; how many bytes
    /// that are, and where the log is read on that moment.
    pub fn copy_to(&self, to: &Path) -> Result<(u64, Position), StoreError> {
        let path = to.join(NAME);
        // Or it would be readable by others: it is filled only if it is empty.
        private(&path)?;
        let connection = connect(&self.path)?;
        let target = path.to_str().ok_or(StoreError::Unreadable("path"))?;
        connection.execute("VACUUM INTO ?1", [target])?;
        let file = std::fs::File::open(&path)?;
        file.sync_all()?;
        let mut copy = connect(&path)?;
        let position = ledger::position(&copy.transaction()?)?;
        Ok((file.metadata()?.len(), position))
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `act` in a transaction; anything that fails undoes all of it.
    fn write<T>(
        &self,
        durability: Durability,
        act: impl FnOnce(&Transaction<'_>, &mut Interned) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer();
        let Writer {
            connection,
            interned,
        } = &mut *writer;
        let level = match durability {
            Durability::Now => "FULL",
            Durability::WithNextSync => "NORMAL",
        };
        connection.pragma_update(None, "synchronous", level)?;
        let done = transaction(connection, interned, act);
        if done.is_err() {
            // Numbers given in a transaction that was undone may be given again.
            interned.forget();
        }
        done
    }

    /// Runs `act` on a snapshot.
    fn read<T>(
        &self,
        act: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.readers().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path)?,
        };
        let done = {
            let snapshot = connection.transaction()?;
            act(&snapshot)
        };
        let mut readers = self.readers();
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        done
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn transaction<T>(
    connection: &mut Connection,
    interned: &mut Interned,
    act: impl FnOnce(&Transaction<'_>, &mut Interned) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = act(&transaction, interned)?;
    transaction.commit()?;
    Ok(done)
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    // Else SQLite plans a statement anew for every bound time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// Makes the file readable by its owner only; it holds secrets and texts.
fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
}

/// A moment as SQLite keeps it.
fn time(at: u64) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// A count or moment as it was kept.
fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

impl Store for SqliteStore {
    fn fold(&self, portion: &Folding<'_>, to: Position) -> Result<(), StoreError> {
        self.write(Durability::WithNextSync, |tx, interned| {
            fold::fold(tx, interned, portion, to)
        })
    }

    fn register(&self, requests: &[Registering]) -> Result<Vec<Vec<Settled>>, StoreError> {
        self.write(Durability::Now, |tx, interned| {
            let settle = |request| register::register(tx, interned, request);
            requests.iter().map(settle).collect()
        })
    }

    fn keep_refusals(&self, refusals: &[(Option<ProjectId>, Refused)]) -> Result<(), StoreError> {
        self.write(Durability::WithNextSync, |tx, _| {
            ledger::keep_refusals(tx, refusals)
        })
    }

    fn sync(&self) -> Result<(), StoreError> {
        // A transaction that changes something makes SQLite sync the WAL.
        self.write(Durability::Now, |tx, _| {
            tx.execute("UPDATE position SET segment = segment", [])?;
            Ok(())
        })
    }

    fn identity(&self) -> Result<String, StoreError> {
        let salt = ControlStore::salt(self)?;
        Ok(blake3::hash(&salt.0).to_hex().to_string())
    }

    fn position(&self) -> Result<Position, StoreError> {
        self.read(ledger::position)
    }

    fn groups_after(
        &self,
        project: ProjectId,
        as_of: u64,
        after: Option<&GroupName>,
        visit: &mut dyn FnMut(&GroupName, Group) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|snapshot| read::groups(snapshot, project, as_of, after, visit))
    }

    fn group_of(
        &self,
        project: ProjectId,
        id: &Id,
        as_of: u64,
    ) -> Result<Option<(Group, Id)>, StoreError> {
        self.read(|snapshot| read::group_of(snapshot, project, id, as_of))
    }

    fn conduct(
        &self,
        project: ProjectId,
        as_of: u64,
        visit: &mut dyn FnMut(&Conduct<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.read(|snapshot| conduct::visit(snapshot, project, as_of, visit))
    }

    fn scratch(&self) -> Scratch {
        Scratch::new(self.path.parent().unwrap_or(Path::new(".")))
    }

    fn assignments(
        &self,
        project: ProjectId,
        experiment: &str,
        as_of: u64,
        visit: &mut dyn FnMut(&StoredSubject, &str),
    ) -> Result<(), StoreError> {
        self.read(|snapshot| assigned::visit(snapshot, project, experiment, as_of, visit))
    }

    fn forgotten(&self, project: ProjectId) -> Result<Forgotten, StoreError> {
        Ok(Forgotten {
            graves: self.read(|snapshot| erase::graves_of(snapshot, project))?,
            horizon: self.horizon_of(project)?,
        })
    }

    fn page(&self, project: ProjectId, page: &Page) -> Result<Vec<Listed>, StoreError> {
        self.read(|snapshot| read::page(snapshot, project, page))
    }

    fn fates(&self, project: ProjectId) -> Result<BTreeMap<String, u64>, StoreError> {
        self.read(|snapshot| ledger::fates(snapshot, project))
    }

    fn refusals(&self) -> Result<Vec<(Option<ProjectId>, Refused)>, StoreError> {
        self.read(ledger::refusals)
    }

    fn known(
        &self,
        project: ProjectId,
        session: SessionId,
        seqs: &[u32],
    ) -> Result<Vec<u32>, StoreError> {
        self.read(|snapshot| ledger::known(snapshot, project, session, seqs))
    }

    fn trace(
        &self,
        project: ProjectId,
        session: SessionId,
        seq: u32,
    ) -> Result<Option<Traced>, StoreError> {
        self.read(|snapshot| ledger::trace(snapshot, project, session, seq))
    }
}
