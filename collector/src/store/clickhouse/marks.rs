//! Which buckets wait to be added up.
//!
//! A *mark* is a row of `marks`: something changed facts of a bucket. Its source is a
//! writer, with the number of the writer's last block that did; or a random number that
//! stands for one thing that happened. Whoever adds a bucket up reads its marks first, and
//! then the facts, and keeps the sums with the marks that were there: what is marked
//! otherwise afterwards waits. Marks are only ever added, and to add one twice, or one too
//! many, is to add up once too often.
//!
//! Blocks do not mark buckets themselves: two that are written at once do not know of each
//! other, and one may move an output that the other says something of. They say which
//! outputs they touch (`touched`), and [`super::intake`] makes marks of that once both are
//! seen, from where the outputs are by then.
//!
//! What happens outside of blocks *calls*: rows of `touched` under the writer
//! [`CALLS`] and a number that the state of [`super::history`] counts.
//!
//! *Whoever removes rows* says so by [`removing`], before and after. From then on the
//! sights of the buckets are shown to nobody, as people are in them, and what was read
//! before is never taken for current; at the end they are taken out of what is kept
//! ([`super::unseen`]). Sums hold what was removed until they are added up again. Names of groups are also in `numbers`, `numbered` and `touched`: they are to be
//! removed by whoever removes the last fact of a group or an output.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use tacit_signals::Id;

use super::{
    belonging::{self, GroupKey},
    blocks::{Block, Snapshot},
    client::Client,
    fold::known_outputs,
    history::{self, Decided},
    numbers,
    rowbinary::{Out, TAG_COLUMN},
    sums,
    touched::{CALLS, Touched},
};
use crate::{
    control::ProjectId,
    keyed::random,
    store::{Bucket, BucketKind, StoreError, rows::GroupName},
};

/// Rows to be inserted.
#[derive(Default)]
pub(super) struct Marks(Out);

impl Marks {
    pub(super) fn put(&mut self, bucket: Bucket, (source, number): Source, removal: bool) {
        put_bucket(&mut self.0, bucket);
        self.0.u64(source).u64(number).u8(removal.into());
    }

    pub(super) fn insert(&self, client: &Client) -> Result<(), StoreError> {
        let columns = "marks (project, kind, bucket, source, number, removal)";
        client.insert(columns, &self.0)
    }
}

/// What changed something, and its last number.
pub(super) type Source = (u64, u64);

/// All marks of a project, or of all, by bucket.
pub(super) fn all(
    client: &Client,
    project: Option<ProjectId>,
) -> Result<HashMap<Bucket, Vec<Source>>, StoreError> {
    read(client, &sums::of_project(project))
}

/// Those that tell of something that was taken out.
pub(super) fn removals(
    client: &Client,
    project: ProjectId,
) -> Result<HashMap<Bucket, Vec<Source>>, StoreError> {
    let of_project = sums::of_project(Some(project));
    read(client, &format!("{of_project} AND removal = 1"))
}

/// Those of a bucket, the last of each source.
pub(super) fn of(client: &Client, bucket: Bucket) -> Result<Vec<Source>, StoreError> {
    last(client, &sums::is_of(bucket))
}

/// Those of them that tell of something that was taken out.
pub(super) fn removals_of(client: &Client, bucket: Bucket) -> Result<Vec<Source>, StoreError> {
    let is_of = sums::is_of(bucket);
    last(client, &format!("{is_of} AND removal = 1"))
}

fn last(client: &Client, condition: &str) -> Result<Vec<Source>, StoreError> {
    let marks = read(client, condition)?.into_values().flatten();
    let mut last: BTreeMap<u64, u64> = BTreeMap::new();
    for (source, number) in marks {
        let known = last.entry(source).or_default();
        *known = number.max(*known);
    }
    Ok(last.into_iter().collect())
}

fn read(client: &Client, condition: &str) -> Result<HashMap<Bucket, Vec<Source>>, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, {}, source, number FROM marks WHERE {condition}",
        sums::BUCKET
    );
    let rows = client.all(&select, |rows| {
        let bucket = sums::read_bucket(rows)?;
        Ok((bucket, (rows.u64()?, rows.u64()?)))
    })?;
    let mut marks: HashMap<Bucket, Vec<Source>> = HashMap::new();
    for (bucket, source) in rows {
        marks.entry(bucket).or_default().push(source);
    }
    Ok(marks)
}

