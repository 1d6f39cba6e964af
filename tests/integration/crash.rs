//! SIGKILL under load, at random moments.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use tacit_tests::{
    api::Api,
    data::{Data, arg},
    load::{Load, Sent, ids},
    note, rounds,
    server::Server,
};

/// Small segments, so that the log is cut in the middle of a round.
const CONFIG: &str = "[log]\nsegment_bytes = 65536\n";
const PAGES: u32 = 4;

/// Kills it while `PAGES` pages send; what they sent and how it went.
fn killed(data: &Data, round: u64) -> Sent {
    let server = Server::start_with(data, &["--config", arg(&data.beside("tacit.toml"))]);
    let load = Load::start(
        &server.api(),
        &data.publishable,
        &format!("r{round}"),
        PAGES,
    );
    // Many rounds are short ones: what they leave is counted at the end.
    let most = if rounds(4) > 40 { 30 } else { 250 };
    let (count, after_us) = (fastrand::u64(1..=most), fastrand::u64(0..8_000));
    note(&format!(
        "round {round}: killed {after_us} us after {count} acknowledgements"
    ));
    load.reaches(count);
    // Nothing is waited for: this is the randomness of the moment.
    std::thread::sleep(Duration::from_micros(after_us));
    server.kill();
    load.finish()
}

#[test]
fn what_was_acknowledged_is_there_once_and_stays_once() {
    let data = Data::new();
    let _ = data.config(CONFIG);
    let mut sent = Sent::default();
    for round in 0..rounds(4) {
        let of_round = killed(&data, round);
        assert!(!of_round.acknowledged.is_empty());
        assert!(of_round.statuses.is_empty(), "{:?}", of_round.statuses);
        sent.extend(of_round);
    }
    let server = Server::start(&data);
    let api = server.api();
    note(&format!(
        "{} batches ({} events) acknowledged, {} unanswered; recovered {}",
        sent.acknowledged.len(),
        ids(&sent.acknowledged).len(),
        sent.unanswered.len(),
        server.recovered
    ));
    assert_eq!(server.recovered["damaged_bytes"], 0);
    let stored = all_there(&api, &sent);
    again(&api, &sent, &stored);
}

/// Every acknowledged event is stored once, with its content, and nothing that was
/// never sent; the ledger says the same.
pub(crate) fn all_there(api: &Api, sent: &Sent) -> BTreeMap<String, Value> {
    let ledger = api.drained();
    let stored = api.census(sent.outputs());
    let sent_ids = ids(sent.batches());
    for id in ids(&sent.acknowledged) {
        assert!(
            stored.contains_key(&id),
            "{id} was acknowledged and is lost"
        );
    }
    for (id, signal) in &stored {
        assert!(sent_ids.contains(id), "{id} was never sent");
        let seq = id.split_once(':').unwrap().1;
        assert_eq!(signal["active_ms"].to_string(), seq, "{signal}");
    }
    assert_eq!(ledger.events.stored, stored.len() as u64, "{ledger:?}");
    assert_eq!(ledger.events.duplicate, 0, "{ledger:?}");
    assert!(ledger.batches.acknowledged >= sent.acknowledged.len() as u64);
    stored
}

/// Sends everything again: what was stored is a duplicate, the rest is new.
fn again(api: &Api, sent: &Sent, stored: &BTreeMap<String, Value>) {
    for batch in sent.batches() {
        api.batch(batch);
    }
    let all = ids(sent.batches());
    let ledger = api.drained();
    assert_eq!(ledger.events.duplicate, stored.len() as u64, "{ledger:?}");
    assert_eq!(ledger.events.stored, all.len() as u64, "{ledger:?}");
    let census = api.census(sent.outputs());
    assert!(census.keys().eq(&all), "exactly what was sent, once");
    for (id, signal) in stored {
        assert_eq!(&census[id], signal, "a duplicate changed what was there");
    }
}

#[test]
fn an_output_that_was_registered_is_there() {
    let data = Data::new();
    for round in 0..rounds(3) {
        let server = Server::start(&data);
        let id = format!("o-{round}");
        let output = json!({"id": id, "aliases": [format!("m-{round}")], "output": "text"});
        assert_eq!(server.api().register(&output)[0]["status"], "created");
        server.kill();
    }
    let server = Server::start(&data);
    let api = server.api();
    for round in 0..rounds(3) {
        let explained = api.output(&format!("m-{round}"));
        assert_eq!(explained["output"]["id"], format!("o-{round}"));
        assert_eq!(explained["output"]["output"], "text");
    }
}
