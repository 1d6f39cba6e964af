//! What every store has to do: one body of tests, run for each.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use tacit_signals::json as twin;
use tempfile::TempDir;

use super::{rows::JoinedBy, *};
use crate::{
    accept::{self, registration},
    control::ContentPolicy,
    keyed::digest,
    testing::{NOW, project},
};

/// A store in a directory of its own.
struct Fixture<S> {
    store: S,
    directory: TempDir,
}

trait Backend: Store + ControlStore + Sized {
    fn open_in(path: &std::path::Path) -> Self;

    fn fixture() -> Fixture<Self> {
        let directory = tempfile::tempdir().unwrap();
        Fixture {
            store: Self::open_in(directory.path()),
            directory,
        }
    }
}

impl Backend for SqliteStore {
    fn open_in(path: &std::path::Path) -> Self {
        Self::open(path).unwrap()
    }
}

macro_rules! contract {
    ($backend:ty: $($test:ident)+) => {
        mod sqlite {
            use super::*;
            $(#[test] fn $test() { super::$test::<$backend>(); })+
        }
    };
}

contract!(SqliteStore:
    events_come_back_once
    any_split_order_and_repetition_gives_the_same_facts
    nothing_is_known_before_it_was_received
    fields_are_filled_once
    registrations_are_known_from_when_they_came
    an_alias_joins_and_the_first_wins
    an_id_is_an_output_or_an_alias
    references_follow_aliases
    equal_turns_join_when_unique
    groups_are_conversations_in_order
    a_registered_conversation_beats_a_claimed_one
    a_group_is_found_by_any_of_its_ids
    unknown_kinds_are_kept_apart
    projects_do_not_see_each_other
    the_position_moves_with_the_facts
    everything_survives_reopening
    one_event_can_be_followed
    pages_go_back_in_time
    refusals_are_kept
    keys_are_made_listed_and_revoked
);

const OURS: ProjectId = ProjectId(1);
const EVER: u64 = u64::MAX;

fn session(number: u8) -> String {
    format!("{number:032x}")
}

fn copied(seq: u32, output: &str) -> Value {
    json!({"seq":seq,"at":NOW,"kind":"copied","output":output,"chars":4,"share":1,"via":"button"})
}

fn shown(seq: u32, output: &str, conversation: &str, turn: u32, variant: u32) -> Value {
    json!({"seq":seq,"at":NOW,"kind":"shown","output":output,"conversation":conversation,
           "turn":turn,"variant":variant,"chars":9,"words":2,"code_share":0,"stream_ms":5})
}

fn batch_of(number: u8, from: u8, received_at: u64, events: &[Value]) -> Accepted {
    let batch = json!({"v":1,"key":"pk","session":session(from),"sent_at":received_at,
                       "lang":"en","sdk":"t","events":events});
    let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
    let verdict = accept::accept(decoded, &project(number), received_at);
    assert_eq!(verdict.rejected, []);
    verdict.accepted
}

fn batch(from: u8, received_at: u64, events: &[Value]) -> Accepted {
    batch_of(1, from, received_at, events)
}

fn fold(store: &dyn Store, requests: &[Accepted]) {
    let folding = Folding {
        requests,
        unreadable: &[],
    };
    let mut to = store.position().unwrap();
    to.offset += 1;
    store.fold(&folding, to).unwrap();
}

fn register_at(store: &dyn Store, received_at: u64, output: Value) -> Status {
    let Value::Object(object) = output else {
        panic!("an object");
    };
    let request = Registering {
        project: OURS,
        received_at,
        outputs: vec![registration::parse(object, &project(1)).unwrap()],
    };
    store.register(&[request]).unwrap()[0][0].status
}

fn register(store: &dyn Store, output: Value) -> Status {
    register_at(store, NOW, output)
}

fn groups_of(store: &dyn Store, project: ProjectId, as_of: u64) -> Vec<Group> {
    let mut groups = Vec::new();
    let visited = store.groups(project, as_of, &mut |group| {
        groups.push(group);
        ControlFlow::Continue(())
    });
    visited.unwrap();
    groups
}

fn groups(store: &dyn Store, as_of: u64) -> Vec<Group> {
    groups_of(store, OURS, as_of)
}

/// Ids of the outputs, group by group.
fn ids(groups: &[Group]) -> Vec<Vec<&str>> {
    groups
        .iter()
        .map(|group| {
            group
                .outputs
                .iter()
                .map(|output| output.id.as_str())
                .collect()
        })
        .collect()
}

/// Every event there is, by output, session and number.
fn facts(groups: &[Group]) -> Vec<(String, String, u32, String)> {
    let outputs = groups.iter().flat_map(|group| &group.outputs);
    let mut facts: Vec<_> = outputs
        .flat_map(|output| output.slices.iter().map(move |slice| (output, slice)))
        .flat_map(|(output, slice)| {
            slice.events.iter().map(move |event| {
                let kind = event.signal.name().to_owned();
                (
                    output.id.to_string(),
                    slice.session.to_string(),
                    event.seq,
                    kind,
                )
            })
        })
        .collect();
    facts.sort();
    facts
}

fn count(store: &dyn Store, name: &str) -> u64 {
    store
        .fates(OURS)
        .unwrap()
        .get(name)
        .copied()
        .unwrap_or_default()
}

fn events_come_back_once<S: Backend>() {
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

fn any_split_order_and_repetition_gives_the_same_facts<S: Backend>() {
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

fn nothing_is_known_before_it_was_received<S: Backend>() {
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

fn fields_are_filled_once<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let start = json!({"id":"o-1","model":"m-1","input":[{"role":"user","content":"q"}]});
    assert_eq!(register(&store, start.clone()), Status::Created);
    assert_eq!(register(&store, start), Status::Unchanged);
    assert_eq!(
        register(&store, json!({"id":"o-1","output":"a"})),
        Status::Updated
    );
    let other = json!({"id":"o-1","turn":3,"model":"m-2"});
    assert_eq!(register(&store, other), Status::Conflict("model"));
    assert_eq!(register(&store, json!({"id":"o-2"})), Status::Created);
    assert_eq!(register(&store, json!({"id":"o-2"})), Status::Unchanged);
    let groups = groups(&store, EVER);
    assert_eq!(ids(&groups), [["o-1"], ["o-2"]]);
    let fields = groups[0].outputs[0].registered.as_ref().unwrap();
    assert_eq!((fields.model.as_deref(), fields.turn), (Some("m-1"), None));
    assert_eq!(fields.output.as_deref(), Some("a"));
    assert_eq!(fields.input.as_ref().unwrap()[0].content, "q");
    drop(directory);
}

fn registrations_are_known_from_when_they_came<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    fold(&store, &[batch(1, NOW, &[copied(0, "o-1")])]);
    register_at(&store, NOW + 5, json!({"id":"o-1","conversation":"c-1"}));
    register_at(&store, NOW + 9, json!({"id":"o-1","output":"text"}));
    let at = |as_of| groups(&store, as_of)[0].outputs[0].registered.clone();
    assert_eq!(at(NOW + 4), None);
    assert_eq!(at(NOW + 5).unwrap().output, None);
    assert_eq!(at(NOW + 9).unwrap().output.as_deref(), Some("text"));
    drop(directory);
}

fn an_alias_joins_and_the_first_wins<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    fold(
        &store,
        &[batch(1, NOW, &[copied(0, "msg-9"), copied(1, "o-1")])],
    );
    let first = json!({"id":"o-1","aliases":["msg-9", "never-seen"]});
    assert_eq!(register_at(&store, NOW + 5, first.clone()), Status::Created);
    assert_eq!(register(&store, first), Status::Unchanged);
    let second = json!({"id":"o-2","aliases":["msg-9"]});
    assert_eq!(register(&store, second), Status::Conflict("aliases"));
    assert_eq!(ids(&groups(&store, NOW + 4)), [["msg-9"], ["o-1"]]);
    let after = groups(&store, NOW + 5);
    assert_eq!(ids(&after), [["o-1"]]);
    let output = &after[0].outputs[0];
    assert_eq!(output.joined_by, Some(JoinedBy::Alias));
    assert_eq!(output.slices.len(), 2);
    let aliases = &output.registered.as_ref().unwrap().aliases;
    let aliases: Vec<&str> = aliases.iter().map(Id::as_str).collect();
    assert_eq!(aliases, ["msg-9", "never-seen"]);
    // Signals that come later under the alias join as well.
    fold(&store, &[batch(2, NOW + 20, &[copied(0, "never-seen")])]);
    assert_eq!(facts(&groups(&store, EVER)).len(), 3);
    drop(directory);
}

fn an_id_is_an_output_or_an_alias<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    register(&store, json!({"id":"o-1","aliases":["a-1"]}));
    assert_eq!(
        register(&store, json!({"id":"a-1"})),
        Status::Conflict("id")
    );
    register(&store, json!({"id":"o-2"}));
    let taken = json!({"id":"o-3","aliases":["o-2"]});
    assert_eq!(register(&store, taken), Status::Conflict("aliases"));
    assert_eq!(ids(&groups(&store, EVER)), [["o-1"], ["o-2"]]);
    drop(directory);
}

