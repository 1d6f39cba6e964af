//! From a file to a server, by the binary.

use std::{fs, process::Command};

use serde_json::Value;
use tacit_tests::{
    clickhouse::{ENCODED, PASSWORD},
    data::Data,
    load::{Load, ids},
    now_ms,
    page::Page,
    process::{Running, bound, tacit_bin},
    server::Server,
};

use super::{LONG, all_there, folded, send, server};
use crate::story::Story;

const FORMATS: [&str; 4] = ["labels", "trl-dpo", "trl-kto", "trl-sft"];

fn migrating(data: &Data, to: &str) -> Command {
    let mut command = bound(tacit_bin());
    command.args(["migrate", "--json", "--data"]);
    command.arg(data.path()).env("TACIT_STORE", to);
    command
}

/// Begins to copy, and is killed once something is on its way, at some moment.
fn killed(data: &Data, to: &str, load: &Load, acknowledged: u64) {
    let mut copying = Running::start(&mut migrating(data, to));
    load.reaches(acknowledged);
    copying.kill();
}

fn migrate(data: &Data, to: &str) -> Value {
    let done = tacit_tests::process::finish(&mut migrating(data, to)).ok();
    assert!(
        !done.stderr.contains(PASSWORD) && !done.stderr.contains(ENCODED),
        "{}",
        done.stderr
    );
    done.json()
}

/// What people, batches and events are told to have become.
fn ledger(server: &Server) -> Value {
    let api = server.api().patient(LONG);
    folded(&api);
    api.get("/v1/ledger").ok().json()
}

fn exports(data: &Data, as_of: u64) -> Vec<String> {
    let exports = FORMATS.iter().map(|format| data.export(format, as_of));
    exports.collect()
}

#[test]
fn a_store_moves_while_signals_come_and_whoever_copies_is_killed() {
    let Some(house) = server() else { return };
    let to = house.url("moved");
    let data = Data::new();
    let served = Server::start(&data);
    let load = Load::start(&served.api(), &data.publishable, "live", 2);
    load.reaches(150);
    for round in 1..=4 {
        killed(&data, &to, &load, 150 + round * 60);
    }
    assert_eq!(migrate(&data, &to)["moved"], false);
    let mut sent = load.finish();
    let before = ledger(&served);
    assert!(served.stop().success());
    // Killed in the last step as well: then the server may go on with the file.
    for _ in 0..3 {
        let mut moving = Running::start(&mut migrating(&data, &to));
        std::thread::sleep(std::time::Duration::from_millis(fastrand::u64(50..700)));
        moving.kill();
        if data.path().join("store.json").is_file() {
            break;
        }
    }
    let was_moved = data.path().join("store.json").is_file();
    if !was_moved {
        let served = Server::start(&data);
        sent.extend(send(
            &served.api(),
            &mut Page::new(&data.publishable),
            "more",
            3,
        ));
        all_there(&served, &sent);
        assert!(served.stop().success());
        let moved = migrate(&data, &to);
        assert_eq!(moved["moved"], true);
        let events = moved["projects"][0]["events"].as_u64().unwrap();
        assert!(events > before["events"]["stored"].as_u64().unwrap());
    }
    // It is of the other store alone now.
    let told = data.cli(&["keys", "list"]);
    assert!(
        told.stderr.contains("folded into clickhouse://"),
        "{}",
        told.stderr
    );
    let data = data.with_store(Some(to));
    let served = Server::start(&data);
    let api = served.api();
    sent.extend(send(&api, &mut Page::new(&data.publishable), "after", 3));
    all_there(&served, &sent);
    // What was acknowledged before is known, wherever it was.
    sent.acknowledged.iter().for_each(|batch| api.batch(batch));
    let after = ledger(&served);
    let known = ids(&sent.acknowledged).len();
    assert_eq!(after["events"]["duplicate"], known, "{after}");
    assert!(known as u64 > before["events"]["stored"].as_u64().unwrap());
}

#[test]
fn what_is_exported_is_the_same_before_and_after() {
    let Some(house) = server() else { return };
    let Story {
        server: served,
        data,
        ..
    } = Story::told();
    let to = house.url("story");
    assert_eq!(migrate(&data, &to)["moved"], false);
    let as_of = now_ms();
    let (files, books) = (exports(&data, as_of), ledger(&served));
    assert!(files.iter().all(|file| !file.is_empty()), "{files:?}");
    assert!(served.stop().success());
    let moved = migrate(&data, &to);
    assert_eq!(moved["projects"][0]["events"], 36, "{moved}");

    let data = data.with_store(Some(to.clone()));
    let served = Server::start(&data);
    assert_eq!(exports(&data, as_of), files);
    assert_eq!(ledger(&served), books);
    // Once moved there is nothing to move.
    let again = tacit_tests::process::finish(&mut migrating(&data, &to));
    assert_eq!(again.code, 1);
    assert!(
        again.stderr.contains("folded into clickhouse://"),
        "{}",
        again.stderr
    );
}

#[test]
fn what_cannot_be_moved_is_said() {
    let Some(house) = server() else { return };
    let data = Data::new();
    let said = |args: &[&str]| {
        let told = data.cli(args);
        (told.code, told.stderr)
    };
    let (code, told) = said(&["migrate"]);
    assert_eq!(
        (code, told.contains("--to clickhouse://")),
        (2, true),
        "{told}"
    );
    let (code, told) = said(&["migrate", "--from", "postgres:x"]);
    assert_eq!(
        (code, told.contains("--from is sqlite:")),
        (2, true),
        "{told}"
    );
    let to = house.url("taken");
    let other = Data::at(&to);
    let (code, told) = said(&["migrate", "--to", &to]);
    assert_eq!(
        (code, told.contains("name an empty one")),
        (1, true),
        "{told}"
    );
    assert!(
        !told.contains(PASSWORD) && !told.contains(ENCODED),
        "{told}"
    );
    // Neither of both was touched.
    assert!(!data.path().join("store.json").exists());
    for data in [&data, &other] {
        let listed = data.cli(&["keys", "list"]).ok();
        assert_eq!(listed.text().lines().count(), 2);
    }
    let nowhere = data.beside("nowhere");
    let from = format!("sqlite:{}", nowhere.display());
    let (code, told) = said(&["migrate", "--from", &from, "--to", &to]);
    assert_eq!(
        (code, told.contains("no data directory")),
        (1, true),
        "{told}"
    );
    assert!(fs::metadata(nowhere).is_err());
}
