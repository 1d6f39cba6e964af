//! Sums over what several collectors write at once, and who adds it up.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    label::Policy,
    rollup::{Cells, Summed, Tally},
    store::{
        AddedUp, Bucket, BucketKind, BucketRead, RollupStore,
        clickhouse::{
            history::{self, Decided},
            marks::removing,
            numbers::{self, NewBatch},
            sums,
        },
    },
};

const VERSION: &str = "1";
const AS_OF: u64 = NOW + 1_000_000;

fn shown(seq: u32, output: &str, conversation: &str) -> Value {
    json!({"seq":seq,"at":NOW,"kind":"shown","output":output,"conversation":conversation,
           "turn":0,"variant":0,"chars":9,"words":2,"code_share":0,"stream_ms":5})
}

/// Adds up a bucket, and what it was read as.
fn add(store: &ClickHouseStore, bucket: Bucket) -> (BucketRead, Summed) {
    let policy = Policy::default_policy().unwrap();
    let mut tally = Tally::default();
    let read = store.read_bucket(bucket, &mut |number, group| {
        tally.add_numbered(number, &group, &policy, AS_OF);
    });
    (read.unwrap(), tally.finish())
}

fn keep(store: &ClickHouseStore, bucket: Bucket, read: BucketRead, summed: &Summed) {
    let sums = AddedUp {
        bucket,
        version: VERSION,
        read,
        as_of: AS_OF,
        summed,
    };
    store.keep_bucket(&sums).unwrap();
}

fn due(store: &ClickHouseStore) -> Vec<Bucket> {
    store.rollups_due(VERSION, NOW, 99).unwrap()
}

/// Adds up whatever waits; how many buckets that were.
pub(super) fn drain(store: &ClickHouseStore) -> usize {
    let mut count = 0;
    loop {
        let due = due(store);
        if due.is_empty() {
            return count;
        }
        for bucket in due {
            let (read, summed) = add(store, bucket);
            keep(store, bucket, read, &summed);
            count += 1;
        }
    }
}

pub(super) fn kept(store: &ClickHouseStore) -> (u64, Cells) {
    let mut cells = Cells::new();
    let waiting = store.rollups(OURS, VERSION, NOW, (None, None), &mut |key, cell| {
        cells.entry(key.clone()).or_default().merge(cell);
    });
    (waiting.unwrap(), cells)
}

/// The sums of everything there is.
pub(super) fn anew(store: &ClickHouseStore) -> Cells {
    let policy = Policy::default_policy().unwrap();
    let mut tally = Tally::default();
    let visited = store.groups(OURS, u64::MAX, &mut |group| {
        tally.add(&group, &policy, AS_OF);
        ControlFlow::Continue(())
    });
    visited.unwrap();
    tally.finish().cells
}

pub(super) fn sights(store: &ClickHouseStore) -> usize {
    let mut count = 0;
    let visited = store.sights(OURS, VERSION, (0, u64::MAX), &mut |_, _| {
        count += 1;
        Ok(ControlFlow::Continue(()))
    });
    visited.unwrap();
    count
}

fn fold(store: &ClickHouseStore, from: u8, events: &[Value]) {
    let requests = [batch(from, NOW, events)];
    store.fold(&folding(&requests), at(1)).unwrap();
}

/// A block of the first collector that was begun before all that `meanwhile` does.
fn fold_around(house: &House, from: u8, events: &[Value], meanwhile: impl FnOnce()) {
    let requests = [batch(from, NOW, events)];
    let store = &house.first;
    let written = store.block(|snapshot, pages, next| {
        meanwhile();
        fold::fold(&store.client, snapshot, pages, &folding(&requests))?.add_to(next);
        Ok(())
    });
    written.unwrap();
}

fn conversations(number: i64) -> Bucket {
    Bucket {
        project: OURS,
        kind: BucketKind::Conversations,
        number,
    }
}

#[test]
fn what_two_write_at_once_is_counted_where_it_belongs_in_the_end() {
    if server().is_none() {
        return;
    }
    let house = House::open();
    let (first, second) = (&house.first, &house.second);
    fold(first, 1, &[copied(0, "o-1"), copied(1, "o-2")]);
    assert_eq!(drain(first), 1);
    first.apart(OURS);
    // One moves an output, the other says something of it, and neither knows of the other.
    fold_around(&house, 1, &[shown(2, "o-1", "c-1")], || {
        fold(second, 2, &[copied(0, "o-1")]);
        assert_eq!(drain(first), 1);
    });
    let (waiting, before) = kept(first);
    assert_eq!(waiting, 2);
    assert_ne!(before, anew(first));
    assert_eq!(drain(first), 2);
    assert_eq!(kept(first), (0, anew(first)));
    // Both say it is elsewhere: it is in the first of them.
    first.apart(OURS);
    fold_around(&house, 1, &[shown(3, "o-2", "c-3")], || {
        fold(second, 2, &[shown(1, "o-2", "c-2")]);
        assert_eq!(drain(first), 2);
    });
    drain(first);
    assert_eq!(kept(first), (0, anew(first)));
    // And whoever does not add up sees the same.
    assert_eq!(kept(second), kept(first));
    assert_eq!(sights(second), sights(first));
    assert!(due(second).is_empty());
}

