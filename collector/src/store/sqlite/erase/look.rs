//! Looking things up in what was known of a project at one moment.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, ToSql, Transaction, params};

use super::super::RowKey;
use crate::{control::ProjectId, otlp::Facts, store::StoreError};

/// A row of signals and who sent it.
pub(super) type Sent = (RowKey, i64);

/// What was known of a project at one moment.
pub(in super::super) struct Look<'a> {
    pub(in super::super) snapshot: &'a Transaction<'a>,
    pub(in super::super) project: ProjectId,
}

impl Look<'_> {
    /// Rows of which `column` is one of `numbers`. No index serves this: it looks through
    /// the project's chunks, a few times in an erasure.
    pub(super) fn sent(
        &self,
        column: &str,
        numbers: &BTreeSet<i64>,
    ) -> Result<Vec<Sent>, StoreError> {
        let list: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let list = format!("[{}]", list.join(","));
        self.rows(
            &format!(
                "SELECT output, session, first_seq, subject FROM chunks
                 WHERE project = ?1 AND {column} IN (SELECT value FROM json_each(?2))"
            ),
            &[&self.project.0, &list],
        )
    }

    pub(super) fn rows_of(&self, output: i64) -> Result<Vec<Sent>, StoreError> {
        self.rows(
            "SELECT output, session, first_seq, subject FROM chunks
             WHERE project = ?1 AND output = ?2",
            &[&self.project.0, &output],
        )
    }

    pub(super) fn rows(&self, select: &str, key: &[&dyn ToSql]) -> Result<Vec<Sent>, StoreError> {
        let mut select = self.snapshot.prepare_cached(select)?;
        let rows = select.query_map(key, |row| {
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The output that `output` is an alias of, or itself.
    pub(in super::super) fn resolved(&self, output: i64) -> Result<i64, StoreError> {
        let mut select = self
            .snapshot
            .prepare_cached("SELECT output FROM aliases WHERE project = ?1 AND alias = ?2")?;
        let key = params![self.project.0, output];
        let target = select.query_row(key, |row| row.get(0)).optional()?;
        Ok(target.unwrap_or(output))
    }

    pub(in super::super) fn aliases(&self, output: i64) -> Result<Vec<i64>, StoreError> {
        self.numbers(
            "SELECT alias FROM aliases INDEXED BY aliases_by_output
             WHERE project = ?1 AND output = ?2",
            output,
        )
    }

    pub(super) fn numbers(&self, select: &str, of: i64) -> Result<Vec<i64>, StoreError> {
        let mut select = self.snapshot.prepare_cached(select)?;
        let rows = select.query_map(params![self.project.0, of], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The conversations an output was said to be in under any of its ids.
    pub(super) fn placed(&self, output: i64) -> Result<BTreeSet<i64>, StoreError> {
        let mut ids = self.aliases(output)?;
        ids.push(output);
        let mut conversations = BTreeSet::new();
        for id in ids {
            conversations.extend(self.numbers(
                "SELECT conversation FROM placements INDEXED BY placements_by_output
                 WHERE project = ?1 AND output = ?2",
                id,
            )?);
        }
        Ok(conversations)
    }

    pub(super) fn number(&self, id: &str) -> Result<Option<i64>, StoreError> {
        let mut select = self
            .snapshot
            .prepare_cached("SELECT output FROM outputs WHERE project = ?1 AND id = ?2")?;
        let key = params![self.project.0, id];
        Ok(select.query_row(key, |row| row.get(0)).optional()?)
    }

    pub(super) fn spans(&self, trace: &str) -> Result<Vec<Facts>, StoreError> {
        let mut select = self.snapshot.prepare_cached(
            "SELECT body FROM spans WHERE project = ?1 AND trace = ?2 ORDER BY portion",
        )?;
        let mut rows = select.query(params![self.project.0, trace])?;
        let mut spans: Vec<Facts> = Vec::new();
        while let Some(row) = rows.next()? {
            let body: String = row.get(0)?;
            let portion: Vec<Facts> =
                serde_json::from_str(&body).map_err(|_| StoreError::Unreadable("span"))?;
            spans.extend(portion);
        }
        Ok(spans)
    }
}

/// What was seen of a session: changes with everything that is received of it.
pub(super) fn seen(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    session: i64,
) -> Result<(i64, i64), StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT count(*), coalesce(sum(last - first + 1), 0) FROM seen
         WHERE project = ?1 AND session = ?2",
    )?;
    let key = params![project.0, session];
    Ok(select.query_row(key, |row| Ok((row.get(0)?, row.get(1)?)))?)
}
