//! What is refused, and how it is said.

use serde_json::{Value, json};
use tacit_signals::codec;
use tacit_tests::{
    api::{Answer, Api},
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

/// Panics unless `answer` is the problem it should be.
fn assert_problem(answer: &Answer, status: u16, code: &str, field: Option<&str>) -> Value {
    let problem = answer.json();
    assert_eq!(answer.status, status, "{problem}");
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{problem}"
    );
    assert_eq!(problem["status"], status, "{problem}");
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["field"].as_str(), field, "{problem}");
    assert_eq!(problem["retryable"], false, "{problem}");
    for text in ["type", "title", "detail"] {
        assert!(problem[text].is_string(), "{text} of {problem}");
    }
    problem
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
            let problem = assert_problem(&answer, *status, code, *field);
            if *code == "events_too_many" {
                assert_eq!(problem["limit"], 1_000);
            }
        }
    }
    let form = [("content-type", "multipart/form-data")];
    let answer = api.post("/c", &form, b"x");
    assert_problem(&answer, 415, "content_type_unsupported", None);

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
        assert_problem(&answer, 403, "origin_forbidden", Some("origin"));
    }
    assert_eq!(api.drained().events.acknowledged, 0);
    assert_eq!(api.post("/c", &[("origin", ORIGIN)], &bytes).status, 204);
    assert_eq!(api.drained().events.stored, 1);
}

/// Every route that needs a secret key.
const SECRET: [(&str, &str); 9] = [
    ("POST", "/v1/outputs"),
    ("GET", "/v1/outputs"),
    ("GET", "/v1/outputs/o-1"),
    ("POST", "/v1/signals"),
    ("GET", "/v1/labels"),
    ("GET", "/v1/datasets/labels"),
    ("GET", "/v1/datasets/trl-kto"),
    ("GET", "/v1/ledger"),
    ("GET", "/v1/overview"),
];

#[test]
fn reading_and_registering_need_a_secret_key() {
    let data = Data::new();
    let server = Server::start(&data);
    let ask = |api: &Api, method: &str, path: &str| api.try_send(method, path, &[], b"{}").unwrap();
    let api = |key: Option<&str>| Api::new(&server.url, key);
    for (method, path) in SECRET {
        let answer = ask(&api(None), method, path);
        assert_problem(&answer, 401, "key_missing", None);
        let answer = ask(&api(Some("sk_nobody")), method, path);
        assert_problem(&answer, 401, "key_unknown", None);
        let answer = ask(&api(Some(&data.publishable)), method, path);
        assert_problem(&answer, 403, "key_not_secret", None);
    }
    assert_problem(&server.api().get("/v1/outputs/o-1"), 404, "not_found", None);
}

#[test]
fn what_is_not_there_is_said_so() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    assert_problem(&api.get("/v1/nothing"), 404, "not_found", None);
    assert_problem(&api.get("/v1/datasets/nothing"), 404, "not_found", None);
    assert_problem(&api.get("/c"), 405, "method_not_allowed", None);
    let answer = api.get("/v1/labels?format=parquet");
    assert_problem(&answer, 400, "format_unsupported", Some("format"));
    let answer = api.get("/v1/labels?state=great");
    assert_problem(&answer, 400, "state_unsupported", Some("state"));
    let answer = api.get("/v1/labels?as_of=yesterday");
    assert_problem(&answer, 400, "query_malformed", Some("query"));
}

#[test]
fn a_registration_is_refused_by_field() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let post = |body: &Value| api.post("/v1/outputs", &[], body.to_string().as_bytes());
    assert_problem(&post(&json!({"id": ""})), 400, "id_missing", Some("id"));
    assert_problem(
        &post(&json!({"id": "o", "turn": "x"})),
        400,
        "turn_malformed",
        Some("turn"),
    );
    assert_problem(&post(&json!([])), 400, "outputs_malformed", Some("outputs"));
    assert_problem(
        &api.post("/v1/outputs", &[], b"[{"),
        400,
        "json_malformed",
        Some("json"),
    );
    let many: Vec<Value> = (0..1_001)
        .map(|number| json!({"id": format!("o-{number}")}))
        .collect();
    let problem = assert_problem(
        &post(&json!(many)),
        400,
        "outputs_too_many",
        Some("outputs"),
    );
    assert_eq!(problem["limit"], 1_000);

    let statuses = |outputs: &[Value]| -> Vec<Value> {
        outputs
            .iter()
            .map(|output| output["status"].clone())
            .collect()
    };
    let first = api.register(&json!([{"id": "o-1", "model": "m-1"}, {"id": "o-2", "turn": -1}]));
    assert_eq!(statuses(&first), ["created", "rejected"]);
    assert_eq!(
        first[1]["code"], "turn_malformed",
        "one bad output of several: {first:?}"
    );
    let again = api.register(&json!([
        {"id": "o-1", "model": "m-1"},
        {"id": "o-1", "output": "Text after the stream's end."},
        {"id": "o-1", "model": "m-2"},
    ]));
    assert_eq!(statuses(&again), ["unchanged", "updated", "conflict"]);
    assert_eq!(again[2]["field"], "model");
    assert_eq!(
        api.output("o-1")["output"]["model"],
        "m-1",
        "the first word stands"
    );
}
