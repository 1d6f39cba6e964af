//! Labels as a whole: the contract's example, states, trust, identity, forms.

use serde_json::json;
use tacit_signals::{Signal, SubjectKind, signal::CopyVia};

use super::{
    script::{DAY, HOUR, SECOND, Story, T0, converted, copied, dwell, id, rated},
    *,
};
use crate::store::rows::{JoinedBy, Registered, StoredSubject};

pub(super) fn policy() -> Policy {
    Policy::default_policy().unwrap()
}

pub(super) fn label(story: Story, as_of: u64) -> Labelled {
    let mut labelled = label_group(&story.group(), &policy(), as_of);
    assert_eq!(labelled.outputs.len(), 1);
    labelled.outputs.remove(0)
}

/// What a label says, short: state, score, weight, confidence, reasons.
pub(super) fn says(label: &Labelled) -> (State, f64, f64, f64, Vec<String>) {
    let reason = |reason: &Reason| {
        let seqs: Vec<_> = reason
            .evidence
            .iter()
            .map(|id| id.seq.to_string())
            .collect();
        format!(
            "{} {:+} {} [{}]",
            reason.rule,
            reason.polarity,
            reason.weight,
            seqs.join(",")
        )
    };
    (
        label.state,
        label.score.to_f64(),
        label.weight.to_f64(),
        label.confidence.to_f64(),
        label.reasons.iter().map(reason).collect(),
    )
}

#[test]
fn the_contracts_example_byte_for_byte() {
    let registered = Registered {
        conversation: Some(id("c-1")),
        turn: Some(2),
        subject: Some(StoredSubject {
            id: "s_…".into(),
            kind: SubjectKind::App,
        }),
        model: Some("m-1".into()),
        prompt_version: Some("support@14".into()),
        arms: [("tone".into(), "b".into())].into(),
        ..Registered::default()
    };
    let mut story = Story::shown("o-1")
        .at(5 * SECOND, copied(0.507, CopyVia::Selection))
        .registered_as(registered);
    story.rows.joined_by = Some(JoinedBy::Alias);
    let line = label(story, 1_763_890_600_000).to_line();
    let session = "9f".repeat(16);
    let line = line
        .replace(&session, "<session>")
        .replace(&policy().reference(), "default@1#9c1f…");
    let contract = concat!(
        r#"{"output":"o-1","state":"positive","score":3.0,"weight":6.0,"confidence":0.9,"mature":false,"#,
        r#""reasons":[{"rule":"copied_most","polarity":1,"weight":3.0,"evidence":["<session>:1"]}],"#,
        r#""policy":"default@1#9c1f…","as_of":1763890600000,"matures_at":1764494790000,"#,
        r#""subject":"s_…","subject_kind":"app","trust":"known","conversation":"c-1","turn":2,"#,
        r#""model":"m-1","prompt_version":"support@14","arms":{"tone":"b"},"shown_at":1763889990000}"#,
    );
    assert_eq!(line, contract);
}

const AS_OF: u64 = T0 + HOUR;

#[test]
fn what_nobody_was_shown_waits() {
    let label = label(Story::untold("o").registered("Thus."), T0 + 365 * DAY);
    assert_eq!(label.state, State::Pending);
    assert!(!label.mature && !label.seen);
    assert_eq!((label.matures_at, label.shown_at), (None, None));
    assert_eq!(label.trust, Trust::Known);
    assert_eq!(label.to_json()["matures_at"], json!(null));
}

#[test]
fn neutral_once_mature_pending_before() {
    let state_at = |as_of| label(Story::shown("o"), as_of).state;
    assert_eq!(state_at(T0 + 7 * DAY - 1), State::Pending);
    assert_eq!(state_at(T0 + 7 * DAY), State::Neutral);
}

#[test]
fn seen_is_a_second_of_reading_or_any_act_of_a_person() {
    let seen = |story| label(story, AS_OF).seen;
    assert!(!seen(Story::shown("o")));
    assert!(!seen(Story::shown("o").at(1, dwell(999, 1.0))));
    assert!(seen(
        Story::shown("o")
            .at(1, dwell(600, 1.0))
            .in_session(1)
            .at(2, dwell(400, 1.0))
    ));
    assert!(seen(Story::shown("o").at(1, rated(0.0))));
    assert!(
        !seen(Story::shown("o").at(1, converted())),
        "the site said that, not the page"
    );
}

#[test]
fn reading_scales_confidence_and_nothing_else() {
    let read = |active_ms| {
        let story = Story::shown("o").at(1, copied(1.0, CopyVia::Button));
        let label = label(story.at(2, dwell(active_ms, 1.0)), AS_OF);
        assert_eq!((label.state, label.score.to_f64()), (State::Positive, 3.0));
        label.confidence.to_f64()
    };
    // 130 words at 238 a minute: 32.8 s expected, read from 16.4 s.
    assert_eq!(read(0), 0.82, "0.5 + 0.4 * 0.8");
    assert_eq!(read(8_193), 0.86, "half way: 0.5 + 0.4 * 0.9");
    assert_eq!(read(16_387), 0.9);
    assert_eq!(read(900_000), 0.9);
    let wordless = Signal::Shown(Box::default());
    let story = Story::untold("o").at(0, wordless);
    let story = story
        .at(1, copied(1.0, CopyVia::Button))
        .at(2, dwell(0, 0.0));
    assert_eq!(
        label(story, AS_OF).confidence.to_f64(),
        0.9,
        "nothing to read"
    );
}

