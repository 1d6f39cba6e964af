//! Who is counted where.

use super::*;
use crate::experiment::{
    metric::{Metric, Sums},
    people::totals::{Entry, Totals},
    readout::{Dimension, People},
};

const LATER: u64 = START + 5 * DAY_MS;

fn entry(numerator: i64, denominator: i64, before: Option<(i64, i64)>) -> Entry {
    let sums = |(numerator, denominator): (i64, i64)| Sums {
        numerator: 1_000 * numerator,
        denominator: 1_000 * denominator,
    };
    Entry {
        sums: sums((numerator, denominator)),
        before: before.map(sums),
    }
}

fn totals(entries: &[Entry]) -> Totals {
    let mut totals = Totals::default();
    entries.iter().for_each(|entry| totals.add(entry));
    totals
}

fn counts(people: &People) -> [u64; 7] {
    [
        people.assigned,
        people.exposed,
        people.analysed,
        people.held_out,
        people.mismatched,
        people.unassigned,
        people.undeclared,
    ]
}

#[test]
fn sums_begin_with_the_exposure_and_before_the_start_is_kept_apart() {
    let groups = [
        // Ann: three before, of which one was too close to the start; one between start
        // and exposure; two since.
        saw("a-1", "ann", None, START - 3 * DAY_MS, true),
        saw("a-2", "ann", None, START - 2 * DAY_MS, false),
        saw("a-3", "ann", None, START - DAY_MS / 2, true),
        saw("a-4", "ann", None, START + 1, true),
        saw("a-5", "ann", Some("control"), START + DAY_MS, true),
        saw("a-6", "ann", None, START + DAY_MS + 5, false),
        // Bob: his second has not settled.
        saw("b-1", "bob", Some("warm"), START + 2 * DAY_MS, true),
        saw("b-2", "bob", Some("warm"), LATER - DAY_MS + 1, true),
        // Cid has nothing that has settled.
        saw("c-1", "cid", Some("warm"), LATER - 5, true),
    ];
    let assigned = [("ann", "control"), ("bob", "warm"), ("cid", "warm")];
    let found = tally(&experiment(), LATER, &assigned, groups.map(Story::group));
    assert_eq!(counts(&found.people), [3, 3, 2, 0, 0, 0, 0]);
    let of_arm = |arm: usize| {
        let people = &found.people.arms[arm];
        (people.assigned, people.exposed, people.analysed)
    };
    assert_eq!((of_arm(0), of_arm(1)), ((1, 1, 1), (2, 2, 1)));
    let last = |arm: usize| *found.arms[arm].looks[0].last().unwrap();
    assert_eq!(last(0), totals(&[entry(1, 2, Some((1, 2)))]));
    assert_eq!(last(1), totals(&[entry(1, 1, None)]));
    assert_eq!((found.arms[0].recent, found.arms[1].recent), (1, 2));
}

#[test]
fn every_look_sees_what_had_settled_by_then() {
    let groups = [
        saw("a-1", "ann", Some("control"), START, true),
        saw("a-2", "ann", Some("control"), START + DAY_MS, false),
        saw("a-3", "ann", Some("control"), START + 3 * DAY_MS, true),
        saw("b-1", "bob", Some("control"), START + DAY_MS + 1, true),
    ];
    let found = tally(&experiment(), LATER, &[], groups.map(Story::group));
    let looks = &found.arms[0].looks[0];
    assert_eq!(looks.len(), 5);
    assert_eq!(looks[0], totals(&[entry(1, 1, None)]));
    assert_eq!(looks[1], totals(&[entry(1, 2, None)]));
    assert_eq!(looks[2], totals(&[entry(1, 2, None), entry(1, 1, None)]));
    assert_eq!(looks[3], totals(&[entry(2, 3, None), entry(1, 1, None)]));
    assert_eq!(looks[4], looks[3]);
}

