//! A copy of the store, made while a server runs.

use std::{collections::BTreeSet, fs, path::Path};

use tacit_tests::{
    data::{Data, arg},
    load::{Load, ids},
    now_ms,
    process::tacit,
    server::Server,
};

use crate::story::Story;

#[test]
fn a_backup_is_a_data_directory_that_says_the_same() {
    let story = Story::told();
    let to = story.data.beside("backup");
    let done = story.data.cli(&["backup", arg(&to), "--json"]).ok().json();
    let database = fs::metadata(to.join("tacit.sqlite")).unwrap();
    assert_eq!(done["bytes"], database.len());
    let mode = std::os::unix::fs::PermissionsExt::mode(&database.permissions());
    assert_eq!(mode & 0o077, 0, "others can read secrets");
    // What comes later is not in it.
    let as_of = now_ms();
    let registered = story
        .server
        .api()
        .register(&serde_json::json!({"id": "o-later"}));
    assert_eq!(registered[0]["status"], "created");
    for format in ["labels", "trl-sft", "trl-dpo"] {
        let args = ["export", "--format", format, "--as-of", &as_of.to_string()];
        let copied = tacit([&args[..], &["--data", arg(&to)]].concat()).ok();
        assert_eq!(copied.text(), story.data.export(format, as_of), "{format}");
    }
    let ledger = tacit(["ledger", "--json", "--data", arg(&to)]).ok().json();
    assert_eq!(ledger["events"]["stored"], 36, "{ledger}");
    // Nothing that is there is written over.
    let again = story.data.cli(&["backup", arg(&to)]);
    assert_eq!(again.code, 1, "{again:?}");
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let story = Story::told();
    let sound = story.data.cli(&["doctor", "--json"]).ok().json();
    assert_eq!(sound["ok"], true, "{sound}");
    let log = story.data.path().join("log");
    let segment = fs::read_dir(log).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&segment).unwrap();
    // In the first record.
    bytes[60] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let database = rusqlite::Connection::open(story.data.database()).unwrap();
    let lost = "UPDATE fates SET count = count + 1 WHERE name = 'stored'";
    database.execute(lost, []).unwrap();
    let done = story.data.cli(&["doctor", "--json"]);
    assert_eq!(done.code, 1, "{done:?}");
    let findings = done.json()["findings"].as_array().unwrap().clone();
    let wrong = findings.iter().filter(|finding| finding["ok"] == false);
    let wrong: Vec<&str> = wrong
        .map(|finding| finding["check"].as_str().unwrap())
        .collect();
    assert_eq!(wrong, ["books", "log"], "{findings:?}");
}

/// A server on a backup, put back under the name of its original.
fn restored(data: &Data, backup: &Path) -> Server {
    fs::remove_dir_all(data.path()).unwrap();
    fs::rename(backup, data.path()).unwrap();
    Server::start(data)
}

#[test]
fn a_backup_under_load_has_what_was_acknowledged_before() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let load = Load::start(&api, &data.publishable, "before", 2);
    load.reaches(60);
    let before = load.finish();
    let during = Load::start(&api, &data.publishable, "during", 2);
    let to = data.beside("backup");
    let done = data.cli(&["backup", arg(&to), "--json"]).ok().json();
    during.reaches(40);
    let during = during.finish();
    server.kill();
    let doctor = tacit(["doctor", "--check", "--json", "--data", arg(&to)]);
    assert_eq!(doctor.code, 0, "{done}: {doctor:?}");

    let server = restored(&data, &to);
    let api = server.api();
    let ledger = api.drained();
    assert_eq!(
        server.recovered["damaged_places"], 0,
        "{}",
        server.recovered
    );
    let outputs = before.outputs().into_iter().chain(during.outputs());
    let stored: BTreeSet<String> = api.census(outputs).into_keys().collect();
    assert!(stored.is_superset(&ids(&before.acknowledged)), "lost");
    assert!(
        stored.is_subset(&ids(before.batches().chain(during.batches()))),
        "invented"
    );
    assert_eq!(ledger.events.stored, stored.len() as u64, "{ledger:?}");
    assert_eq!(ledger.events.duplicate, 0, "{ledger:?}");
    // And it goes on.
    let after = Load::start(&api, &data.publishable, "after", 1);
    after.reaches(5);
    let _ = after.finish();
    let _ = api.drained();
}

/// What no store has yet is in the log, and a backup has that too.
#[test]
fn a_backup_has_what_waits_in_the_log() {
    let data = Data::new();
    let server = Server::start(&data);
    let store = rusqlite::Connection::open(data.database()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let load = Load::start(&server.api(), &data.publishable, "o", 2);
    load.reaches(30);
    let sent = load.finish();
    server.kill();
    store.execute_batch("ROLLBACK").unwrap();
    drop(store);
    let to = data.beside("backup");
    let done = data.cli(&["backup", arg(&to), "--json"]).ok().json();
    assert!(done["log"]["bytes"].as_u64().unwrap() > 0, "{done}");
    let server = restored(&data, &to);
    let _ = crate::crash::all_there(&server.api(), &sent);
}
