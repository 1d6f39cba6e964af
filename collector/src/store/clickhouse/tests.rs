//! What holds beyond the contract of every store: through crashes, and with several
//! collectors.

use std::{sync::Arc, thread};

use serde_json::{Value, json};
use tacit_signals::json as twin;
use tempfile::TempDir;

use super::{
    documents::{NewDocument, Next, Which},
    testing::{TestServer, open_with, server},
    *,
};
use crate::{
    accept::{self, Accepted},
    store::{ControlStore, UpdateStore, rows::Slice},
    testing::{NOW, project},
};

const OURS: ProjectId = ProjectId(1);

/// Two collectors on one database, and their directories.
struct House {
    first: ClickHouseStore,
    second: ClickHouseStore,
    here: TempDir,
    there: TempDir,
}

impl House {
    fn open() -> Self {
        let [here, there] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        Self {
            first: open_with(here.path(), here.path()),
            second: open_with(there.path(), here.path()),
            here,
            there,
        }
    }

    /// The first one again, as after a crash.
    fn restart(&mut self) {
        self.first = open_with(self.here.path(), self.here.path());
        assert_ne!(self.first.collector, self.second.collector);
        assert!(self.there.path().is_dir());
    }
}

fn copied(seq: u32, output: &str) -> Value {
    json!({"seq":seq,"at":NOW,"kind":"copied","output":output,"chars":4,"share":1,"via":"button"})
}

fn batch(from: u8, received_at: u64, events: &[Value]) -> Accepted {
    let batch = json!({"v":1,"key":"pk","session":format!("{from:032x}"),"sent_at":received_at,
                       "lang":"en","sdk":"t","events":events});
    let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
    accept::accept(decoded, &project(1), received_at).accepted
}

fn folding(requests: &[Accepted]) -> Folding<'_> {
    Folding {
        requests,
        unreadable: &[],
    }
}

fn at(offset: u64) -> Position {
    Position { segment: 1, offset }
}

fn slices(store: &ClickHouseStore) -> Vec<Slice> {
    let mut slices = Vec::new();
    let visited = store.groups(OURS, u64::MAX, &mut |group| {
        slices.extend(group.outputs.into_iter().flat_map(|output| output.slices));
        ControlFlow::Continue(())
    });
    visited.unwrap();
    slices
}

fn events(store: &ClickHouseStore) -> Vec<u32> {
    let slices = slices(store);
    let events = slices.iter().flat_map(|slice| &slice.events);
    events.map(|event| event.seq).collect()
}

fn counts(store: &ClickHouseStore) -> [u64; 3] {
    let fates = store.fates(OURS).unwrap();
    ["batches", "stored", "duplicate"].map(|name| fates.get(name).copied().unwrap_or_default())
}

fn killed() -> StoreError {
    StoreError::Unreachable("killed".into())
}

/// Writes all rows of a block but the last, and fails.
fn fold_half(store: &ClickHouseStore, requests: &[Accepted]) {
    let failed = store.block(|snapshot, pages, next| {
        let tally = fold::fold(&store.client, snapshot, pages, &folding(requests))?;
        tally.add_to(next);
        pages.insert(&store.client)?;
        Err::<(), _>(killed())
    });
    failed.unwrap_err();
}

/// The same with the last row, whose answer never came.
fn fold_without_answer(store: &ClickHouseStore, requests: &[Accepted], to: Position) {
    let failed = store.block(|snapshot, pages, next| {
        let tally = fold::fold(&store.client, snapshot, pages, &folding(requests))?;
        tally.add_to(next);
        next.position = to;
        pages.insert(&store.client)?;
        next.commit(&store.client, &store.collector)?;
        Err::<(), _>(killed())
    });
    failed.unwrap_err();
}

#[test]
fn a_block_that_ends_halfway_is_never_seen() {
    if server().is_none() {
        return;
    }
    let mut house = House::open();
    let requests = [batch(1, NOW, &[copied(0, "o-1"), copied(1, "o-1")])];
    for crashes in [false, true] {
        let store = &house.first;
        fold_half(store, &requests);
        assert_eq!((events(store), counts(store)), (vec![0; 0], [0; 3]));
        assert_eq!(
            store
                .known(OURS, SessionId(1_u128.to_be_bytes()), &[0])
                .unwrap(),
            [0; 0]
        );
        assert_eq!(store.position().unwrap(), Position::default());
        if crashes {
            house.restart();
        }
    }
    // What is written again takes nothing of it for known.
    let store = &house.first;
    store.fold(&folding(&requests), at(7)).unwrap();
    assert_eq!((events(store), counts(store)), (vec![0, 1], [1, 2, 0]));
    store.fold(&folding(&requests), at(9)).unwrap();
    assert_eq!((events(store), counts(store)), (vec![0, 1], [2, 2, 2]));
}

