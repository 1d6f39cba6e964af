//! Sums that are kept: after anything they are what adding up everything anew gives.

use std::collections::HashSet;

use tacit_signals::SubjectKind;

use super::{
    erasures::{erased, others, others_later, person, with_project},
    expiries::{DAYS, expire, horizons, old, rest},
    *,
};
use crate::{
    label::Policy,
    rollup::{Cells, Summed, Tally},
};

const VERSION: &str = "1";
/// Labels are mature by then.
const AS_OF: u64 = NOW + 40 * DAYS;

fn policy() -> Policy {
    Policy::default_policy().unwrap()
}

/// Adds up a bucket, and what it was read as.
fn read(store: &dyn RollupStore, bucket: Bucket, policy: &Policy) -> (BucketRead, Summed) {
    let mut tally = Tally::default();
    let read = store.read_bucket(bucket, &mut |number, group| {
        tally.add_numbered(number, &group, policy, AS_OF);
    });
    (read.unwrap(), tally.finish())
}

fn keep(store: &dyn RollupStore, bucket: Bucket, version: &str, sums: (BucketRead, &Summed)) {
    let (read, summed) = sums;
    let sums = AddedUp {
        bucket,
        version,
        read,
        as_of: AS_OF,
        summed,
    };
    store.keep_bucket(&sums).unwrap();
}

/// Adds up whatever waits; how many buckets that were.
fn drain(store: &dyn RollupStore, version: &str, policy: &Policy) -> u64 {
    let mut count = 0;
    loop {
        let due = store.rollups_due(version, AS_OF, 99).unwrap();
        if due.is_empty() {
            return count;
        }
        for bucket in due {
            let (read, summed) = read(store, bucket, policy);
            keep(store, bucket, version, (read, &summed));
            count += 1;
        }
    }
}

fn waiting(store: &dyn RollupStore, version: &str) -> u64 {
    let waiting = store.rollups_waiting(Some(OURS), version, AS_OF).unwrap();
    let of_all = store.rollups_waiting(None, version, AS_OF).unwrap();
    let of_another = store.rollups_waiting(Some(ProjectId(9)), version, AS_OF);
    assert_eq!((of_all, of_another.unwrap()), (waiting, 0));
    waiting
}

/// How many buckets wait, and what is kept.
fn kept(store: &dyn RollupStore, version: &str) -> (u64, Cells) {
    let mut cells = Cells::new();
    let days = (None, None);
    let waiting = store.rollups(OURS, version, AS_OF, days, &mut |key, cell| {
        cells.entry(key.clone()).or_default().merge(cell);
    });
    (waiting.unwrap(), cells)
}

/// The sums of everything there is.
fn anew(store: &dyn Store, policy: &Policy) -> Cells {
    let mut tally = Tally::default();
    for group in groups(store, EVER) {
        tally.add(&group, policy, AS_OF);
    }
    tally.finish().cells
}

/// Buckets of which sights are shown.
fn shown_of(store: &dyn RollupStore, version: &str) -> usize {
    let mut count = 0;
    let visited = store.sights(OURS, version, (0, EVER), &mut |_, _| {
        count += 1;
        Ok(ControlFlow::Continue(()))
    });
    visited.unwrap();
    count
}

pub(super) fn what_waits_is_what_changed<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    let policy = policy();
    assert_eq!((waiting(&store, VERSION), kept(&store, VERSION).0), (0, 0));
    let first = [shown(0, "o-1", "c-1", 0, 0), copied(1, "o-2")];
    fold(&store, &[batch(1, NOW, &first)]);
    // Which buckets that are need not be known before somebody adds up.
    assert!(waiting(&store, VERSION) > 0);
    // The conversation, and the output that is in none.
    assert_eq!(drain(&store, VERSION, &policy), 2);
    assert_eq!(waiting(&store, VERSION), 0);
    assert_eq!(kept(&store, VERSION), (0, anew(&store, &policy)));
    assert_eq!(store.rollups_kept(OURS).unwrap(), 2);
    assert_eq!(store.rollups_kept(ProjectId(9)).unwrap(), 0);
    assert_eq!(store.kept_buckets(VERSION).unwrap().len(), 2);
    assert_eq!(shown_of(&store, VERSION), 2);
    // A repeat is nothing new.
    fold(&store, &[batch(1, NOW + 1, &first)]);
    assert_eq!(waiting(&store, VERSION), 0);
    fold(&store, &[batch(2, NOW, &[copied(0, "o-1")])]);
    assert_eq!(kept(&store, VERSION).0, 1);
    assert_ne!(kept(&store, VERSION).1, anew(&store, &policy));
    assert_eq!(drain(&store, VERSION, &policy), 1);
    assert_eq!(kept(&store, VERSION), (0, anew(&store, &policy)));
    // What stood for itself is in a conversation from now on.
    let moved = [shown(1, "o-2", "c-2", 0, 0)];
    fold(&store, &[batch(2, NOW, &moved)]);
    assert_eq!(drain(&store, VERSION, &policy), 2);
    assert_eq!(kept(&store, VERSION), (0, anew(&store, &policy)));
    assert_eq!(store.kept_buckets(VERSION).unwrap().len(), 1);
    // As servers say more of it.
    assert_eq!(
        register(&store, json!({"id":"o-3","aliases":["o-1"],"model":"m"})),
        Status::Created
    );
    assert!(drain(&store, VERSION, &policy) > 0);
    assert_eq!(kept(&store, VERSION), (0, anew(&store, &policy)));
}

