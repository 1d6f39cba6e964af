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

#[path = "unreplayable_tests.rs"]
mod unreplayable;
