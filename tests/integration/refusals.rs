//! Batches and events that are refused, and how it is said.

use serde_json::{Value, json};
use tacit_signals::codec;
use tacit_tests::{
    data::{Data, ORIGIN},
    now_ms,
    page::Page,
    server::Server,
    signals::{copied, shown},
};

const DAY_MS: u64 = 24 * 3_600 * 1_000;

/// A batch of one good event, as JSON to be spoilt.
fn batch(data: &Data) -> Value {
    let mut page = Page::new(&data.publishable);
    let event = page.event(now_ms(), "o-1", copied(500));
    tacit_signals::json::encode(&page.batch(vec![event]))
}

fn with(mut batch: Value, field: &str, value: impl Into<Value>) -> Vec<u8> {
    batch[field] = value.into();
    batch.to_string().into_bytes()
}

#[test]
fn a_batch_that_is_none_is_refused_whole_and_by_name() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let good = batch(&data);
    let events: Vec<Value> = (0..1_001)
        .map(|seq| json!({"seq": seq, "at": now_ms(), "kind": "copied", "output": "o-1", "chars": 1, "share": 0.1}))
        .collect();
    let binary = codec::encode(&Page::new(&data.publishable).batch(Vec::new()));
    let spoilt = |place: usize| {
        let mut bytes = binary.clone();
        bytes[place] ^= 0x40;
        bytes
    };
    let cases: [(&str, Option<&str>, u16, Vec<u8>); 14] = [
        ("json_malformed", None, 400, b"{".to_vec()),
        ("json_malformed", None, 400, b"{\"v\":1}".to_vec()),
        ("batch_unrecognised", None, 400, b"hello".to_vec()),
        ("batch_unrecognised", None, 400, Vec::new()),
        ("version_unsupported", None, 400, with(good.clone(), "v", 2)),
        ("version_unsupported", None, 400, spoilt(4)),
        ("checksum_mismatch", None, 400, spoilt(binary.len() - 1)),
        ("batch_truncated", None, 400, binary[..12].to_vec()),
        (
            "session_malformed",
            Some("session"),
            400,
            with(good.clone(), "session", "9f3c"),
        ),
        (
            "sample_out_of_range",
            Some("sample"),
            400,
            with(good.clone(), "sample", 1.5),
        ),
        (
            "events_too_many",
            Some("events"),
            400,
            with(good.clone(), "events", events),
        ),
        (
            "key_unknown",
            Some("key"),
            401,
            with(good.clone(), "key", "pk_nobody"),
        ),
        (
            "key_not_publishable",
            Some("key"),
            403,
            with(good.clone(), "key", data.secret.as_str()),
        ),
        (
            "key_too_long",
            Some("key"),
            400,
            with(good, "key", "p".repeat(65)),
        ),
    ];
    for (code, field, status, body) in &cases {
        for path in ["/c", "/v1/events"] {
            let answer = api.post(path, &[], body);
            let problem = answer.assert_problem(*status, code, *field);
            if *code == "events_too_many" {
                assert_eq!(problem["limit"], 1_000);
            }
        }
    }
    let form = [("content-type", "multipart/form-data")];
    let answer = api.post("/c", &form, b"x");
    answer.assert_problem(415, "content_type_unsupported", None);

    let ledger = api.drained();
    assert_eq!(ledger.batches.received, 2 * cases.len() as u64 + 1);
    assert_eq!(ledger.batches.acknowledged, 0, "nothing was kept");
    assert_eq!(ledger.batches.rejected["json_malformed"], 4);
    assert_eq!(ledger.batches.rejected["events_too_many"], 2);
    assert_eq!(ledger.batches.rejected["content_type_unsupported"], 1);
    assert_eq!(ledger.events.acknowledged, 0);
}

#[test]
fn a_bad_event_is_refused_alone() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let mut batch = batch(&data);
    let now = now_ms();
    batch["events"] = json!([
        {"seq": 0, "at": now, "kind": "copied", "output": "o-1", "chars": 1, "share": 0.1},
        {"seq": 1, "at": now, "kind": "copied", "output": "o-1", "chars": 1, "share": 1.2},
        {"seq": 2, "at": now - 15 * DAY_MS, "kind": "copied", "output": "o-1", "chars": 1, "share": 0.1},
        {"seq": 3, "at": now, "kind": "copied", "output": "o-1", "chars": 1},
        {"seq": 4, "at": now, "kind": "copied", "chars": 1, "share": 0.1},
        {"seq": 0, "at": now, "kind": "copied", "output": "o-1", "chars": 1, "share": 0.1},
        {"seq": 5, "at": now - 13 * DAY_MS, "kind": "rated", "output": "o-1", "value": -1},
        {"seq": 6, "at": now, "kind": "levitated", "output": "o-1"},
        {"seq": 7, "at": now, "kind": "rated", "output": "o-1", "value": 1, "mood": "good"},
        {"content": {"output": "o-1", "seq": 8, "role": "prompt", "text": "private"}},
    ]);
    let answer = api.post("/c", &[], batch.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut said = answer.json();
    let rejected = said["rejected"].as_array_mut().unwrap();
    rejected.sort_by_key(|rejection| rejection["seq"].as_u64());
    let expected = json!({"accepted": 4, "duplicate": 1, "rejected": [
        {"seq": 1, "code": "share_out_of_range", "field": "share"},
        {"seq": 2, "code": "too_old", "field": "at"},
        {"seq": 3, "code": "share_missing", "field": "share"},
        {"seq": 4, "code": "output_missing", "field": "output"},
        {"seq": 8, "code": "content_forbidden", "field": "role"},
    ]});
    assert_eq!(said, expected);

    let ledger = api.drained();
    assert_eq!(ledger.events.stored, 3, "{ledger:?}");
    assert_eq!(ledger.events.quarantined, 1, "{ledger:?}");
    assert_eq!(ledger.events.duplicate, 1, "{ledger:?}");
    assert_eq!(ledger.events.rejected["too_old"], 1, "{ledger:?}");
    assert_eq!(ledger.counts["unknown_fields"], 1, "{ledger:?}");
    let session = batch["session"].as_str().unwrap();
    let stored: Vec<String> = api.census(["o-1"]).into_keys().collect();
    assert_eq!(stored, [0, 5, 7].map(|seq| format!("{session}:{seq}")));
}

#[test]
fn a_foreign_origin_is_refused_and_nothing_kept() {
    let data = Data::new();
    let key = data.key("shop", "publishable", &["--origin", ORIGIN]);
    let server = Server::start(&data);
    let api = server.api();
    let mut page = Page::new(&key);
    let event = page.event(now_ms(), "o-1", shown(("c-1", 0, 0)));
    let bytes = codec::encode(&page.batch(vec![event]));
    for foreign in [
        "https://evil.example",
        "http://chat.example",
        "https://chat.example.evil.example",
        "null",
    ] {
        let answer = api.post("/c", &[("origin", foreign)], &bytes);
        answer.assert_problem(403, "origin_forbidden", Some("origin"));
    }
    assert_eq!(api.drained().events.acknowledged, 0);
    assert_eq!(api.post("/c", &[("origin", ORIGIN)], &bytes).status, 204);
    assert_eq!(api.drained().events.stored, 1);
}
