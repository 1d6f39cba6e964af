//! A data directory with a person in it, and the scan for what is left of them.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use tacit_signals::{SubjectKind, json as twin};
use tempfile::TempDir;

use crate::{
    accept::{accept, record, registration},
    collector::{Collector, ended},
    config::LogConfig,
    control::{Project, scope::Scopes},
    log::frame::Frame,
    store::{KeyKind, NewKey, Registering, Status, StoreUrl},
    wall::now_ms,
};

pub(super) const PERSON: &str = "u-forget-me";
/// What must be nowhere afterwards. Texts, ids, and what the person is hidden as.
pub(super) const THEIRS: [&str; 5] = [
    "Their question",
    "Their answer",
    "o-theirs",
    "c-theirs",
    "o-loose",
];

pub(super) fn session(number: u8) -> String {
    hex::encode([number; 16])
}

pub(super) fn batch(now: u64, number: u8, subject: Option<&str>, events: &Value) -> Vec<u8> {
    json!({"v":1,"key":"pk_1","session":session(number),"subject":subject,"sent_at":now,
        "events":events})
    .to_string()
    .into_bytes()
}

pub(super) fn event(seq: u32, now: u64, output: &str, conversation: Option<&str>) -> Value {
    let mut event = json!({"seq":seq,"at":now,"kind":"shown","output":output,"chars":800,
        "words":100,"code_share":0,"stream_ms":5});
    if let Some(conversation) = conversation {
        event["conversation"] = conversation.into();
    }
    event
}

pub(super) struct House {
    directory: TempDir,
}

impl House {
    pub(super) fn new() -> Self {
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
                scopes: Scopes::ALL,
                content: None,
                created_at: 1,
            })
            .unwrap();
        collector.look_again().unwrap();
        collector.close().unwrap();
        house
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    pub(super) fn open(&self) -> Collector {
        Collector::open(&StoreUrl::Sqlite, &self.path(), &LogConfig::default())
            .unwrap()
            .0
    }

    pub(super) fn copy(&self) -> Self {
        let directory = tempfile::tempdir().unwrap();
        copy(&self.path(), &directory.path().join("data"));
        Self { directory }
    }
}

pub(super) fn copy(from: &Path, to: &Path) {
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

pub(super) fn project(collector: &Collector) -> Arc<Project> {
    let control = collector.control.get();
    Arc::clone(control.projects.values().next().unwrap())
}

pub(super) fn register(collector: &Collector, output: Value) -> Status {
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

pub(super) fn send(collector: &Collector, number: u8, subject: Option<&str>, events: &Value) {
    let now = now_ms();
    let body = batch(now, number, subject, events);
    let decoded = twin::decode(&body).unwrap();
    let verdict = accept(decoded, &project(collector), now);
    assert_eq!(verdict.rejected, []);
    let accepted = verdict.accepted;
    let frame = Frame::new(collector.log.salt(), |out| record::put(out, &accepted)).unwrap();
    let mut received = collector.outcomes.received();
    received.belongs_to(collector.outcomes.of(Some(accepted.project)));
    let written = collector.log.append(frame, accepted.events(), received);
    written.unwrap().blocking_recv().unwrap().unwrap();
}

/// What others do: before the person comes, and while they are there.
pub(super) fn others(collector: &Collector) {
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

pub(super) fn person(collector: &Collector) {
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
pub(super) fn groups(collector: &Collector) -> Vec<String> {
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

pub(super) fn holding(directory: &Path, needle: &[u8], found: &mut Vec<PathBuf>) {
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
pub(super) fn traces_of_them(house: &House, project: &Project) -> Vec<String> {
    let subject = project.subject(PERSON, SubjectKind::App);
    let mut needles: Vec<(String, Vec<u8>)> = THEIRS
        .iter()
        .chain(["o-unnamed", "chat-theirs", "c-claimed", PERSON].iter())
        .map(|text| ((*text).to_owned(), text.as_bytes().to_vec()))
        .collect();
    needles.push(("hidden id".into(), record::subject_bytes(&subject).into()));
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

pub(super) fn finish(collector: &Collector) {
    while !collector.store.open_erasures().unwrap().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(super) fn assert_balanced(collector: &Collector) {
    let id = project(collector).id;
    let fates = collector.store.fates(id).unwrap();
    let acknowledged = collector.outcomes.of(Some(id)).acknowledged_events();
    assert_eq!(ended(&fates), acknowledged, "{fates:?}");
    assert_eq!(fates.get("erased"), Some(&5), "{fates:?}");
}

/// The directory with everybody, and what is stored without the person.
pub(super) fn world() -> (House, Vec<String>) {
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
