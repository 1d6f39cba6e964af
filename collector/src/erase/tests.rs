//! Erasures on real files: from any point of the way to the end.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Value, json};
use tacit_signals::{Id, json as twin};
use tempfile::TempDir;

use super::*;
use crate::{
    accept::{accept, record, registration},
    collector::{Collector, ended},
    config::LogConfig,
    log::{Options, disk::RealDisk, frame::Frame},
    store::{KeyKind, NewKey, Registering, Status, Store},
};

const PERSON: &str = "u-forget-me";
/// What must be nowhere afterwards. Texts, ids, and what the person is hidden as.
const THEIRS: [&str; 5] = [
    "Their question",
    "Their answer",
    "o-theirs",
    "c-theirs",
    "o-loose",
];

fn session(number: u8) -> String {
    hex::encode([number; 16])
}

fn batch(now: u64, number: u8, subject: Option<&str>, events: &Value) -> Vec<u8> {
    json!({"v":1,"key":"pk_1","session":session(number),"subject":subject,"sent_at":now,
        "events":events})
    .to_string()
    .into_bytes()
}

fn event(seq: u32, now: u64, output: &str, conversation: Option<&str>) -> Value {
    json!({"seq":seq,"at":now,"kind":"shown","output":output,"chars":800,"words":100,
        "conversation":conversation})
}

struct House {
    directory: TempDir,
}

