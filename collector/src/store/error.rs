//! How a store can fail.

use thiserror::Error;

/// A store did not do what it was asked to; nothing was changed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database refused.
    #[error("the database refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A ClickHouse server refused.
    #[error("ClickHouse refused (code {code}): {said}")]
    ClickHouse {
        /// The server's number for what is wrong; 0 where it gave none.
        code: u32,
        /// Its first line, without values.
        said: String,
    },
    /// A server could not be asked, or its answer was cut: what was to be done may be done.
    #[error("the database could not be asked: {0}")]
    Unreachable(String),
    /// The servers are not what the store's address says of them.
    #[error("the cluster {name}: {problem}")]
    Cluster {
        /// As the address has it.
        name: String,
        /// What does not fit.
        problem: String,
    },
    /// A stored value is not what this version writes.
    #[error("the database holds an unreadable {0}")]
    Unreadable(&'static str),
    /// The files could not be reached.
    #[error("the data directory could not be used: {0}")]
    Io(#[from] std::io::Error),
    /// What did not fit into memory could not be sorted.
    #[error(transparent)]
    Sort(#[from] crate::dataset::sort::SortError),
    /// The operating system gave no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// Nobody is there any more to read it for.
    #[error("the process is about to end")]
    Ending,
    /// What was found is handed to a store that did not find it.
    #[error("another store found that")]
    Foreign,
    /// The log was folded into another store so far.
    #[error(
        "the log of this data directory is folded into {kept}, not into {asked}: name that one \
         (--store, TACIT_STORE), move from a file with tacit migrate, or begin with another \
         directory"
    )]
    Elsewhere {
        /// Where.
        kept: String,
        /// What was asked for.
        asked: String,
    },
    /// A later version wrote it.
    #[error("the database has schema {found}, this version knows up to {known}")]
    Newer {
        /// Its schema.
        found: i64,
        /// The last one known.
        known: i64,
    },
}
