//! Erasures on real files: from any point of the way to the end.

mod house;

use std::fs;

use serde_json::json;

use self::house::{
    House, PERSON, assert_balanced, event, finish, groups, holding, project, register, send,
    traces_of_them, world,
};
use super::*;
use crate::{
    collector::ended,
    log::{Options, disk::RealDisk},
    store::{self, Status, StoreUrl},
};

#[test]
fn whoever_is_killed_after_any_step_goes_on() {
    let (house, without) = world();
    for steps in 0..=Step::ALL.len() {
        let house = house.copy();
        killed_after(&house, steps);
        let collector = house.open();
        finish(&collector);
        let project = project(&collector);
        assert_eq!(groups(&collector), without, "after {steps} steps");
        assert_eq!(
            traces_of_them(&house, &project),
            [""; 0],
            "after {steps} steps"
        );
        assert_balanced(&collector);
        collector.close().unwrap();
        assert_balanced(&collector);
    }
}

/// Asks for the erasure, does so many of its steps and no more.
fn killed_after(house: &House, steps: usize) {
    let data = house.path();
    let store = store::open(&StoreUrl::Sqlite, &data).unwrap();
    let control = Arc::new(ControlCell::new(store.control().unwrap()));
    let erasures = Erasures::open(&data, Arc::clone(&store), Arc::clone(&control)).unwrap();
    let project = Arc::clone(control.get().projects.values().next().unwrap());
    let subject = project.subject(PERSON, SubjectKind::App);
    if steps == 0 {
        // As by a process beside, before anybody took it up.
        ask(&*store, &project, &subject, now_ms()).unwrap();
        return;
    }
    let asked = erasures.ask(&project, &subject, now_ms()).unwrap();
    assert!(asked.is_done(Step::Tombstone));
    let options = Options {
        segment_bytes: 1 << 20,
        segment_age: Duration::from_secs(900),
        backlog_bytes_max: 1 << 30,
    };
    let (log, ..) = Log::open(
        Arc::new(RealDisk::new(data.join("log")).unwrap()),
        store.salt().unwrap(),
        options,
        store.position().unwrap(),
        Arc::new(Bell::default()),
        &mut |_| {},
    )
    .unwrap();
    let mut open = store.open_erasures().unwrap();
    for step in &Step::ALL[..steps] {
        erasures.step(*step, &mut open, &log).unwrap();
    }
    log.close();
}

#[test]
fn a_restored_store_is_erased_before_it_is_served() {
    let (house, without) = world();
    let before = house.copy();
    killed_after(&house, Step::ALL.len());
    for name in ["tacit.sqlite", "tacit.sqlite-wal", "tacit.sqlite-shm"] {
        let _ = fs::remove_file(house.path().join(name));
        let _ = fs::copy(before.path().join(name), house.path().join(name));
    }
    let collector = house.open();
    assert_eq!(groups(&collector), without);
    finish(&collector);
    assert_eq!(traces_of_them(&house, &project(&collector)), [""; 0]);
    assert_balanced(&collector);
    collector.close().unwrap();
}

#[test]
fn nothing_more_is_taken_of_them() {
    let (house, without) = world();
    killed_after(&house, Step::ALL.len());
    let collector = house.open();
    let erased = |id: &str, subject: Option<&str>| {
        register(
            &collector,
            json!({"id":id,"subject":subject,"output":"Their answer"}),
        )
    };
    assert_eq!(erased("o-new", Some(PERSON)), Status::Erased);
    assert_eq!(erased("o-theirs", None), Status::Erased);
    assert_eq!(erased("chat-theirs", None), Status::Erased);
    let now = now_ms();
    let events = json!([
        event(0, now, "o-theirs", None),
        event(1, now, "o-new", None)
    ]);
    send(&collector, 9, Some(PERSON), &events);
    send(&collector, 7, None, &json!([event(30, now, "o-new", None)]));
    send(
        &collector,
        8,
        None,
        &json!([event(1, now, "chat-theirs", None)]),
    );
    collector.close().unwrap();
    assert_eq!(groups(&collector), without);
    let id = project(&collector).id;
    let fates = collector.store.fates(id).unwrap();
    assert_eq!(fates["erased"], 5 + 4, "{fates:?}");
    assert_eq!(
        ended(&fates),
        collector.outcomes.of(Some(id)).acknowledged_events()
    );
    let project = project(&collector);
    assert_eq!(traces_of_them(&house, &project), [""; 0]);
}

#[test]
fn before_the_file_is_written_anew_the_bytes_are_there() {
    let (house, _) = world();
    // Somebody else has the database open, or its last user would tidy up.
    let store = store::open(&StoreUrl::Sqlite, &house.path()).unwrap();
    killed_after(&house, 3);
    let control = store.control().unwrap();
    let project = control.projects.values().next().unwrap();
    assert_ne!(traces_of_them(&house, project), [""; 0]);
    store.shred().unwrap();
    assert!(store.is_shredded().unwrap());
    assert_eq!(traces_of_them(&house, project), [""; 0]);
}

/// Whether a deleted text is in the database's file after its write-ahead log was emptied.
fn is_left(secure_delete: bool) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.sqlite");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    connection
        .pragma_update(None, "secure_delete", secure_delete)
        .unwrap();
    let texts = "CREATE TABLE texts (text TEXT); INSERT INTO texts VALUES ('Their answer'), ('x');";
    connection.execute_batch(texts).unwrap();
    let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
    connection.query_row(truncate, [], |_| Ok(())).unwrap();
    let delete = "DELETE FROM texts WHERE text = 'Their answer'";
    connection.execute(delete, []).unwrap();
    connection.query_row(truncate, [], |_| Ok(())).unwrap();
    let mut found = Vec::new();
    holding(directory.path(), b"Their answer", &mut found);
    !found.is_empty()
}

#[test]
fn what_is_deleted_is_overwritten_as_the_store_is_set() {
    assert!(is_left(false), "the scan sees what SQLite leaves behind");
    assert!(!is_left(true));
}

#[test]
fn an_erasure_is_asked_for_once() {
    let (house, _) = world();
    let collector = house.open();
    let project = project(&collector);
    let subject = project.subject(PERSON, SubjectKind::App);
    let first = collector.erasures.ask(&project, &subject, 5).unwrap();
    let again = collector.erasures.ask(&project, &subject, 6).unwrap();
    assert_eq!((&again.job, again.requested_at), (&first.job, 5));
    finish(&collector);
    let done = collector
        .store
        .erasure(project.id, &first.job)
        .unwrap()
        .unwrap();
    assert_eq!(done.state, State::Done, "{done:?}");
    assert_eq!(done.steps[1].found["events"], 5);
    let id = Id::parse("output", "o-theirs").unwrap();
    assert!(
        collector
            .store
            .group_of(project.id, &id, u64::MAX)
            .unwrap()
            .is_none()
    );
    collector.close().unwrap();
}
