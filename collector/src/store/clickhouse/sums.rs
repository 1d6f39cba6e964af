//! Sums of buckets: one row holds all that is kept of a bucket, so it is there or not. A
//! later reading replaces it, whenever it arrives: what a process inserts that slept since
//! it read is never seen where another one read later.

use std::{
    collections::{BTreeMap, HashMap},
    ops::ControlFlow,
};

use super::{
    client::Client,
    rowbinary::{Out, Rows, TAG_COLUMN},
};
use crate::{
    control::ProjectId,
    rollup::{Cells, Summed},
    store::{AddedUp, Bucket, BucketKind, KeptBucket, KeptScreen, StoreError},
};

const UNREADABLE: StoreError = StoreError::Unreadable("roll-up");
/// Where time alone changes nothing.
const NEVER: u64 = u64::MAX;

/// The columns of a row.
pub(super) const COLUMNS: &str = "sums (project, kind, bucket, reading, version, screen, as_of,
  changes_at, covers, len, first_at, last_at, cells, sights)";

/// What is kept of a bucket, but for the sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) bucket: Bucket,
    pub(super) reading: u64,
    pub(super) version: String,
    pub(super) screen: u64,
    pub(super) changes_at: Option<u64>,
    pub(super) covers: Vec<(u64, u64)>,
    pub(super) len: u32,
}

impl Head {
    /// Of what is about to be kept.
    pub(super) fn of(sums: &AddedUp<'_>) -> Self {
        let reading = &sums.read.reading;
        Self {
            bucket: sums.bucket,
            reading: reading.order,
            version: sums.version.to_owned(),
            screen: reading.screen,
            changes_at: sums.summed.changes_at,
            covers: reading.covers.clone(),
            len: u32::try_from(sums.summed.cells.len()).unwrap_or(u32::MAX),
        }
    }
}

/// Replaces what is kept of a bucket.
pub(super) fn insert(client: &Client, head: &Head, sums: &AddedUp<'_>) -> Result<(), StoreError> {
    let Summed { cells, sights, .. } = sums.summed;
    // What has no date is in no span of time, but in that of everything.
    let (first, last) = sights.span.unwrap_or((0, 0));
    let mut row = Out::default();
    super::marks::put_bucket(&mut row, head.bucket);
    row.u64(head.reading).text(&head.version).u64(head.screen);
    row.u64(sums.as_of).u64(head.changes_at.unwrap_or(NEVER));
    row.bytes(&bytes(&head.covers)?).u32(head.len);
    row.u64(first).u64(last);
    row.bytes(&bytes(cells)?).bytes(&sights.body);
    client.insert(COLUMNS, &row)
}

fn bytes<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_allocvec(value).map_err(|_| UNREADABLE)
}

fn from_bytes<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    postcard::from_bytes(bytes).map_err(|_| UNREADABLE)
}

/// The columns that [`read_bucket`] reads.
pub(super) const BUCKET: &str = "project, kind, bucket";

pub(super) fn read_bucket(rows: &mut Rows) -> Result<Bucket, StoreError> {
    Ok(Bucket {
        project: ProjectId(rows.u32()?),
        kind: BucketKind::of(rows.u8()?),
        number: rows.u64()?.cast_signed(),
    })
}

/// The condition that a row is of a project, or of any.
pub(super) fn of_project(project: Option<ProjectId>) -> String {
    project.map_or_else(|| "1".into(), |project| format!("project = {}", project.0))
}

/// The condition that a row is of a bucket.
pub(super) fn is_of(bucket: Bucket) -> String {
    format!(
        "project = {} AND kind = {} AND bucket = {}",
        bucket.project.0,
        bucket.kind.number(),
        bucket.number
    )
}

/// Every bucket of a project, or of all, of which anything was kept, as it was last.
pub(super) fn heads(
    client: &Client,
    project: Option<ProjectId>,
    mut visit: impl FnMut(Head),
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, {BUCKET}, reading, version, screen, changes_at, covers, len
         FROM sums WHERE {} ORDER BY {BUCKET}, reading",
        of_project(project)
    );
    let heads = client.all(&select, |rows| {
        Ok(Head {
            bucket: read_bucket(rows)?,
            reading: rows.u64()?,
            version: rows.text()?,
            screen: rows.u64()?,
            changes_at: Some(rows.u64()?).filter(|at| *at != NEVER),
            covers: from_bytes(&rows.bytes()?)?,
            len: rows.u32()?,
        })
    })?;
    let mut heads = heads.into_iter().peekable();
    while let Some(head) = heads.next() {
        if heads.peek().is_none_or(|next| next.bucket != head.bucket) {
            visit(head);
        }
    }
    Ok(())
}

/// The marks that were there, and what is kept of a bucket.
pub(super) type Kept = (Vec<(u64, u64)>, KeptBucket);

