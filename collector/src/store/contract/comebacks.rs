//! What comes of something that ended: again, late, or while it goes.

use super::{
    expiries::{DAYS, ago, expire, horizons, named, old, went},
    *,
};
use crate::{
    expire::{Expiry, Horizon, Horizons, Why},
    store::expiries::REMEMBERED_MS,
};

/// Everything that is there goes.
fn all_before(moment: u64) -> Horizons {
    let horizon = Horizon {
        signals_before: moment,
        texts_before: moment,
    };
    [(OURS, horizon)].into()
}

pub(super) fn repeats_of_what_is_gone_are_no_news<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    let events = [copied(0, "o"), copied(1, "o")];
    fold(&store, &[named(1, "u", ago(12), &events)]);
    let first = expire(&store, &horizons(5, 5), NOW);
    assert_eq!(went(&first), [("events", 2), ("outputs", 1), ("people", 1)]);
    assert_eq!(groups(&store, EVER), []);
    // A page that was asleep sends again what it never had an answer to, and goes on.
    let again = [copied(0, "o"), copied(1, "o"), copied(2, "o")];
    fold(&store, &[named(1, "u", NOW, &again)]);
    assert_eq!(
        (count(&store, "duplicate"), count(&store, "stored")),
        (2, 1)
    );
    let session = SessionId(1_u128.to_be_bytes());
    let gone = store.trace(OURS, session, 0).unwrap().unwrap();
    assert_eq!(gone.output, None, "it was received, and is kept no more");
    assert!(
        store
            .trace(OURS, session, 2)
            .unwrap()
            .unwrap()
            .output
            .is_some()
    );
    // Once it cannot come again nothing is left.
    let later = NOW + REMEMBERED_MS + DAYS;
    let last = expire(&store, &all_before(later), later);
    assert_eq!(last.removed["sessions"], 1, "{last:?}");
    assert_eq!(store.trace(OURS, session, 0).unwrap(), None);
}

pub(super) fn a_late_event_of_what_is_gone_begins_anew<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    old(&store);
    expire(&store, &horizons(400, 90), NOW);
    let late = [copied(0, "o-old"), copied(1, "chat-old")];
    fold(&store, &[named(9, "u-old", NOW, &late)]);
    for own in ["o-old", "chat-old"] {
        let (group, found) = store.group_of(OURS, &id(own), EVER).unwrap().unwrap();
        assert_eq!(found, id(own), "nobody knows that it is another's");
        assert_eq!(group.outputs[0].registered, None);
    }
    let page = Page {
        len: 9,
        ..Page::default()
    };
    assert_eq!(store.page(OURS, &page).unwrap().len(), 2);
    let again = json!({"id":"o-old","aliases":["chat-old"],"output":"Told again"});
    assert_eq!(register_at(&store, NOW, again), Status::Created);
    let (_, found) = store
        .group_of(OURS, &id("chat-old"), EVER)
        .unwrap()
        .unwrap();
    assert_eq!(found, id("o-old"));
}

pub(super) fn whoever_is_heard_of_again_stays<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    old(&store);
    let all = horizons(400, 90);
    let mut expiry = store
        .begin_expiry(&Expiry::new(Why::Asked, &all, NOW))
        .unwrap();
    let mut after = None;
    loop {
        let due = store.due(&all, after.as_ref()).unwrap();
        store.expire(&mut expiry, &due, NOW).unwrap();
        after = due.next;
        if after.is_none() {
            break;
        }
    }
    let left = store.left(&all, NOW).unwrap();
    assert_eq!(left.sessions, 4);
    let left: Vec<_> = left.collect();
    fold(&store, &[named(1, "u-old", NOW, &[copied(7, "o-next")])]);
    for portion in &left {
        store.remove_left(&mut expiry, portion).unwrap();
    }
    store.found_left();
    assert_eq!(expiry.removed["sessions"], 3);
    fold(&store, &[named(1, "u-old", NOW, &[copied(7, "o-next")])]);
    assert_eq!(count(&store, "duplicate"), 1);
}

pub(super) fn who_sends_again_what_is_gone_is_counted_once<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    let events = [copied(0, "o"), copied(1, "o")];
    fold(&store, &[named(1, "u", ago(12), &events)]);
    fold(&store, &[named(2, "u-other", ago(12), &[copied(0, "o")])]);
    let first = expire(&store, &horizons(5, 5), NOW);
    assert_eq!(went(&first), [("events", 3), ("outputs", 1), ("people", 2)]);
    // A repeat is no news of anybody.
    fold(&store, &[named(1, "u", NOW, &events)]);
    assert_eq!(count(&store, "duplicate"), 2);
    let again = [copied(0, "o"), copied(1, "o-next")];
    fold(&store, &[named(2, "u-other", NOW, &again)]);
    assert_eq!(went(&expire(&store, &horizons(5, 5), NOW)), []);
    let later = NOW + REMEMBERED_MS + DAYS;
    let last = expire(&store, &all_before(later), later);
    assert_eq!(
        went(&last),
        [
            ("events", 1),
            ("outputs", 1),
            ("people", 1),
            ("sessions", 2)
        ]
    );
}
