//! Collectors and servers that die in the middle.

use std::{sync::Arc, thread};

use super::*;
use crate::store::clickhouse::testing::TestServer;

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
            for number in 0..60_u32 {
                let events = [2 * number, 2 * number + 1].map(|seq| copied(seq, "o-1"));
                let requests = [batch(1, NOW, &events)];
                while store.fold(&folding(&requests), at(number.into())).is_err() {}
            }
        }
    });
    for reached in [10, 30] {
        let written = loop {
            match store.position() {
                Ok(position) if position >= at(reached) => break position,
                _ => thread::sleep(std::time::Duration::from_millis(5)),
            }
        };
        assert!(written < at(59), "it is killed in the middle");
        server.restart();
    }
    writer.join().unwrap();
    assert_eq!(events(&store), (0..120).collect::<Vec<_>>());
    assert_eq!(counts(&store), [60, 120, 0]);
    assert_eq!(store.position().unwrap(), at(59));
}