#[test]
fn whoever_does_not_add_up_knows_what_waits() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    let waiting = |store: &ClickHouseStore| {
        let all = [None, Some(OURS), Some(ProjectId(9))];
        all.map(|project| store.rollups_waiting(project, VERSION, NOW).unwrap())
    };
    assert_eq!(drain(first), 0);
    assert_eq!(waiting(second), [0, 0, 0]);
    fold(second, 1, &[copied(0, "o-1")]);
    assert_eq!(waiting(second), [1, 1, 0]);
    assert_eq!(waiting(first), [1, 1, 0]);
    assert_eq!(waiting(second), [1, 1, 0]);
    drain(first);
    assert_eq!((waiting(first), waiting(second)), ([0; 3], [0; 3]));
    assert_eq!(second.rollups_kept(OURS).unwrap(), 1);
    assert_eq!(
        second.kept_buckets(VERSION).unwrap(),
        first.kept_buckets(VERSION).unwrap()
    );
    // It takes over once the other one stops.
    fold(first, 1, &[copied(1, "o-1")]);
    assert!(due(second).is_empty());
    first.stop_adding();
    assert_eq!(drain(second), 1);
    assert_eq!(kept(first), (0, anew(first)));
}

#[test]
fn who_read_less_does_not_win() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    fold(first, 1, &[shown(0, "o-1", "c-1")]);
    let [bucket] = due(first)[..] else {
        panic!("one waits");
    };
    let (read, summed) = add(first, bucket);
    fold(second, 1, &[copied(1, "o-1")]);
    first.stop_adding();
    assert_eq!(drain(second), 1);
    let expected = kept(second);
    assert_eq!(expected, (0, anew(second)));
    // It has no lease any more; and its row changes nothing where it arrives all the same.
    keep(first, bucket, read.clone(), &summed);
    assert_eq!(kept(second), expected);
    let late = AddedUp {
        bucket,
        version: VERSION,
        read,
        as_of: AS_OF,
        summed: &summed,
    };
    sums::insert(&first.client, &sums::Head::of(&late), &late).unwrap();
    assert_eq!((kept(first), kept(second)), (expected.clone(), expected));
    assert_eq!(
        sums::of(&first.client, bucket).unwrap().unwrap().1.cells,
        kept(second).1
    );
    // Nor once it has the lease again, and somebody waits who was counted by neither.
    second.stop_adding();
    fold(second, 1, &[copied(2, "o-1")]);
    assert_eq!(due(first), [bucket]);
    keep(first, bucket, late.read.clone(), &summed);
    assert_eq!((kept(first).0, kept(second).0), (1, 1));
    drain(first);
    assert_eq!(kept(second), (0, anew(second)));
}

#[test]
fn a_group_has_one_number_whoever_dies_in_the_middle() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    let groups = BTreeSet::from([
        (BucketKind::Conversations, view::parse("c-1").unwrap()),
        (BucketKind::Outputs, view::parse("o-2").unwrap()),
    ]);
    let numbers = || {
        let (_, state) = history::now(&first.client).unwrap();
        numbers::of(&first.client, &state.batches, OURS, &groups).unwrap()
    };
    assert_eq!(drain(first), 0);
    fold(second, 1, &[shown(0, "o-1", "c-1"), copied(1, "o-2")]);
    // It is about to give numbers, and sleeps until the lease is over.
    let (_, before) = history::now(&first.client).unwrap();
    let mut batch = NewBatch::after(&before);
    for (group, number) in groups.iter().zip([7_000, 8_000]) {
        batch.put(OURS, group, number);
    }
    batch.insert(&first.client).unwrap();
    assert_eq!(numbers(), BTreeMap::new());
    let over = history::change(
        &first.client,
        |state| {
            let mut next = state.clone();
            next.leases.values_mut().for_each(|lease| lease.until = 0);
            Ok(Decided::Next(next, ()))
        },
        |_, _| Ok(false),
    );
    over.unwrap();
    assert_eq!(drain(second), 2);
    let given: Vec<u64> = numbers().into_values().collect();
    assert!(
        given.iter().all(|number| ![7_000, 8_000].contains(number)),
        "{given:?}"
    );
    assert_eq!(given.len(), 2);
    assert_eq!(kept(second), (0, anew(second)));
    // It wakes up, and neither gives numbers nor keeps sums.
    fold(first, 1, &[copied(2, "o-3")]);
    assert!(due(first).is_empty());
    assert_eq!(drain(second), 1);
    assert_eq!(kept(second), (0, anew(second)));
}

