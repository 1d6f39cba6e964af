//! A few scripted people, and what is asked again. `golden/cases.ndjson` and
//! `golden/selected.json` hold it; `TACIT_BLESS=1` accepts a change on purpose.

use std::convert::Infallible;

use serde_json::{Value, json};
use tacit_signals::{
    SubjectKind,
    signal::{ContentRole, CopyVia},
};

use super::*;
use crate::{
    label::script::{
        DAY, SECOND, Story, T0, content, copied, dwell, edited, group, id, rated, regenerated,
        shown, shown_in_turn, user,
    },
    replay::How,
    store::rows::{Message as Stored, Registered},
};

fn request() -> Request {
    Request {
        as_of: T0 + 40 * DAY,
        since: None,
        until: None,
        trust: Trust::Known,
        states: State::ALL.to_vec(),
        sample: 100,
        seed: 0,
        stratify: vec![Dimension::Label, Dimension::PromptVersion, Dimension::Month],
        allocation: Allocation::Proportional,
        redact: true,
        with_system: false,
        documents_in_input: false,
        input_chars_max: INPUT_CHARS_MAX,
    }
}

fn select(groups: &[Group], request: &Request) -> Selection {
    let policy = Policy::default_policy().unwrap();
    let pass = |visit: &mut dyn FnMut(&Group)| -> Result<(), Infallible> {
        groups.iter().for_each(visit);
        Ok(())
    };
    of_groups(&policy, request, pass).unwrap()
}

fn registered(input: Vec<Stored>, output: &str) -> Registered {
    Registered {
        conversation: Some(id("c-1")),
        turn: Some(2),
        input: Some(input),
        output: Some(output.into()),
        subject: Some(StoredSubject {
            id: "s_ada".into(),
            kind: SubjectKind::App,
        }),
        model: Some("m-1".into()),
        prompt_version: Some("support@14".into()),
        ..Registered::default()
    }
}

fn answered(name: &str, input: Vec<Stored>) -> Story {
    Story::shown(name)
        .registered_as(registered(input, &format!("The answer {name}.")))
        .at(4 * SECOND, dwell(4_000, 0.9))
}

fn kept(name: &str) -> Story {
    answered(name, vec![user("How do I return it?")]).at(9 * SECOND, copied(0.9, CopyVia::Button))
}

fn message(role: &str, content: Value) -> Stored {
    let role = role.into();
    Stored { role, content }
}

/// One kept, one regenerated into a kept one, one edited, one with private data.
fn people() -> Vec<Group> {
    let first =
        answered("turn-a", vec![user("Write a greeting.")]).at(9 * SECOND, regenerated(5_000));
    let second = Story::untold("turn-b")
        .at(10 * SECOND, shown(2, Some("turn-a")))
        .registered_as(registered(
            vec![user("Write a greeting.")],
            "Dear customer,",
        ))
        .at(14 * SECOND, dwell(4_000, 0.9))
        .at(15 * SECOND, copied(0.9, CopyVia::Button));
    let changed = answered(
        "changed",
        vec![message("system", json!("Be brief.")), user("Why?")],
    )
    .at(20 * SECOND, edited(0.4))
    .at(
        20 * SECOND,
        content(ContentRole::Edit, "Because I say so, mail ada@example.org."),
    );
    let private = answered(
        "private",
        vec![message(
            "user",
            json!([{"type": "text", "text": "I am "}, {"type": "text", "text": "ada@example.org"}]),
        )],
    )
    .at(9 * SECOND, rated(-1.0));
    vec![
        kept("kept").group(),
        group([first, second]),
        changed.group(),
        private.group(),
    ]
}

