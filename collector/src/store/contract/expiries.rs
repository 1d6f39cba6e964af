//! Data that end.

use tacit_signals::SubjectKind;

use super::*;
use crate::{
    expire::{DAY_MS, Expiry, Horizon, Horizons, Step, Why},
    store::{ExpiryStore, expiries::REMEMBERED_MS},
};

const DAYS: u64 = DAY_MS;

/// So many days before [`NOW`].
fn ago(days: u64) -> u64 {
    NOW - days * DAYS
}

fn horizons(signals_days: u64, texts_days: u64) -> Horizons {
    let horizon = Horizon {
        signals_before: ago(signals_days),
        texts_before: ago(texts_days),
    };
    [(OURS, horizon)].into()
}

/// Begins an expiry, and does all that is the store's.
pub(in super::super) fn expire<S: ExpiryStore + ?Sized>(
    store: &S,
    horizons: &Horizons,
    now: u64,
) -> Expiry {
    let mut expiry = store
        .begin_expiry(&Expiry::new(Why::Asked, horizons, now))
        .unwrap();
    go_on(store, &mut expiry, now);
    expiry
}

/// Does what is left of it.
pub(in super::super) fn go_on<S: ExpiryStore + ?Sized>(store: &S, expiry: &mut Expiry, now: u64) {
    let horizons = expiry.horizons();
    let mut after = None;
    loop {
        let due = store.due(&horizons, after.as_ref()).unwrap();
        store.expire(expiry, &due, now).unwrap();
        after = due.next;
        if after.is_none() {
            break;
        }
    }
    loop {
        after = store.expire_arms(expiry, after.as_ref()).unwrap();
        if after.is_none() {
            break;
        }
    }
    loop {
        let before = expiry.removed.clone();
        let left = store.left(&horizons, now).unwrap();
        for portion in left {
            store.remove_left(expiry, &portion).unwrap();
        }
        store.found_left();
        if expiry.removed == before {
            break;
        }
    }
    for step in Step::ALL {
        expiry.finish(step, now);
    }
    store.keep_expiry(expiry).unwrap();
}

fn went(expiry: &Expiry) -> Vec<(&str, u64)> {
    let counts = expiry.removed.iter().filter(|(name, _)| *name != "bytes");
    counts.map(|(name, count)| (&**name, *count)).collect()
}

fn text(seq: u32, output: &str, text: &str) -> Value {
    json!({"content":{"seq":seq,"at":NOW,"output":output,"role":"edit","text":text}})
}

fn named(number: u8, person: &str, received_at: u64, events: &[Value]) -> Accepted {
    let batch = json!({"v":1,"key":"pk","session":session(number),"sent_at":received_at,
                       "subject":person,"lang":"en","sdk":"t","events":events});
    let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
    let verdict = accept::accept(decoded, &project(1), received_at);
    assert_eq!(verdict.rejected, []);
    verdict.accepted
}

/// What is older than everything may be.
fn old(store: &dyn Store) {
    let output = json!({"id":"o-old","aliases":["chat-old"],"subject":"u-old",
        "conversation":"c-old","input":[{"role":"user","content":"Old question"}],
        "output":"Old answer"});
    assert_eq!(register_at(store, ago(500), output), Status::Created);
    let events = [
        shown(0, "o-old", "c-old", 1, 0),
        copied(1, "o-old"),
        text(2, "o-old", "Old edit"),
    ];
    fold(store, &[named(1, "u-old", ago(500), &events)]);
    fold(store, &[batch(2, ago(499), &[copied(0, "chat-old")])]);
    // An answer that is shown to everybody, in their conversation.
    let early = [shown(0, "o-faq", "c-early", 1, 0)];
    fold(store, &[named(3, "u-old", ago(498), &early)]);
    // A visit over midnight goes as a whole.
    let cut = [shown(0, "o-cut", "c-cut", 1, 0)];
    fold(store, &[named(4, "u-mid", ago(401), &cut)]);
    let after = [shown(1, "o-cut", "c-after", 1, 0)];
    fold(store, &[named(4, "u-mid", ago(399), &after)]);
}

