//! Data end: nothing past its time is served, or in any file, whoever is killed meanwhile
//! and whichever database is put back; what is younger stays as it is.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use rusqlite::Connection;
use serde_json::{Value, json};
use tacit_tests::{
    api::Api,
    data::{Data, arg},
    note, now_ms,
    page::Page,
    process::{bound, tacit_bin},
    rounds,
    server::Server,
    signals::{copied, edit_text, shown},
    wait,
};

/// Longest wait for an expiry on a busy machine.
const LONG: Duration = Duration::from_secs(120);
const DAY_MS: u64 = 86_400_000;
const RETENTION: &str = "[retention]\nsignals = \"400d\"\ntexts = \"90d\"";
/// What is to be in no file afterwards.
const OLD: [&str; 6] = [
    "Old asked",
    "Old answered",
    "Old edited",
    "o-old-7",
    "c-old",
    "chat-old",
];
const OUTPUTS: usize = 40;

/// A directory with things of 500 days ago, as their time is told to it, and of today.
struct World {
    data: Data,
    config: PathBuf,
    /// Labels of what is young.
    labels: String,
    as_of: u64,
    acknowledged: u64,
}

impl World {
    fn new(outputs: usize) -> Self {
        let data = Data::new();
        let server = Server::start(&data);
        old(&server.api(), &data, outputs);
        let _ = server.api().drained();
        assert!(server.stop().success());
        let build = data.beside("early");
        let args = [
            "dataset",
            "build",
            "--format",
            "trl-sft",
            "--out",
            arg(&build),
        ];
        let _ = data.cli(&args).ok();
        age(&data, 500);
        let server = Server::start(&data);
        young(&server.api(), &data);
        let ledger = server.api().drained();
        assert_eq!(ledger.events.erased, 0);
        assert!(server.stop().success());
        let as_of = now_ms();
        let labels = data.export("labels", as_of);
        let labels: String = labels
            .lines()
            .filter(|line| line.contains("o-new"))
            .collect();
        assert!(!labels.is_empty());
        let world = Self {
            config: data.config(RETENTION),
            acknowledged: ledger.events.acknowledged,
            data,
            labels,
            as_of,
        };
        let found = world.found();
        for needle in OLD {
            assert!(
                found.iter().any(|found| found.starts_with(needle)),
                "{found:?}"
            );
        }
        world
    }

    fn server(&self) -> Server {
        Server::start_with(&self.data, &["--config", arg(&self.config)])
    }

    /// What of the old is in some file of the data directory.
    fn found(&self) -> Vec<String> {
        let mut found = Vec::new();
        holding(&self.data.path(), &mut found);
        found
    }

    /// Nothing old is served, everything young is, and the books balance.
    fn assert_over(&self, api: &Api) {
        assert_eq!(api.get("/v1/outputs/o-old-7").status, 404);
        assert_eq!(api.get("/v1/outputs/chat-old").status, 404);
        assert_eq!(api.output("o-new")["output"]["output"], "New answered");
        let ledger = api.get("/v1/ledger").ok().json();
        let events = &ledger["events"];
        let of = |name: &str| events[name].as_u64().unwrap();
        assert_eq!(of("acknowledged"), self.acknowledged, "{ledger}");
        assert_eq!(of("erased"), self.acknowledged - 3, "{ledger}");
        assert_eq!(of("expired"), of("erased"), "{ledger}");
        assert_eq!(of("stored"), 3, "{ledger}");
    }

    /// And nothing old is in any file, once the server has ended.
    fn assert_gone(&self) {
        assert_eq!(self.found(), [""; 0]);
        assert_eq!(
            self.data.export("labels", self.as_of).trim_end(),
            self.labels
        );
        let sound = self.data.cli(&["doctor", "--json"]).ok().json();
        assert_eq!(sound["ok"], true, "{sound}");
    }
}

fn old(api: &Api, data: &Data, outputs: usize) {
    let question = json!([{"role": "user", "content": "Old asked"}]);
    let output = |number: usize| {
        let aliases = if number == 7 {
            json!(["chat-old"])
        } else {
            json!([])
        };
        json!({"id": format!("o-old-{number}"), "subject": "u-old", "conversation": "c-old",
            "aliases": aliases, "turn": number, "variant": 0, "input": question,
            "output": format!("Old answered {}", "x".repeat(500))})
    };
    let all: Vec<Value> = (0..outputs).map(output).collect();
    for some in all.chunks(500) {
        let _ = api.register(&json!(some));
    }
    let now = now_ms();
    for first in (0..outputs).step_by(50) {
        let mut page = Page::new(&data.publishable).of_subject("u-old");
        let mut events = Vec::new();
        for number in first..outputs.min(first + 50) {
            let id = format!("o-old-{number}");
            let turn = u32::try_from(number).unwrap();
            events.push(page.event(now - 9_000, &id, shown(("c-old", turn, 0))));
            events.push(page.event(now - 1_000, &id, copied(900)));
        }
        api.batch(&page.batch(events));
        let text = page.event(now, &format!("o-old-{first}"), edit_text("Old edited"));
        api.batch(&page.batch(vec![text]));
    }
}

