//! A body over its limit is refused by name on every route, and the connection
//! it came on goes on working.

use serde_json::Value;
use tacit_tests::{data::Data, note, page::Page, raw::Connection, server::Server};

const KIB: usize = 1024;
/// Every route that takes a body, with its limit in bytes.
const ROUTES: [(&str, usize); 4] = [
    ("/c", 256 * KIB),
    ("/v1/events", 256 * KIB),
    ("/v1/signals", 256 * KIB),
    ("/v1/outputs", 8 * KIB * KIB),
];

fn assert_refused((status, body): (u16, Vec<u8>), path: &str, limit: usize) {
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(status, 413, "{path}: {problem}");
    assert_eq!(problem["code"], "body_too_large", "{path}");
    assert_eq!(problem["field"], "body", "{path}");
    assert_eq!(problem["limit"], limit, "{path}");
    assert_eq!(problem["retryable"], false, "{path}");
}

#[test]
fn on_every_route_the_connection_stays_usable() {
    let data = Data::new();
    let server = Server::start(&data);
    let key = format!("authorization: Bearer {}\r\n", data.secret);
    for (path, limit) in ROUTES {
        for over in [1, 512 * KIB] {
            let mut connection = Connection::open(&server);
            connection.request("POST", path, &key, &vec![b'x'; limit + over]);
            assert_refused(connection.answer(), path, limit);
            note(&format!(
                "{path}, {over} bytes over: is the connection usable?"
            ));
            connection.request("GET", "/healthz", "", b"");
            assert_eq!(connection.answer().0, 200);
        }
    }
    let rejected = server.api().ledger().batches.rejected;
    assert_eq!(
        rejected["body_too_large"], 6,
        "batches and signals: {rejected:?}"
    );
}

#[test]
fn a_body_of_unannounced_length_has_the_same_limit() {
    let data = Data::new();
    let server = Server::start(&data);
    let mut connection = Connection::open(&server);
    connection.send(b"POST /c HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n");
    for _ in 0..5 {
        connection.send(b"10000\r\n");
        connection.send(&[b'x'; 64 * KIB]);
        connection.send(b"\r\n");
    }
    connection.send(b"0\r\n\r\n");
    assert_refused(connection.answer(), "/c", 256 * KIB);
    connection.request("GET", "/healthz", "", b"");
    assert_eq!(connection.answer().0, 200);
}

#[test]
fn at_the_limit_is_not_over_it() {
    let data = Data::new();
    let server = Server::start(&data);
    let page = Page::new(&data.publishable);
    let mut body = tacit_signals::json::encode(&page.batch(Vec::new())).to_string();
    body.push_str(&" ".repeat(256 * KIB - body.len()));
    let answer = server.api().post("/c", &[], body.as_bytes());
    assert_eq!(answer.status, 204, "{}", answer.text());
}

#[test]
fn a_body_that_ends_early_is_counted_and_harms_nobody() {
    let data = Data::new();
    let server = Server::start(&data);
    let mut connection = Connection::open(&server);
    connection.send(b"POST /c HTTP/1.1\r\nhost: t\r\ncontent-length: 1000\r\n\r\nTACT");
    drop(connection);
    let ledger = tacit_tests::wait::until("the lost batch to be counted", || {
        let ledger = server.api().ledger();
        (ledger.batches.received == 1).then_some(ledger)
    });
    ledger.assert_balanced();
    assert_eq!(ledger.batches.acknowledged, 0);
    let codes: Vec<_> = ledger.batches.rejected.keys().collect();
    assert!(
        codes == ["abandoned"] || codes == ["body_incomplete"],
        "{codes:?}"
    );
}
