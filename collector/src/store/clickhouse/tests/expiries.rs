//! Data that end: the same as in the other store, and once, whoever dies meanwhile.

use std::collections::BTreeMap;

use super::*;
use crate::{
    expire::{DAY_MS, Expiry, Horizon, Horizons, Why},
    store::{
        ExpiryStore, Registering, SqliteStore, Status, UpkeepStore,
        clickhouse::{
            differential::{Read, batch as random_batch, read, registering},
            documents::{NewDocument, Next, Which},
            expire::{
                found::Found,
                plan::{PLAN, Plan},
            },
            removal,
            testing::TestServer,
        },
        contract::expiries::{expire, go_on},
    },
};

/// Histories; each of some thirty steps.
const HISTORIES: u64 = 8;

pub(super) fn ago(days: u64) -> u64 {
    NOW - days * DAY_MS
}

pub(super) fn horizons(signals_before: u64, texts_before: u64) -> Horizons {
    let horizon = Horizon {
        signals_before,
        texts_before,
    };
    [(OURS, horizon)].into()
}

pub(super) fn text(seq: u32, output: &str) -> Value {
    json!({"content":{"seq":seq,"at":NOW,"output":output,"role":"edit",
        "text":format!("Secret {output}")}})
}

/// Texts and signals on an output, beside what others do.
fn noted(rng: &mut fastrand::Rng, received_at: u64) -> Accepted {
    let session = rng.u8(10..14);
    let first = rng.u32(..40);
    let events = (first..first + rng.u32(1..5)).map(|seq| {
        let mut same = fastrand::Rng::with_seed(u64::from(session) << 32 | u64::from(seq));
        let output = format!("o-{}", same.u32(..12));
        if same.bool() {
            text(seq, &output)
        } else {
            copied(seq, &output)
        }
    });
    batch(session, received_at, &events.collect::<Vec<_>>())
}

/// What a store is told at one step.
enum Told {
    Batches(Vec<Accepted>),
    Registrations(Registering),
}

fn step(rng: &mut fastrand::Rng, received_at: u64) -> Told {
    if rng.u8(..3) == 0 {
        return Told::Registrations(registering(rng, received_at));
    }
    let batches = (0..rng.u8(1..4)).map(|_| {
        if rng.bool() {
            noted(rng, received_at)
        } else {
            random_batch(rng, received_at)
        }
    });
    Told::Batches(batches.collect())
}

fn tell(store: &dyn Store, told: &Told, offset: u64) {
    match told {
        Told::Batches(requests) => store.fold(&folding(requests), at(offset)).unwrap(),
        Told::Registrations(request) => {
            store.register(std::slice::from_ref(request)).unwrap();
        }
    }
}

/// Tells both the same, but registrations that are refused: of these the other store keeps
/// that it heard of an id, which is counted when it goes, and nothing else of it.
fn tell_both(sqlite: &SqliteStore, store: &ClickHouseStore, told: Told, offset: u64) {
    let Told::Registrations(request) = told else {
        tell(sqlite, &told, offset);
        return tell(store, &told, offset);
    };
    for output in request.outputs {
        let request = Registering {
            outputs: vec![output],
            ..request
        };
        let settled = store.register(std::slice::from_ref(&request)).unwrap();
        if !matches!(settled[0][0].status, Status::Conflict(_)) {
            tell(sqlite, &Told::Registrations(request), offset);
        }
    }
}

fn went(expiry: &Expiry) -> BTreeMap<String, u64> {
    let mut went = expiry.removed.clone();
    went.remove("bytes");
    went.retain(|_, count| *count > 0);
    went
}

fn forget<S: ExpiryStore>(store: &S, all: &Horizons, now: u64) -> BTreeMap<String, u64> {
    went(&expire(store, all, now))
}

/// But in which rows events came.
fn apart(mut read: Read) -> Read {
    for (_, group) in &mut read.groups {
        for output in &mut group.outputs {
            output
                .slices
                .sort_by_key(|slice| (slice.session, slice.events[0].seq));
        }
    }
    read
}

