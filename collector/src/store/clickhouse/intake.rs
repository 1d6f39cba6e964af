//! What blocks touched, taken in: groups that are new get their numbers, and buckets whose
//! facts changed are marked.
//!
//! Whoever has the lease does it, whenever somebody asks what waits. He looks where the
//! outputs are *by what is seen then*, of this block and of all others: so it does not
//! matter which of two collectors was first, or what each of them knew when it wrote.
//! Afterwards the blocks are written down as taken in; who crashes before that takes them
//! in again, which marks buckets once too often.
//!
//! A block that was seen may turn out not to count, where its last row arrived although
//! its maker was told that it did not ([`super::blocks`]). Then what it touched is taken in
//! again, without it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    belonging::{self, Belongs, GroupKey},
    blocks::Snapshot,
    client::Client,
    history::{self, Decided, State},
    marks::{Marks, Source},
    numbers::{self, NewBatch},
    removal,
    rowbinary::{Out, TAG_COLUMN},
    standing::Standing,
    touched::{self, CALLS, Found, Span},
};
use crate::{
    control::ProjectId,
    keyed::random,
    store::{Bucket, BucketKind, StoreError},
};

/// Blocks of a writer that are taken in at once.
const AT_ONCE: u64 = 4_096;
/// Blocks whose `touched` rows are removed together, once they are taken in;
const PRUNED_AT_ONCE: u64 = 50_000;
/// but for the last of each writer, of which one may turn out not to count.
const LEFT: u64 = 16;

/// Buckets, and the last block of each writer that concerns them.
type Concerned = BTreeMap<Bucket, BTreeMap<u64, u64>>;

/// What was taken in.
#[derive(Default)]
pub(super) struct Intake {
    /// Up to which block, by writer.
    taken: HashMap<u64, u64>,
    /// The highest number of each kind, where it was asked for.
    highest: HashMap<(ProjectId, BucketKind), u64>,
    /// From where on `touched` rows are left, by writer; and how many blocks they are of.
    pruned: HashMap<u64, u64>,
    since_pruned: u64,
}

/// Whether everything is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    All,
    /// There is more.
    Some,
    /// Somebody else has the lease by now.
    Lost,
}

impl Intake {
    /// As far as it was taken in by whoever did before.
    pub(super) fn load(client: &Client) -> Result<Self, StoreError> {
        Ok(Self {
            taken: taken(client)?,
            ..Self::default()
        })
    }

    /// Takes in what is new, or some of it, and marks it in `standing`.
    pub(super) fn take(
        &mut self,
        client: &Client,
        epoch: u64,
        standing: &mut Standing,
    ) -> Result<Taken, StoreError> {
        // What is called for is there before the state tells of it.
        let (_, state) = history::now(client)?;
        // The batch after the last one that counts is this process's, or passed over.
        if state.batches.epoch != epoch {
            return Ok(Taken::Lost);
        }
        let snapshot = Snapshot::take(client)?;
        let Spans { new, undone, more } = spans(&self.taken, &snapshot, &state);
        if new.is_empty() && undone.is_empty() {
            return Ok(Taken::All);
        }
        let mut found = touched::of(client, &new)?;
        let source = (u64::from_le_bytes(random()?), 1);
        for (project, undone) in touched::of(client, &undone)? {
            merge(found.entry(project).or_default(), undone, source);
        }
        let of = (client, &snapshot);
        let Some(concerned) = self.concerned(of, &state, &found)? else {
            return Ok(Taken::Lost);
        };
        let mut marks = Marks::default();
        for (bucket, sources) in &concerned {
            for (source, number) in sources {
                marks.put(*bucket, (*source, *number), false);
            }
        }
        marks.insert(client)?;
        let mut rows = Out::default();
        for Span { writer, to, .. } in &new {
            rows.u64(*writer).u64(*to);
        }
        client.insert("taken (writer, number)", &rows)?;
        let ends = new.iter().map(|span| (span.writer, span.to));
        self.taken.extend(ends);
        // They end where they were undone, for good.
        let ends = undone.iter().map(|span| (span.writer, span.after));
        self.taken.extend(ends);
        concerned
            .into_keys()
            .for_each(|bucket| standing.mark(bucket));
        let whole = found.iter().filter(|(_, of)| of.whole);
        for (project, _) in whole {
            standing.reload(client, *project)?;
        }
        self.prune(client, &new)?;
        Ok(if more { Taken::Some } else { Taken::All })
    }

