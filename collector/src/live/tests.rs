use std::sync::Arc;

use serde_json::{Value, json};
use tacit_signals::{SessionId, SubjectKind};

use super::{
    entry::{Rejected, whose},
    *,
};
use crate::{
    erase::grave,
    limits::{LIVE_BYTES_MAX, LIVE_ENTRIES_MAX, LIVE_REFUSALS_MAX},
    testing::{NOW, project},
};

const SESSION: SessionId = SessionId([7; 16]);

fn entry(seq: u32, code: &str) -> Entry {
    let project = project(1);
    let told = Rejected {
        session: Some(SESSION.to_string()),
        seq: Some(seq),
        index: None,
        code: code.into(),
        field: "share",
        received_at: NOW,
    };
    let person = project.subject("u-42", SubjectKind::App);
    Entry::rejected(told, whose(&project, SESSION, &person))
}

fn refusal(code: &str, origin: &str) -> Refusal {
    Refusal {
        code: code.into(),
        field: Some("origin"),
        status: 403,
        origin: Some(origin.into()),
        own: true,
        times: 1,
        received_at: NOW,
    }
}

fn field<'a>(tail: &'a Tail, name: &str) -> Vec<&'a Value> {
    tail.entries.iter().map(|entry| &entry[name]).collect()
}

#[test]
fn what_came_is_told_in_order_and_once() {
    let (live, project) = (Live::default(), project(1));
    let first = live.watch(&project, None, NOW);
    assert_eq!((first.entries.len(), first.since), (0, NOW));
    live.add(project.id, [entry(0, "a"), entry(1, "b")]);
    let tail = live.watch(&project, Some(first.next), NOW);
    assert_eq!(field(&tail, "seq"), [0, 1]);
    assert_eq!(field(&tail, "n"), [first.next + 1, first.next + 2]);
    live.add(project.id, [entry(2, "c")]);
    let rest = live.watch(&project, Some(tail.next), NOW);
    assert_eq!(field(&rest, "seq"), [2]);
    assert!(!rest.missed);
    // Whoever comes anew sees all of it, and so does one with a number of another process.
    for after in [None, Some(u64::MAX)] {
        assert_eq!(live.watch(&project, after, NOW).entries.len(), 3);
    }
}

#[test]
fn nothing_is_kept_where_nobody_watches() {
    let (live, project) = (Live::default(), project(1));
    live.add(project.id, [entry(0, "a")]);
    live.refused(Some(project.id), &refusal("x", "https://a.example"));
    assert!(!live.is_watched() && !live.watches(project.id));
    assert_eq!(live.watch(&project, None, NOW).entries, Vec::<Value>::new());
    assert!(live.watches(project.id));
    live.add(project.id, [entry(1, "b")]);
    live.sweep(NOW + LIVE_IDLE_MS_MAX);
    assert!(live.watches(project.id), "a minute is not over");
    live.sweep(NOW + LIVE_IDLE_MS_MAX + 1);
    assert!(!live.is_watched());
    assert_eq!(live.watch(&project, None, NOW).entries.len(), 0);
}

#[test]
fn what_comes_too_fast_makes_room_and_says_so() {
    let mut ring = Ring::new(NOW);
    let first = ring.after(None).next;
    let over = u32::try_from(LIVE_ENTRIES_MAX).unwrap() + 50;
    for seq in 0..over {
        ring.push(entry(seq, "a"));
    }
    let tail = ring.after(Some(first));
    assert_eq!(tail.entries.len(), LIVE_ENTRIES_MAX);
    assert_eq!(tail.entries[0]["seq"], 50);
    assert!(tail.missed);
    assert!(
        !ring.after(Some(first + 50)).missed,
        "the next one is there"
    );
    // Long ones make room by their bytes.
    let long = "x".repeat(LIVE_BYTES_MAX / 4);
    for seq in 0..8 {
        ring.push(entry(seq, &long));
    }
    let left = ring.after(None).entries;
    assert_eq!(left.len(), 3);
    assert!(json!(left).to_string().len() <= LIVE_BYTES_MAX);
}

#[test]
fn a_refusal_is_counted_and_pushes_nothing_else_out() {
    let mut ring = Ring::new(NOW);
    ring.push(entry(0, "a"));
    for _ in 0..3 {
        ring.refuse(refusal("origin_forbidden", "https://a.example"));
    }
    let tail = ring.after(None);
    assert_eq!(field(&tail, "outcome"), ["rejected", "refused"]);
    assert_eq!(tail.entries[1]["times"], 3);
    // It is new to who saw it before.
    assert_eq!(ring.after(Some(tail.next - 1)).entries.len(), 1);
    for number in 0..LIVE_ENTRIES_MAX {
        ring.refuse(refusal(
            "origin_forbidden",
            &format!("https://{number}.example"),
        ));
    }
    let tail = ring.after(None);
    assert_eq!(tail.entries.len(), 1 + LIVE_REFUSALS_MAX);
    assert_eq!(tail.entries[0]["outcome"], "rejected");
}

#[test]
fn projects_see_their_own_and_what_named_nobody() {
    let live = Live::default();
    let (ours, theirs) = (project(1), project(2));
    for project in [&ours, &theirs] {
        live.watch(project, None, NOW);
    }
    live.add(theirs.id, [entry(0, "a")]);
    live.refused(
        Some(theirs.id),
        &refusal("origin_forbidden", "https://them.example"),
    );
    assert_eq!(live.watch(&ours, None, NOW).entries.len(), 0);
    assert_eq!(live.watch(&theirs, None, NOW).entries.len(), 2);
    let nobody = Refusal {
        own: false,
        origin: None,
        ..refusal("key_unknown", "")
    };
    live.refused(None, &nobody);
    let seen = live.watch(&ours, None, NOW);
    assert_eq!(field(&seen, "code"), ["key_unknown"]);
    assert_eq!(seen.entries[0].get("origin"), None);
}

#[test]
fn so_many_projects_are_watched_at_once() {
    let live = Live::default();
    let most = u8::try_from(LIVE_PROJECTS_MAX).unwrap();
    for number in 1..=most {
        live.watch(&project(number), None, NOW + u64::from(number));
    }
    // The first asks again, so the second is the one asked for least recently.
    live.watch(&project(1), None, NOW + 1_000);
    live.watch(&project(most + 1), None, NOW + 1_000);
    let watched = |number: u8| live.watches(project(number).id);
    assert_eq!(
        (watched(1), watched(2), watched(most + 1)),
        (true, false, true)
    );
}

#[test]
fn whoever_is_erased_leaves() {
    let ours = project(1);
    let person = ours.subject("u-42", SubjectKind::App);
    let session = ours.session_subject(SESSION);
    for gone in [&person, &session] {
        let mut ring = Ring::new(NOW);
        ring.push(entry(0, "a"));
        ring.forget(&ours);
        assert_eq!(ring.after(None).entries.len(), 1, "nobody is erased");
        let erased = vec![grave::of_subject(&ours.pepper, gone)];
        let mut after = crate::testing::project_with(Vec::new());
        Arc::get_mut(&mut after).unwrap().erased = erased;
        ring.forget(&after);
        assert_eq!(ring.after(None).entries.len(), 0);
    }
}