#[test]
fn both_stores_forget_the_same_of_any_history() {
    if server().is_none() {
        return;
    }
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..HISTORIES {
        let mut rng = fastrand::Rng::with_seed(900 + seed);
        let [here, there] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let sqlite = SqliteStore::open(here.path()).unwrap();
        let collectors = [&here, &there].map(|place| open_with(place.path(), here.path()));
        let mut reached = (0, 0);
        for number in 1..34_u64 {
            // Two years, and not everything is folded in the order it came in.
            let received_at = ago(700) + number * 20 * DAY_MS - rng.u64(..50 * DAY_MS);
            let told = step(&mut rng, received_at);
            tell_both(&sqlite, &collectors[rng.usize(..2)], told, number);
            if rng.u8(..5) > 0 {
                continue;
            }
            let now = ago(700) + number * 20 * DAY_MS;
            let signals = now
                .saturating_sub(rng.u64(100..300) * DAY_MS)
                .max(reached.0);
            let texts = (now - rng.u64(30..100) * DAY_MS)
                .max(reached.1)
                .max(signals);
            reached = (signals, texts);
            let all = horizons(signals, texts);
            let would = collectors[0].would_go(&all).unwrap();
            let expected = forget(&sqlite, &all, now);
            let done = forget(&collectors[rng.usize(..2)], &all, now);
            assert_eq!(done, expected, "{seed}, {number}");
            let events = would.get("events").copied().unwrap_or_default();
            assert_eq!(events, done.get("events").copied().unwrap_or_default());
            for (name, count) in done {
                *sums.entry(name).or_default() += count;
            }
            for as_of in [received_at, u64::MAX] {
                let [expected, found] =
                    [&sqlite as &dyn Store, &collectors[1]].map(|store| apart(read(store, as_of)));
                assert_eq!(found, expected, "{seed}, {number}, as of {as_of}");
            }
        }
    }
    for name in [
        "events",
        "outputs",
        "people",
        "registered_texts",
        "sessions",
        "texts",
    ] {
        assert!(sums[name] > 10, "{name}: {sums:?}");
    }
}

/// Something of every age.
fn lived(store: &ClickHouseStore) {
    let mut rng = fastrand::Rng::with_seed(7);
    for number in 1..25 {
        let told = step(&mut rng, ago(500 - number * 20));
        tell(store, &told, number);
    }
    tell(
        store,
        &Told::Batches(vec![batch(
            20,
            ago(300),
            &[copied(0, "o-gone"), text(1, "o-gone")],
        )]),
        30,
    );
}

/// What names a step of removing, as a test stops it before that.
#[test]
fn whoever_dies_while_removing_counts_and_removes_once() {
    if server().is_none() {
        return;
    }
    let all = horizons(ago(200), ago(60));
    let undisturbed = House::open();
    lived(&undisturbed.first);
    let expected = expire(&undisturbed.first, &all, NOW);
    let expected_read = apart(read(&undisturbed.first, u64::MAX));
    assert!(went(&expected)["events"] > 10);
    for done in 0..6 {
        let mut house = House::open();
        lived(&house.first);
        let mut expiry = house
            .first
            .begin_expiry(&Expiry::new(Why::Asked, &all, NOW))
            .unwrap();
        // The first portion is written down, and some of it is done.
        let mut due = house.first.due(&all, None).unwrap();
        while due.is_empty() {
            due = house.first.due(&all, due.next.as_ref()).unwrap();
        }
        let found = due.own::<Found>().unwrap();
        let (_, plan) = house.first.written_down(&mut expiry, found).unwrap();
        half_way(&house.first, &plan, done);
        house.restart();
        let recount = house.second.recount(OURS).unwrap();
        assert_eq!(recount.booked, recount.counted, "after {done}");
        let mut open = house.second.open_expiry().unwrap().unwrap();
        assert_eq!(open.removed, expiry.removed, "it is counted");
        go_on(&house.second, &mut open, NOW);
        assert_eq!(went(&open), went(&expected), "after {done}");
        assert_eq!(
            apart(read(&house.first, u64::MAX)),
            expected_read,
            "after {done}"
        );
        let left = house.first.documents::<Plan>(PLAN, Which::All).unwrap();
        assert!(left.is_empty());
    }
}

/// So many statements of a plan.
fn half_way(store: &ClickHouseStore, plan: &Plan, done: usize) {
    let facts = plan.facts.as_ref().unwrap();
    if done > 0 {
        plan.books.write_down(&store.client, OURS).unwrap();
        store.insert_anew(OURS, facts).unwrap();
    }
    if done > 1 {
        // And once more, and merged by now.
        store.insert_anew(OURS, facts).unwrap();
        for table in ["chunks", "registrations", "links"] {
            store
                .client
                .execute(&format!("OPTIMIZE TABLE {table} FINAL"))
                .unwrap();
        }
    }
    for (table, condition) in facts.removals(OURS).iter().take(done.saturating_sub(1)) {
        removal::delete(&store.client, table, condition).unwrap();
    }
}