#[test]
fn golden() {
    let selection = select(&people(), &request());
    let file = |name: &str, text: &str| {
        let path = format!(
            "{}/src/replay/select/golden/{name}",
            env!("CARGO_MANIFEST_DIR")
        );
        if std::env::var_os("TACIT_BLESS").is_some() {
            std::fs::write(&path, text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "{name}");
    };
    let mut lines = String::new();
    for case in &selection.cases {
        lines += &serde_json::to_string(case).unwrap();
        lines.push('\n');
    }
    file("cases.ndjson", &lines);
    let selected = serde_json::to_string_pretty(&selection.selected).unwrap();
    file("selected.json", &(selected + "\n"));
}

#[test]
fn what_people_kept_and_rejected_is_told_by_turn() {
    let selection = select(&people(), &request());
    let case = |name: &str| {
        let case = selection.cases.iter().find(|case| case.output == name);
        let case = case.unwrap();
        let kept = case.kept.iter().map(|kept| (kept.how, kept.text.as_str()));
        (kept.collect::<Vec<_>>(), case.rejected.clone())
    };
    let of_turn = [(How::Sibling, "Dear customer,")].to_vec();
    let rejected = ["The answer turn-a.".to_owned()].to_vec();
    assert_eq!(case("turn-a"), (of_turn, rejected.clone()));
    let own = [(How::Output, "Dear customer,")].to_vec();
    assert_eq!(case("turn-b"), (own, rejected));
    let (changed, none) = case("changed");
    assert_eq!(changed, [(How::Edit, "Because I say so, mail [email].")]);
    assert!(none.is_empty(), "{none:?}");
    assert_eq!(
        case("private"),
        (vec![], vec!["The answer private.".into()])
    );
}

#[test]
fn what_is_private_is_taken_out_unless_told_otherwise() {
    let of = |redact| {
        let selection = select(
            &people(),
            &Request {
                redact,
                ..request()
            },
        );
        let case = selection
            .cases
            .into_iter()
            .find(|case| case.output == "private");
        let case = case.unwrap();
        (case.input[0].content.clone(), case.redacted)
    };
    assert_eq!(of(true), ("I am [email]".into(), 1));
    assert_eq!(of(false), ("I am ada@example.org".into(), 0));
}

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

#[test]
fn what_the_replay_is_not_about_is_counted_once_under_the_first_reason() {
    let mut automated = kept("program");
    automated.rows.slices[0].automated = true;
    let claimed = {
        let mut story = kept("claimed");
        story.rows.registered = None;
        story
    };
    let person = |name: &str, arm: Option<&str>| {
        let arms = arm.map(|arm| ("loop".into(), arm.into()));
        let registered = Registered {
            subject: Some(StoredSubject {
                id: "s_held".into(),
                kind: SubjectKind::App,
            }),
            arms: arms.into_iter().collect(),
            ..registered(vec![user("Why?")], "So.")
        };
        Story::shown(name).registered_as(registered)
    };
    let groups = [
        automated.group(),
        claimed.group(),
        // Known to be held out only after this.
        person("before", None).group(),
        person("held-out", Some("holdout")).group(),
        kept("kept").group(),
        Story::untold("unseen").registered("Never shown.").group(),
    ];
    let positive = Request {
        states: vec![State::Positive],
        ..request()
    };
    let selection = select(&groups, &positive);
    let expected = [
        (LeftOut::OutsideRange, 1),
        (LeftOut::Automated, 1),
        (LeftOut::Trust, 1),
        (LeftOut::HeldOut, 2),
    ];
    assert_eq!(selection.selected.left_out, BTreeMap::from(expected));
    assert_eq!(selection.selected.replayable(), 1);
    let negative = Request {
        states: vec![State::Negative],
        ..request()
    };
    let left_out = select(&groups, &negative).selected.left_out;
    assert_eq!(left_out[&LeftOut::State], 1);
    let later = Request {
        since: Some(T0 + 1),
        ..request()
    };
    assert_eq!(
        select(&groups, &later).selected.left_out[&LeftOut::OutsideRange],
        6
    );
    let until = Request {
        until: Some(T0),
        ..request()
    };
    assert_eq!(
        select(&groups, &until).selected.left_out[&LeftOut::OutsideRange],
        6
    );
}

fn many(count: usize) -> Vec<Group> {
    let bad = |name: String| answered(&name, vec![user("Why?")]).at(9 * SECOND, rated(-1.0));
    (0..count)
        .map(|number| match number % 4 {
            0 => bad(format!("bad-{number:03}")).group(),
            _ => kept(&format!("kept-{number:03}")).group(),
        })
        .collect()
}

#[test]
fn the_draw_hangs_on_seed_and_ids_alone() {
    let groups = many(80);
    let drawn = |groups: &[Group], seed| {
        let request = Request {
            sample: 12,
            seed,
            ..request()
        };
        let selection = select(groups, &request);
        let strata = selection.selected.strata.clone();
        let names = selection.cases.into_iter().map(|case| case.output);
        (names.collect::<Vec<_>>(), strata)
    };
    let (names, strata) = drawn(&groups, 1);
    let reversed: Vec<Group> = groups.iter().rev().cloned().collect();
    assert_eq!(drawn(&reversed, 1), (names.clone(), strata.clone()));
    assert_ne!(drawn(&groups, 2).0, names);
    // 60 kept and 20 bad: one each, and of the other ten 7.56 and 2.44.
    let counts: Vec<_> = strata
        .iter()
        .map(|one| (one.population, one.sampled))
        .collect();
    assert_eq!(counts, [(60, 9), (20, 3)]);
    let weight = |at: usize| strata[at].weight();
    assert!((weight(0) * 9.0 + weight(1) * 3.0 - 80.0).abs() < 1e-9);
}

#[test]
fn too_many_strata_are_told_apart_by_less() {
    let groups = many(8);
    let one = Request {
        sample: 1,
        ..request()
    };
    let selection = select(&groups, &one);
    assert_eq!(selection.selected.stratified_by, []);
    assert_eq!(selection.cases.len(), 1);
    assert_eq!(selection.selected.strata[0].population, 8);
}