/// What is old enough to lose its texts, and what is not.
fn rest(store: &dyn Store, with_texts: bool) {
    let mut output = json!({"id":"o-mid","subject":"u-mid","conversation":"c-mid","model":"m"});
    if with_texts {
        output["input"] = json!([{"role":"user","content":"Mid question"}]);
        output["output"] = "Mid answer".into();
    }
    assert_eq!(register_at(store, ago(100), output), Status::Created);
    let signals = [shown(0, "o-mid", "c-mid", 1, 0), copied(1, "o-mid")];
    fold(store, &[named(5, "u-mid", ago(100), &signals)]);
    let mixed = [
        copied(3, "o-faq"),
        text(4, "o-faq", "Mid note"),
        copied(5, "o-faq"),
    ];
    let texts = [text(2, "o-mid", "Mid edit")];
    if with_texts {
        fold(store, &[named(5, "u-mid", ago(100), &texts)]);
        fold(store, &[named(5, "u-mid", ago(99), &mixed)]);
    } else {
        let mixed = [mixed[0].clone(), mixed[2].clone()];
        fold(store, &[named(5, "u-mid", ago(99), &mixed)]);
    }
    let output = json!({"id":"o-new","subject":"u-new","conversation":"c-new",
        "input":[{"role":"user","content":"New question"}],"output":"New answer"});
    assert_eq!(register_at(store, ago(2), output), Status::Created);
    let events = [
        shown(0, "o-new", "c-new", 1, 0),
        text(1, "o-new", "New edit"),
        shown(2, "o-faq", "c-late", 1, 0),
    ];
    fold(store, &[named(6, "u-new", ago(2), &events)]);
}

/// Groups, but in which rows events came.
fn told(store: &dyn Store) -> Vec<String> {
    let mut told = Vec::new();
    let visited = store.groups_after(OURS, EVER, None, &mut |name, group| {
        for mut output in group.outputs {
            output
                .slices
                .sort_by_key(|slice| (slice.session, slice.events[0].seq));
            let events = output.slices.iter().flat_map(|slice| {
                let events = slice.events.iter();
                events.map(move |event| (slice.session, &slice.subject, event))
            });
            let events: Vec<_> = events.collect();
            told.push(format!(
                "{name:?} {:?} {:?} {events:?}",
                output.id, output.registered
            ));
        }
        ControlFlow::Continue(())
    });
    visited.unwrap();
    told
}

fn ended(store: &dyn Store) -> u64 {
    let fates = store.fates(OURS).unwrap();
    let of = |name| fates.get(name).copied().unwrap_or_default();
    of("stored") + of("quarantined") + of("expired")
}

pub(super) fn what_is_past_its_time_goes_and_the_rest_stays<S: Backend>() {
    let Fixture {
        store: left,
        directory: _left,
    } = S::fixture();
    rest(&left, false);
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    old(&store);
    rest(&store, true);
    let stored = count(&store, "stored");
    let all = horizons(400, 90);
    let would = store.would_go(&all).unwrap();
    assert_ne!(told(&store), told(&left));
    assert_eq!(store.horizons().unwrap(), Horizons::new());
    let done = expire(&store, &all, NOW);
    assert_eq!(told(&store), told(&left));
    assert_eq!(
        went(&done),
        [
            ("events", 9),
            ("outputs", 2),
            ("people", 2),
            ("registered_texts", 2),
            ("sessions", 4),
            ("texts", 3)
        ]
    );
    for (name, count) in would.iter().filter(|(name, _)| **name != "bytes") {
        assert_eq!(done.removed[*name], *count, "{name}");
    }
    assert!(would["bytes"] > 100);
    assert_eq!((ended(&store), count(&store, "expired")), (stored, 9));
    assert_eq!(store.forgotten(OURS).unwrap().horizon, all[&OURS]);
    // Nothing goes twice.
    assert!(
        store
            .would_go(&all)
            .unwrap()
            .values()
            .all(|count| *count == 0)
    );
    assert_eq!(went(&expire(&store, &all, NOW)), []);
    assert_eq!(told(&store), told(&left));
}

pub(super) fn a_horizon_that_moves_step_by_step_counts_the_same<S: Backend>() {
    let fixtures = [S::fixture(), S::fixture()];
    for Fixture { store, .. } in &fixtures {
        old(store);
        rest(store, true);
    }
    let [Fixture { store: one, .. }, Fixture { store: other, .. }] = &fixtures;
    let at_once = expire(one, &horizons(1, 1), NOW);
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for days in [600, 499, 450, 400, 200, 99, 30, 1] {
        let texts = days.min(95);
        for (name, count) in expire(other, &horizons(days, texts), NOW).removed {
            *sums.entry(name).or_default() += count;
        }
    }
    assert_eq!(at_once.removed, sums);
    assert_eq!((told(one), told(other)), (vec![], vec![]));
    assert_eq!(one.fates(OURS).unwrap(), other.fates(OURS).unwrap());
}