#[test]
fn people_are_analysed_as_assigned_and_counted_when_that_is_not_what_they_saw() {
    let groups = [
        saw("a-1", "ann", Some("warm"), START, true),
        // Without a record the first word holds; two words are one too many.
        saw("b-1", "bob", Some("control"), START, true),
        saw("b-2", "bob", Some("warm"), START + 1, true),
        saw("c-1", "cid", Some("warm"), START, true),
        // An arm of another name.
        saw("d-1", "dan", Some("cold"), START, true),
        saw("e-1", "eve", Some("cold"), START, true),
        // Held out, and saw what she should not have.
        saw("f-1", "flo", Some("warm"), START, true),
        saw("h-1", "hal", Some("holdout"), START, true),
    ];
    let assigned = [
        ("ann", "control"),
        ("eve", "warm"),
        ("flo", "holdout"),
        ("joe", "control"),
    ];
    let found = tally(&experiment(), LATER, &assigned, groups.map(Story::group));
    // Mismatched: ann, bob, eve, flo, of seven. Unassigned in an arm: bob, cid.
    assert_eq!(counts(&found.people), [4, 4, 4, 2, 4, 2, 1]);
    assert_eq!(found.people.mismatched_share, Milli::new(571));
    let exposed: Vec<_> = found.people.arms.iter().map(|arm| arm.exposed).collect();
    assert_eq!(exposed, [2, 2]);
    assert!(found.is_mismatched());
    // Everybody else: ann, bob, cid, dan, eve.
    let sides = (found.held_out[0].people(), found.others[0].people());
    assert_eq!(sides, (2, 5));
}

#[test]
fn who_is_not_in_the_traffic_is_in_no_arm_and_noticed_when_shown_one() {
    let groups = [
        saw("a-1", "ann", Some("warm"), START, true),
        saw("b-1", "bob", Some("warm"), START, true),
        // Out of the traffic: shown an arm all the same, and as they should be.
        saw("c-1", "cid", Some("warm"), START, true),
        saw("d-1", "dan", None, START, true),
    ];
    let assigned = [("ann", "warm"), ("cid", ""), ("dan", ""), ("eve", "")];
    let found = tally(&experiment(), LATER, &assigned, groups.map(Story::group));
    // In an arm: ann, and bob of whom nothing is on record.
    assert_eq!(counts(&found.people), [1, 2, 2, 0, 1, 1, 0]);
    assert_eq!(found.people.out_of_traffic, 3);
    assert_eq!(found.people.mismatched_share, Milli::new(333));
    let last = found.arms[1].looks[0].last().unwrap();
    assert_eq!(last.people(), 2);
    // What an output says is no assignment: an empty arm is one nobody declared.
    let empty = [saw("e-1", "eve", Some(""), START, true)].map(Story::group);
    let found = tally(&experiment(), LATER, &[], empty);
    assert_eq!(
        (found.people.undeclared, found.people.out_of_traffic),
        (1, 0)
    );
}

#[test]
fn one_in_a_hundred_may_be_wrong() {
    let of = |wrong: usize| {
        let people = (0..200).map(|number| {
            let arm = if number < wrong { "warm" } else { "control" };
            saw(
                &format!("o-{number}"),
                &number.to_string(),
                Some(arm),
                START,
                true,
            )
            .group()
        });
        let names: Vec<_> = (0..200).map(|number: usize| number.to_string()).collect();
        let assigned: Vec<_> = names.iter().map(|name| (&**name, "control")).collect();
        tally(&experiment(), LATER, &assigned, people).is_mismatched()
    };
    assert!(!of(2));
    assert!(of(3));
}

