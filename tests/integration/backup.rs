//! A copy of the store, made while a server runs.

use std::fs;

use tacit_tests::{data::arg, now_ms, process::tacit};

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
