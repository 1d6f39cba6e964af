//! The laws of a push: every label gets there, whatever ends in between, and nothing
//! that says the same is sent again. Against a store and a system in memory.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use self::house::{DAY, Desk, Fault, LATER, OURS};
use super::*;
use crate::{
    label::{Policy, Trust},
    push::{source::Filter, testing::id},
    testing::NOW,
};

#[path = "run_tests/house.rs"]
mod house;

fn expected(outputs: usize) -> BTreeMap<String, u64> {
    let value = |number: usize| u64::from(number % 3 != 2);
    (0..outputs)
        .map(|number| (format!("o-{number}"), value(number)))
        .collect()
}

#[test]
fn everything_is_sent_once() {
    let mut desk = Desk::of(7, &[]);
    let first = desk.pass().unwrap();
    assert_eq!(
        (first.status, first.delivered, first.unchanged),
        (Status::Done, 7, 0)
    );
    assert_eq!(desk.system.values(), expected(7));
    assert_eq!(desk.system.requests(), 1);
    let again = desk.pass().unwrap();
    assert_eq!((again.delivered, again.unchanged), (0, 7));
    assert_eq!(desk.system.requests(), 1, "unchanged labels are not sent");
}

#[test]
fn who_ends_between_answer_and_note_sends_again_under_the_same_id() {
    let mut desk = Desk::of(5, &[(1, Fault::Sleep)]);
    assert!(matches!(desk.pass(), Err(PushError::Lost)));
    let before = desk.system.scores.borrow().clone();
    let second = desk.pass().unwrap();
    assert_eq!((second.delivered, second.unchanged), (5, 0));
    assert_eq!(desk.system.values(), expected(5));
    let ids = |scores: &BTreeMap<String, Value>| scores.keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&before), ids(&desk.system.scores.borrow()));
}

#[test]
fn late_evidence_and_another_policy_replace_what_was_said() {
    let mut desk = Desk::of(3, &[]);
    desk.pass().unwrap();
    let of = |desk: &Desk, output: &str| {
        let scores = desk.system.scores.borrow();
        let found = scores
            .values()
            .find(|score| score["metadata"]["output"] == output);
        found.unwrap().clone()
    };
    let regenerated = of(&desk, "o-2");
    assert_eq!(
        (
            &regenerated["value"],
            regenerated["metadata"].get("supersedes")
        ),
        (&json!(0), None)
    );
    // A sale, of which the collector hears 13 days later.
    desk.house.tell(2, "converted", NOW + 13 * DAY);
    let second = desk.pass().unwrap();
    assert_eq!((second.delivered, second.unchanged), (1, 2));
    let sold = of(&desk, "o-2");
    assert_eq!(
        (&sold["value"], &sold["id"]),
        (&json!(1), &regenerated["id"])
    );
    assert!(sold["metadata"]["supersedes"].is_string(), "{sold}");

    let text = Policy::default_toml().replace("name = \"default\"", "name = \"shop\"");
    desk.policy = Policy::parse(&text).unwrap();
    assert_eq!(desk.pass().unwrap().delivered, 3);
    let renamed = of(&desk, "o-2");
    assert_eq!(renamed["id"], regenerated["id"]);
    let policy = renamed["metadata"]["policy"].as_str().unwrap().to_owned();
    assert!(policy.starts_with("shop@1#"), "{policy}");
}

#[test]
fn what_is_refused_becomes_a_letter_and_holds_up_nothing() {
    let mut desk = Desk::of(7, &[]);
    desk.system.poison.borrow_mut().insert("o-3".into());
    let first = desk.pass().unwrap();
    assert_eq!((first.delivered, first.rejected, first.left), (6, 1, 0));
    let letter = &desk.letters[0];
    assert_eq!(
        (&*letter.output, &*letter.reason, &*letter.part),
        ("o-3", "207 invalid", "verdict")
    );
    let sent = desk.system.requests();
    assert_eq!(desk.pass().unwrap().unchanged, 7);
    assert_eq!(desk.system.requests(), sent, "it is not tried for ever");

    desk.system.poison.borrow_mut().clear();
    let these = vec![(id("o-3"), 0), (id("o-nowhere"), 0)];
    let retried = desk.with(|pusher| pusher.these(these)).unwrap();
    assert_eq!((retried.delivered, retried.skipped["no_label_now"]), (1, 1));
    assert_eq!(desk.system.values(), expected(7));
}

