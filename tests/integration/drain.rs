//! What was acknowledged and never reached the store: an export without a server
//! folds it in first.

use rusqlite::Connection;
use serde_json::json;
use tacit_tests::{
    data::Data,
    now_ms,
    page::Page,
    rows,
    server::Server,
    signals::{copied, shown},
};

const BATCHES: u32 = 50;
const EVENTS: u64 = 2 * BATCHES as u64;

#[test]
fn an_export_after_a_kill_has_everything() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    // Nobody else can write the store now, so all that is acknowledged stays in the log.
    let store = Connection::open(data.database()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut page = Page::new(&data.publishable);
    let at = now_ms() - 10_000;
    for number in 0..BATCHES {
        let output = format!("o-{number}");
        let events = vec![
            page.event(at, &output, shown(("c-1", number, 0))),
            page.event(at + 1_000, &output, copied(900)),
        ];
        api.batch(&page.batch(events));
    }
    let ledger = api.ledger();
    ledger.assert_balanced();
    assert_eq!(
        ledger.events.waiting, EVENTS,
        "the store is held: {ledger:?}"
    );
    assert_eq!(ledger.events.stored, 0, "{ledger:?}");
    server.kill();
    store.execute_batch("ROLLBACK").unwrap();
    drop(store);

    let labels = rows(&data.export("labels", now_ms()));
    assert_eq!(labels.len(), BATCHES as usize);
    for label in &labels {
        assert_eq!(label["state"], "positive", "{label}");
    }
    let ledger = data.cli(&["ledger", "--json"]).ok().json();
    assert_eq!(ledger["events"]["stored"], EVENTS);
    assert_eq!(ledger["events"]["waiting"], 0);
    assert_eq!(ledger["batches"]["acknowledged"], BATCHES);

    let server = Server::start(&data);
    assert_eq!(
        server.recovered["records"], 0,
        "the export left nothing to fold in"
    );
    let ledger = server.api().drained();
    assert_eq!((ledger.events.stored, ledger.events.duplicate), (EVENTS, 0));
}

/// A backlog is no outage: signals are taken while the store is held, and joined
/// when it is free again, also with an output that is registered only then.
#[test]
fn signals_wait_for_a_busy_store_and_for_their_output() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let store = Connection::open(data.database()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut page = Page::new(&data.publishable);
    let events = vec![page.event(now_ms() - 1_000, "o-1", copied(900))];
    api.batch(&page.batch(events));
    assert_eq!(api.ledger().events.waiting, 1);
    store.execute_batch("ROLLBACK").unwrap();
    drop(store);
    let ledger = api.drained();
    assert_eq!(ledger.fates["no_output"], 1, "{ledger:?}");
    assert_eq!(api.output("o-1")["label"]["trust"], "claimed");

    let _ = api.register(&json!({"id": "o-1", "output": "a"}));
    let label = &api.output("o-1")["label"];
    assert_eq!(
        (&label["trust"], &label["state"]),
        (&json!("known"), &json!("positive"))
    );
    assert_eq!(api.drained().fates["in_label"], 1);
}
