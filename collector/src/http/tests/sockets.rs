//! What only a real connection shows.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use actix_web::dev::ServerHandle;
use tacit_signals::limits::BATCH_BYTES_MAX;

use super::*;

pub(super) struct Running {
    pub(super) harness: Harness,
    pub(super) handle: ServerHandle,
    pub(super) port: u16,
}

pub(super) fn start() -> Running {
    let harness = Harness::new();
    let (server, port) = crate::http::serve(harness.collector.clone(), &harness.config).unwrap();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Running {
        harness,
        handle,
        port,
    }
}

/// Blocking socket work, away from the server's thread.
pub(super) async fn talk<T: Send + 'static>(
    port: u16,
    talk: impl FnOnce(&mut TcpStream) -> T + Send + 'static,
) -> T {
    actix_web::rt::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        talk(&mut stream)
    })
    .await
    .unwrap()
}

fn post(stream: &mut TcpStream, body: &[u8]) -> String {
    let head = format!(
        "POST /c HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    answer(stream)
}

/// Head and body of the next answer.
pub(super) fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4_096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse::<usize>().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        let count = stream.read(&mut buffer).unwrap();
        assert_ne!(count, 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
}

#[actix_web::test]
async fn a_connection_goes_on_after_a_refusal() {
    let running = start();
    let good = batch(PK, &[copied(0, "o-1")]).to_string();
    let answers = talk(running.port, move |stream| {
        let large = post(stream, &vec![b'x'; BATCH_BYTES_MAX + 1]);
        let larger = post(stream, &vec![b'x'; 2 * 1024 * 1024]);
        let bad = post(stream, b"nonsense");
        [large, larger, bad, post(stream, good.as_bytes())]
    })
    .await;
    let statuses: Vec<&str> = answers.iter().map(|text| &text[9..12]).collect();
    assert_eq!(statuses, ["413", "413", "400", "204"]);
    let ledger = running.harness.ledger().await;
    assert_eq!(
        ledger["batches"]["rejected"],
        json!({"batch_unrecognised":1,"body_too_large":2})
    );
    running.handle.stop(false).await;
}

#[actix_web::test]
async fn a_client_that_hangs_up_is_counted() {
    let running = start();
    talk(running.port, |stream| {
        let head = "POST /c HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf";
        stream.write_all(head.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Both).unwrap();
    })
    .await;
    let batches = until("the batch is counted", async || {
        let batches = running.harness.ledger().await["batches"].clone();
        (batches["received"] == 1).then_some(batches)
    })
    .await;
    assert_eq!(batches["acknowledged"], 0);
    running.handle.stop(false).await;
}

#[actix_web::test]
async fn stopping_does_not_wait_for_idle_connections() {
    let running = start();
    let good = batch(PK, &[copied(0, "o-1")]).to_string();
    let port = running.port;
    let (kept, status) = talk(port, move |stream| {
        let text = post(stream, good.as_bytes());
        (stream.try_clone().unwrap(), text[9..12].to_owned())
    })
    .await;
    assert_eq!(status, "204");
    let begun = std::time::Instant::now();
    running.handle.stop(true).await;
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    drop(kept);
}
