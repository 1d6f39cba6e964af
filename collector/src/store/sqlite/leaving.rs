//! Handing everything that is small to another store, and whether somebody is at work here.

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior};

use super::{SqliteStore, connect, group::parse, time, unsigned};
use crate::{
    control::ProjectId,
    store::{
        Pushed, StoreError,
        moving::{
            MovedAttempt, MovedCursor, MovedEnd, MovedKey, MovedProject, MovedPush, MovedTrace,
        },
    },
};

/// Sees whether anybody else writes into the file.
pub struct Watch {
    connection: Connection,
    version: i64,
}

impl Watch {
    /// Runs `act`, during which nobody can write, if nobody has since the watch began.
    pub fn if_still<E: From<StoreError>>(
        mut self,
        act: impl FnOnce() -> Result<(), E>,
    ) -> Result<bool, E> {
        let held = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let is_still = version(&held)? == self.version;
        if is_still {
            act()?;
        }
        Ok(is_still)
    }
}

/// Another one once anybody else has written.
fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
}

impl SqliteStore {
    /// Watches whether anybody writes from now on, this store included.
    pub(crate) fn watch(&self) -> Result<Watch, StoreError> {
        let connection = connect(&self.path)?;
        let version = version(&connection)?;
        Ok(Watch {
            connection,
            version,
        })
    }

    /// A lease that somebody holds at `now` (Unix ms).
    pub(crate) fn held_lease(&self, now: u64) -> Result<Option<String>, StoreError> {
        self.read(|snapshot| {
            let select = "SELECT name FROM leases WHERE until > ?1 ORDER BY name LIMIT 1";
            let lease = snapshot.query_row(select, [time(now)], |row| row.get(0));
            Ok(lease.optional()?)
        })
    }

    /// All projects, with their secrets.
    pub(crate) fn moved_projects(&self) -> Result<Vec<MovedProject>, StoreError> {
        self.several(
            "SELECT project, name, content, pepper, secret, created_at FROM projects
             ORDER BY project",
            |row| {
                Ok(MovedProject {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    content: row.get(2)?,
                    pepper: row.get(3)?,
                    secret: row.get(4)?,
                    created_at: unsigned(row.get(5)?),
                })
            },
        )
    }

    /// All keys, as far as they are kept: of secret ones, their digests.
    pub(crate) fn moved_keys(&self) -> Result<Vec<MovedKey>, StoreError> {
        self.several(
            "SELECT project, key, kind, text, digest, origins, scopes, created_at, ends_at,
               revoked_at, last_used_at
             FROM keys ORDER BY project, created_at, key",
            |row| {
                Ok(MovedKey {
                    project: row.get(0)?,
                    id: row.get(1)?,
                    kind: row.get(2)?,
                    text: row.get(3)?,
                    digest: row.get(4)?,
                    origins: texts(row, 5)?,
                    scopes: texts(row, 6)?,
                    created_at: unsigned(row.get(7)?),
                    ends_at: moment(row, 8)?,
                    revoked_at: moment(row, 9)?,
                    last_used_at: moment(row, 10)?,
                })
            },
        )
    }

    /// All attempts of all runs of a project, and how they ended.
    pub(crate) fn moved_attempts(
        &self,
        project: ProjectId,
    ) -> Result<Vec<MovedAttempt>, StoreError> {
        let select = format!(
            "SELECT schedule, period, attempt, started_at, as_of, inputs, ended_at, build, error
             FROM runs LEFT JOIN run_ends USING (project, schedule, period, attempt)
             WHERE project = {} ORDER BY schedule, period, attempt",
            project.0
        );
        self.several(&select, |row| {
            let inputs = serde_json::from_str(&row.get::<_, String>(5)?);
            let ended_at = moment(row, 6)?;
            let (build, error) = (row.get(7)?, row.get(8)?);
            Ok(MovedAttempt {
                schedule: row.get(0)?,
                period: row.get(1)?,
                attempt: row.get(2)?,
                started_at: unsigned(row.get(3)?),
                as_of: unsigned(row.get(4)?),
                inputs: inputs.map_err(|_| StoreError::Unreadable("inputs of a run"))?,
                end: ended_at.map(|ended_at| MovedEnd {
                    ended_at,
                    build,
                    error,
                }),
            })
        })
    }

