//! More than the store keeps up with is refused, and said to be worth another try.

use rusqlite::Connection;
use tacit_tests::{
    data::{Data, ORIGIN, arg},
    now_ms,
    page::Page,
    server::Server,
    signals::copied,
    wait,
};

#[test]
fn beyond_the_backlog_batches_are_shed_until_the_store_is_free() {
    let data = Data::new();
    let config = data.config("[log]\nbacklog_bytes = 1\n");
    let server = Server::start_with(&data, &["--config", arg(&config)]);
    let api = server.api();
    let mut page = Page::new(&data.publishable);
    let mut send = || {
        let event = page.event(now_ms() - 1_000, "o-1", copied(900));
        let body = tacit_signals::codec::encode(&page.batch(vec![event]));
        api.post("/c", &[("origin", ORIGIN)], &body)
    };
    let store = Connection::open(data.database()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(send().status, 204, "nothing waited yet");

    let refused = send();
    assert_eq!(refused.status, 503);
    let problem = refused.json();
    assert_eq!(problem["code"], "overloaded", "{problem}");
    assert_eq!(problem["retryable"], true, "{problem}");
    let seconds: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    let origin = refused.header("access-control-allow-origin");
    assert_eq!(
        origin,
        Some(ORIGIN),
        "or the page cannot read when to come again"
    );
    let exposed = refused.header("access-control-expose-headers");
    assert_eq!(exposed, Some("retry-after"));
    let ledger = api.ledger();
    ledger.assert_balanced();
    assert_eq!((ledger.batches.acknowledged, ledger.batches.shed), (1, 1));

    store.execute_batch("ROLLBACK").unwrap();
    let _ = api.drained();
    wait::until("batches to be taken again", || {
        (send().status == 204).then_some(())
    });
    let ledger = api.drained();
    assert_eq!(ledger.events.stored, 2, "{ledger:?}");
}

#[test]
fn what_is_shed_is_not_even_looked_at() {
    let data = Data::new();
    let config = data.config("[log]\nbacklog_bytes = 1\n");
    let server = Server::start_with(&data, &["--config", arg(&config)]);
    let api = server.api();
    let mut page = Page::new(&data.publishable);
    let mut body = || {
        let event = page.event(now_ms() - 1_000, "o-1", copied(900));
        tacit_signals::codec::encode(&page.batch(vec![event]))
    };
    let store = Connection::open(data.database()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(api.post("/c", &[], &body()).status, 204);

    // To learn that it is damaged would have cost a look at all of it.
    let mut damaged = body();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(api.post("/c", &[], &damaged).status, 503);
    assert_eq!(api.post("/c", &[], b"no batch at all").status, 503);
    let ledger = api.ledger();
    ledger.assert_balanced();
    assert_eq!((ledger.batches.shed, ledger.batches.rejected.len()), (2, 0));

    store.execute_batch("ROLLBACK").unwrap();
    let _ = api.drained();
    let refused = wait::until("batches to be looked at again", || {
        Some(api.post("/c", &[], &damaged)).filter(|answer| answer.status != 503)
    });
    refused.assert_problem(400, "checksum_mismatch", None);
}

#[test]
fn a_server_that_refuses_batches_is_not_ready() {
    let data = Data::new();
    let config = data.config("[log]\nbacklog_bytes = 1\n");
    let server = Server::start_with(&data, &["--config", arg(&config)]);
    let api = server.api();
    assert_eq!(api.get("/readyz").ok().json()["ready"], true);
    let store = Connection::open(data.database()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut page = Page::new(&data.publishable);
    let event = page.event(now_ms() - 1_000, "o-1", copied(900));
    api.batch(&page.batch(vec![event]));
    let ready = api.get("/readyz");
    assert_eq!((ready.status, &ready.json()["ready"]), (503, &false.into()));
    assert_eq!(
        api.get("/healthz").status,
        200,
        "it lives, it is only behind"
    );

    store.execute_batch("ROLLBACK").unwrap();
    wait::until("the server to be ready again", || {
        (api.get("/readyz").status == 200).then_some(())
    });
}
