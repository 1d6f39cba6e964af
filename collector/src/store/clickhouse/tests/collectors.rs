//! Several collectors on one database.

use std::{sync::Arc, thread};

use super::*;
use crate::store::{
    ControlStore, UpdateStore,
    clickhouse::documents::{NewDocument, Next, Which},
};

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