fn references_follow_aliases<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let mut second = shown(2, "b", "c-1", 0, 1);
    second["replaces"] = "a".into();
    let switched = json!({"seq":3,"at":NOW,"kind":"switched","output":"a","from":"b","to":"a"});
    fold(
        &store,
        &[batch(
            1,
            NOW,
            &[shown(1, "a", "c-1", 0, 0), second, switched],
        )],
    );
    register(
        &store,
        json!({"id":"o-a","conversation":"c-1","aliases":["a"]}),
    );
    register(
        &store,
        json!({"id":"o-b","conversation":"c-1","aliases":["b"]}),
    );
    let groups = groups(&store, EVER);
    assert_eq!(ids(&groups), [["o-a", "o-b"]]);
    let events = |output: usize| -> Vec<&tacit_signals::Event> {
        let slices = &groups[0].outputs[output].slices;
        slices.iter().flat_map(|slice| &slice.events).collect()
    };
    assert!(events(0).iter().all(|event| event.output.as_str() == "o-a"));
    let tacit_signals::Signal::Shown(shown) = &events(1)[0].signal else {
        panic!("shown");
    };
    assert_eq!(shown.replaces.as_ref().map(Id::as_str), Some("o-a"));
    let tacit_signals::Signal::Switched { from, to } = &events(0)[1].signal else {
        panic!("switched");
    };
    assert_eq!((from.as_str(), to.as_str()), ("o-b", "o-a"));
    drop(directory);
}

