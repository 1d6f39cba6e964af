//! Who is in which arm.

use super::*;
use crate::testing::{project_with, running, running_for};

/// Everybody, as `as_of` knows them.
fn people(store: &dyn Store, experiment: &str, as_of: u64) -> Vec<(StoredSubject, String)> {
    let mut people = Vec::new();
    let visited = store.assignments(OURS, experiment, as_of, &mut |subject, arm| {
        people.push((subject.clone(), arm.to_owned()));
    });
    visited.unwrap();
    people
}

fn ours() -> std::sync::Arc<crate::control::Project> {
    project_with(vec![
        running("tone", 100),
        running("length", 0),
        running_for("some", 0, 700),
    ])
}

/// A batch of somebody whom the page named.
fn batch_by(subject: &str, received_at: u64, seq: u32) -> Accepted {
    let batch = json!({"v":1,"key":"pk","session":session(1),"subject":subject,
                       "sent_at":received_at,"sdk":"t","events":[copied(seq, "o-1")]});
    let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
    accept::accept(decoded, &ours(), received_at).accepted
}

fn registered_for(store: &dyn Store, id: &str, subject: &str, received_at: u64) -> Status {
    let output = json!({"id":id,"subject":subject});
    let Value::Object(object) = output else {
        panic!("an object");
    };
    let request = Registering {
        project: OURS,
        received_at,
        outputs: vec![registration::parse(object, &ours(), received_at).unwrap()],
    };
    store.register(&[request]).unwrap()[0][0].status
}

fn app(raw: &str) -> StoredSubject {
    ours().subject(raw, tacit_signals::SubjectKind::App)
}

pub(super) fn people_come_from_batches_and_registrations<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    fold(
        &store,
        &[batch_by("u-42", NOW, 0), batch_by("u-36", NOW, 1)],
    );
    registered_for(&store, "o-9", "u-7", NOW + 5);
    let mut expected: Vec<_> = [("u-42", "a"), ("u-36", "holdout"), ("u-7", "a")]
        .map(|(raw, arm)| (app(raw), arm.to_owned()))
        .into();
    expected.sort();
    assert_eq!(people(&store, "tone", EVER), expected);
    assert_eq!(people(&store, "length", EVER).len(), 3);
    assert_eq!(people(&store, "another", EVER), []);
    // Who is not in the traffic is known not to be.
    let mut some: Vec<_> = [("u-42", ""), ("u-36", ""), ("u-7", "a")]
        .map(|(raw, arm)| (app(raw), arm.to_owned()))
        .into();
    some.sort();
    assert_eq!(people(&store, "some", EVER), some);
    // Nobody is known before somebody told.
    assert_eq!(people(&store, "tone", NOW + 4).len(), 2);
    assert_eq!(people(&store, "tone", NOW - 1), []);
    drop(store);
    assert_eq!(
        people(&S::open_in(directory.path()), "tone", EVER),
        expected
    );
}

pub(super) fn people_come_by_kind_and_id<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let ours = ours();
    let mut told = batch_by("u-42", NOW, 0);
    let part = told.parts.pop().unwrap();
    for number in 0..40_u8 {
        let kind = if number.is_multiple_of(2) {
            tacit_signals::SubjectKind::Visitor
        } else {
            tacit_signals::SubjectKind::App
        };
        let mut part = part.clone();
        part.session = SessionId([number; 16]);
        part.subject = ours.subject(&format!("u-{number}"), kind);
        told.parts.push(part);
    }
    fold(&store, &[told]);
    let found: Vec<_> = people(&store, "tone", EVER)
        .into_iter()
        .map(|(subject, _)| (subject.kind, subject.id))
        .collect();
    assert_eq!(found.len(), 40);
    assert!(found.is_sorted(), "{found:?}");
    drop(directory);
}

pub(super) fn the_first_arm_told_is_kept_since_it_was_first_told<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    fold(&store, &[batch_by("u-42", NOW, 0)]);
    // What arrived earlier is folded later, and says what cannot be: another arm.
    let mut earlier = batch_by("u-42", NOW - 50, 1);
    for assigned in &mut earlier.parts[0].assigned {
        assigned.arm = "b".into();
    }
    fold(&store, &[earlier, batch_by("u-42", NOW + 50, 2)]);
    let known = [(app("u-42"), "a".to_owned())];
    assert_eq!(people(&store, "tone", NOW - 50), known);
    assert_eq!(people(&store, "tone", NOW - 51), []);
    assert_eq!(people(&store, "tone", EVER), known);
    drop(directory);
}

pub(super) fn a_refused_registration_assigns_nobody<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    registered_for(&store, "o-1", "u-42", NOW);
    let other = registered_for(&store, "o-1", "u-7", NOW);
    assert_eq!(other, Status::Conflict("subject"));
    // Told again, whoever is known from before the experiment is assigned.
    assert_eq!(
        registered_for(&store, "o-1", "u-42", NOW),
        Status::Unchanged
    );
    assert_eq!(people(&store, "tone", EVER), [(app("u-42"), "a".into())]);
    drop(directory);
}