#[test]
fn a_block_whose_answer_was_lost_counts_once() {
    if server().is_none() {
        return;
    }
    let mut house = House::open();
    let first = batch(1, NOW, &[copied(0, "o-1")]);
    let second = batch(1, NOW, &[copied(1, "o-1")]);
    fold_without_answer(&house.first, std::slice::from_ref(&first), at(5));
    // Tried again with more: as if it had never been written.
    let both = [first, second];
    house.first.fold(&folding(&both), at(8)).unwrap();
    assert_eq!(
        (events(&house.first), counts(&house.first)),
        (vec![0, 1], [2, 2, 0])
    );
    // After a crash it counts, and its position is where the log is read on.
    let third = [batch(1, NOW, &[copied(2, "o-1")])];
    fold_without_answer(&house.first, &third, at(11));
    house.restart();
    assert_eq!(house.first.position().unwrap(), at(11));
    house.first.fold(&folding(&[]), at(12)).unwrap();
    assert_eq!(events(&house.first), [0, 1, 2]);
    assert_eq!(counts(&house.second), [3, 3, 0]);
    assert_eq!(house.second.position().unwrap(), Position::default());
}

#[test]
fn what_arrives_after_a_writer_was_sealed_changes_nothing() {
    if server().is_none() {
        return;
    }
    let mut house = House::open();
    let requests = [batch(1, NOW, &[copied(0, "o-1")])];
    house.first.fold(&folding(&requests), at(3)).unwrap();
    let mut late = match &*house.first.pen.lock().unwrap() {
        Pen::Up(written, _) => written.next(),
        Pen::Down(_) => panic!("it writes"),
    };
    late.position = at(99);
    late.fates.entry(1).or_default().insert("stored".into(), 99);
    house.first = open_with(house.here.path(), house.here.path());
    house.first.fold(&folding(&[]), at(4)).unwrap();
    late.commit(&house.first.client, &house.first.collector)
        .unwrap();
    assert_eq!(house.first.position().unwrap(), at(4));
    assert_eq!(counts(&house.first), [1, 1, 0]);
}

#[test]
fn a_batch_that_comes_through_two_collectors_is_one() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    let requests = [batch(1, NOW, &[copied(0, "o-1"), copied(1, "o-1")])];
    first.fold(&folding(&requests), at(1)).unwrap();
    let again = [batch(1, NOW + 50, &[copied(1, "o-1"), copied(2, "o-1")])];
    second.fold(&folding(&again), at(6)).unwrap();
    assert_eq!(counts(first), [2, 3, 1]);
    assert_eq!(
        (events(first), events(second)),
        (vec![0, 1, 2], vec![0, 1, 2])
    );
    assert_eq!(
        (first.position().unwrap(), second.position().unwrap()),
        (at(1), at(6))
    );
    // In the same moment, so that neither knows of the other: both keep it, and it is
    // handed out once, as it was received first.
    let begun = second.block(|snapshot, pages, next| {
        let late = [batch(2, NOW + 9, &[copied(0, "o-2")])];
        let tally = fold::fold(&second.client, snapshot, pages, &folding(&late))?;
        tally.add_to(next);
        let early = [batch(2, NOW + 5, &[copied(0, "o-2")])];
        first.fold(&folding(&early), at(2))
    });
    begun.unwrap();
    let found = slices(first);
    let times: Vec<u64> = found.iter().map(|slice| slice.received_at).collect();
    assert_eq!(times, [NOW, NOW + 50, NOW + 5]);
    let mut acts = 0;
    let counted = first.conduct(OURS, u64::MAX, &mut |conduct| {
        acts += conduct.events.len();
        Ok(())
    });
    counted.unwrap();
    assert_eq!(acts, 4);
}

#[test]
fn rows_that_are_inserted_twice_are_one() {
    if server().is_none() {
        return;
    }
    let House { first, .. } = &House::open();
    let requests = [batch(1, NOW, &[copied(0, "o-1")])];
    let twice = first.block(|snapshot, pages, next| {
        let tally = fold::fold(&first.client, snapshot, pages, &folding(&requests))?;
        tally.add_to(next);
        // And once more, as every block.
        pages.insert(&first.client)
    });
    twice.unwrap();
    assert_eq!((events(first), counts(first)), (vec![0], [1, 1, 0]));
    let listed = first.page(
        OURS,
        &Page {
            len: 9,
            ..Page::default()
        },
    );
    assert_eq!(listed.unwrap().len(), 1);
    assert_eq!(
        first
            .known(OURS, SessionId(1_u128.to_be_bytes()), &[0, 1])
            .unwrap(),
        [0]
    );
}