pub(super) fn what_changes_while_it_is_read_waits_still<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    let policy = policy();
    fold(&store, &[batch(1, NOW, &[shown(0, "o-1", "c-1", 0, 0)])]);
    drain(&store, VERSION, &policy);
    fold(&store, &[batch(1, NOW, &[copied(1, "o-1")])]);
    let [bucket] = store.rollups_due(VERSION, AS_OF, 99).unwrap()[..] else {
        panic!("one waits");
    };
    let (before, summed) = read(&store, bucket, &policy);
    assert_eq!(before.groups, 1);
    fold(&store, &[batch(2, NOW, &[copied(0, "o-1")])]);
    keep(&store, bucket, VERSION, (before, &summed));
    assert_eq!(kept(&store, VERSION).0, 1);
    assert_eq!(store.kept_bucket(bucket, &mut |_, _| {}).unwrap(), None);
    assert_eq!(drain(&store, VERSION, &policy), 1);
    let mut groups = 0;
    let there = store.kept_bucket(bucket, &mut |_, _| groups += 1);
    let there = there.unwrap().unwrap();
    let (_, expected) = read(&store, bucket, &policy);
    assert_eq!(
        (there.cells, there.sights),
        (expected.cells, expected.sights.body)
    );
    assert_eq!((there.as_of, groups), (AS_OF, 1));
}

/// Everything is told twice, inserts too, somebody is forgotten, data end and labels are by
/// another policy: the figures are those of a full refold.
pub(super) fn told_twice_erased_expired_and_relabelled_it_is_what_a_refold_gives<S: Backend>() {
    let (
        Fixture {
            store,
            directory: _here,
        },
        ours,
    ) = with_project::<S>();
    let policy = policy();
    store.insert_twice();
    others(&store);
    person(&store);
    others_later(&store);
    // Some of it in sessions that were there already.
    old(&store);
    rest(&store, true);
    assert!(count(&store, "duplicate") > 0);
    assert!(drain(&store, VERSION, &policy) > 0);
    let whole = kept(&store, VERSION);
    assert_eq!(whole, (0, anew(&store, &policy)));
    let shown = shown_of(&store, VERSION);
    assert!(shown > 0);
    erased(&store, &ours);
    // Nobody sees what they are in before it is added up anew.
    assert!(kept(&store, VERSION).0 > 0 && shown_of(&store, VERSION) < shown);
    drain(&store, VERSION, &policy);
    let without = kept(&store, VERSION);
    assert_eq!(without, (0, anew(&store, &policy)));
    assert_ne!(without, whole);
    expire(&store, &horizons(400, 90), NOW);
    assert!(kept(&store, VERSION).0 > 0 && shown_of(&store, VERSION) < shown);
    drain(&store, VERSION, &policy);
    let left = kept(&store, VERSION);
    assert_eq!(left, (0, anew(&store, &policy)));
    assert_ne!(left, without);
    // By another policy all of it waits, and nothing is kept.
    let other = Policy::default_toml().replace("score = 3.0", "score = 1.0");
    let other = Policy::parse(&other).unwrap();
    assert_eq!(waiting(&store, "2"), store.rollups_kept(OURS).unwrap());
    assert_eq!(kept(&store, "2").1, Cells::new());
    drain(&store, "2", &other);
    let relabelled = kept(&store, "2");
    assert_eq!(relabelled, (0, anew(&store, &other)));
    assert_ne!(relabelled, left);
    assert_eq!(kept(&store, VERSION).1, Cells::new());
}

pub(super) fn another_screen_makes_what_it_concerns_old<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    let policy = policy();
    fold(&store, &[batch(1, NOW, &[shown(0, "o-1", "c-1", 0, 0)])]);
    let named = |person: &str, events: &[Value]| {
        let batch = json!({"v":1,"key":"pk","session":session(2),"subject":person,
            "sent_at":NOW,"lang":"en","sdk":"t","events":events});
        let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
        accept::accept(decoded, &project(1), NOW).accepted
    };
    fold(&store, &[named("u-fast", &[copied(0, "o-2")])]);
    assert_eq!(drain(&store, VERSION, &policy), 2);
    assert_eq!(store.kept_screen(OURS).unwrap(), None);
    let screen = |found: &str| KeptScreen {
        found: found.into(),
        looked_at: NOW,
    };
    let keep = |found: &str, concerned| {
        store.keep_screen(OURS, &screen(found), concerned).unwrap();
        assert_eq!(store.kept_screen(OURS).unwrap(), Some(screen(found)));
        waiting(&store, VERSION)
    };
    let nobody = HashSet::new();
    assert_eq!(keep("a", Concerned::People(&nobody)), 0);
    let fast = HashSet::from([project(1).subject("u-fast", SubjectKind::App)]);
    assert_eq!(keep("b", Concerned::People(&fast)), 1);
    assert_eq!(drain(&store, VERSION, &policy), 1);
    assert_eq!(keep("c", Concerned::All), 2);
    assert_eq!(drain(&store, VERSION, &policy), 2);
    assert_eq!(kept(&store, VERSION), (0, anew(&store, &policy)));
}
