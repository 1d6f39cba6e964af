//! SIGTERM under load.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use tacit_tests::{
    data::Data,
    load::{Load, ids},
    now_ms,
    page::Page,
    server::Server,
    signals::copied,
    wait::{self, PATIENCE},
};

/// A page that works: `npm start` from a warm clone has 10 s for everything.
const SECOND_START: Duration = Duration::from_secs(2);

#[test]
fn drains_and_exits_0_and_starts_again_at_once() {
    let data = Data::new();
    let mut server = Server::start(&data);
    let load = Load::start(&server.api(), &data.publishable, "o", 4);
    load.reaches(100);
    server.terminate();
    assert_eq!(server.ended(PATIENCE).code(), Some(0), "{}", server.said());
    let sent = load.finish();
    // Who was not served any more was told to come again, or not answered at all.
    assert!(
        sent.statuses.iter().all(|status| *status == 503),
        "{:?}",
        sent.statuses
    );

    let began = Instant::now();
    let server = Server::start(&data);
    let took = began.elapsed();
    assert!(took < SECOND_START, "the second start took {took:?}");
    assert_eq!(
        server.recovered["records"], 0,
        "nothing was left to fold in"
    );
    assert_eq!(server.recovered["torn_bytes"], 0);

    let api = server.api();
    let ledger = api.drained();
    let stored = api.census(sent.outputs());
    for id in ids(&sent.acknowledged) {
        assert!(
            stored.contains_key(&id),
            "{id} was acknowledged and is lost"
        );
    }
    assert_eq!(ledger.events.stored, stored.len() as u64, "{ledger:?}");
    assert_eq!(ledger.events.duplicate, 0, "{ledger:?}");
}

#[test]
fn a_stop_folds_in_what_waits_for_the_store() {
    let data = Data::new();
    let mut server = Server::start(&data);
    let api = server.api();
    let store = Connection::open(data.database()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut page = Page::new(&data.publishable);
    for number in 0..20 {
        let output = format!("o-{number}");
        let events = vec![page.event(now_ms() - 1_000, &output, copied(900))];
        api.batch(&page.batch(events));
    }
    assert_eq!(api.ledger().events.waiting, 20, "the store is held");
    server.terminate();
    wait::until("the server to have stopped serving", || {
        server.said().contains("folding in").then_some(())
    });
    store.execute_batch("ROLLBACK").unwrap();
    drop(store);
    assert_eq!(server.ended(PATIENCE).code(), Some(0), "{}", server.said());

    let server = Server::start(&data);
    assert_eq!(
        server.recovered["records"], 0,
        "the stop folded in everything"
    );
    assert_eq!(server.api().drained().events.stored, 20);
}

#[test]
fn an_idle_server_ends_without_delay() {
    let data = Data::new();
    let mut server = Server::start(&data);
    // A browser keeps its connection open long after its last request.
    let api = server.api();
    assert_eq!(api.get("/readyz").status, 200);
    server.terminate();
    let status = server.ended(Duration::from_secs(5));
    assert_eq!(status.code(), Some(0), "{}", server.said());
    drop(api);
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let data = Data::new();
    let server = Server::start(&data);
    let done = data.cli(&["serve", "--listen", "127.0.0.1:0", "--json"]);
    assert_eq!(done.code, 1);
    assert_eq!(done.text(), "");
    assert!(
        done.stderr.contains("another tacit runs on"),
        "{}",
        done.stderr
    );
    assert_eq!(
        server.api().get("/healthz").status,
        200,
        "the first is unharmed"
    );
}
