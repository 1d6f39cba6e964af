use serde_json::json;
use tacit_signals::{Signal, signal::CopyVia};

use super::*;
use crate::label::State;
use crate::label::script::{
    DAY, HOUR, SECOND, Story, T0, act, copied, dwell, id, rated, regenerated, shown,
};

fn explained(story: Story, policy: &Policy, as_of: u64) -> (Labelled, Explanation) {
    let output = story.rows.id.clone();
    explain(&story.group(), &output, policy, as_of).unwrap()
}

fn by_default(story: Story, as_of: u64) -> Explanation {
    explained(story, &Policy::default_policy().unwrap(), as_of).1
}

fn told<'e>(explanation: &'e Explanation, rule: &str) -> &'e Told {
    let mut rules = explanation.rules.iter();
    rules.find(|told| told.rule == rule).unwrap()
}

#[test]
fn each_rule_says_what_became_of_it() {
    let story = Story::shown("o")
        .at(2 * SECOND, dwell(2_000, 0.4))
        .at(5 * SECOND, copied(0.2, CopyVia::Button))
        .at(6 * SECOND, copied(0.9, CopyVia::Selection))
        .at(9 * SECOND, regenerated(9 * SECOND));
    let explanation = by_default(story, T0 + HOUR);
    assert_eq!(explanation.rules.len(), 22, "every rule of the policy");

    let most = told(&explanation, "copied_most");
    assert_eq!(most.outcome, Outcome::Counted);
    assert_eq!(most.evidence.len(), 1);
    let event = &most.evidence[0];
    assert!(event.id.ends_with(":3"), "{event:?}");
    assert_eq!((event.at, event.received_at), (T0 + 6_000, T0 + 6_000));
    assert_eq!(event.values["share"], json!(0.9));
    assert_eq!(most.missed[0].wanted, "share at least 0.5");
    assert_eq!(most.missed[0].found, json!(0.2));

    let part = told(&explanation, "copied_part");
    assert_eq!(part.outcome, Outcome::Outdone);
    assert_eq!(part.outdone_by.as_deref(), Some("copied_most"));

    let fast = told(&explanation, "regenerated_fast");
    assert_eq!(fast.outcome, Outcome::NotFired);
    assert_eq!(fast.missed[0].wanted, "used_before false");
    assert_eq!(fast.missed[0].found, json!(true));
    assert!(fast.missed[0].event.as_ref().unwrap().ends_with(":4"));

    assert_eq!(
        told(&explanation, "regenerated_after_use").outcome,
        Outcome::Note
    );
    let shared = told(&explanation, "shared");
    assert_eq!(shared.missed.len(), 1);
    assert_eq!(
        (&*shared.missed[0].wanted, &shared.missed[0].found),
        ("shared", &json!(null))
    );
    let survived = told(&explanation, "accepted_survived_10min");
    assert_eq!(survived.missed[0].wanted, "accepted or pasted");
    assert_eq!((most.until, survived.until), (Some(T0 + 7 * DAY), None));
    let abandoned = told(&explanation, "abandoned");
    assert_eq!(abandoned.missed[0].wanted, "nothing done");

    let part = Part {
        rule: "copied_most".into(),
        score: Milli::new(3_000),
    };
    assert_eq!(explanation.sum, [part]);
    let sure = explanation.confidence;
    assert_eq!((sure.unread, sure.words), (Milli::new(900), Some(130)));
    // 2 s of 32.8 s expected: ratio 0.061, of `read` 0.5 an eighth.
    assert_eq!((sure.scale, sure.value), (Milli::new(824), Milli::new(830)));
    let open = Open {
        what: "acts".into(),
        until: T0 + 7 * DAY,
    };
    assert_eq!(explanation.open, [open]);
    assert!(!explanation.mature);
}

#[test]
fn a_look_at_accepted_text_has_a_window_of_its_own() {
    let accepted = Story::shown("o").at(DAY, Signal::Accepted(act()));
    let explanation = by_default(accepted, T0 + 2 * DAY);
    let until = |rule| told(&explanation, rule).until;
    assert_eq!(until("accepted_survived_7d"), Some(T0 + 9 * DAY));
    assert_eq!(until("copied_most"), Some(T0 + 7 * DAY));
}

