//! Each rule by a scripted history; the contract's example; the fold's laws.

use serde_json::json;
use tacit_signals::{
    SubjectKind,
    signal::{CopyVia, Intent},
};

use super::{
    script::{
        DAY, HOUR, MINUTE, SECOND, Story, T0, act, converted, copied, dwell, edited, followed_up,
        id, rated, regenerated, span, survived,
    },
    *,
};
use crate::store::rows::{JoinedBy, Registered, StoredSubject};
use tacit_signals::Signal;

fn policy() -> Policy {
    Policy::default_policy().unwrap()
}

fn label(story: Story, as_of: u64) -> Labelled {
    let mut labelled = label_group(&story.group(), &policy(), as_of);
    assert_eq!(labelled.outputs.len(), 1);
    labelled.outputs.remove(0)
}

/// What a label says, short: state, score, weight, confidence, reasons.
fn says(label: &Labelled) -> (State, f64, f64, f64, Vec<String>) {
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
