//! Sights of people who are gone: no row keeps them.
//!
//! Who removes facts marks their buckets, and from then on the sights of these are shown to
//! nobody ([`marks`](super::marks)). They would be in the rows all the same, until a bucket
//! is added up again and the server merges what it replaced, which may be never. So the
//! rows are put anew without them, and then the old ones go. The sums stay as they are:
//! nobody is in them, and they are shown as ones that wait.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    client::Client,
    removal,
    rowbinary::{Out, TAG_COLUMN},
    sums,
};
use crate::store::{Bucket, StoreError};

/// Buckets in one statement.
const BUCKETS_MAX: usize = 1_000;
/// Bytes of rows that are inserted at once.
const BYTES: usize = 8 * 1024 * 1024;

/// Takes the sights out of all that was kept of some buckets until now. To be called once
/// facts are gone, and their buckets are marked: what is kept later was read without them.
pub(super) fn forget(
    client: &Client,
    buckets: impl IntoIterator<Item = Bucket>,
) -> Result<(), StoreError> {
    let buckets: Vec<Bucket> = buckets.into_iter().collect();
    for buckets in buckets.chunks(BUCKETS_MAX) {
        let names = buckets.iter().map(|bucket| {
            let (project, kind) = (bucket.project.0, bucket.kind.number());
            format!("({project}, {kind}, {})", bucket.number)
        });
        let names: BTreeSet<String> = names.collect();
        let names: Vec<String> = names.into_iter().collect();
        let known = format!("({}) IN ({})", sums::BUCKET, names.join(", "));
        let last = put_without(client, &known)?;
        if last.is_empty() {
            continue;
        }
        // What is read from now on is of a later reading, and stays.
        let gone = last.iter().map(|(bucket, reading)| {
            let is_of = sums::is_of(*bucket);
            format!("({is_of} AND reading <= {reading})")
        });
        let gone: Vec<String> = gone.collect();
        let gone = format!("length(sights) > 0 AND ({})", gone.join(" OR "));
        removal::delete(client, "sums", &gone)?;
    }
    Ok(())
}

/// Inserts what is kept of buckets once more, without sights; the last reading of each.
fn put_without(client: &Client, known: &str) -> Result<BTreeMap<Bucket, u64>, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, {}, reading, version, screen, as_of, changes_at, covers, len, cells
         FROM sums WHERE {known} AND length(sights) > 0 ORDER BY {}, reading",
        sums::BUCKET,
        sums::BUCKET
    );
    let mut last = BTreeMap::new();
    let mut out = Out::default();
    let mut rows = client.stream(&select)?;
    while rows.next()? {
        let bucket = sums::read_bucket(&mut rows)?;
        let reading = rows.u64()?;
        last.insert(bucket, reading);
        super::marks::put_bucket(&mut out, bucket);
        out.u64(reading).text(&rows.text()?).u64(rows.u64()?);
        out.u64(rows.u64()?).u64(rows.u64()?);
        out.bytes(&rows.bytes()?).u32(rows.u32()?);
        // In no span of time any more.
        out.u64(0).u64(0);
        out.bytes(&rows.bytes()?).bytes(&[]);
        if out.0.len() >= BYTES {
            client.insert(sums::COLUMNS, &out)?;
            out = Out::default();
        }
    }
    client.insert(sums::COLUMNS, &out)?;
    Ok(last)
}
