//! What servers say about outputs.

use super::*;

pub(super) fn fields_are_filled_once<S: Backend>() {
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

pub(super) fn registrations_are_known_from_when_they_came<S: Backend>() {
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

pub(super) fn an_alias_joins_and_the_first_wins<S: Backend>() {
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

pub(super) fn an_id_is_an_output_or_an_alias<S: Backend>() {
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

pub(super) fn references_follow_aliases<S: Backend>() {
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

pub(super) fn what_is_observed_fills_what_is_empty<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let observed = |value: Value| {
        let Value::Object(object) = value else {
            panic!("an object");
        };
        let said = registration::parse(object, &project(1), NOW).unwrap();
        let said = registration::Registration::observed(said.id, said.fields, said.assigned);
        let request = Registering {
            project: OURS,
            received_at: NOW,
            outputs: vec![said],
        };
        store.register(&[request]).unwrap()[0][0].status
    };
    let told = json!({"id":"o-1","aliases":["gen-9"],"model":"ours","arms":{"tone":"a"}});
    assert_eq!(register(&store, told), Status::Created);
    register(&store, json!({"id":"o-2","aliases":["span-2"]}));
    // Under an alias, saying otherwise, and naming ids that others have.
    let spans = json!({"id":"gen-9","model":"theirs","output":"text","arms":{"tone":"b"},
        "tags":{"input_tokens":"2"},"aliases":["trace-1","span-2","o-2","o-1","gen-9"]});
    assert_eq!(observed(spans.clone()), Status::Updated);
    assert_eq!(observed(spans), Status::Unchanged);
    let groups = groups(&store, EVER);
    assert_eq!(ids(&groups), [["o-1"], ["o-2"]]);
    let fields = groups[0].outputs[0].registered.clone().unwrap();
    assert_eq!(fields.model.as_deref(), Some("ours"));
    assert_eq!(fields.output.as_deref(), Some("text"));
    assert_eq!(fields.arms["tone"], "a");
    assert_eq!(fields.tags["input_tokens"], "2");
    let aliases: Vec<&str> = fields.aliases.iter().map(Id::as_str).collect();
    assert_eq!(aliases, ["gen-9", "trace-1"]);
    // What nobody told of is an output of its own.
    assert_eq!(observed(json!({"id":"o-3","output":"x"})), Status::Created);
    drop(directory);
}
