use serde_json::json;

use super::*;
use crate::testing::declaration;

fn said(kind: ReleaseKind) -> Announcement {
    Announcement {
        name: "support@15".into(),
        kind,
        from: Some("br_1".into()),
        experiment: None,
        arm: None,
        at: None,
        note: None,
    }
}

#[test]
fn what_was_learnt_from_people_is_unproven_until_an_experiment_with_a_holdout_is_named() {
    let experiment = |holdout: f64| {
        let more = json!({ "holdout": holdout });
        declaration("tone", more).starting(5).unwrap()
    };
    let proof =
        |said, declared: Option<&Experiment>| Release::new(said, 5).unwrap().proof(declared);
    assert_eq!(proof(said(ReleaseKind::Prompt), None), Proof::Unproven);
    let compared = |from: Option<&str>| {
        let mut compared = said(ReleaseKind::Model);
        compared.experiment = Some("tone".into());
        compared.from = from.map(Into::into);
        compared
    };
    let (held_out, nobody) = (experiment(0.05), experiment(0.0));
    assert_eq!(
        proof(compared(Some("br_1")), Some(&held_out)),
        Proof::Experiment
    );
    assert_eq!(
        proof(compared(Some("br_1")), Some(&nobody)),
        Proof::Unproven
    );
    // Recorded before experiments had to be declared.
    assert_eq!(proof(compared(Some("br_1")), None), Proof::Unproven);
    assert_eq!(proof(compared(None), Some(&nobody)), Proof::Experiment);
    let mut bought = said(ReleaseKind::Model);
    bought.from = None;
    assert_eq!(proof(bought, None), Proof::NotNeeded);
}

#[test]
fn errors_name_the_field() {
    let field = |said| match Release::new(said, 5) {
        Err(ReleaseError::Field { field, .. }) => Some(field),
        _ => None,
    };
    let mut nameless = said(ReleaseKind::Rag);
    nameless.name = " ".into();
    assert_eq!(field(nameless), Some("name"));
    let mut rootless = said(ReleaseKind::Rag);
    rootless.from = None;
    assert_eq!(field(rootless), Some("from"));
    let mut armed = said(ReleaseKind::Rag);
    armed.arm = Some("b".into());
    assert_eq!(field(armed), Some("arm"));
    let mut chatty = said(ReleaseKind::Rag);
    chatty.note = Some("x".repeat(NOTE_BYTES_MAX + 1));
    assert_eq!(field(chatty), Some("note"));
}

#[test]
fn a_release_told_before_there_were_arms_is_read_and_has_the_same_id() {
    let old = r#"{"release":"rel_1b9fb7745cc5b782","name":"support@15","kind":"prompt",
        "from":"br_1","experiment":"tone","at":5,"note":null}"#;
    let mut again = said(ReleaseKind::Prompt);
    again.experiment = Some("tone".into());
    let again = Release::new(again, 5).unwrap();
    assert_eq!(serde_json::from_str::<Release>(old).unwrap(), again);
    let mut armed = said(ReleaseKind::Prompt);
    (armed.experiment, armed.arm) = (Some("tone".into()), Some("b".into()));
    assert_ne!(Release::new(armed, 5).unwrap().release, again.release);
}

#[test]
fn the_same_telling_is_the_same_release() {
    let told = |at| {
        let mut said = said(ReleaseKind::Prompt);
        said.at = at;
        Release::new(said, 5).unwrap()
    };
    assert_eq!(told(Some(5)), told(None));
    assert_ne!(told(Some(5)).release, told(Some(6)).release);
    let shown = Known::default().json(&told(None));
    assert_eq!(
        (&shown["at"], &shown["proof"], &shown["verified"]),
        (&5.into(), &"unproven".into(), &Value::Null)
    );
}