pub(super) fn horizons_never_move_back<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    assert_eq!(store.open_expiry().unwrap(), None);
    let all = horizons(400, 90);
    let begun = store
        .begin_expiry(&Expiry::new(Why::Age, &all, NOW))
        .unwrap();
    assert_eq!((begun.number, store.horizons().unwrap()), (1, all.clone()));
    let mut back = store
        .begin_expiry(&Expiry::new(Why::Size, &horizons(500, 30), NOW + 1))
        .unwrap();
    assert_eq!(back.number, 2);
    assert_eq!(
        store.horizons().unwrap(),
        horizons(400, 30),
        "each by itself"
    );
    assert_eq!(store.horizon_of(OURS).unwrap(), horizons(400, 30)[&OURS]);
    assert_eq!(store.horizon_of(ProjectId(7)).unwrap(), Horizon::default());
    let first = store.open_expiry().unwrap().unwrap();
    assert_eq!((first.number, first.why), (1, Why::Age));
    let mut first = first;
    for step in Step::ALL {
        first.finish(step, NOW + 2);
        back.finish(step, NOW + 3);
    }
    first.count("events", 3);
    store.keep_expiry(&first).unwrap();
    assert_eq!(store.open_expiry().unwrap().unwrap().number, 2);
    store.keep_expiry(&back).unwrap();
    assert_eq!(store.open_expiry().unwrap(), None);
    assert_eq!(store.expiries(9).unwrap(), [back.clone(), first]);
    assert_eq!(store.expiries(1).unwrap(), [back]);
    assert_eq!(store.stale_since().unwrap(), None);
    store.set_stale(Some(5)).unwrap();
    store.set_stale(Some(9)).unwrap();
    assert_eq!(store.stale_since().unwrap(), Some(5), "since the first");
    store.set_stale(None).unwrap();
    assert_eq!(store.stale_since().unwrap(), None);
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
    let all = [(
        OURS,
        Horizon {
            signals_before: later,
            texts_before: later,
        },
    )];
    let last = expire(&store, &all.into(), later);
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

pub(super) fn arms_end_with_what_was_done<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    let shop = crate::testing::project_with(vec![crate::testing::running("tone", 0)]);
    let send = |number: u8, person: &str, at: u64| {
        let batch = json!({"v":1,"key":"pk","session":session(number),"sent_at":at,
            "subject":person,"lang":"en","sdk":"t","events":[copied(0, "o-1")]});
        let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
        fold(&store, &[accept::accept(decoded, &shop, at).accepted]);
    };
    let of = |as_of| {
        let mut people = 0;
        let visited = store.assignments(OURS, "tone", as_of, &mut |subject, _| {
            assert_eq!(subject.kind, SubjectKind::App);
            people += 1;
        });
        visited.unwrap();
        people
    };
    send(1, "u-old", ago(500));
    send(2, "u-new", ago(5));
    assert_eq!(of(NOW), 2);
    let done = expire(&store, &horizons(400, 90), NOW);
    assert_eq!(
        (of(NOW), done.removed["arms"], done.removed["people"]),
        (1, 1, 1)
    );
    send(3, "u-old", NOW);
    assert_eq!((of(NOW), of(NOW - 1)), (2, 1));
}

pub(super) fn nothing_is_known_of_what_was_sent_elsewhere<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    old(&store);
    fold(&store, &[batch(9, ago(1), &[copied(0, "o-new")])]);
    let lease = Held {
        name: "push",
        holder: "a",
    };
    assert!(store.acquire(lease.name, lease.holder, NOW, 1_000).unwrap());
    let ids = [id("o-old"), id("o-new")];
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
            .note_pushed(OURS, "langfuse", &notes, lease, NOW)
            .unwrap()
    );
    for (target, id) in [("langfuse", "c-old"), ("other", "o-new")] {
        let after = GroupName {
            id: id.into(),
            alone: false,
        };
        let moved = store.move_push_cursor(OURS, target, Some(&after), lease, NOW);
        assert!(moved.unwrap());
    }
    expire(&store, &horizons(400, 90), NOW);
    let known = ids.each_ref().map(|id| (id, 0));
    let known = store.pushed(OURS, "langfuse", &known).unwrap();
    assert_eq!(known, [None, Some(pushed)]);
    // It stopped after a conversation that is gone: it begins anew.
    assert_eq!(store.push_cursor(OURS, "langfuse").unwrap(), None);
    assert!(store.push_cursor(OURS, "other").unwrap().is_some());
}

pub(super) fn it_is_known_how_large_and_how_old_the_store_is<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    old(&store);
    assert_eq!(store.oldest(0).unwrap(), Some(ago(500)));
    assert_eq!(store.oldest(ago(450)).unwrap(), Some(ago(401)));
    assert_eq!(store.oldest(NOW).unwrap(), None);
    let bytes = store.bytes().unwrap();
    assert!(bytes.used > 0 && bytes.used <= bytes.file, "{bytes:?}");
    let tables = store.bytes_by_table().unwrap();
    assert!(
        tables
            .iter()
            .any(|(table, bytes)| table == "chunks" && *bytes > 0)
    );
}
