//! The binary on a real ClickHouse server, and what can go wrong between both: each ends
//! with every acknowledged event exactly once. Skipped where there is no server.

mod collectors;
mod faults;
mod forgetting;
mod moving;
mod opening;
mod spool;

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tacit_signals::Batch;
use tacit_tests::{
    api::{Answer, Api},
    clickhouse::{ClickHouse, is_wanted},
    data::Data,
    load::{Sent, batch},
    page::Page,
    server::Server,
    wait,
};

/// For a server that has to come back, and what waited for it.
const LONG: Duration = Duration::from_secs(120);

/// A server of its own for one test; `None` where there is none to be had.
fn server() -> Option<ClickHouse> {
    is_wanted().then(ClickHouse::start)
}

/// A data directory with keys, in a database of its own.
fn data(server: &ClickHouse) -> Data {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Data::at(&server.url(&format!("d{number}")))
}

/// Sends `count` batches, one after the other, that have to be acknowledged.
fn send(api: &Api, page: &mut Page, name: &str, count: usize) -> Sent {
    let mut sent = Sent::default();
    for _ in 0..count {
        let batch = batch(page, name);
        api.batch(&batch);
        sent.acknowledged.push(batch);
    }
    sent
}

/// Every acknowledged event is there once; the ledger says the same.
fn all_there(server: &Server, sent: &Sent) {
    let api = server.api().patient(LONG);
    folded(&api);
    crate::crash::all_there(&api, sent);
}

/// Waits until nothing waits for the store; it may be away for a while.
fn folded(api: &Api) {
    wait::within(LONG, "the store to have everything", || {
        let books = api.get("/v1/ledger?fates=false");
        (books.status == 200 && books.json()["events"]["waiting"] == 0).then_some(())
    });
}

/// Waits until the collector says that its store does not take anything.
fn fails(api: &Api) {
    wait::within(LONG, "the store to fail", || {
        (api.get("/readyz").json()["store"]["failing"] == true).then_some(())
    });
}

/// It was refused by this code, and is worth another try later.
fn refused(answer: &Answer, code: &str) {
    let problem = answer.json();
    assert_eq!(
        (answer.status, &problem["code"]),
        (503, &code.into()),
        "{problem}"
    );
    assert_eq!(problem["retryable"], true, "{problem}");
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

/// As a page does it that was not answered.
fn try_again(api: &Api, batch: &Batch) {
    wait::within(LONG, "the batch to be taken", || {
        let answer = api.try_batch(batch).ok()?;
        (answer.status == 204).then_some(())
    });
}
