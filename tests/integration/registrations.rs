//! What a customer's server says: outputs, and signals of its own.

use serde_json::{Value, json};
use tacit_tests::{data::Data, now_ms, server::Server};

#[test]
fn a_registration_is_refused_by_field() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let post = |body: &Value| api.post("/v1/outputs", &[], body.to_string().as_bytes());
    post(&json!({"id": ""})).assert_problem(400, "id_missing", Some("id"));
    post(&json!({"id": "o", "turn": "x"})).assert_problem(400, "turn_malformed", Some("turn"));
    post(&json!([])).assert_problem(400, "outputs_malformed", Some("outputs"));
    api.post("/v1/outputs", &[], b"[{")
        .assert_problem(400, "json_malformed", Some("json"));
    let many: Vec<Value> = (0..1_001)
        .map(|number| json!({"id": format!("o-{number}")}))
        .collect();
    let problem = post(&json!(many)).assert_problem(400, "outputs_too_many", Some("outputs"));
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

/// A server's signal has an id of its own instead of session and number.
#[test]
fn a_server_s_signal_counts_once_and_is_refused_alone() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let _ = api.register(&json!({"id": "o-1", "output": "a"}));
    let at = now_ms() - 1_000;
    let order = json!({"id": "order-7", "output": "o-1", "kind": "converted", "at": at,
        "name": "order", "value": 12.5, "source": "shop", "subject": "u-42"});
    let post = |body: &Value| api.post("/v1/signals", &[], body.to_string().as_bytes());
    assert_eq!(post(&order).status, 204);
    let answer = post(&json!([
        order,
        {"output": "o-1", "kind": "converted", "name": "order"},
        {"id": "order-8", "output": "o-1", "kind": "rated", "value": 2},
    ]));
    let expected = json!({"accepted": 1, "duplicate": 0, "rejected": [
        {"index": 1, "code": "id_missing", "field": "id"},
        {"index": 2, "id": "order-8", "code": "value_out_of_range", "field": "value"},
    ]});
    assert_eq!(answer.ok().json(), expected);

    let ledger = api.drained();
    assert_eq!((ledger.events.stored, ledger.events.duplicate), (1, 1));
    assert_eq!(ledger.events.rejected["id_missing"], 1, "{ledger:?}");
    let explained = api.output("o-1");
    let signals = explained["signals"].as_array().unwrap();
    assert_eq!(signals.len(), 1);
    assert_eq!(signals[0]["value"], 12.5);
    assert_eq!(signals[0]["at"], at);
    let label = &explained["label"];
    assert_eq!(
        (&label["score"], &label["weight"]),
        (&json!(6.0), &json!(8.0))
    );
    assert_eq!(label["reasons"][0]["evidence"], json!([signals[0]["id"]]));
}
