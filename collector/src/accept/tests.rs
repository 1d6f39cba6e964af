use serde_json::{Value, json};
use tacit_signals::{SubjectKind, codec::EventReader, json as twin};

use super::*;
use crate::{
    control::{ContentPolicy, Life, used::Used},
    testing::{NOW, control, project, project_keeping, project_with, running},
};

const SESSION: &str = "9f3c0000000000000000000000000000";

fn batch(events: &Value) -> Decoded {
    decoded(
        json!({"v":1,"key":"pk_1","session":SESSION,"subject":"u-42","sent_at":NOW,"events":events}),
    )
}

fn decoded(value: Value) -> Decoded {
    twin::decode(value.to_string().as_bytes()).unwrap()
}

fn copied(seq: u32, output: &str) -> Value {
    json!({"seq":seq,"at":NOW,"kind":"copied","output":output,"chars":4,"share":1,"via":"button"})
}

fn content(seq: u32, role: &str) -> Value {
    json!({"content":{"output":"o-1","seq":seq,"role":role,"text":"secret text"}})
}

#[test]
fn senders_are_checked() {
    let ours = project(1);
    let anywhere = control(&ours, &[]);
    let code = |control, key, origin| {
        sender(control, key, origin, NOW)
            .map(|_| ())
            .map_err(|e| e.code())
    };
    assert_eq!(code(&anywhere, "pk_1", Some("https://x.example")), Ok(()));
    assert_eq!(code(&anywhere, "pk_2", None), Err("key_unknown"));
    assert_eq!(code(&anywhere, "sk_1", None), Err("key_not_publishable"));
    let one = control(&ours, &["https://a.example"]);
    assert_eq!(code(&one, "pk_1", Some("https://a.example")), Ok(()));
    assert_eq!(
        code(&one, "pk_1", Some("https://a.example.evil")),
        Err("origin_forbidden")
    );
    assert_eq!(code(&one, "pk_1", Some("null")), Err("origin_forbidden"));
    assert_eq!(code(&one, "pk_1", None), Ok(()));
    let mut revoked = control(&ours, &[]);
    revoked.publishable.insert(
        "pk_1".into(),
        Arc::new(Publishable {
            id: "key_1".into(),
            project: Arc::clone(&ours),
            origins: vec![],
            used: Used::default(),
            life: Life {
                revoked: true,
                ends_at: None,
            },
        }),
    );
    assert_eq!(code(&revoked, "pk_1", None), Err("key_revoked"));
}

#[test]
fn events_are_split_by_output_and_kept_whole() {
    let ours = project(1);
    let unknown = json!({"seq":9,"at":NOW,"kind":"winked","output":"o-1"});
    let events = json!([
        copied(0, "o-1"),
        copied(1, "o-2"),
        copied(5, "o-1"),
        unknown
    ]);
    let decoded = batch(&events);
    let before = decoded.batch.events.clone();
    let verdict = accept(decoded, &ours, NOW);
    assert_eq!(verdict.rejected, []);
    let part = &verdict.accepted.parts[0];
    let shape: Vec<_> = part
        .slices
        .iter()
        .map(|chunk| (chunk.output.as_str(), chunk.seqs.clone(), chunk.quarantined))
        .collect();
    assert_eq!(
        shape,
        [
            ("o-1", vec![0, 5], false),
            ("o-2", vec![1], false),
            ("o-1", vec![9], true)
        ]
    );
    let read = part.slices.iter().flat_map(|chunk| {
        EventReader::of_output(&chunk.bytes, chunk.base_at, chunk.output.clone())
    });
    let mut after: Vec<Event> = read.map(|event| event.unwrap().unwrap()).collect();
    after.sort_by_key(|event| event.seq);
    assert_eq!(after, before);
    assert_eq!(verdict.accepted.events(), 4);
}