/// The columns `project`, `kind` and `bucket`.
pub(super) fn put_bucket(out: &mut Out, bucket: Bucket) {
    out.u32(bucket.project.0).u8(bucket.kind.number());
    out.u64(bucket.number.cast_unsigned());
}

/// Something of `groups` is about to be removed, or was removed just now: to be called
/// before and after. An output is named as one that stands for itself, under every id that
/// something of it had, also where it is in a conversation; what is in a conversation that
/// is named counts as named as long as the links are there. The buckets they are in are
/// returned.
pub(super) fn removing(
    client: &Client,
    project: ProjectId,
    groups: &BTreeSet<GroupName>,
) -> Result<BTreeSet<Bucket>, StoreError> {
    if groups.is_empty() {
        return Ok(BTreeSet::new());
    }
    let snapshot = Snapshot::take(client)?;
    let of = (client, &snapshot);
    let (outputs, conversations) = belonging::outputs_of(of, project, groups)?;
    let moved = outputs.iter().map(|id| (id.clone(), true)).collect();
    let conversation = |id| (BucketKind::Conversations, id);
    let groups = conversations.into_iter().map(conversation).collect();
    let buckets = mark(of, project, &moved, groups, true)?;
    // Where they are by then is found out when the call is taken in. Names of what is gone
    // are written nowhere again.
    let known = known_outputs(client, &snapshot, project, &outputs)?;
    call(client, project, &known)?;
    Ok(buckets)
}

/// The same once rows are gone, for who knows no names of what was in these buckets:
/// `moved` are outputs that stay, and may be elsewhere now.
pub(super) fn removed(
    client: &Client,
    project: ProjectId,
    buckets: impl IntoIterator<Item = Bucket>,
    moved: &[Id],
) -> Result<(), StoreError> {
    put_anew(client, buckets, true)?;
    call(client, project, moved)
}

fn put_anew(
    client: &Client,
    buckets: impl IntoIterator<Item = Bucket>,
    removal: bool,
) -> Result<(), StoreError> {
    let source = (u64::from_le_bytes(random()?), 1);
    let mut marks = Marks::default();
    for bucket in buckets {
        marks.put(bucket, source, removal);
    }
    marks.insert(client)
}

/// Marks the buckets of `groups`, and of those that `outputs` may be in.
pub(super) fn mark(
    (client, snapshot): (&Client, &Snapshot),
    project: ProjectId,
    outputs: &BTreeMap<Id, bool>,
    mut groups: BTreeSet<GroupKey>,
    removal: bool,
) -> Result<BTreeSet<Bucket>, StoreError> {
    for belongs in belonging::of((client, snapshot), project, outputs)?.into_values() {
        groups.extend(belongs.now);
        groups.extend(belongs.before);
    }
    let (_, state) = history::now(client)?;
    let numbers = numbers::of(client, &state.batches, project, &groups)?;
    let buckets = numbers.into_iter();
    let buckets: BTreeSet<Bucket> = buckets
        .map(|((kind, _), number)| numbers::bucket(project, kind, number))
        .collect();
    put_anew(client, buckets.iter().copied(), removal)?;
    Ok(buckets)
}

/// Has these outputs taken in as if they had moved, and all marks of the project read anew.
pub(super) fn call(client: &Client, project: ProjectId, outputs: &[Id]) -> Result<(), StoreError> {
    let number = Cell::new(0);
    history::change(
        client,
        |state| {
            let mut next = state.clone();
            next.called += 1;
            number.set(next.called);
            Ok(Decided::Next(next, ()))
        },
        |_, _| {
            // Whoever is too late has inserted them under the number of somebody else, and
            // they are taken in once too often.
            let block = Block {
                writer: CALLS,
                number: number.get(),
            };
            let mut touched = Touched::default();
            touched.put(block, project, "", false);
            for output in outputs {
                touched.put(block, project, output.as_str(), true);
            }
            touched.insert(client)?;
            Ok(false)
        },
    )
}