#[test]
fn an_absence_waits_for_the_visit_and_says_so() {
    let story = Story::shown("o").at(2 * SECOND, dwell(1_500, 0.2));
    let during = by_default(story.clone(), T0 + 60 * SECOND);
    let told_during = told(&during, "abandoned");
    assert_eq!(told_during.missed[0].wanted, "the visit is over");
    let over_at = T0 + 2 * SECOND + 30 * 60 * SECOND;
    assert_eq!(told_during.missed[0].found, json!(over_at));
    let visit = Open {
        what: "the end of the visit".into(),
        until: over_at,
    };
    assert!(during.open.contains(&visit), "{:?}", during.open);
    let after = by_default(story.clone(), over_at);
    assert_eq!(told(&after, "abandoned").outcome, Outcome::Counted);
    let deeper = story.at(3 * SECOND, dwell(1_600, 0.5));
    let read = by_default(deeper, over_at + HOUR);
    let missed = &told(&read, "abandoned").missed[0];
    assert_eq!(missed.wanted, "read_share below 0.5");
    assert_eq!((&missed.event, &missed.found), (&None, &json!(0.5)));
}

#[test]
fn what_came_late_is_named_with_what_the_label_was_before() {
    let story = Story::shown("o")
        .at(SECOND, copied(1.0, CopyVia::Button))
        .at(2 * SECOND, rated(-1.0))
        .received(8 * DAY);
    let (label, explanation) = explained(story, &Policy::default_policy().unwrap(), T0 + 9 * DAY);
    assert_eq!(
        (label.state, label.score),
        (State::Conflict, Milli::new(1_000))
    );
    let late = explanation.late.as_ref().unwrap();
    assert!(late.events[0].ends_with(":2"), "{late:?}");
    assert_eq!(
        (late.before.state, late.before.score),
        (State::Positive, Milli::new(3_000))
    );
    assert_eq!(late.before.matures_at, Some(T0 + 7 * DAY));
    assert_eq!(late.before.reasons.len(), 1);
    let text = explanation.to_string();
    assert!(text.contains("received late"), "{text}");
    assert!(
        text.contains("without, it was positive with score 3.0"),
        "{text}"
    );
    assert_eq!(label.to_json()["late"], json!(late.events));
}

#[test]
fn overrides_that_hold_are_named() {
    let file = format!(
        "{}\n[[override]]\nmodel = [\"m-*\"]\ndecide = 4.0\n\n[[override]]\nsurface = [\"x\"]\ndecide = 1.0\n\
         \n[[override]]\nmodel = [\"m-1\"]\n[[override.rule]]\nname = \"shared\"\noff = true\n",
        Policy::default_toml()
    );
    let policy = Policy::parse(&file).unwrap();
    let of_model = crate::store::rows::Registered {
        model: Some("m-1".into()),
        ..Default::default()
    };
    let story = Story::untold("o")
        .at(0, shown(1, None))
        .registered_as(of_model);
    let (_, explanation) = explained(story, &policy, T0);
    let numbers: Vec<_> = explanation.overrides.iter().map(|o| o.number).collect();
    assert_eq!(numbers, [1, 3]);
    assert_eq!(explanation.overrides[0].model, ["m-*"]);
    assert_eq!(explanation.decide, Milli::new(4_000));
    assert_eq!(told(&explanation, "shared").outcome, Outcome::Off);
}

#[test]
fn text_for_a_terminal_says_it_all() {
    let story = Story::shown("o")
        .at(5 * SECOND, copied(0.5, CopyVia::Selection))
        .at(9 * SECOND, rated(-1.0));
    let text = by_default(story, T0 + HOUR).to_string();
    let session = "9f".repeat(16);
    for line in [
        "o is conflict\n",
        "    +3 copied_most: copied at least half\n",
        &format!("         {session}:1 copied at +5s, chars 400, share 0.5, via selection\n"),
        "    -2 rated_down: rated down\n",
        "     · shared: wanted shared, there is none\n",
        "score 1.0 (+3 -2); 2.0 decides: not reached\n",
        "confidence 0.675: 1/(1+exp(-1.0/1.365)) = 0.675, reading not measured\n",
        "matures at 2025-11-30T09:26:30Z\n  open until 2025-11-30T09:26:30Z: acts\n",
    ] {
        assert!(text.contains(line), "{line}\nin\n{text}");
    }
}

#[test]
fn an_output_that_is_not_there_has_no_explanation() {
    let policy = Policy::default_policy().unwrap();
    assert!(explain(&Story::shown("o").group(), &id("p"), &policy, T0).is_none());
}
