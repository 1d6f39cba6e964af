//! The one way rows go: `ALTER TABLE … DELETE WHERE …`, and waiting until it is done.
//!
//! A server does that beside everything else: it writes every part anew that holds such a
//! row. What it is to do is on its disk before it answers, and it goes on after it was
//! killed. So whoever waits asks `system.mutations`; the statement carries a random number
//! of its own to be found by there. One that is not there (a server keeps the last
//! hundred) is asked for again: removing a row twice is removing it.
//!
//! Rows that are inserted after the statement stay, whatever they say.
//!
//! *Nothing of anybody stands in the statement*, as it is kept for long: rows are named by
//! the block they belong to and their number in it, never by what is in them.

use std::{
    thread::{self, ScopedJoinHandle},
    time::Duration,
    time::Instant,
};

use super::{
    client::Client,
    literal::quoted,
    rowbinary::{Rows, TAG_COLUMN},
};
use crate::{client::Backoff, keyed::random, store::StoreError};

/// Rows that one statement names.
const ROWS_MAX: usize = 2_000;
/// How long none of the parts that are left may be done before it is given up for now.
const PATIENCE: Duration = Duration::from_secs(600);
/// How often a statement is asked for again that is nowhere to be found.
const ATTEMPTS: u32 = 8;
const BACKOFF: Backoff = Backoff {
    first_ms: 4,
    max_ms: 500,
    seed: 0,
};

/// Removes the rows of `table` of which `condition` holds, and waits until they are gone: on
/// all servers of a cluster at once.
pub(super) fn delete(client: &Client, table: &str, condition: &str) -> Result<(), StoreError> {
    let parts = client.parts(table);
    thread::scope(|scope| {
        let removing: Vec<_> = parts
            .iter()
            .map(|(server, part)| scope.spawn(|| delete_on(server, part, condition)))
            .collect();
        // Each is waited for, also where another one failed.
        let removed: Vec<_> = removing.into_iter().map(ScopedJoinHandle::join).collect();
        removed.into_iter().try_for_each(|removed| {
            removed.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked))
        })
    })
}

fn delete_on(client: &Client, table: &str, condition: &str) -> Result<(), StoreError> {
    for _ in 0..ATTEMPTS {
        let mark = hex::encode(random::<16>()?);
        let statement =
            format!("ALTER TABLE {table} DELETE WHERE ({condition}) AND '{mark}' != ''");
        match client.execute(&statement) {
            // Whether it was heard is seen below.
            Ok(()) | Err(StoreError::Unreachable(_)) => {}
            Err(error) => return Err(error),
        }
        if wait(client, table, &mark)? {
            return Ok(());
        }
    }
    Err(StoreError::Unreachable("rows could not be removed".into()))
}

/// Removes rows of `table` that `columns`, a tuple, has one of `values` in: tuples too.
pub(super) fn rows<T: AsRef<str>>(
    client: &Client,
    table: &str,
    columns: &str,
    values: &[T],
) -> Result<(), StoreError> {
    values
        .chunks(ROWS_MAX)
        .try_for_each(|values| delete(client, table, &one_of(columns, values)))
}

/// The condition that `columns` are one of `values`.
fn one_of<T: AsRef<str>>(columns: &str, values: &[T]) -> String {
    let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
    format!("{columns} IN ({})", values.join(","))
}

/// How far a server is with something it was asked to remove.
struct Progress {
    left: u64,
    is_done: bool,
    failed: String,
}

/// Waits until the statement with this mark is done; false if there is none.
fn wait(client: &Client, table: &str, mark: &str) -> Result<bool, StoreError> {
    let mut moved = (u64::MAX, Instant::now());
    for attempt in 1.. {
        let Some(progress) = progress(client, table, mark)? else {
            return Ok(false);
        };
        if progress.is_done {
            return Ok(true);
        }
        if !progress.failed.is_empty() {
            return Err(super::client::refused(&progress.failed));
        }
        if progress.left < moved.0 {
            moved = (progress.left, Instant::now());
        }
        if moved.1.elapsed() > PATIENCE {
            break;
        }
        thread::sleep(Duration::from_millis(BACKOFF.wait_ms(b"", attempt)));
    }
    Err(StoreError::Unreachable(
        "the server does not go on removing rows".into(),
    ))
}

fn progress(client: &Client, table: &str, mark: &str) -> Result<Option<Progress>, StoreError> {
    let of = |failed: &str| {
        format!(
            "SELECT {TAG_COLUMN}, toUInt64(parts_to_do), toUInt8(is_done), {failed}
             FROM system.mutations
             WHERE database = {} AND table = {} AND position(command, '{mark}') > 0",
            quoted(client.database()),
            quoted(table)
        )
    };
    let read = |rows: &mut Rows| {
        Ok(Progress {
            left: rows.u64()?,
            is_done: rows.bool()?,
            failed: rows.text()?,
        })
    };
    let found = match client.all(&of("latest_fail_reason"), read) {
        // The oldest servers do not say why.
        Err(StoreError::ClickHouse {
            code: UNKNOWN_IDENTIFIER | NO_SUCH_COLUMN,
            ..
        }) => client.all(&of("''"), read)?,
        found => found?,
    };
    // Asked for twice where the answer was lost: all of them.
    Ok(found.into_iter().reduce(|a, b| Progress {
        left: a.left.saturating_add(b.left),
        is_done: a.is_done && b.is_done,
        failed: if a.failed.is_empty() {
            b.failed
        } else {
            a.failed
        },
    }))
}

const UNKNOWN_IDENTIFIER: u32 = 47;
const NO_SUCH_COLUMN: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::clickhouse::testing::{on_cluster, open_in, server};

    const MANY: u64 = 5_000;

    #[test]
    fn rows_go_from_all_servers() {
        on_cluster(rows_go_and_others_stay);
    }

    #[test]
    fn rows_go_and_others_stay() {
        if server().is_none() {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let client = open_in(directory.path()).client;
        let told = |from: u64| {
            let mut out = super::super::rowbinary::Out::default();
            for told in from..MANY {
                out.u32(1)
                    .text(&format!("o-{told}"))
                    .u64(5)
                    .u64(told)
                    .u64(9)
                    .u64(u64::MAX);
            }
            client.insert(
                "outputs (project, id, received_at, told, writer, number)",
                &out,
            )
        };
        let left = || {
            let select = format!("SELECT {TAG_COLUMN}, told FROM outputs ORDER BY told");
            client.all(&select, Rows::u64).unwrap()
        };
        told(0).unwrap();
        let name = |told| format!("(9,{},{told})", u64::MAX);
        let gone: Vec<String> = (1..MANY - 1).map(name).collect();
        rows(&client, "outputs", "(writer, number, told)", &gone).unwrap();
        assert_eq!(left(), [0, MANY - 1]);
        rows(&client, "outputs", "(writer, number, told)", &[name(0)]).unwrap();
        assert_eq!(left(), [MANY - 1]);
        // What comes later is not meant.
        told(MANY - 2).unwrap();
        assert_eq!(left().first(), Some(&(MANY - 2)));
    }

    #[test]
    fn what_cannot_be_removed_is_an_error() {
        if server().is_none() {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let client = open_in(directory.path()).client;
        let error = delete(&client, "outputs", "nothing = 1").unwrap_err();
        assert!(matches!(error, StoreError::ClickHouse { .. }), "{error}");
    }
}