#[test]
fn nothing_of_what_expired_is_in_any_table() {
    if server().is_none() {
        return;
    }
    let mut server = TestServer::start();
    let directory = tempfile::tempdir().unwrap();
    let address = server.address(directory.path());
    let store = ClickHouseStore::open(&address, directory.path()).unwrap();
    lived(&store);
    assert!(found(&store, "o-gone") > 1 && found(&store, "Secret o-gone") > 0);
    expire(&store, &horizons(ago(60), ago(20)), NOW);
    server.restart();
    for needle in ["o-gone", "Secret o-gone", &"14".repeat(16)] {
        assert_eq!(found(&store, needle), 0, "{needle}");
    }
    assert!(!slices(&store).is_empty());
}

/// Rows of all tables that hold these bytes.
fn found(store: &ClickHouseStore, needle: &str) -> usize {
    let select = format!(
        "SELECT toUInt8(1), table, name FROM system.columns WHERE database = '{}'
           AND (type = 'String' OR type LIKE 'FixedString%')",
        store.client.database()
    );
    let columns = store
        .client
        .all(&select, |rows| Ok((rows.text()?, rows.text()?)))
        .unwrap();
    let mut found = 0;
    for (table, column) in columns {
        if table.starts_with("history_") {
            continue;
        }
        for expression in [column.clone(), format!("lower(hex({column}))")] {
            let select = format!(
                "SELECT toUInt8(1), count() FROM {table}
                 WHERE position(toString({expression}), '{needle}') > 0"
            );
            let counts = store.client.all(&select, |rows| rows.u64()).unwrap();
            found += usize::try_from(counts[0]).unwrap();
        }
    }
    found
}

#[test]
fn what_comes_while_something_goes_is_there_afterwards() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    let old = [batch(1, ago(300), &[copied(0, "o-1"), copied(1, "o-2")])];
    second.fold(&folding(&old), at(1)).unwrap();
    let all = horizons(ago(200), ago(200));
    let mut expiry = first
        .begin_expiry(&Expiry::new(Why::Asked, &all, NOW))
        .unwrap();
    let due = first.due(&all, None).unwrap();
    assert_eq!(due.counts["outputs"], 2);
    // Another collector, which takes both for known.
    let late = [batch(2, NOW, &[copied(0, "o-1")])];
    second.fold(&folding(&late), at(2)).unwrap();
    first.expire(&mut expiry, &due, NOW).unwrap();
    let late = [batch(2, NOW, &[copied(1, "o-2")])];
    second.fold(&folding(&late), at(3)).unwrap();
    go_on(first, &mut expiry, NOW);
    let found = slices(first);
    let times: Vec<u64> = found.iter().map(|slice| slice.received_at).collect();
    assert_eq!(times, [NOW, NOW]);
    let page = Page {
        len: 9,
        ..Page::default()
    };
    assert_eq!(second.page(OURS, &page).unwrap().len(), 2);
}

#[test]
fn two_who_move_horizons_at_once_move_them_on() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    std::thread::scope(|scope| {
        for (store, from) in [(first, 0), (second, 1)] {
            scope.spawn(move || {
                for day in (from..20).step_by(2) {
                    let all = horizons(ago(100 - day), ago(50 + day));
                    store
                        .begin_expiry(&Expiry::new(Why::Asked, &all, NOW))
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(first.horizons().unwrap(), horizons(ago(81), ago(50)));
    let numbers: Vec<i64> = second
        .expiries(99)
        .unwrap()
        .iter()
        .map(|one| one.number)
        .collect();
    assert_eq!(numbers, (1..=20).rev().collect::<Vec<_>>());
    // A document that says less does not count for more.
    let stale = second.change(|state| {
        let document = NewDocument::new("horizon", OURS, "", &Horizon::default())?;
        Ok((Some(Next::with(state, vec![document])), ()))
    });
    stale.unwrap();
    assert_eq!(first.horizons().unwrap(), horizons(ago(81), ago(50)));
}
