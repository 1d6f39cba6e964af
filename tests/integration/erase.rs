//! Erasing a person: their bytes are in no file, everybody else's labels and exports are
//! what they would be had the person never come, and whoever is killed meanwhile goes on.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};
use tacit_signals::SessionId;
use tacit_tests::{
    api::{Answer, Api},
    data::{Data, arg},
    note, now_ms,
    page::Page,
    rounds,
    server::Server,
    signals::{copied, edit_text, edited, read, regenerated, shown, shown_instead},
    wait,
};

const PERSON: &str = "u-forget-me";
/// Texts of the person: typed, asked, answered, edited.
const TEXTS: [&str; 4] = ["Mine asked", "Mine answered", "Mine edited", "Mine loose"];
const SESSION: SessionId = SessionId([0x5a; 16]);
const FORMATS: [&str; 4] = ["labels", "trl-sft", "trl-kto", "trl-dpo"];
/// Longest wait for a build or an erasure on a busy machine.
const LONG: Duration = Duration::from_secs(120);

/// A directory with others and the person, and what is exported without the person.
struct World {
    data: Data,
    base: u64,
    as_of: u64,
    without: Vec<String>,
}

impl World {
    fn new() -> Self {
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
    fn assert_forgotten(&self, needles: &[(String, Vec<u8>)], except: &[PathBuf]) {
        let mut found = scan(&self.data.path(), needles);
        found.retain(|(_, path)| !except.iter().any(|except| path.starts_with(except)));
        assert!(found.is_empty(), "{found:?}");
        let now = exports(&self.data.path(), self.as_of);
        for ((format, now), without) in FORMATS.iter().zip(&now).zip(&self.without) {
            assert_eq!(now, without, "{format}");
        }
    }

    /// What to look for: texts, the hidden id as it is kept and as it is told, the session.
    fn needles(&self, api: &Api) -> Vec<(String, Vec<u8>)> {
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
fn batches(data: &Data, base: u64) -> Vec<tacit_signals::Batch> {
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
const EVENTS: u64 = 11;

fn build(data: &Data, out: &Path, as_of: u64) -> Value {
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

/// Which of `needles` are in which files below `directory`.
fn scan(directory: &Path, needles: &[(String, Vec<u8>)]) -> Vec<(String, PathBuf)> {
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

fn delete(api: &Api, path: &str) -> Answer {
    api.try_send("DELETE", path, &[], b"").unwrap()
}

fn erase(api: &Api) -> Value {
    let answer = delete(api, &format!("/v1/subjects/{PERSON}"));
    assert_eq!(answer.status, 202, "{}", answer.text());
    let asked = answer.json();
    let place = format!("/v1/erasures/{}", asked["job"].as_str().unwrap());
    assert_eq!(answer.header("location"), Some(place.as_str()));
    assert_eq!(asked["steps"][0]["step"], "tombstone");
    assert_eq!(
        asked["steps"][0]["state"], "done",
        "before the answer: {asked}"
    );
    asked
}

fn finished(api: &Api, job: &Value) -> Value {
    let place = format!("/v1/erasures/{}", job["job"].as_str().unwrap());
    wait::within(LONG, "a finished erasure", || {
        let erasure = api.get(&place).ok().json();
        (erasure["state"] == "done").then_some(erasure)
    })
}

#[test]
fn the_person_is_in_no_file_and_nobody_else_notices() {
    let world = World::new();
    let data = &world.data;
    let held = data.beside("held");
    let _ = build(data, &held, world.as_of);
    // The same person at another tenant's, and its answer of the same name.
    let elsewhere = data.key("elsewhere", "secret", &[]);
    let server = Server::start(data);
    let api = server.api();
    let needles = world.needles(&api);
    let other = api.with_key(Some(&elsewhere));
    let their_own = json!({"id": "o-same", "subject": PERSON, "output": "Told elsewhere"});
    assert_eq!(other.register(&their_own)[0]["status"], "created");
    let ordered = api
        .post("/v1/datasets/builds", &[], br#"{"format":"trl-kto"}"#)
        .json();
    let ordered = format!("/v1/datasets/builds/{}", ordered["id"].as_str().unwrap());
    wait::within(LONG, "a build", || {
        (api.get(&ordered).ok().json()["state"] == "done").then_some(())
    });

    let asked = erase(&api);
    let done = finished(&api, &asked);
    let ledger = api.drained();
    assert_eq!(ledger.events.erased, EVENTS, "{ledger:?}");
    assert_eq!(done["steps"][1]["found"]["events"], EVENTS, "{done}");
    assert!(
        done["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["state"] == "done")
    );
    // Builds that were made before are named, all that hold the person and no other.
    let builds = done["builds"].as_array().unwrap();
    let outs: Vec<PathBuf> = builds
        .iter()
        .map(|build| build["out"].as_str().unwrap().into())
        .collect();
    assert_eq!(outs.len(), 2, "{done}");
    assert!(outs.contains(&held.canonicalize().unwrap()), "{done}");
    assert_eq!(done["builds_unread"], json!([]));
    assert_eq!(api.get("/v1/outputs/o-mine").status, 404);
    world.assert_forgotten(&needles, &outs);
    assert_eq!(other.output("o-same")["output"]["output"], "Told elsewhere");

    // Late, replayed and registered again: none of it is kept, all of it is counted.
    for batch in batches(data, world.base) {
        api.batch(&batch);
    }
    let again = api.register(&json!({"id": "o-mine", "output": "Mine answered"}));
    assert_eq!(again[0], json!({"id": "o-mine", "status": "erased"}));
    let again = api.register(&json!({"id": "o-next", "subject": PERSON, "output": "Mine loose"}));
    assert_eq!(again[0]["status"], "erased");
    let ledger = api.drained();
    // What they did on answers of others, too.
    assert_eq!(ledger.events.erased, 2 * EVENTS, "{ledger:?}");
    world.assert_forgotten(&needles, &outs);
    assert_eq!(
        finished(&api, &erase(&api)),
        done,
        "asking again asks after the same"
    );
    assert!(server.stop().success());
    world.assert_forgotten(&needles, &outs);
}

#[test]
fn whoever_is_killed_while_erasing_goes_on() {
    let world = World::new();
    let data = &world.data;
    let server = Server::start(data);
    let needles = world.needles(&server.api());
    assert!(server.stop().success());
    copy(&data.path(), &data.beside("with"));
    for round in 0..rounds(3) {
        fs::remove_dir_all(data.path()).unwrap();
        copy(&data.beside("with"), &data.path());
        let server = Server::start(data);
        let _ = erase(&server.api());
        let after_us = fastrand::u64(0..60_000);
        note(&format!(
            "round {round}: killed {after_us} us after the answer"
        ));
        // Nothing is waited for: this is the randomness of the moment.
        std::thread::sleep(Duration::from_micros(after_us));
        server.kill();
        let server = Server::start(data);
        let api = server.api();
        // Before anything is served, the store is rid of them.
        assert_eq!(api.get("/v1/outputs/o-mine").status, 404);
        let erasures = api.get("/v1/erasures").ok().json();
        let _ = finished(&api, &erasures["erasures"][0]);
        let ledger = api.drained();
        assert_eq!(ledger.events.erased, EVENTS, "{ledger:?}");
        world.assert_forgotten(&needles, &[]);
        assert!(server.stop().success());
    }
}

#[test]
fn a_restored_database_forgets_again_before_it_serves() {
    let world = World::new();
    let data = &world.data;
    let backup = data.beside("backup");
    copy(&data.path(), &backup);
    let server = Server::start(data);
    let needles = world.needles(&server.api());
    let _ = finished(&server.api(), &erase(&server.api()));
    assert!(server.stop().success());
    for name in ["tacit.sqlite", "tacit.sqlite-wal", "tacit.sqlite-shm"] {
        let _ = fs::remove_file(data.path().join(name));
        let _ = fs::copy(backup.join(name), data.path().join(name));
    }
    assert!(!scan(&data.path(), &needles).is_empty());
    let server = Server::start(data);
    let api = server.api();
    assert_eq!(api.get("/v1/outputs/o-mine").status, 404);
    let erasures = api.get("/v1/erasures").ok().json();
    let _ = finished(&api, &erasures["erasures"][0]);
    let ledger = api.drained();
    assert_eq!(ledger.events.erased, EVENTS, "{ledger:?}");
    world.assert_forgotten(&needles, &[]);
}

#[test]
fn the_command_line_erases_alone_and_beside_a_server() {
    let world = World::new();
    let data = &world.data;
    let server = Server::start(data);
    let api = server.api();
    let needles = world.needles(&api);
    let done = data.cli(&["erase", PERSON, "--json"]).ok().json();
    assert_eq!(done["state"], "done", "{done}");
    let _ = api.drained();
    world.assert_forgotten(&needles, &[]);
    assert!(server.stop().success());

    // Nobody else has the directory open, and the person is known by another id.
    let done = data.cli(&["erase", "u-a"]).ok();
    assert!(done.text().contains("store\tdone"), "{}", done.text());
    let gone = data.export("labels", world.as_of);
    // What was registered for nobody, and nobody else has left anything on, goes as well.
    assert_eq!(gone, "");
    let session = data.cli(&["erase", "no session", "--kind", "session"]);
    assert_eq!(session.code, 2, "{session:?}");
}

#[test]
fn only_a_secret_key_of_the_project_erases() {
    let data = Data::new();
    let elsewhere = data.key("elsewhere", "secret", &[]);
    let server = Server::start(&data);
    let api = server.api();
    let path = format!("/v1/subjects/{PERSON}");
    let nobody = api.with_key(None);
    delete(&nobody, &path).assert_problem(401, "key_missing", None);
    let page = api.with_key(Some(&data.publishable));
    assert_eq!(delete(&page, &path).status, 403);
    let path = format!("{path}?kind=name");
    delete(&api, &path).assert_problem(400, "kind_unsupported", Some("kind"));
    // Nobody of that name was ever there: the answer is the same.
    let asked = erase(&api);
    let other = api.with_key(Some(&elsewhere));
    let place = format!("/v1/erasures/{}", asked["job"].as_str().unwrap());
    other.get(&place).assert_problem(404, "not_found", None);
    assert_eq!(
        other.get("/v1/erasures").ok().json(),
        json!({"erasures": []})
    );
    let _ = finished(&api, &asked);
}
