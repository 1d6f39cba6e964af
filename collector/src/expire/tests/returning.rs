//! What comes after its time, or again.

use tacit_signals::{Id, SessionId};

use super::{
    super::*,
    days,
    house::{
        House, ago, assert_balanced, copied, fates, groups, old, project, register, send, shown,
    },
    retention,
};
use crate::{
    experiment::declaration::record,
    label::Trust,
    store::{Held, PushNote, Pushed, Status, rows::GroupName},
    testing::{NOW, declaration},
};

#[test]
fn repeats_of_what_is_gone_are_no_news() {
    let house = House::new();
    let store = house.open();
    let events = [shown("o", None), copied("o")];
    let mut told = send(&*store, ago(12), (1, 0), Some("u"), &events);
    let short = Retention {
        signals: days("5d"),
        ..Retention::default()
    };
    let expiries = house.expiries(&store);
    expiries.keep(&short, NOW).unwrap();
    assert_eq!(groups(&*store, NOW), [""; 0]);
    let first = store.expiries(1).unwrap().remove(0);
    assert_eq!(
        first.removed.get("sessions"),
        None,
        "its numbers stay: {first:?}"
    );
    assert_eq!(first.removed["people"], 1);
    // A page that was asleep sends again what it never had an answer to, and goes on.
    let again = [shown("o", None), copied("o"), copied("o")];
    told += send(&*store, ago(0), (1, 0), Some("u"), &again);
    let fates = fates(&*store);
    assert_eq!((fates["duplicate"], fates["stored"]), (2, 1), "{fates:?}");
    assert_balanced(&*store, told);
    let traced = |seq| {
        let project = project(&*store, "shop").id;
        store.trace(project, SessionId([1; 16]), seq).unwrap()
    };
    assert_eq!(
        traced(0).unwrap().output,
        None,
        "it was received, and is kept no more"
    );
    // Once it cannot come again nothing is left.
    assert!(expiries.work(NOW + 200 * DAY_MS).unwrap());
    let last = store.expiries(1).unwrap().remove(0);
    assert_eq!(last.removed["sessions"], 1, "{last:?}");
    assert_eq!(traced(0), None);
    assert_balanced(&*store, told);
}

#[test]
fn a_late_event_of_what_is_gone_begins_anew() {
    let house = House::new();
    let store = house.open();
    old(&*store);
    house.expiries(&store).keep(&retention(), NOW).unwrap();
    // By its own id, and by the alias that led to it.
    send(
        &*store,
        NOW,
        (9, 0),
        Some("u-old"),
        &[copied("o-old"), copied("chat-old")],
    );
    let shop = project(&*store, "shop").id;
    for id in ["o-old", "chat-old"] {
        let id = Id::parse("output", id).unwrap();
        let (group, own) = store.group_of(shop, &id, NOW).unwrap().unwrap();
        assert_eq!(own, id, "nobody knows any more that it is another's");
        assert_eq!(group.outputs[0].registered, None);
        let policy = crate::label::Policy::default_policy().unwrap();
        let label = crate::label::label_group(&group, &policy, NOW)
            .outputs
            .remove(0);
        assert_eq!(
            label.trust,
            Trust::Claimed,
            "in no dataset unless somebody asks"
        );
    }
    // Registered again it is what it was.
    let again = serde_json::json!({"id":"o-old","aliases":["chat-old"],"output":"Told again"});
    assert_eq!(register(&*store, NOW, again), Status::Created);
    let id = Id::parse("output", "chat-old").unwrap();
    let (_, own) = store.group_of(shop, &id, NOW).unwrap().unwrap();
    assert_eq!(own.as_str(), "o-old");
}