fn young(api: &Api, data: &Data) {
    let _ = api.register(&json!({"id": "o-new", "subject": "u-new", "output": "New answered"}));
    let mut page = Page::new(&data.publishable).of_subject("u-new");
    let now = now_ms();
    let acts = [
        (9_000, shown(("c-new", 0, 0))),
        (1_000, copied(900)),
        (500, edit_text("New edited")),
    ];
    let events = acts.map(|(before, signal)| page.event(now - before, "o-new", signal));
    let [shown, copied, text] = events;
    api.batch(&page.batch(vec![shown, copied]));
    api.batch(&page.batch(vec![text]));
}

/// Makes everything that is stored so many days older, and forgets the log.
fn age(data: &Data, days: u64) {
    let database = Connection::open(data.database()).unwrap();
    let ms = days * DAY_MS;
    for (table, columns) in [
        ("outputs", vec!["received_at"]),
        ("chunks", vec!["received_at", "sent_at", "base_at"]),
        ("placements", vec!["received_at"]),
        ("registrations", vec!["received_at"]),
        ("aliases", vec!["received_at"]),
        ("builds", vec!["made_at"]),
    ] {
        for column in columns {
            let update = format!("UPDATE {table} SET {column} = {column} - {ms}");
            database.execute(&update, []).unwrap();
        }
    }
    // Segments are deleted an hour after their use.
    for segment in fs::read_dir(data.path().join("log")).unwrap() {
        fs::remove_file(segment.unwrap().path()).unwrap();
    }
}

fn holding(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            holding(&path, found);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for needle in OLD {
            if bytes
                .windows(needle.len())
                .any(|window| window == needle.as_bytes())
            {
                found.push(format!("{needle} in {}", path.display()));
            }
        }
    }
}

#[test]
fn what_is_past_its_time_is_gone_before_anything_is_served() {
    let world = World::new(400);
    let before = world.data.beside("before");
    fs::copy(world.data.database(), &before).unwrap();
    let server = world.server();
    world.assert_over(&server.api());
    let ready = server.api().get("/readyz").ok().json();
    assert_eq!(ready["store"]["over"], false, "{ready}");
    assert!(ready["store"]["bytes"].as_u64() > Some(100_000), "{ready}");
    assert!(server.said().contains("past their time"));
    assert!(server.stop().success());
    world.assert_gone();
    // What was built before is marked, what is built now says what it cannot see.
    let builds = world.data.cli(&["builds", "--json"]).ok().json();
    assert_eq!(builds["builds"][0]["expired"], true, "{builds}");
    let later = world.data.beside("later");
    let args = [
        "dataset",
        "build",
        "--format",
        "trl-sft",
        "--out",
        arg(&later),
    ];
    let _ = world.data.cli(&args).ok();
    let manifest: Value =
        serde_json::from_slice(&fs::read(later.join("manifest.json")).unwrap()).unwrap();
    let horizon = manifest["unseen"]["signals_before"].as_u64().unwrap();
    assert!(
        horizon.abs_diff(world.as_of - 400 * DAY_MS) <= DAY_MS,
        "{manifest}"
    );
    let builds = world.data.cli(&["builds", "--json"]).ok().json();
    assert_eq!(builds["builds"][1].get("expired"), None, "{builds}");
    let texts = manifest["unseen"]["texts_before"].as_u64().unwrap();
    let since = (texts + 1).to_string();
    let whole = world.data.beside("whole");
    let args = [
        "dataset",
        "build",
        "--format",
        "trl-sft",
        "--out",
        arg(&whole),
    ];
    let _ = world
        .data
        .cli(&[&args[..], &["--from", &since]].concat())
        .ok();
    let manifest = fs::read_to_string(whole.join("manifest.json")).unwrap();
    assert!(!manifest.contains("unseen"), "{manifest}");

    // An old database is put back: it is not served as it is.
    for name in ["tacit.sqlite-wal", "tacit.sqlite-shm"] {
        let _ = fs::remove_file(world.data.path().join(name));
    }
    fs::copy(&before, world.data.database()).unwrap();
    assert!(!world.found().is_empty());
    let server = world.server();
    world.assert_over(&server.api());
    assert!(server.stop().success());
    world.assert_gone();
}

