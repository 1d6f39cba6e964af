//! A data directory with a person in it among others, and how to tell that they are gone.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tacit_signals::SessionId;
use tacit_tests::{
    api::Api,
    data::{Data, arg},
    now_ms,
    page::Page,
    server::Server,
    signals::{copied, edit_text, edited, read, regenerated, shown, shown_instead},
};

pub(super) const PERSON: &str = "u-forget-me";
/// Texts of the person: typed, asked, answered, edited.
const TEXTS: [&str; 4] = ["Mine asked", "Mine answered", "Mine edited", "Mine loose"];
const SESSION: SessionId = SessionId([0x5a; 16]);
const FORMATS: [&str; 4] = ["labels", "trl-sft", "trl-kto", "trl-dpo"];

/// A directory with others and the person, and what is exported without the person.
pub(super) struct World {
    pub(super) data: Data,
    pub(super) base: u64,
    pub(super) as_of: u64,
    without: Vec<String>,
}

impl World {
    pub(super) fn new() -> Self {
        let data = Data::new();
        let base = now_ms() - 120_000;
        let server = Server::start(&data);
        others(&server.api(), &data, base);
        let _ = server.api().drained();
        assert!(server.stop().success());
        let early = data.beside("early");
        let _ = build(&data, &early, now_ms());
        copy(&data.path(), &data.beside("without"));

        let server = Server::start(&data);
        person(&server.api(), &data, base);
        let ledger = server.api().drained();
        assert_eq!(ledger.events.erased, 0);
        assert!(server.stop().success());
        let as_of = now_ms();
        let without = exports(&data.beside("without"), as_of);
        let with = exports(&data.path(), as_of);
        assert!(
            with.iter()
                .zip(&without)
                .all(|(with, without)| with != without)
        );
        Self {
            data,
            base,
            as_of,
            without,
        }
    }

    /// The person is in no file but those below `except`, and nothing else has changed.
    pub(super) fn assert_forgotten(&self, needles: &[(String, Vec<u8>)], except: &[PathBuf]) {
        let mut found = scan(&self.data.path(), needles);
        found.retain(|(_, path)| !except.iter().any(|except| path.starts_with(except)));
        assert!(found.is_empty(), "{found:?}");
        let now = exports(&self.data.path(), self.as_of);
        for ((format, now), without) in FORMATS.iter().zip(&now).zip(&self.without) {
            assert_eq!(now, without, "{format}");
        }
    }

    /// What to look for: texts, the hidden id as it is kept and as it is told, the session.
    pub(super) fn needles(&self, api: &Api) -> Vec<(String, Vec<u8>)> {
        let told = api.output("o-mine")["output"]["subject"].clone();
        let hidden = told.as_str().unwrap().to_owned();
        let digits = hidden.strip_prefix("s_").unwrap();
        let bytes = (0..32).step_by(2);
        let bytes = bytes.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap());
        let mut needles = vec![
            ("hidden id".to_owned(), bytes.collect()),
            ("session".to_owned(), SESSION.0.to_vec()),
        ];
        needles.push((hidden.clone(), hidden.into_bytes()));
        for text in TEXTS
            .iter()
            .chain(&[PERSON, "o-mine", "c-mine", "chat-mine"])
        {
            needles.push(((*text).to_owned(), text.as_bytes().to_vec()));
        }
        let found = scan(&self.data.path(), &needles);
        for (name, _) in &needles {
            let is_found = found.iter().any(|(found, _)| found == name);
            assert_eq!(is_found, name != PERSON, "the scan and {name}: {found:?}");
        }
        needles
    }
}

fn question(text: &str) -> Value {
    json!([{"role": "user", "content": text}])
}