fn equal_turns_join_when_unique<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let events = [
        shown(0, "c_1", "c-1", 2, 0),
        shown(1, "c_2", "c-1", 2, 1),
        copied(2, "c_1"),
    ];
    fold(&store, &[batch(1, NOW, &events)]);
    register(
        &store,
        json!({"id":"o-1","conversation":"c-1","turn":2,"variant":0}),
    );
    let joined = groups(&store, EVER);
    assert_eq!(ids(&joined), [["c_2", "o-1"]]);
    let output = &joined[0].outputs[1];
    assert_eq!(output.joined_by, Some(JoinedBy::Turn));
    assert_eq!(output.slices[0].events.len(), 2);
    let by_client_id = store.group_of(OURS, &id("c_1"), EVER).unwrap().unwrap();
    assert_eq!(by_client_id.1.as_str(), "o-1");
    // A second output of that turn makes it ambiguous.
    fold(&store, &[batch(2, NOW, &[shown(0, "c_3", "c-1", 2, 0)])]);
    assert_eq!(ids(&groups(&store, EVER)), [["c_1", "c_2", "c_3", "o-1"]]);
    drop(directory);
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

fn groups_are_conversations_in_order<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    fold(
        &store,
        &[
            batch(
                1,
                NOW,
                &[shown(0, "z", "c-2", 0, 0), shown(1, "y", "c-1", 0, 0)],
            ),
            batch(
                2,
                NOW,
                &[copied(0, "a"), copied(1, "d"), shown(2, "x", "c-2", 1, 0)],
            ),
        ],
    );
    let expected: [&[&str]; 4] = [&["a"], &["y"], &["x", "z"], &["d"]];
    assert_eq!(ids(&groups(&store, EVER)), expected);
    let mut visited = 0;
    let stopped = store.groups(OURS, EVER, &mut |_| {
        visited += 1;
        ControlFlow::Break(())
    });
    stopped.unwrap();
    assert_eq!(visited, 1);
    drop(directory);
}

fn a_registered_conversation_beats_a_claimed_one<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    fold(
        &store,
        &[batch(1, NOW, &[shown(0, "o-1", "claimed", 0, 0)])],
    );
    fold(
        &store,
        &[batch(1, NOW, &[shown(1, "o-2", "claimed", 1, 0)])],
    );
    register_at(&store, NOW + 5, json!({"id":"o-1","conversation":"true"}));
    assert_eq!(ids(&groups(&store, NOW + 4)), [["o-1", "o-2"]]);
    assert_eq!(ids(&groups(&store, NOW + 5)), [["o-2"], ["o-1"]]);
    drop(directory);
}

