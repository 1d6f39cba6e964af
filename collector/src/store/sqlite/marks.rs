//! Which buckets of roll-ups a transaction concerns, gathered while it goes on: batches come
//! by the thousand, and what they concern is a handful. All else that changes facts is
//! noticed by triggers (migration 0011).

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Transaction, params};

use super::bucket::BUCKET_BITS;
use crate::{control::ProjectId, store::StoreError};

/// Outputs that something was said about.
#[derive(Default)]
pub(super) struct Marks {
    touched: BTreeSet<(ProjectId, i64)>,
    moved: BTreeSet<(ProjectId, i64)>,
}

impl Marks {
    /// Something was said about an output.
    pub(super) fn touch(&mut self, project: ProjectId, output: i64) {
        self.touched.insert((project, output));
    }

    /// It was said to be in a conversation, and may have stood for itself until now.
    pub(super) fn moved(&mut self, project: ProjectId, output: i64) {
        self.moved.insert((project, output));
    }

    /// Marks the buckets of all groups they may be in: as the view `rollup_touch` does, in
    /// which it is said why.
    pub(super) fn write(self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let mut buckets = BTreeSet::new();
        let mut aliased = BTreeMap::new();
        for &(project, output) in self.touched.union(&self.moved) {
            let has_aliases = match aliased.get(&project) {
                Some(&known) => known,
                None => *aliased.entry(project).or_insert(has_aliases(tx, project)?),
            };
            if self.moved.contains(&(project, output)) {
                buckets.insert((project, 1, output >> BUCKET_BITS));
                // Where it is an alias, the output it is of stood for itself until now.
                if has_aliases {
                    for alone in alone(tx, project, output)? {
                        buckets.insert((project, 1, alone));
                    }
                }
            }
            let conversations = if has_aliases {
                conversations(tx, project, output)?
            } else {
                placed(tx, project, output)?
            };
            if conversations.is_empty() {
                for alone in alone(tx, project, output)? {
                    buckets.insert((project, 1, alone));
                }
            }
            for bucket in conversations {
                buckets.insert((project, 0, bucket));
            }
        }
        let mut mark = tx.prepare_cached(
            "INSERT INTO rollup_marks (project, kind, bucket, changes) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT DO UPDATE SET changes = changes + 1",
        )?;
        for (project, kind, bucket) in buckets {
            mark.execute(params![project.0, kind, bucket])?;
        }
        Ok(())
    }
}

/// Marks what an output concerns that was said to be in a conversation.
pub(super) fn moved(
    tx: &Transaction<'_>,
    project: ProjectId,
    output: i64,
) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO rollup_move VALUES (?1, ?2)")?
        .execute(params![project.0, output])?;
    Ok(())
}

/// Something of a project was taken out. The sights of what waits are gone with it, since
/// people are in them, and what was read before is not kept after.
pub(super) fn removed(tx: &Transaction<'_>, project: ProjectId) -> Result<(), StoreError> {
    for step in [
        "DELETE FROM rollup_sights
         WHERE project = ?1
           AND EXISTS (SELECT 1 FROM rollup_marks AS mark
                       WHERE mark.project = ?1 AND mark.kind = rollup_sights.kind
                         AND mark.bucket = rollup_sights.bucket)",
        "UPDATE rollup_marks SET changes = changes + 1, removals = removals + 1
         WHERE project = ?1",
    ] {
        tx.prepare_cached(step)?.execute([project.0])?;
    }
    Ok(())
}

/// Whether anything in a project is known by two names: in most of them nothing is, and a
/// fold looks at thousands of outputs.
fn has_aliases(tx: &Transaction<'_>, project: ProjectId) -> Result<bool, StoreError> {
    let mut select = tx.prepare_cached("SELECT 1 FROM aliases WHERE project = ?1 LIMIT 1")?;
    Ok(select.exists([project.0])?)
}

/// The buckets of the conversations in which an output was said to be that has one name.
fn placed(tx: &Transaction<'_>, project: ProjectId, output: i64) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT conversation >> ?3 FROM placements INDEXED BY placements_by_output
         WHERE project = ?1 AND output = ?2",
    )?;
    let found = select.query_map(params![project.0, output, BUCKET_BITS], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The buckets of the conversations in which any id of an output was said to be.
fn conversations(
    tx: &Transaction<'_>,
    project: ProjectId,
    output: i64,
) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT conversation >> ?3
         FROM (SELECT ?2 AS own
               UNION ALL
               SELECT output FROM aliases WHERE project = ?1 AND alias = ?2
               UNION ALL
               SELECT alias FROM aliases INDEXED BY aliases_by_output
               WHERE project = ?1 AND output = ?2
               UNION ALL
               SELECT other.alias
               FROM aliases AS this CROSS JOIN aliases AS other INDEXED BY aliases_by_output
                 ON other.project = ?1 AND other.output = this.output
               WHERE this.project = ?1 AND this.alias = ?2)
           CROSS JOIN placements INDEXED BY placements_by_output
             ON placements.project = ?1 AND placements.output = own",
    )?;
    let found = select.query_map(params![project.0, output, BUCKET_BITS], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The buckets of an output that is in no conversation, and of the one it is an alias of.
fn alone(tx: &Transaction<'_>, project: ProjectId, output: i64) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT ?2 >> ?3 UNION ALL
         SELECT output >> ?3 FROM aliases WHERE project = ?1 AND alias = ?2",
    )?;
    let found = select.query_map(params![project.0, output, BUCKET_BITS], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}