    /// The buckets that are concerned, and by what; `None` where the lease is lost.
    fn concerned(
        &mut self,
        (client, snapshot): (&Client, &Snapshot),
        state: &State,
        found: &BTreeMap<ProjectId, Found>,
    ) -> Result<Option<Concerned>, StoreError> {
        let mut batch = NewBatch::after(state);
        let mut is_new = false;
        let mut concerned = Concerned::new();
        for (project, found) in found {
            let belonging = belonging::of((client, snapshot), *project, &found.outputs)?;
            let of =
                |belongs: fn(&Belongs) -> &BTreeSet<GroupKey>| belonging.values().flat_map(belongs);
            let all = of(|one| &one.now).chain(of(|one| &one.before));
            let mut known = numbers::of(client, &state.batches, *project, all)?;
            for group in of(|one| &one.now) {
                if !known.contains_key(group) {
                    let number = self.next(client, *project, group.0)?;
                    batch.put(*project, group, number);
                    known.insert(group.clone(), number);
                    is_new = true;
                }
            }
            for (output, belongs) in &belonging {
                let groups = belongs.now.iter().chain(&belongs.before);
                let numbers = groups.filter_map(|group| Some((group.0, *known.get(group)?)));
                let by = found.by.get(output).into_iter().flatten();
                for (kind, number) in numbers {
                    let bucket = numbers::bucket(*project, kind, number);
                    let sources = concerned.entry(bucket).or_default();
                    for (source, number) in by.clone() {
                        let last = sources.entry(*source).or_default();
                        *last = (*last).max(*number);
                    }
                }
            }
        }
        if is_new && !give(client, state.batches.epoch, &batch)? {
            return Ok(None);
        }
        Ok(Some(concerned))
    }

    /// The next number of a kind.
    fn next(
        &mut self,
        client: &Client,
        project: ProjectId,
        kind: BucketKind,
    ) -> Result<u64, StoreError> {
        let highest = match self.highest.get(&(project, kind)) {
            Some(highest) => *highest,
            None => numbers::highest(client, project, kind)?,
        };
        self.highest.insert((project, kind), highest + 1);
        Ok(highest + 1)
    }

    /// Removes what nobody asks for any more, once that is worth it.
    fn prune(&mut self, client: &Client, new: &[Span]) -> Result<(), StoreError> {
        for span in new {
            self.pruned.entry(span.writer).or_insert(span.after);
            self.since_pruned += span.to - span.after;
        }
        if self.since_pruned < PRUNED_AT_ONCE {
            return Ok(());
        }
        self.since_pruned = 0;
        for (writer, after) in std::mem::take(&mut self.pruned) {
            let taken = self.taken.get(&writer).copied().unwrap_or_default();
            let to = taken.saturating_sub(LEFT);
            if to > after {
                let condition = format!("writer = {writer} AND number <= {to}");
                removal::delete(client, "touched", &condition)?;
                self.pruned.insert(writer, to);
            } else {
                self.pruned.insert(writer, after);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
impl Intake {
    /// It is worth it the next time.
    pub(super) const fn prune_next(&mut self) {
        self.since_pruned = PRUNED_AT_ONCE;
    }

    /// The next number of either kind is the first of a bucket.
    pub(super) fn apart(&mut self, client: &Client, project: ProjectId) -> Result<(), StoreError> {
        for kind in [BucketKind::Conversations, BucketKind::Outputs] {
            let next = self.next(client, project, kind)?;
            let bits = crate::store::rollups::BUCKET_BITS;
            let first = ((next >> bits) + 1) << bits;
            self.highest.insert((project, kind), first - 1);
        }
        Ok(())
    }
}

/// Inserts a batch of numbers, and says that it counts; false where the lease is lost.
fn give(client: &Client, epoch: u64, batch: &NewBatch) -> Result<bool, StoreError> {
    batch.insert(client)?;
    history::change(
        client,
        |state| {
            let is_next = state.batches.last + 1 == batch.number();
            if !is_next || state.batches.epoch != epoch {
                return Ok(Decided::Nothing(false));
            }
            let mut next = state.clone();
            next.batches.last = batch.number();
            Ok(Decided::Next(next, true))
        },
        |_, _| Ok(false),
    )
}

/// Up to which block each writer was taken in.
fn taken(client: &Client) -> Result<HashMap<u64, u64>, StoreError> {
    let select = format!("SELECT {TAG_COLUMN}, writer, number FROM taken ORDER BY number");
    let rows = client.all(&select, |rows| Ok((rows.u64()?, rows.u64()?)))?;
    Ok(rows.into_iter().collect())
}

/// Projects of which something is not taken in, as somebody sees it who has no lease.
pub(super) fn behind(client: &Client) -> Result<Vec<ProjectId>, StoreError> {
    let taken = taken(client)?;
    let (_, state) = history::now(client)?;
    let snapshot = Snapshot::take(client)?;
    touched::projects(client, &spans(&taken, &snapshot, &state).new)
}

struct Spans {
    new: Vec<Span>,
    /// Blocks that were taken in, and do not count.
    undone: Vec<Span>,
    /// Whether there are others.
    more: bool,
}

fn spans(taken: &HashMap<u64, u64>, snapshot: &Snapshot, state: &State) -> Spans {
    let mut spans = Spans {
        new: Vec::new(),
        undone: Vec::new(),
        more: false,
    };
    for (writer, last) in snapshot.writers().chain([(CALLS, state.called)]) {
        let after = taken.get(&writer).copied().unwrap_or_default();
        let to = last.min(after.saturating_add(AT_ONCE));
        spans.more |= to < last;
        if after < to {
            spans.new.push(Span { writer, after, to });
        } else if after > last {
            spans.undone.push(Span {
                writer,
                after: last,
                to: after,
            });
        }
    }
    spans
}

/// Adds what was undone, as something that happened by itself.
fn merge(found: &mut Found, undone: Found, source: Source) {
    for output in undone.outputs.into_keys() {
        let by = found.by.entry(output.clone()).or_default();
        by.insert(source.0, source.1);
        found.outputs.insert(output, true);
    }
}