#[test]
fn whoever_is_heard_of_while_nobody_seems_to_be_left_stays() {
    let house = House::new();
    let store = house.open();
    let mut told = old(&*store);
    let horizons = horizons(&retention(), &store.control().unwrap(), NOW);
    let expiries = house.expiries(&store);
    let mut expiry = ask(&*store, &horizons, NOW).unwrap();
    expiries.step(Step::Facts, &mut expiry, NOW).unwrap();
    let left = store.left(&horizons, NOW).unwrap();
    assert_eq!((left.sessions, left.people), (4, 3));
    let left: Vec<_> = left.collect();
    let remove = |expiry: &mut Expiry| {
        for portion in &left {
            store.remove_left(expiry, portion).unwrap();
        }
    };
    // Both were looked for, and come back before they are removed.
    told += send(&*store, NOW, (1, 7), Some("u-old"), &[copied("o-next")]);
    remove(&mut expiry);
    store.found_left();
    assert_eq!(
        (expiry.removed["sessions"], expiry.removed["people"]),
        (3, 2)
    );
    assert_eq!(groups(&*store, NOW).len(), 1);
    told += send(&*store, NOW, (1, 7), Some("u-old"), &[copied("o-next")]);
    assert_eq!(fates(&*store)["duplicate"], 1);
    assert_balanced(&*store, told);
    // Without anybody watching nothing may be removed at all.
    remove(&mut expiry);
    assert_eq!(expiry.removed["sessions"], 3);
}

#[test]
fn arms_end_with_what_was_done_and_are_told_again() {
    let house = House::new();
    let store = house.open();
    let shop = project(&*store, "shop");
    record(
        &*store,
        shop.id,
        &declaration("tone", serde_json::json!({})),
        ago(600),
    )
    .unwrap();
    let of = |as_of| {
        let mut people = 0;
        let visited = store.assignments(shop.id, "tone", as_of, &mut |_, _| people += 1);
        visited.unwrap();
        people
    };
    send(&*store, ago(500), (1, 0), Some("u-old"), &[copied("o-old")]);
    send(&*store, ago(5), (2, 0), Some("u-new"), &[copied("o-new")]);
    assert_eq!(of(NOW), 2);
    house.expiries(&store).keep(&retention(), NOW).unwrap();
    assert_eq!(of(NOW), 1);
    assert_eq!(store.expiries(1).unwrap()[0].removed["arms"], 1);
    // Whoever comes back is in the same arm, known since they came back.
    send(&*store, NOW, (3, 0), Some("u-old"), &[copied("o-next")]);
    assert_eq!((of(NOW), of(NOW - 1)), (2, 1));
}

#[test]
fn nothing_is_known_of_what_was_sent_elsewhere() {
    let house = House::new();
    let store = house.open();
    old(&*store);
    send(&*store, ago(1), (9, 0), None, &[copied("o-new")]);
    let shop = project(&*store, "shop").id;
    let lease = Held {
        name: "push",
        holder: "a",
    };
    assert!(store.acquire(lease.name, lease.holder, NOW, 1_000).unwrap());
    let ids = ["o-old", "o-new"].map(|id| Id::parse("output", id).unwrap());
    let pushed = Pushed {
        digest: [1; 16],
        delivered: None,
    };
    let notes = ids.each_ref().map(|output| PushNote {
        output,
        part: 0,
        pushed: &pushed,
    });
    assert!(
        store
            .note_pushed(shop, "langfuse", &notes, lease, NOW)
            .unwrap()
    );
    let after = GroupName {
        id: "c-old".into(),
        alone: false,
    };
    assert!(
        store
            .move_push_cursor(shop, "langfuse", Some(&after), lease, NOW)
            .unwrap()
    );
    house.expiries(&store).keep(&retention(), NOW).unwrap();
    let known = ids.each_ref().map(|id| (id, 0));
    let known = store.pushed(shop, "langfuse", &known).unwrap();
    assert_eq!(known, [None, Some(pushed)]);
    // It stopped after a conversation that is gone: it begins anew.
    assert_eq!(store.push_cursor(shop, "langfuse").unwrap(), None);
    let raw = rusqlite::Connection::open(house.path().join("tacit.sqlite")).unwrap();
    let count = raw.query_row("SELECT count(*) FROM pushed", [], |row| row.get(0));
    assert_eq!(count, Ok(1));
}