fn others(api: &Api, data: &Data, base: u64) {
    let registered = api.register(&json!([
        {"id": "o-a", "subject": "u-a", "conversation": "c-a", "turn": 0, "variant": 0,
         "input": question("Question A"), "output": "Answer A"},
        {"id": "o-a2", "subject": "u-a", "conversation": "c-a", "turn": 0, "variant": 1,
         "input": question("Question A"), "output": "Answer A again"},
        {"id": "o-faq", "input": question("Question of all"), "output": "Answer for all"},
    ]));
    assert!(
        registered
            .iter()
            .all(|output| output["status"] == "created")
    );
    let mut page = Page::new(&data.publishable).of_subject("u-a");
    let acts = [
        (0, "o-a", shown(("c-a", 0, 0))),
        (4_000, "o-a", read(4_000)),
        (6_000, "o-a", regenerated(5_000)),
        (10_000, "o-a2", shown_instead(("c-a", 0, 1), "o-a")),
        (14_000, "o-a2", read(4_000)),
        (15_000, "o-a2", copied(900)),
        (16_000, "o-faq", shown(("c-a", 1, 0))),
        (17_000, "o-faq", copied(900)),
    ];
    let events = acts.map(|(after, output, signal)| page.event(base + after, output, signal));
    api.batch(&page.batch(events.into()));
}

fn person(api: &Api, data: &Data, base: u64) {
    let registered = api.register(&json!([
        {"id": "o-mine", "aliases": ["chat-mine"], "subject": PERSON, "conversation": "c-mine",
         "turn": 0, "variant": 0, "input": question("Mine asked"), "output": "Mine answered"},
        {"id": "o-loose", "conversation": "c-mine", "turn": 1, "variant": 0,
         "input": question("Mine asked"), "output": "Mine loose"},
    ]));
    assert!(
        registered
            .iter()
            .all(|output| output["status"] == "created")
    );
    for batch in batches(data, base) {
        api.batch(&batch);
    }
}

/// What the person's page sends: with a name, and before it has one.
pub(super) fn batches(data: &Data, base: u64) -> Vec<tacit_signals::Batch> {
    let mut unnamed = Page::of_session(&data.publishable, SESSION);
    let first = unnamed.event(base + 20_000, "o-before", copied(900));
    let before = unnamed.batch(vec![first]);
    let mut page = unnamed.of_subject(PERSON);
    let acts = [
        (21_000, "o-mine", shown(("c-mine", 0, 0))),
        (25_000, "o-mine", read(4_000)),
        (26_000, "chat-mine", copied(900)),
        (27_000, "o-mine", edited(800)),
        (28_000, "o-loose", shown(("c-mine", 1, 0))),
        // What is another's, or everybody's.
        (29_000, "o-a2", regenerated(2_000)),
        (30_000, "o-faq", shown(("c-mine", 2, 0))),
        (31_000, "o-faq", regenerated(2_000)),
    ];
    let events = acts.map(|(after, output, signal)| page.event(base + after, output, signal));
    let acts = page.batch(events.into());
    let text = page.event(base + 32_000, "o-mine", edit_text("Mine edited"));
    let text = page.batch(vec![text]);
    // A page that names nobody, on what was registered for them.
    let mut other = Page::of_session(&data.publishable, SessionId([0x5b; 16]));
    let late = other.event(base + 33_000, "chat-mine", copied(500));
    vec![before, acts, text, other.batch(vec![late])]
}

/// Events in [`batches`].
pub(super) const EVENTS: u64 = 11;

pub(super) fn build(data: &Data, out: &Path, as_of: u64) -> Value {
    let as_of = as_of.to_string();
    let args = ["dataset", "build", "--format", "trl-kto", "--as-of", &as_of];
    let rest = ["--out", arg(out), "--json"];
    data.cli(&[&args[..], &rest].concat()).ok().json()
}

fn exports(directory: &Path, as_of: u64) -> Vec<String> {
    let as_of = as_of.to_string();
    let export = |format| {
        let args = [
            "export",
            "--project",
            "shop",
            "--format",
            format,
            "--as-of",
            &as_of,
        ];
        let done = tacit_tests::process::tacit([&args[..], &["--data", arg(directory)]].concat());
        done.ok().text().to_owned()
    };
    FORMATS.map(export).into()
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

/// Which of `needles` are in which files below `directory`.
pub(super) fn scan(directory: &Path, needles: &[(String, Vec<u8>)]) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(scan(&path, needles));
            continue;
        }
        // A segment may go for its age meanwhile.
        let bytes = fs::read(&path).unwrap_or_default();
        for (name, needle) in needles {
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push((name.clone(), path.clone()));
            }
        }
    }
    found
}