#[test]
fn many_who_change_the_history_at_once_change_it_one_after_another() {
    if server().is_none() {
        return;
    }
    let house = House::open();
    let stores = [Arc::new(house.first), Arc::new(house.second)];
    let changing = (0..4_usize).map(|number| {
        let store = Arc::clone(&stores[number % 2]);
        thread::spawn(move || {
            for _ in 0..15 {
                let counted = store.change(|state| {
                    let known = store.documents::<u64>("test", Which::OfProject(OURS))?;
                    let next = known.len() as u64;
                    let document = NewDocument::new("test", OURS, "counter", &next)?;
                    Ok((Some(Next::of_control(state, vec![document])), ()))
                });
                counted.unwrap();
            }
        })
    });
    let changing: Vec<_> = changing.collect();
    for thread in changing {
        thread.join().unwrap();
    }
    assert_eq!(stores[0].control_version().unwrap(), 60);
    let counted = stores[1]
        .documents::<u64>("test", Which::OfProject(OURS))
        .unwrap();
    let counted: Vec<u64> = counted.into_iter().map(|document| document.body).collect();
    assert_eq!(counted, (0..60).collect::<Vec<_>>(), "each knew all before");
}

#[test]
fn documents_of_a_change_that_came_too_late_are_not_there() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    let mut asked = 0;
    let changed = first.change(|state| {
        asked += 1;
        if asked == 1 {
            // Somebody is faster.
            assert!(second.acquire("run", "b", NOW, 1_000)?);
        }
        if state.leases.contains_key("run") {
            return Ok((None, false));
        }
        let document = NewDocument::new("test", OURS, "late", &1)?;
        Ok((Some(Next::with(state, vec![document])), true))
    });
    assert!(!changed.unwrap());
    assert_eq!(asked, 2);
    let late = first.documents::<u64>("test", Which::All).unwrap();
    assert!(late.is_empty(), "{late:?}");
}

#[test]
fn collectors_agree_on_who_they_are_and_what_they_share() {
    if server().is_none() {
        return;
    }
    let mut house = House::open();
    let salts = [&house.first, &house.second].map(|store| store.salt().unwrap().0);
    assert_ne!(salts[0], salts[1], "each has its own log");
    assert_eq!(
        house.first.identity().unwrap(),
        house.second.identity().unwrap()
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let other = open_with(elsewhere.path(), elsewhere.path());
    assert_ne!(other.identity().unwrap(), house.first.identity().unwrap());
    house.restart();
    assert_eq!(house.first.salt().unwrap().0, salts[0]);
}

#[test]
fn a_wrong_password_is_told_without_it() {
    let Some(server) = server() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let mut address = server.address(directory.path());
    address.password = crate::client::Secret::exactly("not-it".into());
    let error = ClickHouseStore::open(&address, directory.path())
        .err()
        .unwrap();
    assert!(
        matches!(
            error,
            StoreError::ClickHouse {
                code: 192..=195 | 516,
                ..
            }
        ),
        "{error}"
    );
    assert!(!error.to_string().contains("not-it"), "{error}");
}

/// The server says 200 long before it fails.
#[test]
fn an_answer_that_fails_in_the_middle_is_an_error() {
    if server().is_none() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let store = open_with(directory.path(), directory.path());
    let numbers = |fails: &str| {
        let select = format!(
            "SELECT toUInt8(1), number, throwIf({fails}) FROM system.numbers LIMIT 3000000"
        );
        let mut rows = store.client.stream(&select)?;
        let mut count = 0;
        while rows.next()? {
            assert_eq!((rows.u64()?, rows.u8()?), (count, 0));
            count += 1;
        }
        Ok::<u64, StoreError>(count)
    };
    assert_eq!(numbers("number = 3000001").unwrap(), 3_000_000);
    let error = numbers("number = 2000000").unwrap_err();
    assert!(
        matches!(error, StoreError::ClickHouse { code: 395, .. }),
        "{error}"
    );
}

#[test]
fn a_server_that_is_killed_while_it_writes_loses_and_repeats_nothing() {
    if server().is_none() {
        return;
    }
    let mut server = TestServer::start();
    let directory = tempfile::tempdir().unwrap();
    let address = server.address(directory.path());
    let store = Arc::new(ClickHouseStore::open(&address, directory.path()).unwrap());
    let writer = thread::spawn({
        let store = Arc::clone(&store);
        move || {
            let mut failed = 0;
            for number in 0..60_u32 {
                let events = [2 * number, 2 * number + 1].map(|seq| copied(seq, "o-1"));
                let requests = [batch(1, NOW, &events)];
                while store.fold(&folding(&requests), at(number.into())).is_err() {
                    failed += 1;
                }
            }
            failed
        }
    });
    for reached in [10, 30] {
        while !store
            .position()
            .is_ok_and(|position| position >= at(reached))
        {
            thread::sleep(std::time::Duration::from_millis(5));
        }
        server.restart();
    }
    assert!(writer.join().unwrap() > 0, "it was killed in the middle");
    assert_eq!(events(&store), (0..120).collect::<Vec<_>>());
    assert_eq!(counts(&store), [60, 120, 0]);
    assert_eq!(store.position().unwrap(), at(59));
}