#[test]
fn only_what_was_asked_for_is_sent_and_the_rest_is_counted() {
    let mut desk = Desk::of(3, &[]);
    desk.house.register(json!({"id": "o-3"}));
    desk.house.tell(3, "shown", NOW);
    desk.house.tell(3, "copied", NOW);
    // Nobody registered this one.
    desk.house.tell(4, "shown", NOW);
    desk.house.tell(4, "copied", NOW);
    let summary = desk.pass().unwrap();
    assert_eq!(summary.delivered, 3);
    assert_eq!(
        summary.skipped,
        BTreeMap::from([("no_trace_id", 1), ("trust", 1)])
    );
    desk.filter.trust = Trust::Claimed;
    desk.filter.until = Some(NOW - DAY);
    let summary = desk.pass().unwrap();
    assert_eq!(summary.skipped, BTreeMap::from([("other_time", 5)]));
    desk.filter = Filter::default();
    desk.system.now.set(NOW + DAY);
    assert_eq!(desk.pass().unwrap().skipped["immature"], 4);
}

#[test]
fn of_two_who_push_one_waits() {
    let mut desk = Desk::of(2, &[]);
    let lease = "push/1/t";
    assert!(
        desk.house
            .store
            .acquire(lease, "other", LATER, 1_000)
            .unwrap()
    );
    assert_eq!(desk.pass().unwrap().status, Status::Busy);
    assert_eq!(desk.system.requests(), 0);
    desk.system.now.set(LATER + 1_000);
    assert_eq!(desk.pass().unwrap().delivered, 2);
}

#[test]
fn a_pass_goes_on_where_the_last_one_stopped_and_comes_round() {
    let mut desk = Desk::of(8, &[]);
    let place = crate::store::rows::GroupName {
        id: "c-1".into(),
        alone: false,
    };
    let held = Held {
        name: "l",
        holder: "h",
    };
    assert!(desk.house.store.acquire("l", "h", LATER, 1_000).unwrap());
    let moved = desk
        .house
        .store
        .move_push_cursor(OURS, "t", Some(&place), held, LATER);
    assert!(moved.unwrap());
    assert_eq!(desk.pass().unwrap().delivered, 8);
    let sent = desk.system.sent.borrow().concat().join(" ");
    assert_eq!(sent, "o-4 o-5 o-6 o-7 o-0 o-1 o-2 o-3");
    assert_eq!(desk.house.store.push_cursor(OURS, "t").unwrap(), None);
}

#[test]
fn a_rehearsal_says_what_would_be_sent_and_sends_nothing() {
    let mut desk = Desk::of(4, &[]);
    let mut told = Vec::new();
    let summary = desk.with(|pusher| {
        pusher.rehearse(&mut |request| {
            told.push(request.clone());
            Ok(())
        })
    });
    assert_eq!(summary.unwrap().delivered, 4);
    assert_eq!(told.len(), 1);
    assert_eq!(desk.system.requests(), 0);
    assert_eq!(desk.pass().unwrap().delivered, 4);
}

fn fault() -> impl Strategy<Value = Fault> {
    prop::sample::select(vec![Fault::Refuse, Fault::Drop, Fault::Sleep, Fault::Busy])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Faults and ends anywhere: in the end the system has every label, each once, and
    /// then nothing more is sent.
    #[test]
    fn every_label_gets_there(
        outputs in 1..9_usize,
        faults in prop::collection::vec((1..12_usize, fault()), 0..8),
    ) {
        let mut desk = Desk::of(outputs, &faults);
        let mut settled = false;
        for _ in 0..30 {
            match desk.pass() {
                Ok(summary) if summary.status == Status::Done => {
                    settled = true;
                    break;
                }
                Ok(_) | Err(PushError::Lost) => {}
                Err(error) => panic!("{error}"),
            }
        }
        prop_assert!(settled);
        prop_assert_eq!(desk.system.values(), expected(outputs));
        prop_assert_eq!(desk.letters.len(), 0);
        let requests = desk.system.requests();
        prop_assert_eq!(desk.pass().unwrap().unchanged, outputs as u64);
        prop_assert_eq!(desk.system.requests(), requests);
    }
}