#[test]
fn the_raw_subject_goes_no_further() {
    let ours = project(1);
    let verdict = accept(batch(&json!([copied(0, "o-1")])), &ours, NOW);
    let subject = &verdict.accepted.parts[0].subject;
    assert_eq!(*subject, ours.subject("u-42", SubjectKind::App));
    assert_eq!((subject.id.len(), &subject.id[..2]), (34, "s_"));
    let mut bytes = Vec::new();
    record::put(&mut bytes, &verdict.accepted);
    for secret in [&b"u-42"[..], b"pk_1"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
    let other = project(2).subject("u-42", SubjectKind::App);
    assert_ne!(other.id, subject.id, "each project hides in its own way");
}

#[test]
fn without_a_subject_the_session_stands_for_the_person() {
    let ours = project(1);
    let decoded = decoded(json!({"v":1,"key":"pk_1","session":SESSION,"sent_at":NOW,
                                 "events":[copied(0, "o-1")]}));
    let session = decoded.batch.session;
    let verdict = accept(decoded, &ours, NOW);
    let subject = &verdict.accepted.parts[0].subject;
    assert_eq!(*subject, ours.session_subject(session));
    assert_eq!(subject.kind, SubjectKind::Session);
}

#[test]
fn too_old_is_refused_alone_and_counted() {
    let ours = project(1);
    let fifteen_days = 15 * 24 * 3_600 * 1_000;
    let old =
        json!({"seq":1,"at":NOW - fifteen_days,"kind":"copied","output":"o-1","chars":1,"share":1});
    let verdict = accept(batch(&json!([copied(0, "o-1"), old])), &ours, NOW);
    let rejected = &verdict.rejected[0];
    assert_eq!(
        (rejected.seq, rejected.code.as_str(), rejected.field),
        (Some(1), "too_old", "at")
    );
    assert_eq!(verdict.accepted.events(), 1);
    assert_eq!(
        verdict.accepted.counts,
        [("rejected.too_old".to_owned(), 1)]
    );
}

#[test]
fn texts_are_dropped_where_the_project_keeps_none() {
    let frames = json!([
        content(0, "edit"),
        content(1, "prompt"),
        content(2, "answer")
    ]);
    let kept = |policy| {
        let verdict = accept(batch(&frames), &project_keeping(1, policy), NOW);
        let refused: Vec<_> = verdict.rejected.iter().map(|r| r.seq.unwrap()).collect();
        let mut bytes = Vec::new();
        record::put(&mut bytes, &verdict.accepted);
        let texts = bytes
            .windows(11)
            .filter(|window| window == b"secret text")
            .count();
        (refused, texts)
    };
    assert_eq!(kept(ContentPolicy::Full), (vec![], 3));
    assert_eq!(kept(ContentPolicy::Edits), (vec![1, 2], 1));
    assert_eq!(kept(ContentPolicy::Off), (vec![0, 1, 2], 0));
}

#[test]
fn valid_tokens_sign_and_others_are_counted() {
    let ours = project(1);
    let ada = ours.subject("u-42", SubjectKind::App);
    let token = |output, expires_at| token::issue(&ours, output, Some(&ada), expires_at);
    let with = |seq: u32, output: &str, token: String| {
        let mut event = copied(seq, output);
        event["token"] = token.into();
        event
    };
    let events = json!([
        with(0, "o-1", token("o-1", NOW + 60_000)),
        with(1, "o-2", token("o-2", NOW - 60_000)),
        with(2, "o-3", token("o-1", NOW + 60_000)),
        copied(3, "o-4"),
        copied(4, "o-1"),
    ]);
    let verdict = accept(batch(&events), &ours, NOW);
    assert_eq!(verdict.rejected, []);
    let signed: Vec<_> = verdict.accepted.parts[0]
        .slices
        .iter()
        .map(|chunk| (chunk.output.as_str(), chunk.signed))
        .collect();
    assert_eq!(
        signed,
        [
            ("o-1", true),
            ("o-2", false),
            ("o-3", false),
            ("o-4", false)
        ]
    );
    let counts = [
        ("tokens_expired".to_owned(), 1),
        ("tokens_invalid".to_owned(), 1),
    ];
    assert_eq!(verdict.accepted.counts, counts);
}

#[test]
fn a_servers_signals_are_sessions_of_their_own() {
    let ours = project(1);
    let signal = |id: &str| {
        let value = json!({"id":id,"kind":"converted","output":"o-1","name":"sale","value":9.5,
                           "subject":"u-42","source":"shop"});
        match value {
            Value::Object(object) => object,
            _ => unreachable!(),
        }
    };
    let verdict = accept_server(vec![signal("a"), signal("b"), signal("a")], &ours, NOW);
    assert_eq!(verdict.rejected, []);
    let parts = &verdict.accepted.parts;
    assert_eq!(
        parts[0].session, parts[2].session,
        "a repeat is a duplicate"
    );
    assert_ne!(parts[0].session, parts[1].session);
    assert_eq!(parts[0].subject, ours.subject("u-42", SubjectKind::App));
    assert_eq!(parts[0].origin.sdk, "shop");
    assert!(parts[0].slices[0].signed);
    let other = accept_server(vec![signal("a")], &project(2), NOW);
    assert_ne!(other.accepted.parts[0].session, parts[0].session);
}

#[test]
fn a_servers_bad_signal_is_named_by_place_and_id() {
    let ours = project(1);
    let object = |value: Value| value.as_object().unwrap().clone();
    let verdict = accept_server(
        vec![
            object(json!({"kind":"accepted","output":"o-1"})),
            object(json!({"id":"x","kind":"copied","output":"o-1","chars":1,"share":7})),
            object(json!({"id":"y","kind":"accepted","output":"o-1","at":5})),
        ],
        &ours,
        NOW,
    );
    let refused: Vec<_> = verdict
        .rejected
        .iter()
        .map(|r| (r.index, r.id.as_deref(), r.code.as_str()))
        .collect();
    assert_eq!(
        refused,
        [
            (0, None, "id_missing"),
            (1, Some("x"), "share_out_of_range"),
            (2, Some("y"), "too_old")
        ]
    );
    assert_eq!(verdict.accepted.events(), 0);
}

#[test]
fn a_page_cannot_pass_for_an_evaluation() {
    let ours = project(1);
    let sdk = |sdk: &str| {
        let mut decoded = batch(&json!([copied(0, "o-1")]));
        decoded.batch.sdk = sdk.into();
        let verdict = accept(decoded, &ours, NOW);
        verdict.accepted.parts[0].origin.sdk.clone()
    };
    assert_eq!(sdk("evaluator 2"), "evaluator 2");
    assert_eq!(sdk("eval"), "");
    assert_eq!(sdk("eval:judge"), "");
}

#[test]
fn the_arms_of_a_person_travel_with_what_they_did() {
    let ours = project_with(vec![running("tone", 100), running("length", 0)]);
    let arms = |assigned: &[Assigned]| -> Vec<(String, String)> {
        let pair = |one: &Assigned| (one.experiment.clone(), one.arm.clone());
        assigned.iter().map(pair).collect()
    };
    let expected = [("tone", "a"), ("length", "b")];
    let expected = expected.map(|(experiment, arm)| (experiment.to_owned(), arm.to_owned()));

    let browser = accept(batch(&json!([copied(0, "o-1")])), &ours, NOW).accepted;
    assert_eq!(arms(&browser.parts[0].assigned), expected);
    let mut bytes = Vec::new();
    record::put(&mut bytes, &browser);
    assert_eq!(record::read(&bytes), Ok(browser));

    let object = |value: Value| value.as_object().unwrap().clone();
    let named = json!({"id":"x","kind":"accepted","output":"o-1","subject":"u-42"});
    let unnamed = json!({"id":"y","kind":"accepted","output":"o-1"});
    let server = accept_server(vec![object(named), object(unnamed)], &ours, NOW).accepted;
    assert_eq!(arms(&server.parts[0].assigned), expected);
    assert_eq!(server.parts[1].assigned, []);

    let output = |value| registration::parse(object(value), &ours, NOW).unwrap();
    let registered = output(json!({"id":"o-1","subject":"u-42"}));
    assert_eq!(arms(&registered.assigned), expected);
    assert_eq!(output(json!({"id":"o-1"})).assigned, []);
}

#[test]
fn history_is_an_imports_and_has_a_bound() {
    let ours = project(1);
    let object = |value: Value| value.as_object().unwrap().clone();
    let aged = |id: &str, source: &str, age_ms: u64| {
        object(json!({
            "id": id, "output": "o-1", "kind": "rated", "value": 1,
            "source": source, "at": NOW - age_ms,
        }))
    };
    let month = 30 * 86_400_000;
    let bound = crate::limits::HISTORY_AGE_MS_MAX;
    let verdict = accept_server(
        vec![
            aged("a", "import:langfuse", month),
            aged("b", "eval:import:langfuse", bound),
            aged("c", "import:langfuse", bound + 1),
            aged("d", "important", month),
            aged("e", "eval", month),
        ],
        &ours,
        NOW,
    );
    assert_eq!(verdict.accepted.parts.len(), 2);
    let refused = verdict.rejected.iter().map(|one| (one.index, &*one.code));
    assert_eq!(
        refused.collect::<Vec<_>>(),
        [(2, "too_old"), (3, "too_old"), (4, "too_old")]
    );
}
