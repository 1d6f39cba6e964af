//! Whoever is slow, or gone without a word, holds a connection for a time and costs
//! nobody else anything.

use std::fs;

use serde_json::Value;
use tacit_tests::{
    data::{Data, arg},
    now_ms,
    page::Page,
    raw::Connection,
    server::Server,
    signals::copied,
    wait,
};

const QUICK: &str =
    "[limits]\nhead_seconds = 1\nbody_seconds = 1\nidle_seconds = 1\nwrite_seconds = 1\n";

fn start(data: &Data) -> Server {
    let config = data.config(QUICK);
    Server::start_with(data, &["--config", arg(&config)])
}

#[test]
fn a_head_that_does_not_come_ends_its_connection() {
    let data = Data::new();
    let server = start(&data);
    let begun = ["", "G", "POST /c HTTP/1.1\r\nhost: t\r\nx: "].map(|begun| {
        let mut connection = Connection::open(&server);
        connection.send(begun.as_bytes());
        (begun, connection)
    });
    for (begun, mut connection) in begun {
        let said = connection.until_the_end();
        assert!(
            said.is_empty() || said.starts_with(b"HTTP/1.1 408 "),
            "{begun:?}: {}",
            String::from_utf8_lossy(&said)
        );
    }
}

#[test]
fn nor_does_a_later_one_keep_it() {
    let data = Data::new();
    let server = start(&data);
    let begun = ["", "G", "GET /healthz HTTP/1.1\r\nhost: t\r\n"].map(|begun| {
        let mut connection = Connection::open(&server);
        connection.request("GET", "/healthz", "", b"");
        assert_eq!(connection.answer().0, 200);
        connection.send(begun.as_bytes());
        (begun, connection)
    });
    for (begun, mut connection) in begun {
        assert_eq!(connection.until_the_end(), b"", "{begun:?}");
    }
}

#[test]
fn a_body_that_does_not_come_is_refused_by_name_and_counted() {
    let data = Data::new();
    let server = start(&data);
    let mut connection = Connection::open(&server);
    connection.send(b"POST /c HTTP/1.1\r\nhost: t\r\ncontent-length: 100\r\n\r\nTACT");
    let (status, body) = connection.answer();
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &problem["code"]), (408, &"body_timeout".into()));
    let ledger = server.api().drained();
    assert_eq!(ledger.batches.rejected["body_timeout"], 1);
}

#[test]
fn who_takes_no_answer_is_left() {
    let data = Data::new();
    let capture = data.beside("capture");
    fs::create_dir(&capture).unwrap();
    // More than the sockets' buffers hold.
    let large = 64 * 1024 * 1024;
    fs::write(capture.join("large.bin"), vec![b'x'; large]).unwrap();
    let config = data.config(QUICK);
    let arguments = ["--config", arg(&config), "--capture", arg(&capture)];
    let server = Server::start_with(&data, &arguments);
    let mut connection = Connection::open(&server);
    connection.request("GET", "/capture/large.bin", "", b"");
    wait::until("the connection to be taken", || {
        server.holds(connection.port()).then_some(())
    });
    wait::until("the connection to be left", || {
        (!server.holds(connection.port())).then_some(())
    });
    assert!(connection.until_the_end().len() < large);
}

#[test]
fn hundreds_of_them_keep_nobody_waiting() {
    let data = Data::new();
    let server = Server::start(&data);
    let before = server.peak_memory();
    let half = [
        &b""[..],
        b"POST /c HTTP/1.1\r\nhost: t\r\n",
        b"POST /c HTTP/1.1\r\nhost: t\r\ncontent-length: 200000\r\n\r\nTACT",
        b"POST /c HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\nffff\r\n{",
    ];
    let slow: Vec<Connection> = (0..400)
        .map(|number| {
            let mut connection = Connection::open(&server);
            connection.send(half[number % half.len()]);
            connection
        })
        .collect();
    let api = server.api();
    let mut page = Page::new(&data.publishable);
    for number in 0..100 {
        let event = page.event(now_ms(), &format!("o-{number}"), copied(900));
        api.batch(&page.batch(vec![event]));
        assert_eq!(api.get("/healthz").status, 200);
    }
    assert_eq!(api.drained().events.stored, 100);
    // A connection costs some tens of KiB, whatever it announced.
    let grown = server.peak_memory().saturating_sub(before);
    assert!(grown < 64 * 1024 * 1024, "{grown} bytes");
    drop(slow);
    // Those that had begun a batch are counted, each once.
    wait::until("the lost batches to be counted", || {
        let ledger = api.ledger();
        ledger.assert_balanced();
        (ledger.batches.received == 100 + 200).then_some(())
    });
}