#[test]
fn sessions_programs_and_unregistered_outputs_do_not_count() {
    let mut session = saw("s-1", "ann", Some("warm"), START, true);
    let mut program = saw("p-1", "bob", Some("warm"), START, true);
    let mut stranger = saw("u-1", "cid", Some("warm"), START, true);
    if let Some(registered) = &mut session.rows.registered {
        registered.subject = None;
    }
    program.rows.slices[0].automated = true;
    stranger.rows.registered = None;
    for slice in &mut stranger.rows.slices {
        slice.subject = app("cid");
    }
    let groups = [session, program, stranger].map(Story::group);
    let found = tally(&experiment(), LATER, &[("bob", "warm")], groups);
    assert_eq!(counts(&found.people), [1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(found.others[0].people(), 0);
}

#[test]
fn the_first_week_is_told_from_later_ones_and_segments_are_those_of_the_exposure() {
    let mut german = saw("b-1", "bob", Some("warm"), START + 2, false);
    for slice in &mut german.rows.slices {
        slice.origin.lang = "de".into();
    }
    let groups = [
        saw("a-1", "ann", Some("warm"), START, true),
        saw("a-2", "ann", Some("warm"), START + 7 * DAY_MS - 1, false),
        saw("a-3", "ann", Some("warm"), START + 7 * DAY_MS, true),
        saw("a-4", "ann", Some("warm"), START + 200 * DAY_MS, true),
        german,
    ];
    let as_of = START + 300 * DAY_MS;
    let found = tally(&experiment(), as_of, &[], groups.map(Story::group));
    let warm = &found.arms[1];
    assert_eq!(
        warm.weeks[0],
        totals(&[entry(1, 2, None), entry(0, 1, None)])
    );
    assert_eq!(warm.weeks[1], totals(&[entry(1, 1, None)]));
    assert_eq!(warm.weeks[12], totals(&[entry(1, 1, None)]));
    let both = [entry(2, 2, Some((1, 2))), entry(0, 0, Some((0, 1)))];
    assert_eq!(warm.novelty, totals(&both));
    let segment = |by, value: &str| found.segments[&(by, Some(value.to_owned()))][1];
    assert_eq!(
        segment(Dimension::Language, "de"),
        totals(&[entry(0, 1, None)])
    );
    assert_eq!(
        segment(Dimension::Language, ""),
        totals(&[entry(3, 4, None)])
    );
    assert_eq!(segment(Dimension::Model, "m-1").people(), 2);
    assert_eq!(segment(Dimension::SubjectKind, "app").people(), 2);
}

#[test]
fn segments_are_bounded() {
    let groups = (0..80).map(|number: u32| {
        let mut story = saw(
            &format!("o-{number}"),
            &number.to_string(),
            Some("warm"),
            START,
            true,
        );
        for slice in &mut story.rows.slices {
            slice.origin.device = format!("d-{number}");
        }
        story.group()
    });
    let found = tally(&experiment(), LATER, &[], groups);
    let devices = || {
        found
            .segments
            .iter()
            .filter(|((by, _), _)| *by == Dimension::Device)
    };
    assert_eq!(devices().count(), 51);
    let rest = devices().find(|((_, value), _)| value.is_none()).unwrap().1;
    assert_eq!(rest[1].people(), 30);
}

#[test]
fn who_comes_back_is_known_once_their_time_is_over() {
    let declared = Experiment {
        primary: Metric::ReturnRate,
        ..experiment()
    };
    let groups = || {
        [
            // The day of an exposure is 15:26 UTC on; the next one begins after 9 hours.
            saw("a-1", "ann", Some("warm"), START, true),
            saw("a-2", "ann", Some("warm"), START + DAY_MS, true),
            saw("b-1", "bob", Some("warm"), START, true),
            saw("b-2", "bob", Some("warm"), START + 1, true),
            saw("c-1", "cid", Some("warm"), START + 4 * DAY_MS, true),
        ]
        .map(Story::group)
    };
    let at = |days: u64| {
        let found = tally(&declared, START + days * DAY_MS, &[], groups());
        found.arms[1].looks[0].clone()
    };
    let nobody = [entry(0, 0, None); 3];
    assert_eq!(at(8).last(), Some(&totals(&nobody)));
    let over = at(12);
    assert_eq!(over[7], totals(&nobody));
    assert_eq!(
        over[8],
        totals(&[entry(1, 1, None), entry(0, 1, None), entry(0, 0, None)])
    );
    assert_eq!(over.last(), Some(&over[8]));
    // Whoever was exposed too close to the end never had the time.
    let ended = Experiment {
        ends_at: Some(START + 5 * DAY_MS),
        ..declared
    };
    let found = tally(&ended, START + 50 * DAY_MS, &[], groups());
    assert_eq!(found.arms[1].looks[0].last().unwrap().measured(), 0);
}
