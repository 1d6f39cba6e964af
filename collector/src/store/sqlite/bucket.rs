//! Buckets of groups: how they are called in the database, and what is in one.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::group::View;
use crate::{
    control::ProjectId,
    store::{Bucket, BucketKind, StoreError, rows::Group},
};

// In the migration as well.
pub(super) use crate::store::rollups::BUCKET_BITS;

pub(super) fn key(bucket: Bucket) -> (u32, i64, i64) {
    (bucket.project.0, bucket.kind.number().into(), bucket.number)
}

/// Its kind by what it is called.
pub(super) fn kind(number: i64) -> BucketKind {
    BucketKind::of(u8::try_from(number).unwrap_or(u8::MAX))
}

pub(super) fn bucket(row: &Row<'_>) -> rusqlite::Result<Bucket> {
    Ok(Bucket {
        project: ProjectId(row.get(0)?),
        kind: kind(row.get(1)?),
        number: row.get(2)?,
    })
}

/// Gives every group of a bucket and its number to `visit`; how many there are.
pub(super) fn groups(
    snapshot: &Transaction<'_>,
    bucket: Bucket,
    visit: &mut dyn FnMut(i64, Group),
) -> Result<u64, StoreError> {
    let view = View::of(snapshot, bucket.project, u64::MAX);
    let first = bucket.number << BUCKET_BITS;
    let bounds = params![bucket.project.0, first, first + (1 << BUCKET_BITS)];
    // Which group an output is in is said in `read::groups`.
    let mut select = snapshot.prepare_cached(match bucket.kind {
        BucketKind::Conversations => {
            "SELECT conversation, id FROM conversations NOT INDEXED
             WHERE conversation >= ?2 AND conversation < ?3 AND project = ?1"
        }
        BucketKind::Outputs => {
            "SELECT output, id FROM outputs NOT INDEXED
             WHERE output >= ?2 AND output < ?3 AND project = ?1
               AND NOT EXISTS (SELECT 1 FROM placements INDEXED BY placements_by_output
                               WHERE placements.project = ?1
                                 AND placements.output = outputs.output)
               AND NOT EXISTS (SELECT 1 FROM aliases
                               WHERE aliases.project = ?1 AND alias = outputs.output)
               AND NOT EXISTS (SELECT 1
                               FROM aliases INDEXED BY aliases_by_output
                                 CROSS JOIN placements INDEXED BY placements_by_output
                                   ON placements.project = ?1 AND placements.output = alias
                               WHERE aliases.project = ?1
                                 AND aliases.output = outputs.output)"
        }
    })?;
    let mut rows = select.query(bounds)?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let number = row.get(0)?;
        let found = match bucket.kind {
            BucketKind::Conversations => {
                let id: String = row.get(1)?;
                view.of_conversation(&id, number)?
            }
            BucketKind::Outputs => view.of_output(number)?,
        };
        if !found.group.outputs.is_empty() {
            count += 1;
            visit(number, found.group);
        }
    }
    Ok(count)
}

/// The group of that number, if there is one.
pub(super) fn group_of(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    kind: BucketKind,
    number: i64,
) -> Result<Option<Group>, StoreError> {
    let view = View::of(snapshot, project, u64::MAX);
    let select = match kind {
        BucketKind::Conversations => {
            "SELECT id FROM conversations WHERE conversation = ?1 AND project = ?2"
        }
        BucketKind::Outputs => "SELECT id FROM outputs WHERE output = ?1 AND project = ?2",
    };
    let id = snapshot
        .prepare_cached(select)?
        .query_row(params![number, project.0], |row| row.get::<_, String>(0))
        .optional()?;
    let Some(id) = id else { return Ok(None) };
    let found = match kind {
        BucketKind::Conversations => view.of_conversation(&id, number)?,
        BucketKind::Outputs => view.of_output(number)?,
    };
    Ok(Some(found.group))
}
