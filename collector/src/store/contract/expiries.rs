//! Data that end.

use tacit_signals::SubjectKind;

use super::*;
use crate::{
    expire::{DAY_MS, Expiry, Horizon, Horizons, Step, Why},
    store::ExpiryStore,
};

pub(super) const DAYS: u64 = DAY_MS;

/// So many days before [`NOW`].
pub(super) fn ago(days: u64) -> u64 {
    NOW - days * DAYS
}

pub(super) fn horizons(signals_days: u64, texts_days: u64) -> Horizons {
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

pub(super) fn went(expiry: &Expiry) -> Vec<(&str, u64)> {
    let counts = expiry.removed.iter().filter(|(name, _)| *name != "bytes");
    counts.map(|(name, count)| (&**name, *count)).collect()
}

fn text(seq: u32, output: &str, text: &str) -> Value {
    json!({"content":{"seq":seq,"at":NOW,"output":output,"role":"edit","text":text}})
}

pub(in super::super) fn named(
    number: u8,
    person: &str,
    received_at: u64,
    events: &[Value],
) -> Accepted {
    let batch = json!({"v":1,"key":"pk","session":session(number),"sent_at":received_at,
                       "subject":person,"lang":"en","sdk":"t","events":events});
    let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
    let verdict = accept::accept(decoded, &project(1), received_at);
    assert_eq!(verdict.rejected, []);
    verdict.accepted
}

/// What is older than everything may be.
pub(super) fn old(store: &dyn Store) {
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
pub(super) fn rest(store: &dyn Store, with_texts: bool) {
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

/// A server told of an output, and batches about it had waited in the log for long.
pub(super) fn what_came_before_its_output_was_heard_of_goes_in_its_time<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    let output = json!({"id":"o-late","aliases":["chat-late"],"conversation":"c-late"});
    assert_eq!(register_at(&store, ago(2), output), Status::Created);
    for (number, own) in [(1, "o-late"), (2, "chat-late")] {
        let events = [copied(0, own), text(1, own, "Old edit")];
        fold(&store, &[named(number, "u-old", ago(500), &events)]);
        let events = [copied(2, own), text(3, own, "Mid edit")];
        fold(&store, &[named(number + 2, "u-mid", ago(100), &events)]);
    }
    let all = horizons(400, 90);
    let expected = [("events", 6), ("people", 1), ("sessions", 2), ("texts", 4)];
    let would = store.would_go(&all).unwrap();
    assert_eq!((would["events"], would["texts"]), (6, 4));
    let done = expire(&store, &all, NOW);
    assert_eq!(went(&done), expected);
    let found = facts(&groups(&store, EVER));
    let found: Vec<(&str, u32)> = found.iter().map(|fact| (&*fact.0, fact.2)).collect();
    assert_eq!(found, [("o-late", 2); 2]);
    assert_eq!(went(&expire(&store, &all, NOW)), []);
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

pub(super) fn an_output_goes_with_its_last_texts<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    let shown = [shown(0, "o", "c", 1, 0)];
    fold(&store, &[named(1, "u-old", ago(500), &shown)]);
    let texts = [text(0, "o", "Mid edit"), text(1, "o", "Mid note")];
    fold(&store, &[named(2, "u-mid", ago(100), &texts)]);
    // As old, and not for its texts alone.
    fold(
        &store,
        &[named(1, "u-old", ago(500), &[copied(1, "o-used")])],
    );
    let mixed = [text(2, "o-used", "Mid edit"), copied(3, "o-used")];
    fold(&store, &[named(2, "u-mid", ago(100), &mixed)]);
    let all = horizons(400, 90);
    assert_eq!(store.would_go(&all).unwrap()["outputs"], 1);
    let done = expire(&store, &all, NOW);
    assert_eq!(
        went(&done),
        [
            ("events", 5),
            ("outputs", 1),
            ("people", 1),
            ("sessions", 1),
            ("texts", 3)
        ]
    );
    let page = Page {
        len: 9,
        ..Page::default()
    };
    let listed = store.page(OURS, &page).unwrap();
    let listed: Vec<&str> = listed.iter().map(|listed| listed.id.as_str()).collect();
    assert_eq!(listed, ["o-used"]);
}
