//! A data directory with things of every age in it, told at moments of the past.

use std::{
    collections::BTreeMap,
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Value, json};
use tacit_signals::{SubjectKind, json as twin};
use tempfile::TempDir;

use crate::{
    accept::{Accepted, accept, record::subject_bytes, registration},
    collector::ended,
    control::{ContentPolicy, ControlCell, Project, scope::Scopes},
    expire::{DAY_MS, Expiries},
    store::{self, AnyStore, Folding, KeyKind, NewKey, Registering, Status, StoreUrl},
    testing::NOW,
};

pub(super) struct House {
    directory: TempDir,
}

/// So many days before [`NOW`].
pub(super) fn ago(days: u64) -> u64 {
    NOW - days * DAY_MS
}

impl House {
    pub(super) fn new() -> Self {
        let house = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        let key = |project: &str, id: &str| NewKey {
            project: project.into(),
            kind: KeyKind::Secret,
            text: format!("sk_{id}"),
            id: id.into(),
            origins: Vec::new(),
            content: Some(ContentPolicy::Full),
            scopes: Scopes::ALL,
            created_at: 1,
        };
        let store = house.open();
        store.create_key(&key("shop", "a")).unwrap();
        store.create_key(&key("other", "b")).unwrap();
        house
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    pub(super) fn open(&self) -> Arc<dyn AnyStore> {
        store::open(&StoreUrl::Sqlite, &self.path()).unwrap()
    }

    pub(super) fn expiries(&self, store: &Arc<dyn AnyStore>) -> Expiries {
        let control = Arc::new(ControlCell::new(store.control().unwrap()));
        Expiries::new(&self.path(), Arc::clone(store), control)
    }

    pub(super) fn copy(&self) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let to = directory.path().join("data");
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(self.path()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
        Self { directory }
    }

    /// Which of `needles` are in some file.
    pub(super) fn found(&self, needles: &[(&str, Vec<u8>)]) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.path()).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            for (name, needle) in needles {
                if bytes.windows(needle.len()).any(|window| window == needle) {
                    let file = path.file_name().map(Path::new).unwrap().display();
                    found.push(format!("{name} in {file}"));
                }
            }
        }
        found
    }
}

pub(super) fn project(store: &dyn AnyStore, name: &str) -> Arc<Project> {
    let control = store.control().unwrap();
    let mut projects = control.projects.values();
    Arc::clone(projects.find(|project| project.name == name).unwrap())
}

pub(super) fn session(number: u8) -> String {
    hex::encode([number; 16])
}

pub(super) fn shown(output: &str, conversation: Option<&str>) -> Value {
    let mut event = json!({"kind":"shown","output":output,"chars":800,"words":100,
        "code_share":0,"stream_ms":5});
    if let Some(conversation) = conversation {
        event["conversation"] = conversation.into();
    }
    event
}

pub(super) fn copied(output: &str) -> Value {
    json!({"kind":"copied","output":output,"chars":400,"share":0.5,"via":"button"})
}

pub(super) fn text(output: &str, text: &str) -> Value {
    json!({"content":{"output":output,"role":"edit","text":text}})
}

/// A batch of events numbered from `first` on, received at `at`; how many events it has.
pub(super) fn send(
    store: &dyn AnyStore,
    at: u64,
    session: (u8, u32),
    subject: Option<&str>,
    events: &[Value],
) -> u64 {
    fold(store, &[accepted(store, at, session, subject, events)])
}

/// How many events that were.
pub(super) fn fold(store: &dyn AnyStore, requests: &[Accepted]) -> u64 {
    let folding = Folding {
        requests,
        unreadable: &[],
    };
    store.fold(&folding, store.position().unwrap()).unwrap();
    requests.iter().map(Accepted::events).sum()
}

pub(super) fn accepted(
    store: &dyn AnyStore,
    at: u64,
    (number, first): (u8, u32),
    subject: Option<&str>,
    events: &[Value],
) -> Accepted {
    let project = project(store, "shop");
    let mut numbered = Vec::new();
    for (event, seq) in events.iter().zip(first..) {
        let mut event = event.clone();
        let fields = match event.get_mut("content") {
            Some(content) => content,
            None => &mut event,
        };
        fields["seq"] = seq.into();
        fields["at"] = at.into();
        numbered.push(event);
    }
    let body = json!({"v":1,"key":"pk_1","session":session(number),"subject":subject,
        "sent_at":at,"events":numbered});
    let decoded = twin::decode(body.to_string().as_bytes()).unwrap();
    let verdict = accept(decoded, &project, at);
    assert_eq!(verdict.rejected, []);
    verdict.accepted
}

pub(super) fn register(store: &dyn AnyStore, at: u64, output: Value) -> Status {
    register_all(store, at, [output]).remove(0)
}

pub(super) fn register_all(
    store: &dyn AnyStore,
    at: u64,
    outputs: impl IntoIterator<Item = Value>,
) -> Vec<Status> {
    let project = project(store, "shop");
    let parsed = outputs.into_iter().map(|output| match output {
        Value::Object(object) => registration::parse(object, &project, at).unwrap(),
        other => panic!("{other} is no object"),
    });
    let request = Registering {
        project: project.id,
        received_at: at,
        outputs: parsed.collect(),
    };
    let settled = store.register(&[request]).unwrap().remove(0);
    settled.into_iter().map(|settled| settled.status).collect()
}