impl House {
    fn new() -> Self {
        let house = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        let collector = house.open();
        collector
            .store
            .create_key(&NewKey {
                project: "shop".into(),
                kind: KeyKind::Secret,
                text: "sk_1".into(),
                id: "key_1".into(),
                origins: Vec::new(),
                content: None,
                created_at: 1,
            })
            .unwrap();
        collector.look_again().unwrap();
        collector.close().unwrap();
        house
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn open(&self) -> Collector {
        Collector::open(&self.path(), &LogConfig::default())
            .unwrap()
            .0
    }

    fn copy(&self) -> Self {
        let directory = tempfile::tempdir().unwrap();
        copy(&self.path(), &directory.path().join("data"));
        Self { directory }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn project(collector: &Collector) -> Arc<Project> {
    let control = collector.control.get();
    Arc::clone(control.projects.values().next().unwrap())
}

fn register(collector: &Collector, output: Value) -> Status {
    let project = project(collector);
    let Value::Object(object) = output else {
        panic!("an object");
    };
    let now = now_ms();
    let request = Registering {
        project: project.id,
        received_at: now,
        outputs: vec![registration::parse(object, &project, now).unwrap()],
    };
    collector.store.register(&[request]).unwrap()[0][0].status
}

fn send(collector: &Collector, number: u8, subject: Option<&str>, events: &Value) {
    let now = now_ms();
    let body = batch(now, number, subject, events);
    let decoded = twin::decode(&body).unwrap();
    let accepted = accept(decoded, &project(collector), now).accepted;
    let frame = Frame::new(collector.log.salt(), |out| record::put(out, &accepted)).unwrap();
    let mut received = collector.outcomes.received();
    received.belongs_to(collector.outcomes.of(Some(accepted.project)));
    let written = collector.log.append(frame, accepted.events(), received);
    written.unwrap().blocking_recv().unwrap().unwrap();
}

/// What others do: before the person comes, and while they are there.
fn others(collector: &Collector) {
    let now = now_ms();
    let other = json!({"id":"o-others","subject":"u-other","conversation":"c-others",
        "input":[{"role":"user","content":"Another question"}],"output":"Another answer"});
    assert_eq!(register(collector, other), Status::Created);
    let events = json!([
        event(0, now, "o-others", Some("c-others")),
        event(1, now, "o-faq", None)
    ]);
    send(collector, 1, Some("u-other"), &events);
    send(
        collector,
        2,
        None,
        &json!([event(0, now, "o-faq", Some("c-faq"))]),
    );
}

fn person(collector: &Collector) {
    let now = now_ms();
    let own = json!({"id":"o-theirs","aliases":["chat-theirs"],"subject":PERSON,
        "conversation":"c-theirs","input":[{"role":"user","content":"Their question"}],
        "output":"Their answer"});
    assert_eq!(register(collector, own), Status::Created);
    // Registered for nobody, in their conversation.
    let loose = json!({"id":"o-loose","conversation":"c-theirs","output":"Their answer too"});
    assert_eq!(register(collector, loose), Status::Created);
    let events = json!([
        event(0, now, "o-theirs", Some("c-theirs")),
        event(1, now, "o-faq", None)
    ]);
    send(collector, 7, Some(PERSON), &events);
    // Before they logged in; on an answer nobody registered.
    send(
        collector,
        7,
        None,
        &json!([event(9, now, "o-unnamed", None)]),
    );
    // A page that does not know them, on what was registered for them.
    send(
        collector,
        8,
        None,
        &json!([event(0, now, "chat-theirs", None)]),
    );
    // They look at what is another's, and claim a conversation for it.
    let claim = json!([event(5, now, "o-others", Some("c-claimed"))]);
    send(collector, 7, Some(PERSON), &claim);
}

/// All that is stored, as text.
fn groups(collector: &Collector) -> Vec<String> {
    let mut groups = Vec::new();
    let project = project(collector).id;
    let visited = collector
        .store
        .groups_after(project, u64::MAX, None, &mut |name, group| {
            groups.push(format!("{name:?} {group:?}"));
            ControlFlow::Continue(())
        });
    visited.unwrap();
    groups
}

fn holding(directory: &Path, needle: &[u8], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            holding(&path, needle, found);
        } else if fs::read(&path)
            .unwrap()
            .windows(needle.len())
            .any(|window| window == needle)
        {
            found.push(path);
        }
    }
}

/// What is in some file of the directory: texts, the hidden id, sessions.
fn traces_of_them(house: &House, project: &Project) -> Vec<String> {
    let subject = project.subject(PERSON, SubjectKind::App);
    let mut needles: Vec<(String, Vec<u8>)> = THEIRS
        .iter()
        .chain(["o-unnamed", "chat-theirs", "c-claimed", PERSON].iter())
        .map(|text| ((*text).to_owned(), text.as_bytes().to_vec()))
        .collect();
    needles.push((
        "hidden id".into(),
        crate::accept::record::subject_bytes(&subject).into(),
    ));
    needles.push(("hidden id in hex".into(), subject.id.into_bytes()));
    needles.push(("session".into(), vec![7; 16]));
    let mut traces = Vec::new();
    for (name, needle) in needles {
        let mut found = Vec::new();
        holding(&house.path(), &needle, &mut found);
        traces.extend(
            found
                .into_iter()
                .map(|path| format!("{name} in {}", path.display())),
        );
    }
    traces
}

fn finish(collector: &Collector) {
    while !collector.store.open_erasures().unwrap().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn assert_balanced(collector: &Collector) {
    let id = project(collector).id;
    let fates = collector.store.fates(id).unwrap();
    let acknowledged = collector.outcomes.of(Some(id)).acknowledged_events();
    assert_eq!(ended(&fates), acknowledged, "{fates:?}");
    assert_eq!(fates.get("erased"), Some(&5), "{fates:?}");
}

/// The directory with everybody, and what is stored without the person.
fn world() -> (House, Vec<String>) {
    let house = House::new();
    let collector = house.open();
    others(&collector);
    collector.close().unwrap();
    let without = groups(&collector);
    drop(collector);
    let collector = house.open();
    person(&collector);
    collector.close().unwrap();
    let project = project(&collector);
    drop(collector);
    // The scan sees what it is to see.
    let traces = traces_of_them(&house, &project);
    for text in ["Their question", "o-unnamed", "hidden id", "session"] {
        assert!(
            traces.iter().any(|trace| trace.starts_with(text)),
            "{text}: {traces:?}"
        );
    }
    (house, without)
}

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
    let store = Arc::new(SqliteStore::open(&data).unwrap());
    let control = Arc::new(ControlCell::new(store.control().unwrap()));
    let erasures = Erasures::open(&data, Arc::clone(&store), Arc::clone(&control)).unwrap();
    let project = Arc::clone(control.get().projects.values().next().unwrap());
    let subject = project.subject(PERSON, SubjectKind::App);
    if steps == 0 {
        // As by a process beside, before anybody took it up.
        ask(&store, &project, &subject, now_ms()).unwrap();
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
        ControlStore::salt(&*store).unwrap(),
        options,
        Store::position(&*store).unwrap(),
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
    let store = SqliteStore::open(&house.path()).unwrap();
    killed_after(&house, 3);
    let control = store.control().unwrap();
    let project = control.projects.values().next().unwrap();
    assert_ne!(traces_of_them(&house, project), [""; 0]);
    store.rebuild().unwrap();
    assert!(store.empty_wal().unwrap());
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
