//! What cannot be asked again, and what only looks like it.

use super::*;

/// Everything that cannot be asked again, once.
fn unreplayable() -> Vec<(Reason, Group)> {
    let with = |name: &str, registered: Registered| {
        Story::shown(name)
            .registered_as(registered)
            .at(4 * SECOND, dwell(4_000, 0.9))
    };
    let input = |name: &str, input: Vec<Stored>| answered(name, input).group();
    let documents = |name: &str, documents: Value| {
        let registered = Registered {
            documents: Some(documents.as_array().unwrap().clone()),
            ..registered(vec![user("What does it say?")], "It says yes.")
        };
        with(name, registered).group()
    };
    let prompt_alone = |name: &str| {
        let registered = Registered {
            input: None,
            ..registered(vec![], "An answer.")
        };
        with(name, registered)
            .at(0, content(ContentRole::Prompt, "And then?"))
            .group()
    };
    let image = json!([{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]);
    let call = json!([{"type": "tool_use", "id": "t", "name": "look", "input": {}}]);
    let no_answer = Registered {
        output: None,
        ..registered(vec![user("Hm?")], "")
    };
    vec![
        (Reason::NoInput, input("empty", vec![])),
        (
            Reason::NoInput,
            with(
                "unknown",
                Registered {
                    input: None,
                    ..registered(vec![], "Yes.")
                },
            )
            .group(),
        ),
        (
            Reason::Tools,
            input(
                "tool",
                vec![user("How warm?"), message("tool", json!("21"))],
            ),
        ),
        (
            Reason::Tools,
            input(
                "call",
                vec![
                    message("user", image.clone()),
                    message("assistant", json!(null)),
                ],
            ),
        ),
        (
            Reason::Tools,
            input("parts", vec![message("assistant", call), user("So?")]),
        ),
        (
            Reason::NotText,
            input("image", vec![message("user", image)]),
        ),
        (
            Reason::Roles,
            input("role", vec![message("critic", json!("Bad.")), user("So?")]),
        ),
        (
            Reason::NoQuestion,
            input(
                "prefilled",
                vec![user("So?"), message("assistant", json!("It"))],
            ),
        ),
        (Reason::NoQuestion, input("blank", vec![user(" ")])),
        (
            Reason::UnknownContext,
            documents("no-text", json!(["a.md"])),
        ),
        (
            Reason::MissingContext,
            documents("elsewhere", json!([{"id": "a", "content": "Yes."}])),
        ),
        (Reason::MissingContext, prompt_alone("mid-conversation")),
        (Reason::NoAnswer, with("silent", no_answer).group()),
        (Reason::TooLong, input("long", vec![user(&"ä".repeat(101))])),
    ]
}

#[test]
fn what_cannot_be_asked_again_is_counted_with_its_reason() {
    let few = Request {
        input_chars_max: 100,
        ..request()
    };
    let mut expected: BTreeMap<Reason, u64> = BTreeMap::new();
    for (reason, group) in unreplayable() {
        *expected.entry(reason).or_default() += 1;
        let name = group.outputs[0].id.clone();
        let selection = select(&[group], &few);
        let one = NotReplayable { reason, count: 1 };
        assert_eq!(selection.selected.not_replayable, [one], "{name}");
        assert!(selection.cases.is_empty(), "{name}");
    }
    let mut groups: Vec<Group> = unreplayable().into_iter().map(|(_, group)| group).collect();
    groups.push(answered("just", vec![user(&"ä".repeat(100))]).group());
    let all = select(&groups, &few).selected;
    let counted = all.not_replayable.iter().map(|one| (one.reason, one.count));
    assert_eq!(counted.collect::<BTreeMap<_, _>>(), expected);
    assert_eq!((all.replayable(), all.sampled()), (1, 1));
}

#[test]
fn context_that_is_there_is_not_missing() {
    let registered = Registered {
        documents: Some(vec![
            json!({"id": "a", "content": "Open on Sundays. "}),
            json!("b"),
        ]),
        ..registered(
            vec![user("Facts: Open on Sundays.\n\nWhen?")],
            "On Sundays.",
        )
    };
    let story = Story::shown("rag").registered_as(registered);
    assert_eq!(select(&[story.group()], &request()).cases.len(), 1);
}

#[test]
fn whoever_registers_documents_by_name_can_say_that_inputs_hold_them() {
    let told = Request {
        documents_in_input: true,
        ..request()
    };
    let unreplayable = unreplayable().into_iter();
    let by_name = unreplayable.filter(|(reason, _)| *reason == Reason::UnknownContext);
    for (_, group) in by_name {
        assert_eq!(select(&[group], &told).cases.len(), 1);
    }
    for (reason, group) in self::unreplayable() {
        if reason == Reason::MissingContext {
            assert!(
                select(&[group], &told).cases.is_empty(),
                "known not to be there"
            );
        }
    }
}

#[test]
fn a_browsers_prompt_needs_a_system_prompt_and_the_first_turn() {
    let registered = Registered {
        conversation: None,
        turn: None,
        input: None,
        ..registered(vec![], "An answer.")
    };
    let story = shown_in_turn("first", 0)
        .registered_as(registered)
        .at(0, content(ContentRole::Prompt, "Hello?"));
    let groups = [story.group()];
    let without = select(&groups, &request());
    assert_eq!(
        without.selected.not_replayable[0].reason,
        Reason::MissingContext
    );
    let with = Request {
        with_system: true,
        ..request()
    };
    let cases = select(&groups, &with).cases;
    assert_eq!(cases[0].input[0].content, "Hello?");
}