    /// Where pushes go on.
    pub(crate) fn moved_cursors(&self) -> Result<Vec<MovedCursor>, StoreError> {
        let select = "SELECT project, name, after FROM push_targets ORDER BY target";
        self.several(select, |row| {
            let after: Option<String> = row.get(2)?;
            let after = after.map(|after| serde_json::from_str(&after)).transpose();
            Ok(MovedCursor {
                project: ProjectId(row.get(0)?),
                target: row.get(1)?,
                after: after.map_err(|_| StoreError::Unreadable("cursor"))?,
            })
        })
    }

    /// Calls `visit` with portions of what was sent elsewhere, each of one target.
    pub(crate) fn each_push<E: From<StoreError>>(
        &self,
        len: usize,
        visit: &mut dyn FnMut(&[MovedPush]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut portion: Vec<MovedPush> = Vec::new();
        let mut visited = Ok(());
        self.read(|snapshot| {
            let mut select = snapshot.prepare(
                "SELECT pushed.project, name, id, part, digest, delivered
                 FROM pushed CROSS JOIN push_targets USING (target)
                   CROSS JOIN outputs USING (output)
                 ORDER BY pushed.project, target, output, part",
            )?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let push = push(row)?;
                let of = |push: &MovedPush| (push.project, push.target.clone());
                let is_other = portion.last().is_some_and(|last| of(last) != of(&push));
                if is_other || portion.len() >= len {
                    visited = visit(&portion);
                    portion.clear();
                    if visited.is_err() {
                        break;
                    }
                }
                portion.push(push);
            }
            Ok(())
        })?;
        visited?;
        visit(&portion)
    }

    /// Calls `visit` with portions of the traces there are.
    pub(crate) fn each_trace(
        &self,
        len: usize,
        visit: &mut dyn FnMut(&[MovedTrace]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot.prepare(
                "SELECT project, trace, last_at, waiting_since, due_at FROM traces
                 ORDER BY project, trace",
            )?;
            let mut spans = snapshot.prepare(
                "SELECT body FROM spans WHERE project = ?1 AND trace = ?2 ORDER BY portion",
            )?;
            let mut rows = select.query([])?;
            let mut portion: Vec<MovedTrace> = Vec::new();
            while let Some(row) = rows.next()? {
                let (project, trace): (u32, String) = (row.get(0)?, row.get(1)?);
                let portions = spans.query_map((project, &trace), |row| row.get(0))?;
                let waiting = moment(row, 3)?.zip(moment(row, 4)?);
                portion.push(MovedTrace {
                    project: ProjectId(project),
                    last_at: unsigned(row.get(2)?),
                    waiting,
                    portions: portions.collect::<Result<_, _>>()?,
                    trace,
                });
                if portion.len() >= len {
                    visit(&portion)?;
                    portion.clear();
                }
            }
            visit(&portion)
        })
    }

    fn several<T>(
        &self,
        select: &str,
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot.prepare(select)?;
            let mut rows = select.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(read(row)?);
            }
            Ok(all)
        })
    }
}

fn push(row: &Row<'_>) -> Result<MovedPush, StoreError> {
    Ok(MovedPush {
        project: ProjectId(row.get(0)?),
        target: row.get(1)?,
        output: parse(&row.get::<_, String>(2)?)?,
        part: row.get(3)?,
        pushed: Pushed {
            digest: row.get(4)?,
            delivered: row.get(5)?,
        },
    })
}

fn texts(row: &Row<'_>, column: usize) -> Result<Vec<String>, StoreError> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|_| StoreError::Unreadable("list"))
}

fn moment(row: &Row<'_>, column: usize) -> Result<Option<u64>, StoreError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(unsigned))
}
