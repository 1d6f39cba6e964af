//! An export that comes out empty says why.

use serde_json::{Value, json};
use tacit_tests::{
    data::{Data, arg},
    now_ms,
    page::Page,
    server::Server,
    signals::{copied, shown},
};

/// The summaries of the command line and of HTTP.
fn summaries(data: &Data, server: &Server, format: &str) -> [Value; 2] {
    let out = data.beside("rows.jsonl");
    let done = data.cli(&["export", "--format", format, "--json", "--out", arg(&out)]);
    assert_eq!(std::fs::read(&out).unwrap(), b"", "no rows");
    let answer = server.api().get(&format!("/v1/datasets/{format}")).ok();
    assert_eq!(answer.text(), "");
    let header = answer.header("tacit-export").expect("a summary");
    [done.ok().json(), serde_json::from_str(header).unwrap()]
}

#[test]
fn before_anything_was_captured() {
    let data = Data::new();
    let server = Server::start(&data);
    for format in ["labels", "trl-sft", "trl-dpo", "trl-kto"] {
        for summary in summaries(&data, &server, format) {
            assert_eq!(summary["rows"], 0);
            assert_eq!(summary["skipped"], json!({}));
            let hint = summary["hint"].as_str().unwrap();
            assert!(hint.contains("nothing was captured yet"), "{hint}");
        }
    }
}

#[test]
fn before_anything_was_registered() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let mut page = Page::new(&data.publishable);
    let mut events = Vec::new();
    for number in 0..3 {
        let output = format!("o-{number}");
        events.push(page.event(now_ms() - 2_000, &output, shown(("c-1", number, 0))));
        events.push(page.event(now_ms() - 1_000, &output, copied(1_000)));
    }
    api.batch(&page.batch(events));
    let ledger = api.drained();
    assert_eq!(ledger.fates["no_output"], 6, "{ledger:?}");

    for format in ["trl-sft", "trl-dpo", "trl-kto"] {
        for summary in summaries(&data, &server, format) {
            assert_eq!(summary["rows"], 0);
            assert_eq!(summary["skipped"], json!({"not_registered": 3}), "{format}");
            let hint = summary["hint"].as_str().unwrap();
            assert!(hint.contains("3 of 3 skipped as not_registered"), "{hint}");
            assert!(hint.contains("level 1"), "{hint}");
        }
    }
    let labels = data.export("labels", now_ms());
    assert_eq!(labels.lines().count(), 3, "labels need no registration");
}
