//! What is folded in comes back, each event once.

use super::*;

pub(super) fn events_come_back_once<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let first = batch(1, NOW, &[shown(0, "o-1", "c-1", 0, 0), copied(1, "o-1")]);
    fold(&store, std::slice::from_ref(&first));
    fold(&store, &[first]);
    // Numbers 1 to 3: the first is known, so its slice is cut.
    fold(
        &store,
        &[batch(
            1,
            NOW,
            &[copied(1, "o-1"), copied(2, "o-1"), copied(3, "o-2")],
        )],
    );
    let known = |project, session, seqs: &[u32]| store.known(project, session, seqs).unwrap();
    let ours = SessionId::parse("session", &session(1)).unwrap();
    assert_eq!(known(project(1).id, ours, &[4, 3, 0, 9]), [3, 0]);
    assert_eq!(known(project(1).id, SessionId([9; 16]), &[0]), [0; 0]);
    assert_eq!(known(ProjectId(2), ours, &[0]), [0; 0]);
    let groups = groups(&store, EVER);
    assert_eq!(ids(&groups), [vec!["o-1"], vec!["o-2"]]);
    let session = session(1);
    let fact = |output: &str, seq, kind: &str| (output.into(), session.clone(), seq, kind.into());
    assert_eq!(
        facts(&groups),
        [
            fact("o-1", 0, "shown"),
            fact("o-1", 1, "copied"),
            fact("o-1", 2, "copied"),
            fact("o-2", 3, "copied")
        ]
    );
    let slice = &groups[0].outputs[0].slices[0];
    assert_eq!((slice.received_at, slice.sent_at), (NOW, NOW));
    assert_eq!(
        (slice.origin.lang.as_str(), slice.origin.sdk.as_str()),
        ("en", "t")
    );
    assert_eq!(slice.subject, project(1).session_subject(slice.session));
    assert_eq!(
        (count(&store, "stored"), count(&store, "duplicate")),
        (4, 3)
    );
    assert_eq!(count(&store, "batches"), 3);
    drop(directory);
}

pub(super) fn any_split_order_and_repetition_gives_the_same_facts<S: Backend>() {
    let runner_config = ProptestConfig::with_cases(48);
    let mut runner = proptest::test_runner::TestRunner::new(runner_config);
    // Each number of a batch is an event: session, seq, output follow from it.
    let batches = prop::collection::vec(prop::collection::btree_set(0_u32..60, 1..12), 1..24);
    runner
        .run(&(batches, 1_usize..6), |(batches, at_once)| {
            let Fixture { store, directory } = S::fixture();
            let event = |n: u32| -> (u8, Value) {
                let (from, seq) = (u8::try_from(n % 3).unwrap(), n / 3);
                let output = format!("o-{}", (n / 3) % 4);
                let value = if n.is_multiple_of(5) {
                    shown(seq, &output, &format!("c-{}", n % 2), 0, 0)
                } else {
                    copied(seq, &output)
                };
                (from, value)
            };
            let mut requests = Vec::new();
            let mut sent = 0_u64;
            let mut all = BTreeSet::new();
            for numbers in &batches {
                let mut by_session: BTreeMap<u8, Vec<Value>> = BTreeMap::new();
                for &n in numbers {
                    let (from, value) = event(n);
                    by_session.entry(from).or_default().push(value);
                    sent += 1;
                    all.insert(n);
                }
                for (from, events) in by_session {
                    requests.push(batch(from, NOW, &events));
                }
            }
            for portion in requests.chunks(at_once) {
                fold(&store, portion);
            }
            let split = groups(&store, EVER);
            let found = facts(&split);
            let Fixture {
                store: whole,
                directory: other,
            } = S::fixture();
            let mut by_session: BTreeMap<u8, Vec<Value>> = BTreeMap::new();
            for &n in &all {
                let (from, value) = event(n);
                by_session.entry(from).or_default().push(value);
            }
            let once: Vec<_> = by_session
                .iter()
                .map(|(from, events)| batch(*from, NOW, events))
                .collect();
            fold(&whole, &once);
            let expected = groups(&whole, EVER);
            prop_assert_eq!(&found, &facts(&expected));
            prop_assert_eq!(found.len(), all.len());
            prop_assert_eq!(ids(&split), ids(&expected));
            prop_assert_eq!(count(&store, "stored"), all.len() as u64);
            prop_assert_eq!(count(&store, "stored") + count(&store, "duplicate"), sent);
            drop((directory, other));
            Ok(())
        })
        .unwrap();
}

pub(super) fn nothing_is_known_before_it_was_received<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    fold(&store, &[batch(1, NOW, &[copied(0, "o-1")])]);
    fold(
        &store,
        &[batch(
            1,
            NOW + 10,
            &[shown(1, "o-1", "c-1", 0, 0), copied(2, "o-2")],
        )],
    );
    assert_eq!(groups(&store, NOW - 1), []);
    let before = groups(&store, NOW);
    assert_eq!(ids(&before), [["o-1"]]);
    assert_eq!(facts(&before).len(), 1);
    assert_eq!(groups(&store, NOW + 9), before);
    assert_eq!(facts(&groups(&store, NOW + 10)).len(), 3);
    drop(directory);
}