#[test]
fn whoever_is_killed_while_data_end_goes_on() {
    let world = World::new(1_500);
    let data = &world.data;
    let with = data.beside("with");
    fs::copy(data.database(), &with).unwrap();
    for round in 0..rounds(3) {
        for name in ["tacit.sqlite-wal", "tacit.sqlite-shm"] {
            let _ = fs::remove_file(data.path().join(name));
        }
        fs::copy(&with, data.database()).unwrap();
        let server = Server::start(data);
        let mut asking = bound(tacit_bin());
        let path = data.path();
        let config = ["--config", arg(&world.config), "--data", arg(&path)];
        asking
            .arg("expire")
            .args(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut asking = asking.spawn().unwrap();
        // The moment is of its work, not of its start.
        wait::within(LONG, "an expiry", || {
            is_begun(&data.database()).then_some(())
        });
        let after_us = fastrand::u64(0..300_000);
        note(&format!(
            "round {round}: killed {after_us} us after it began"
        ));
        // Nothing is waited for: this is the randomness of the moment.
        std::thread::sleep(Duration::from_micros(after_us));
        server.kill();
        asking.kill().unwrap();
        asking.wait().unwrap();
        // Without a configuration what was begun is ended all the same.
        let server = Server::start(data);
        wait::within(LONG, "the end of it", || {
            (!is_open(&data.database())).then_some(())
        });
        world.assert_over(&server.api());
        assert!(server.stop().success());
        world.assert_gone();
    }
}

fn count(database: &Path, select: &str) -> i64 {
    let database = Connection::open(database).unwrap();
    database.busy_timeout(LONG).unwrap();
    database.query_row(select, [], |row| row.get(0)).unwrap()
}

fn is_begun(database: &Path) -> bool {
    count(database, "SELECT count(*) FROM expiries") > 0
}

fn is_open(database: &Path) -> bool {
    count(
        database,
        "SELECT count(*) FROM expiries WHERE finished_at IS NULL",
    ) > 0
}

#[test]
fn the_command_line_says_and_does_it_alone_and_beside_a_server() {
    let world = World::new(OUTPUTS);
    let data = &world.data;
    for (args, says) in [
        (vec!["expire"], "--older-than"),
        (vec!["expire", "--older-than", "2 years"], "whole days"),
        (
            vec!["expire", "--older-than", "9d", "--texts-older-than", "10d"],
            "longer",
        ),
    ] {
        let wrong = data.cli(&args);
        assert_eq!(wrong.code, 2, "{wrong:?}");
        assert!(wrong.stderr.contains(says), "{wrong:?}");
    }
    let empty = data.beside("empty.toml");
    fs::write(&empty, "[retention]\nsignals = \"2d\"\ntexts = \"3d\"").unwrap();
    let wrong = data.cli(&["expire", "--config", arg(&empty)]);
    assert_eq!(wrong.code, 2, "{wrong:?}");

    let config = ["--config", arg(&world.config), "--json"];
    let dry = [&["expire", "--dry-run"], &config[..]].concat();
    let would = data.cli(&dry).ok().json();
    assert_eq!(would["would_remove"]["outputs"], 40, "{would}");
    let late = data.cli(&[&["doctor"], &config[..]].concat());
    assert_eq!(late.code, 1, "{late:?}");
    let said = late.json();
    assert_eq!(
        said["retention"]["would_remove"], would["would_remove"],
        "{said}"
    );
    assert!(said["bytes"]["store"].as_u64() > Some(50_000), "{said}");

    let server = Server::start(data);
    assert_eq!(server.api().output("o-old-7")["output"]["id"], "o-old-7");
    let done = data.cli(&[&["expire"], &config[..]].concat()).ok().json();
    assert_eq!(
        (&done["state"], &done["why"]),
        (&json!("done"), &json!("asked"))
    );
    assert_eq!(done["removed"]["outputs"], 40, "{done}");
    assert_eq!(done["builds"].as_array().map(Vec::len), Some(1), "{done}");
    world.assert_over(&server.api());
    assert!(server.stop().success());
    world.assert_gone();
    let again = data.cli(&[&["expire"], &config[..]].concat()).ok().json();
    assert_eq!(again["removed"], json!({}), "{again}");
    let would = data.cli(&dry).ok().json();
    assert_eq!(would["would_remove"]["events"], 0, "{would}");
    assert_eq!(data.cli(&[&["doctor"], &config[..]].concat()).code, 0);
}

#[test]
fn a_retention_that_cannot_be_is_named_by_line_or_table() {
    let data = Data::new();
    for (toml, says) in [
        ("[retention]\nsignals = \"1y\"", "line 2"),
        (
            "[retention]\nsignals = \"30d\"\ntexts = \"60d\"",
            "retention.texts: 60d is longer",
        ),
        (
            "[retention]\nsignals = \"1d\"\n[log]\nkeep_seconds = 90000",
            "log.keep_seconds",
        ),
    ] {
        let config = data.config(toml);
        let mut serve = Command::new(tacit_bin());
        serve.args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--config",
            arg(&config),
            "--data",
        ]);
        let done = serve.arg(data.path()).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains(says), "{said}");
    }
}
