//! What is kept beside facts, of whoever is gone.

use std::collections::BTreeSet;

use super::{
    erasures::{PERSON, asked, needles, others, person, rows_with, sent, with_project},
    expiries::{ago, horizons, text},
    rollups::{anew, drain, kept, sights},
    *,
};
use crate::{
    sights::{Sight, unpack},
    store::{
        BucketKind, ControlStore,
        clickhouse::{
            history,
            rowbinary::{Rows, TAG_COLUMN},
        },
        contract::{
            erasures::try_to_remove,
            expiries::{expire, named},
        },
    },
};

#[test]
fn no_sum_has_anything_of_whoever_is_erased() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    first.insert_twice();
    with_project(first);
    others(first);
    person(first);
    drain(first);
    // Once more, so that a row is replaced.
    let again = [sent(7, PERSON, &[copied(9, "o-faq")])];
    second.fold(&folding(&again), at(9)).unwrap();
    drain(first);
    let all = people(first);
    let removals = || history::now(&first.client).unwrap().1.removals;
    let before = removals();
    let shown = sights(second);
    // By the one that does not add up.
    let job = asked(second);
    first.control().unwrap();
    try_to_remove(second, &job).unwrap();
    assert_eq!(rows_with(first, &needles()), [""; 0]);
    let without = people(first);
    assert!(removals() > before, "writers look again");
    let (waiting, cells) = kept(first);
    assert!(waiting > 0 && !cells.is_empty() && sights(first) < shown);
    drain(first);
    assert_eq!(kept(first), (0, anew(first)));
    let left = people(first);
    let gone: Vec<_> = all.difference(&left).collect();
    assert_eq!((left.is_empty(), gone.len()), (false, 1));
    assert!(without.is_disjoint(&gone.into_iter().copied().collect()));
}

#[test]
fn no_sum_has_anything_of_whoever_ended() {
    if server().is_none() {
        return;
    }
    let House { first, .. } = &House::open();
    let old = [copied(0, "o-gone"), text(1, "o-gone")];
    let gone = [named(14, "u-gone", ago(300), &old)];
    first.fold(&folding(&gone), at(1)).unwrap();
    let here = [named(15, "u-here", NOW, &[copied(0, "o-here")])];
    first.fold(&folding(&here), at(2)).unwrap();
    drain(first);
    let person = project(1).subject("u-gone", tacit_signals::SubjectKind::App);
    let person = crate::accept::record::subject_bytes(&person).to_vec();
    let needles = [14_u128.to_be_bytes().to_vec(), b"o-gone".to_vec(), person];
    let all = people(first);
    expire(first, &horizons(ago(200), ago(100)), NOW);
    let without = people(first);
    assert_eq!(rows_with(first, &needles), [""; 0]);
    drain(first);
    assert_eq!(kept(first), (0, anew(first)));
    assert_eq!(sights(first), 1);
    let left = people(first);
    assert_eq!((all.len(), left.len()), (2, 1));
    assert!(without.is_subset(&left));
}

/// Everybody that any row of the sums has, whether it counts or not.
fn people(store: &ClickHouseStore) -> BTreeSet<[u8; 16]> {
    let select = format!("SELECT {TAG_COLUMN}, kind, sights FROM sums WHERE length(sights) > 0");
    let read = |rows: &mut Rows| Ok((BucketKind::of(rows.u8()?), rows.bytes()?));
    let mut people = BTreeSet::new();
    for (kind, body) in store.client.all(&select, read).unwrap() {
        let visit = &mut |sight: &Sight<'_>| people.extend(sight.person.map(|one| one.key()));
        unpack(kind, &body, visit).unwrap();
    }
    people
}