pub(super) fn unknown_kinds_are_kept_apart<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let winked = json!({"seq":1,"at":NOW,"kind":"winked","output":"o-1"});
    fold(
        &store,
        &[batch(1, NOW, &[copied(0, "o-1"), winked.clone()])],
    );
    fold(&store, &[batch(1, NOW, &[winked])]);
    assert_eq!(facts(&groups(&store, EVER)).len(), 1);
    let counts = ["stored", "quarantined", "duplicate"].map(|name| count(&store, name));
    assert_eq!(counts, [1, 1, 1]);
    let unreadable = [(OURS, 7)];
    let folding = Folding {
        requests: &[],
        unreadable: &unreadable,
    };
    store.fold(&folding, Position::default()).unwrap();
    assert_eq!(count(&store, "quarantined"), 8);
    drop(directory);
}

pub(super) fn projects_do_not_see_each_other<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let theirs = ProjectId(2);
    fold(&store, &[batch(1, NOW, &[shown(0, "o-1", "c-1", 0, 0)])]);
    fold(
        &store,
        &[batch_of(
            2,
            1,
            NOW,
            &[shown(0, "o-1", "c-1", 0, 0), copied(1, "o-9")],
        )],
    );
    assert_eq!(
        facts(&groups(&store, EVER)).len(),
        1,
        "same session and seq, another tenant"
    );
    assert_eq!(facts(&groups_of(&store, theirs, EVER)).len(), 2);
    assert_eq!(store.group_of(OURS, &id("o-9"), EVER).unwrap(), None);
    assert_eq!(store.fates(theirs).unwrap()["stored"], 2);
    drop(directory);
}

pub(super) fn the_position_moves_with_the_facts<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    assert_eq!(store.position().unwrap(), Position::default());
    let to = Position {
        segment: 3,
        offset: 77,
    };
    store.fold(&Folding::default(), to).unwrap();
    assert_eq!(store.position().unwrap(), to);
    store.sync().unwrap();
    drop(directory);
}

pub(super) fn everything_survives_reopening<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    fold(&store, &[batch(1, NOW, &[shown(0, "o-1", "c-1", 0, 0)])]);
    register(&store, json!({"id":"o-1","output":"text"}));
    let before = (
        groups(&store, EVER),
        store.position().unwrap(),
        store.salt().unwrap().0,
    );
    drop(store);
    let store = S::open_in(directory.path());
    fold(&store, &[]);
    let after = groups(&store, EVER);
    assert_eq!((after, store.salt().unwrap().0), (before.0, before.2));
    // And what comes next is still told from what was.
    fold(
        &store,
        &[batch(
            1,
            NOW,
            &[shown(0, "o-1", "c-1", 0, 0), copied(1, "o-1")],
        )],
    );
    assert_eq!(
        (count(&store, "stored"), count(&store, "duplicate")),
        (2, 1)
    );
}

pub(super) fn one_event_can_be_followed<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let winked = json!({"seq":9,"at":NOW,"kind":"winked","output":"o-2"});
    fold(
        &store,
        &[batch(1, NOW, &[copied(4, "o-1"), copied(6, "o-1"), winked])],
    );
    let trace = |seq| store.trace(OURS, SessionId([0; 16]), seq).unwrap();
    assert_eq!(trace(4), None, "another session");
    let mut known = [0; 16];
    known[15] = 1;
    let trace = |seq| store.trace(OURS, SessionId(known), seq).unwrap();
    assert_eq!(trace(5), None);
    let found = trace(6).unwrap();
    assert_eq!(found.output, Some(id("o-1")));
    assert_eq!((found.quarantined, found.received_at), (false, Some(NOW)));
    assert!(trace(9).unwrap().quarantined);
    drop(directory);
}

pub(super) fn one_output_gives_a_bounded_number_of_events<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let limit = u32::try_from(crate::limits::EVENTS_PER_OUTPUT_MAX).unwrap();
    let more = 904;
    // The latest first; under two ids, which turn out to be one output.
    let copy = |seq: u32, output: &str| {
        let mut copy = copied(seq, output);
        copy["at"] = (NOW + u64::from(seq)).into();
        copy
    };
    let mut seqs: Vec<u32> = (0..limit + more).rev().collect();
    seqs.rotate_left(2_000);
    for (number, seqs) in seqs.chunks(1_000).enumerate() {
        let output = if number % 2 == 0 { "o-1" } else { "c_1" };
        let events: Vec<_> = seqs.iter().rev().map(|seq| copy(*seq, output)).collect();
        let sent_at = NOW + u64::from(limit + more);
        fold(&store, &[batch(1, sent_at, &events)]);
    }
    register(&store, json!({"id":"o-1","aliases":["c_1"]}));
    let (group, _) = store.group_of(OURS, &id("c_1"), EVER).unwrap().unwrap();
    let output = &group.outputs[0];
    let events = output.slices.iter().flat_map(|slice| &slice.events);
    let mut seqs: Vec<_> = events.map(|event| event.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (0..limit).collect::<Vec<_>>(), "the first ones");
    assert_eq!(output.beyond, u64::from(more));
    let policy = crate::label::Policy::default_policy().unwrap();
    let label = &crate::label::label_group(&group, &policy, NOW + 1).outputs[0];
    assert_eq!(label.to_json()["beyond"], more);
    assert_eq!(label.csv_record()[20], more.to_string());
    assert_eq!(
        count(&store, "stored"),
        u64::from(limit + more),
        "all are kept"
    );
    let overview = crate::export::overview(&store, &policy, OURS, EVER).unwrap();
    let fates = overview.fates;
    assert_eq!(
        fates.in_label + fates.no_output + fates.no_text + fates.screened,
        u64::from(limit + more)
    );
    drop(directory);
}