fn a_group_is_found_by_any_of_its_ids<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    register(
        &store,
        json!({"id":"o-1","conversation":"c-1","aliases":["a-1"]}),
    );
    register(&store, json!({"id":"o-2","conversation":"c-1"}));
    for asked in ["o-1", "a-1"] {
        let (group, own) = store.group_of(OURS, &id(asked), EVER).unwrap().unwrap();
        assert_eq!(own.as_str(), "o-1");
        assert_eq!(ids(&[group]), [["o-1", "o-2"]]);
    }
    assert_eq!(store.group_of(OURS, &id("o-3"), EVER).unwrap(), None);
    assert_eq!(store.group_of(OURS, &id("o-1"), NOW - 1).unwrap(), None);
    drop(directory);
}

fn unknown_kinds_are_kept_apart<S: Backend>() {
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

fn projects_do_not_see_each_other<S: Backend>() {
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

fn the_position_moves_with_the_facts<S: Backend>() {
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

fn everything_survives_reopening<S: Backend>() {
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

fn one_event_can_be_followed<S: Backend>() {
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

fn pages_go_back_in_time<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    for n in 0..5 {
        let output = format!("o-{n}");
        fold(
            &store,
            &[batch(1, NOW + u64::from(n), &[copied(n, &output)])],
        );
    }
    register(&store, json!({"id":"o-0","aliases":["o-1"]}));
    let page = |page: Page| -> Vec<(String, u64)> {
        let listed = store.page(OURS, &page).unwrap();
        listed
            .into_iter()
            .map(|l| (l.id.to_string(), l.number))
            .collect()
    };
    let first = page(Page {
        len: 2,
        ..Page::default()
    });
    let names = |page: &[(String, u64)]| page.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    assert_eq!(names(&first), ["o-4", "o-3"]);
    let rest = page(Page {
        len: 9,
        before: Some(first[1].1),
        ..Page::default()
    });
    assert_eq!(names(&rest), ["o-2", "o-0"], "aliases are no outputs");
    let middle = page(Page {
        since: Some(NOW + 2),
        until: Some(NOW + 4),
        len: 9,
        ..Page::default()
    });
    assert_eq!(names(&middle), ["o-3", "o-2"]);
    drop(directory);
}

fn refusals_are_kept<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let refused = Refused {
        rejected: BTreeMap::from([("key_unknown".to_owned(), 3)]),
        shed: 2,
    };
    let mut kept = vec![(None, refused.clone()), (Some(OURS), refused)];
    store.keep_refusals(&kept).unwrap();
    kept[1].1.shed = 5;
    store.keep_refusals(&kept).unwrap();
    assert_eq!(store.refusals().unwrap(), kept);
    drop(directory);
}

fn keys_are_made_listed_and_revoked<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let key = |kind: KeyKind, id: &str| NewKey {
        project: "shop".into(),
        kind,
        text: format!("{}{id}", kind.prefix()),
        id: id.into(),
        origins: vec!["https://a.example".into()],
        content: (kind == KeyKind::Publishable).then_some(ContentPolicy::Edits),
        created_at: NOW,
    };
    let before = store.control_version().unwrap();
    let made = store.create_key(&key(KeyKind::Publishable, "p")).unwrap();
    assert!(made.project_is_new);
    let again = store.create_key(&key(KeyKind::Secret, "s")).unwrap();
    assert_eq!((again.project, again.project_is_new), (made.project, false));
    assert!(store.control_version().unwrap() > before);
    let control = store.control().unwrap();
    let publishable = &control.publishable["pk_p"];
    assert_eq!(publishable.origins, ["https://a.example"]);
    assert_eq!(publishable.project.content, ContentPolicy::Edits);
    assert!(!control.secret[&digest(b"sk_s")].revoked);
    let listed = store.keys().unwrap();
    let shown: Vec<_> = listed
        .iter()
        .map(|k| (k.id.as_str(), k.key.as_deref()))
        .collect();
    assert_eq!(shown, [("p", Some("pk_p")), ("s", None)]);
    assert!(store.revoke_key("s", NOW).unwrap());
    assert!(!store.revoke_key("s", NOW).unwrap());
    assert!(store.control().unwrap().secret[&digest(b"sk_s")].revoked);
    drop(directory);
}