#[test]
fn trust_is_that_of_the_weakest_evidence() {
    let trust = |story| label(story, AS_OF).trust;
    let signed = || {
        Story::untold("o")
            .signed(true)
            .at(0, script::shown(2, None))
    };
    assert_eq!(trust(signed()), Trust::Claimed, "nobody registered it");
    assert_eq!(trust(signed().registered("a")), Trust::Signed);
    let copy = copied(1.0, CopyVia::Button);
    let both = signed().at(1, copy.clone()).signed(false).at(2, rated(1.0));
    assert_eq!(trust(both.registered("a")), Trust::Known);
    let mixed = signed().signed(false).at(1, copy.clone()).registered("a");
    assert_eq!(trust(mixed), Trust::Known);
    let beside = signed()
        .at(1, copy)
        .signed(false)
        .at(2, dwell(900, 1.0))
        .registered("a");
    assert_eq!(trust(beside), Trust::Signed, "reading gave no evidence");
}

#[test]
fn registered_beats_claimed() {
    let claimed = label(Story::shown("o"), AS_OF);
    assert_eq!(
        (claimed.conversation, claimed.turn),
        (Some(id("c-1")), Some(2))
    );
    assert_eq!(claimed.subject.unwrap().id, "s_browser");
    let registered = Registered {
        conversation: Some(id("c-9")),
        turn: Some(7),
        variant: Some(3),
        model: Some("m-2".into()),
        ..Registered::default()
    };
    let label = label(Story::shown("o").registered_as(registered), AS_OF);
    assert_eq!((label.conversation, label.turn), (Some(id("c-9")), Some(7)));
    assert_eq!((label.variant, label.model), (Some(3), Some("m-2".into())));
    assert_eq!(
        label.subject.unwrap().id,
        "s_browser",
        "not registered, so claimed"
    );
}

#[test]
fn of_claimed_subjects_the_better_kind_stands() {
    let mut story = Story::shown("o")
        .at(1, rated(1.0))
        .at(2, rated(1.0))
        .at(3, rated(1.0));
    for (slice, (id, kind)) in story.rows.slices.iter_mut().zip([
        ("s_a", SubjectKind::Session),
        ("s_b", SubjectKind::Visitor),
        ("s_c", SubjectKind::App),
        ("s_d", SubjectKind::App),
    ]) {
        slice.subject = StoredSubject {
            id: id.into(),
            kind,
        };
    }
    assert_eq!(label(story, AS_OF).subject.unwrap().id, "s_c");
}

#[test]
fn csv_has_the_fields_of_the_json_form() {
    let label = label(Story::shown("o").at(1, rated(1.0)), AS_OF);
    let line: serde_json::Map<_, _> = serde_json::from_str(&label.to_line()).unwrap();
    let mut columns = Labelled::csv_header().to_vec();
    let record = label.csv_record();
    assert_eq!(record.len(), columns.len());
    assert_eq!(record[2..5], ["2.0", "1.0", "0.812"]);
    assert_eq!(record[15..18], ["", "", "{}"]);
    assert_eq!(
        record[6],
        r#"[{"rule":"rated_up","polarity":1,"weight":2.0,"evidence":["9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f:1"]}]"#
    );
    columns.sort_unstable();
    // What is only there when there is something stands in a column of its own.
    columns.retain(|column| !["late", "beyond", "screened"].contains(column));
    let names: Vec<_> = line.keys().map(String::as_str).collect();
    assert_eq!(names, columns);
    assert_eq!(record[19..], ["", "", ""]);
}

#[test]
fn a_program_sees_nothing() {
    let read = || Story::shown("o").at(1, dwell(5_000, 1.0)).at(2, rated(1.0));
    assert!(label(read(), AS_OF).seen);
    let mut by_program = read();
    by_program.rows.slices[2].automated = true;
    let label = label(by_program, AS_OF);
    assert!(!label.seen && label.automated);
}

#[test]
fn an_old_output_shown_again_stays_mature() {
    // Its first `shown` was lost; a page shows it again weeks later.
    let story = || Story::untold("o").at(SECOND, copied(1.0, CopyVia::Button));
    let before = label(story(), T0 + 30 * DAY);
    assert!(before.mature);
    let again = label(story().at(20 * DAY, script::shown(2, None)), T0 + 30 * DAY);
    assert_eq!(again.matures_at, before.matures_at);
    assert_eq!((again.shown_at, says(&again)), (None, says(&before)));
}