/// What is kept of a bucket, if anything is.
pub(super) fn of(client: &Client, bucket: Bucket) -> Result<Option<Kept>, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, covers, as_of, cells, sights FROM sums
         WHERE {} ORDER BY reading",
        is_of(bucket)
    );
    let mut rows = client.all(&select, |rows| {
        let covers = from_bytes(&rows.bytes()?)?;
        let kept = KeptBucket {
            as_of: rows.u64()?,
            cells: from_bytes(&rows.bytes()?)?,
            sights: rows.bytes()?,
        };
        Ok((covers, kept))
    })?;
    Ok(rows.pop().filter(|(_, kept)| !kept.cells.is_empty()))
}

/// The cells of some neighbouring buckets, of those that `is_asked` for by version and
/// choice of the screen, each as it was last added up.
pub(super) fn cells(
    client: &Client,
    (project, kind): (ProjectId, BucketKind),
    (first, end): (i64, i64),
    is_asked: impl Fn(&str, u64) -> bool,
) -> Result<BTreeMap<i64, Cells>, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, bucket, version, screen, cells FROM sums
         WHERE project = {} AND kind = {} AND bucket >= {first} AND bucket < {end}
         ORDER BY bucket, reading",
        project.0,
        kind.number()
    );
    client.whole(&select, |rows| {
        let mut found = BTreeMap::new();
        while rows.next()? {
            let bucket = rows.u64()?.cast_signed();
            let (version, screen, cells) = (rows.text()?, rows.u64()?, rows.bytes()?);
            found.remove(&bucket);
            if is_asked(&version, screen) {
                found.insert(bucket, from_bytes(&cells)?);
            }
        }
        Ok(found)
    })
}

/// Sights as they are kept.
pub(super) struct Sights {
    pub(super) bucket: Bucket,
    pub(super) reading: u64,
    pub(super) version: String,
    pub(super) covers: Vec<(u64, u64)>,
    pub(super) body: Vec<u8>,
}

/// Calls `visit` with sights of a project that are of a span of time, by bucket and in the
/// order of readings, until it breaks. An answer that is cut is asked for again from after
/// the last bucket.
pub(super) fn sights(
    client: &Client,
    project: ProjectId,
    span: (u64, u64),
    visit: &mut dyn FnMut(&Sights) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    let mut last = None;
    loop {
        let before = last;
        match sights_after(client, project, span, &mut last, visit) {
            Err(StoreError::Unreachable(_)) if last != before => {}
            done => return done,
        }
    }
}

fn sights_after(
    client: &Client,
    project: ProjectId,
    (from, until): (u64, u64),
    last: &mut Option<Bucket>,
    visit: &mut dyn FnMut(&Sights) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    let after = last.map_or_else(
        || "1".into(),
        |last| format!("(kind, bucket) > ({}, {})", last.kind.number(), last.number),
    );
    let select = format!(
        "SELECT {TAG_COLUMN}, {BUCKET}, reading, version, covers, sights FROM sums
         WHERE project = {} AND first_at < {until} AND last_at >= {from} AND {after}
         ORDER BY {BUCKET}, reading",
        project.0
    );
    let mut rows = client.stream(&select)?;
    while rows.next()? {
        let sights = Sights {
            bucket: read_bucket(&mut rows)?,
            reading: rows.u64()?,
            version: rows.text()?,
            covers: from_bytes(&rows.bytes()?)?,
            body: rows.bytes()?,
        };
        if visit(&sights)?.is_break() {
            break;
        }
        *last = Some(sights.bucket);
    }
    Ok(())
}

/// Whom the screen left out, and the number of that choice.
pub(super) fn screen(
    client: &Client,
    project: ProjectId,
) -> Result<Option<(u64, KeptScreen)>, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, choice, found, looked_at FROM screens
         WHERE project = {} ORDER BY stamp",
        project.0
    );
    let mut rows = client.all(&select, |rows| {
        let choice = rows.u64()?;
        let screen = KeptScreen {
            found: rows.text()?,
            looked_at: rows.u64()?,
        };
        Ok((choice, screen))
    })?;
    Ok(rows.pop())
}

/// Keeps it.
pub(super) fn keep_screen(
    client: &Client,
    project: ProjectId,
    stamp: u64,
    choice: u64,
    screen: &KeptScreen,
) -> Result<(), StoreError> {
    let mut row = Out::default();
    row.u32(project.0).u64(stamp).u64(choice);
    row.text(&screen.found).u64(screen.looked_at);
    client.insert("screens (project, stamp, choice, found, looked_at)", &row)
}

/// The choices of the screen that count, by project.
pub(super) fn choices(
    client: &Client,
    project: Option<ProjectId>,
) -> Result<HashMap<ProjectId, u64>, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, project, choice FROM screens WHERE {} ORDER BY project, stamp",
        of_project(project)
    );
    let rows = client.all(&select, |rows| Ok((ProjectId(rows.u32()?), rows.u64()?)))?;
    Ok(rows.into_iter().collect())
}
