//! A process that may open no more files.

use std::fs;

use tacit_tests::{
    data::{Data, arg},
    load::Sent,
    page::Page,
    process::{bound, finish},
    raw::Connection,
    server::Server,
    wait,
};

use super::{SMALL_SEGMENTS, large, ready, sent};
use crate::crash::all_there;

fn limit(server: &Server, descriptors: &str) {
    let mut command = bound("prlimit");
    command.args(["--pid", &server.pid().to_string()]);
    command.arg(format!("--nofile={descriptors}:"));
    let _ = finish(&mut command).ok();
}

fn open(server: &Server) -> usize {
    let directory = format!("/proc/{}/fd", server.pid());
    fs::read_dir(directory).unwrap().count()
}

#[test]
fn without_descriptors_it_refuses_and_recovers() {
    let data = Data::new();
    // Small segments: the log needs a new file soon.
    let config = data.config(SMALL_SEGMENTS);
    let server = Server::start_with(&data, &["--config", arg(&config)]);
    let mut all = sent(&server, &data.publishable, "before", 20);
    let mut connection = Connection::open(&server);
    connection.request("GET", "/healthz", "", b"");
    assert_eq!(connection.answer().0, 200);
    let unlimited = "1024";
    // No more than it has now, so that the next file is one too many.
    limit(&server, &open(&server).to_string());
    let mut page = Page::new(&data.publishable);
    let mut sent_now = Sent::default();
    wait::until("a batch to be refused", || {
        let batch = large(&mut page, &format!("o-{}", sent_now.acknowledged.len()));
        connection.request("POST", "/c", "", &tacit_signals::codec::encode(&batch));
        let (status, body) = connection.answer();
        match status {
            204 => sent_now.acknowledged.push(batch),
            503 => {
                sent_now.unanswered.push(batch);
                return Some(());
            }
            other => panic!("{other}: {}", String::from_utf8_lossy(&body)),
        }
        None
    });
    all.extend(sent_now);
    connection.request("GET", "/readyz", "", b"");
    let (status, body) = connection.answer();
    let body = String::from_utf8(body).unwrap();
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("log_failing"), "{body}");
    assert!(
        server.said().contains("Too many open files"),
        "{}",
        server.said()
    );
    // Whoever comes now waits, and is served once there are descriptors again.
    let mut waiting = Connection::open(&server);
    waiting.request("GET", "/healthz", "", b"");
    limit(&server, unlimited);
    assert_eq!(waiting.answer().0, 200);
    let api = server.api();
    ready(&api);
    all.extend(sent(&server, &data.publishable, "after", 20));
    let stored = all_there(&api, &all);
    server.kill();
    let server = Server::start(&data);
    assert_eq!(all_there(&server.api(), &all), stored);
}