#[test]
fn training_weight_fades_with_age_and_nothing_else_does() {
    let file = format!(
        "{}\n[weights]\nhalf_life = \"10d\"\n",
        Policy::default_toml()
    );
    let policy = Policy::parse(&file).unwrap();
    let story = || {
        let text = script::content(tacit_signals::signal::ContentRole::Edit, "Better.");
        let story = Story::shown("o").at(SECOND, copied(1.0, CopyVia::Button));
        story
            .at(2 * SECOND, script::edited(0.8))
            .at(3 * SECOND, text)
    };
    let at = |days: u64| {
        let labelled = label_group(&story().group(), &policy, T0 + days * DAY);
        let label = &labelled.outputs[0];
        assert_eq!(label.score.to_f64(), 5.0);
        let edit = label.edit.unwrap().weight.to_f64();
        assert_eq!(labelled.pairs[0].weight.to_f64(), edit);
        (label.weight.to_f64(), edit)
    };
    assert_eq!(at(0), (10.0, 10.0));
    assert_eq!(at(10), (5.0, 5.0));
    assert_eq!(at(15), (3.536, 3.536), "10 * 2^-1.5");
    assert_eq!(
        label(story(), T0 + 15 * DAY).weight.to_f64(),
        10.0,
        "not by default"
    );
}

#[test]
fn combinations_count_with_all_their_events() {
    let rule = |clauses: &str| {
        let sections = Policy::default_toml()
            .split("[class]")
            .next()
            .unwrap()
            .to_owned();
        let file = sections
            + "[[rule]]\nname = \"r\"\nfamily = \"redo\"\nsignal = \"regenerated\"\nscore = -2\n\
               weight = 5\nreason = \"r\"\n"
            + clauses;
        Policy::parse(&file).unwrap()
    };
    // Copied at 2 s, regenerated at 5 s and 9 s, copied again (another way) at 12 s.
    let story = Story::shown("o")
        .at(2 * SECOND, copied(0.4, CopyVia::Button))
        .at(5 * SECOND, script::regenerated(5_000))
        .at(9 * SECOND, script::regenerated(9_000))
        .at(12 * SECOND, copied(0.9, CopyVia::Code));
    let found = |clauses: &str| {
        let labelled = label_group(&story.clone().group(), &rule(clauses), AS_OF);
        let (_, _, _, _, reasons) = says(&labelled.outputs[0]);
        reasons.join("")
    };
    assert_eq!(
        found("with = [{ signal = \"copied\", order = \"before\" }]"),
        "r -1 2.0 [1,2,3]"
    );
    assert_eq!(
        found("with = [{ signal = \"copied\", order = \"after\" }]"),
        "r -1 2.0 [2,3,4]"
    );
    let most = "when = { share = { at_least = 0.5 } }";
    assert_eq!(
        found(&format!("with = [{{ signal = \"copied\", {most} }}]")),
        "r -1 2.0 [2,3,4]"
    );
    assert_eq!(
        found("with = [{ signal = \"regenerated\", order = \"before\" }]"),
        "r -1 2.0 [2,3]"
    );
    assert_eq!(
        found("without = [{ signal = \"regenerated\", order = \"after\" }]"),
        "r -1 2.0 [3]"
    );
    assert_eq!(
        found(&format!(
            "without = [{{ signal = \"copied\", {most}, order = \"before\" }}]"
        )),
        "r -1 2.0 [2,3]"
    );
    assert_eq!(found("without = [{ signal = \"copied\" }]"), "");
    assert_eq!(
        found("with = [{ signal = \"copied\" }, { signal = \"shared\" }]"),
        ""
    );
}

#[test]
fn a_without_is_open_as_long_as_its_window_and_looks_at_accepted_text() {
    let sections = Policy::default_toml()
        .split("[class]")
        .next()
        .unwrap()
        .to_owned();
    let rule = |more: &str| {
        let file = format!(
            "{sections}[[rule]]\nname = \"r\"\nfamily = \"redo\"\nsignal = \"accepted\"\nscore = -2\n\
             weight = 5\nreason = \"r\"\n{more}\n"
        );
        Policy::parse(&file).unwrap()
    };
    let accepted = || Story::shown("o").at(SECOND, Signal::Accepted(script::act()));
    let matures = |more: &str| {
        let labelled = label_group(&accepted().group(), &rule(more), AS_OF);
        assert_eq!(labelled.outputs[0].state, State::Negative, "so far");
        labelled.outputs[0].matures_at.unwrap() - T0
    };
    assert_eq!(matures(""), 7 * DAY);
    assert_eq!(
        matures("within = \"9d\"\nwithout = [{ signal = \"shared\" }]"),
        9 * DAY
    );
    let survives = "without = [{ signal = \"survived\", when = { age_s = 604800 } }]";
    assert_eq!(matures(survives), 8 * DAY + SECOND);
    let story = accepted().at(7 * DAY + 2 * SECOND, script::survived(7 * DAY, 0.9));
    let labelled = label_group(&story.group(), &rule(survives), T0 + 9 * DAY);
    assert_eq!(labelled.outputs[0].state, State::Neutral, "it did survive");
}