#[test]
fn a_block_that_counts_no_more_is_taken_out_of_the_sums() {
    if server().is_none() {
        return;
    }
    let house = House::open();
    let store = &house.first;
    fold(store, 1, &[shown(0, "o-1", "c-1")]);
    // It is seen and added up, though its maker was told that nothing was written.
    let lost = [batch(2, NOW, &[copied(0, "o-1"), copied(1, "o-2")])];
    fold_without_answer(store, &lost, at(2));
    assert_eq!(drain(store), 2);
    let with = kept(store);
    assert_eq!(with, (0, anew(store)));
    fold(store, 3, &[]);
    assert_ne!(anew(store), with.1);
    assert_eq!(kept(store).0, 2);
    drain(store);
    assert_eq!(kept(store), (0, anew(store)));
}

#[test]
fn what_is_removed_is_shown_to_nobody_until_it_is_added_up_anew() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    fold(first, 1, &[shown(0, "o-1", "c-1")]);
    fold(second, 2, &[copied(0, "o-2")]);
    drain(first);
    assert_eq!((sights(first), sights(second)), (2, 2));
    let bucket = conversations(0);
    let (read, summed) = add(first, bucket);
    assert_eq!((read.mark, read.groups), (None, 1));
    // Somebody else removes something of the output that is in the conversation.
    let named = |id: &str, alone| GroupName {
        id: id.into(),
        alone,
    };
    for named in [named("o-1", true), named("c-1", false)] {
        removing(&second.client, OURS, &BTreeSet::from([named])).unwrap();
        assert_eq!((sights(first), sights(second)), (1, 1));
        // What was read before is not kept.
        let late = AddedUp {
            bucket,
            version: VERSION,
            read: read.clone(),
            as_of: AS_OF + 1,
            summed: &summed,
        };
        first.keep_bucket(&late).unwrap();
        let (_, there) = sums::of(&first.client, bucket).unwrap().unwrap();
        assert_eq!(there.as_of, AS_OF);
        assert_eq!((sights(first), sights(second)), (1, 1));
        assert!(kept(second).0 > 0 && kept(first).0 > 0);
        // As a conversation, and as an output that stands for itself from then on or not.
        assert!(drain(first) > 0);
        assert_eq!((sights(first), sights(second)), (2, 2));
        assert_eq!(kept(second), (0, anew(second)));
    }
}

#[test]
fn what_was_taken_in_is_not_kept_for_ever() {
    if server().is_none() {
        return;
    }
    let House { first, .. } = &House::open();
    let touched = || {
        let select = "SELECT toUInt8(1), toUInt64(count()) FROM touched";
        first
            .client
            .all(select, super::super::rowbinary::Rows::u64)
            .unwrap()
    };
    for seq in 0..20 {
        fold(first, 1, &[copied(seq, "o-1")]);
    }
    drain(first);
    assert_eq!(touched(), [20]);
    first.prune_next();
    fold(first, 1, &[shown(20, "o-1", "c-1")]);
    drain(first);
    // But for the last blocks, of which one may turn out not to count.
    assert_eq!(touched(), [16]);
    assert_eq!(kept(first), (0, anew(first)));
}

#[test]
fn what_is_marked_while_a_bucket_is_read_waits_for_whoever_comes_next() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    fold(first, 1, &[shown(0, "o-1", "c-1")]);
    let [bucket] = due(first)[..] else {
        panic!("one waits");
    };
    let policy = Policy::default_policy().unwrap();
    let mut tally = Tally::default();
    let read = first.read_bucket(bucket, &mut |number, group| {
        tally.add_numbered(number, &group, &policy, AS_OF);
        // It is read, and then something comes and is taken in.
        fold(second, 1, &[copied(1, "o-1")]);
        let taken_in = first.fresh(true, true, |adder| adder.standing.changes(bucket));
        assert_eq!(taken_in.unwrap(), Some(Some(2)));
    });
    keep(first, bucket, read.unwrap(), &tally.finish());
    assert_eq!((kept(first).0, kept(second).0), (1, 1));
    // Who was not there knows it as well.
    first.stop_adding();
    assert_eq!(drain(second), 1);
    assert_eq!(kept(first), (0, anew(first)));
}
