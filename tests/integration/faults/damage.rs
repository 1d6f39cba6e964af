//! A log that is damaged where nobody has read it yet: what is lost is named and counted,
//! by the start, while it runs and by the doctor; the rest is served.

use std::{collections::BTreeSet, fs, path::PathBuf};

use rusqlite::Connection;
use tacit_tests::{
    data::{Data, arg},
    load::{Sent, ids},
    page::Page,
    server::Server,
};

use super::{SMALL_SEGMENTS, large, ready};

/// Of about 3 KB each: five segments and more.
const BATCHES: usize = 200;
const OUTPUTS: usize = 20;

/// A log of several segments that the store has nothing of.
fn unfolded() -> (Data, Sent, Vec<PathBuf>) {
    let data = Data::new();
    let config = data.config(SMALL_SEGMENTS);
    let server = Server::start_with(&data, &["--config", arg(&config)]);
    let api = server.api();
    let store = Connection::open(data.database()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut page = Page::new(&data.publishable);
    let mut sent = Sent::default();
    for number in 0..BATCHES {
        let batch = large(&mut page, &format!("o-{}", number % OUTPUTS));
        api.batch(&batch);
        sent.acknowledged.push(batch);
    }
    server.kill();
    store.execute_batch("ROLLBACK").unwrap();
    let directory = fs::read_dir(data.path().join("log")).unwrap();
    let mut segments: Vec<PathBuf> = directory.map(|entry| entry.unwrap().path()).collect();
    segments.sort();
    assert!(segments.len() > 4, "{segments:?}");
    (data, sent, segments)
}

fn name(path: &std::path::Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// What was sent in sessions and numbers whose bytes the file has no more.
#[test]
fn what_is_lost_is_named_and_the_rest_is_served() {
    let (data, sent, segments) = unfolded();
    let [flipped, zeroed, missing, cut, ..] = &segments[..] else {
        panic!("{segments:?}")
    };
    let change = |path: &PathBuf, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(path).unwrap();
        change(&mut bytes);
        fs::write(path, bytes).unwrap();
    };
    change(flipped, &|bytes| bytes[100] ^= 0x10);
    change(zeroed, &|bytes| bytes[4_096..12_288].fill(0));
    fs::remove_file(missing).unwrap();
    change(cut, &|bytes| bytes.truncate(bytes.len() - 1));

    // The doctor looks before anything is served, and changes nothing.
    let doctor = data.cli(&["doctor", "--json"]);
    assert_eq!(doctor.code, 1, "{doctor:?}");
    let findings = doctor.json()["findings"].as_array().unwrap().clone();
    let wrong: Vec<_> = findings
        .iter()
        .filter(|finding| finding["ok"] == false)
        .collect();
    for path in [flipped, zeroed, missing, cut] {
        let is_named = |finding: &&&serde_json::Value| {
            finding["check"] == "log" && finding["detail"].as_str().unwrap().contains(&name(path))
        };
        assert!(
            wrong.iter().any(|finding| is_named(&finding)),
            "{path:?}: {wrong:?}"
        );
    }

    let server = Server::start(&data);
    let api = server.api();
    let ledger = api.drained();
    let recovered = &server.recovered;
    let said = server.said();
    for path in [flipped, zeroed, missing, cut] {
        let mut damage = recovered["damage"].as_array().unwrap().iter();
        assert!(
            damage.any(|damage| damage["file"] == *name(path)),
            "{path:?}: {recovered}"
        );
        assert!(said.contains(&name(path)), "{path:?}: {said}");
    }
    // It is no reason not to take more.
    ready(&api);
    let readiness = api.get("/readyz").ok().json();
    assert_eq!(
        readiness["damaged_bytes"], recovered["damaged_bytes"],
        "{readiness}"
    );

    let stored: BTreeSet<String> = api.census(sent.outputs()).into_keys().collect();
    let acknowledged = ids(&sent.acknowledged);
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(!lost.is_empty());
    // No more than was in what is lost: an event takes some bytes.
    assert!((lost.len() as u64) < recovered["damaged_bytes"].as_u64().unwrap() / 4);
    assert!(stored.is_subset(&ids(sent.batches())), "invented");
    assert_eq!(ledger.events.stored, stored.len() as u64, "{ledger:?}");
    assert_eq!(ledger.events.duplicate, 0, "{ledger:?}");

    // Whoever sends what was lost again brings it back, and nothing twice.
    for batch in sent.batches() {
        api.batch(batch);
    }
    let _ = api.drained();
    let all: BTreeSet<String> = api.census(sent.outputs()).into_keys().collect();
    assert_eq!(all, ids(sent.batches()));
}

/// The last record is torn: it counts as never acknowledged, whatever stands there.
#[test]
fn a_torn_last_write_is_cut_off() {
    let (data, sent, segments) = unfolded();
    let newest = segments.last().unwrap();
    let mut bytes = fs::read(newest).unwrap();
    let len = bytes.len();
    bytes.truncate(len - 3);
    bytes.extend([0xee; 40]);
    fs::write(newest, bytes).unwrap();
    let server = Server::start(&data);
    let ledger = server.api().drained();
    let stored = server.api().census(sent.outputs());
    assert!(
        server.recovered["torn_bytes"].as_u64().unwrap() >= 40,
        "{}",
        server.recovered
    );
    assert_eq!(server.recovered["damaged_places"], 0);
    assert!(server.said().contains("unfinished write"));
    assert_eq!(ledger.events.stored, stored.len() as u64);
    let lost = ids(&sent.acknowledged)
        .into_iter()
        .filter(|id| !stored.contains_key(id));
    // Of the last batch at most.
    assert!(lost.count() <= 200);
}