/// What is older than everything may be: texts, people, conversations.
pub(super) fn old(store: &dyn AnyStore) -> u64 {
    let output = json!({"id":"o-old","aliases":["chat-old"],"subject":"u-old",
        "conversation":"c-old","input":[{"role":"user","content":"Old question"}],
        "output":"Old answer","documents":[{"id":"d","text":"Old document"}]});
    assert_eq!(register(store, ago(500), output), Status::Created);
    let events = [
        shown("o-old", Some("c-old")),
        copied("o-old"),
        text("o-old", "Old edit"),
    ];
    send(store, ago(500), (1, 0), Some("u-old"), &events)
        + send(store, ago(499), (2, 0), None, &[copied("chat-old")])
        // An answer that is shown to everybody, in their conversation.
        + send(store, ago(498), (3, 0), Some("u-old"), &[shown("o-faq", Some("c-early"))])
        // A visit over midnight goes as a whole.
        + send(store, ago(401), (4, 0), Some("u-mid"), &[shown("o-cut", None)])
        + send(store, ago(399), (4, 1), Some("u-mid"), &[copied("o-cut")])
}

/// What is old enough to lose its texts.
pub(super) fn mid(store: &dyn AnyStore, with_texts: bool) -> u64 {
    let mut output = json!({"id":"o-mid","subject":"u-mid","conversation":"c-mid","model":"m"});
    if with_texts {
        output["input"] = json!([{"role":"user","content":"Mid question"}]);
        output["output"] = "Mid answer".into();
    }
    assert_eq!(register(store, ago(100), output), Status::Created);
    let signals = [shown("o-mid", Some("c-mid")), copied("o-mid")];
    let mut sent = send(store, ago(100), (5, 0), Some("u-mid"), &signals);
    if with_texts {
        sent += send(
            store,
            ago(100),
            (5, 2),
            Some("u-mid"),
            &[text("o-mid", "Mid edit")],
        );
        // Between others, in one row.
        let mixed = [copied("o-faq"), text("o-faq", "Mid note"), copied("o-faq")];
        sent += send(store, ago(99), (5, 3), Some("u-mid"), &mixed);
    } else {
        sent += send(store, ago(99), (5, 3), Some("u-mid"), &[copied("o-faq")]);
        sent += send(store, ago(99), (5, 5), Some("u-mid"), &[copied("o-faq")]);
    }
    sent
}

/// What is to stay as it is.
pub(super) fn young(store: &dyn AnyStore) -> u64 {
    let output = json!({"id":"o-new","subject":"u-new","conversation":"c-new",
        "input":[{"role":"user","content":"New question"}],"output":"New answer"});
    assert_eq!(register(store, ago(2), output), Status::Created);
    let events = [
        shown("o-new", Some("c-new")),
        text("o-new", "New edit"),
        shown("o-faq", Some("c-late")),
    ];
    send(store, ago(2), (6, 0), Some("u-new"), &events)
}

/// What must be in no file once all of that is past its time.
pub(super) fn needles(project: &Project) -> Vec<(&'static str, Vec<u8>)> {
    let texts = [
        "Old question",
        "Old answer",
        "Old document",
        "Old edit",
        "o-old",
        "chat-old",
        "c-old",
        "c-early",
        "o-cut",
        "Mid question",
        "Mid answer",
        "Mid edit",
        "Mid note",
    ];
    let mut needles: Vec<_> = texts
        .iter()
        .map(|text| (*text, text.as_bytes().to_vec()))
        .collect();
    let hidden = project.subject("u-old", SubjectKind::App);
    needles.push(("hidden id", subject_bytes(&hidden).into()));
    for (name, number) in [("session 1", 1), ("session 2", 2), ("session 4", 4)] {
        needles.push((name, vec![number; 16]));
    }
    needles
}

/// All that is stored of the shop as known at `as_of`, as text.
pub(super) fn groups(store: &dyn AnyStore, as_of: u64) -> Vec<String> {
    let mut groups = Vec::new();
    let project = project(store, "shop").id;
    let visited = store.groups_after(project, as_of, None, &mut |name, group| {
        for mut output in group.outputs {
            // In which rows events came is nobody's matter.
            output
                .slices
                .sort_by_key(|slice| (slice.session, slice.events[0].seq));
            let events: Vec<_> = output
                .slices
                .iter()
                .flat_map(|slice| {
                    let events = slice.events.iter();
                    events.map(move |event| (slice.session, &slice.subject, event))
                })
                .collect();
            groups.push(format!(
                "{name:?} {:?} {:?} {events:?}",
                output.id, output.registered
            ));
        }
        ControlFlow::Continue(())
    });
    visited.unwrap();
    groups
}

pub(super) fn fates(store: &dyn AnyStore) -> BTreeMap<String, u64> {
    store.fates(project(store, "shop").id).unwrap()
}

/// Both sides of the books agree with what was told, and with what is there.
pub(super) fn assert_balanced(store: &dyn AnyStore, told: u64) {
    let fates = fates(store);
    assert_eq!(ended(&fates), told, "{fates:?}");
    let recount = store.recount(project(store, "shop").id).unwrap();
    assert_eq!(recount.booked, recount.counted, "{fates:?}");
}
