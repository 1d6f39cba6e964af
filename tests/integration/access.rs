//! Who may read, and what is answered where nothing is.

use tacit_tests::{api::Api, data::Data, server::Server};

/// Every route that needs a secret key.
const SECRET: [(&str, &str); 16] = [
    ("POST", "/v1/outputs"),
    ("GET", "/v1/outputs"),
    ("GET", "/v1/outputs/o-1"),
    ("POST", "/v1/signals"),
    ("GET", "/v1/labels"),
    ("GET", "/v1/datasets/labels"),
    ("GET", "/v1/datasets/trl-kto"),
    ("POST", "/v1/datasets/builds"),
    ("GET", "/v1/datasets/builds"),
    ("GET", "/v1/datasets/builds/0123456789abcdef"),
    ("GET", "/v1/datasets/builds/0123456789abcdef/train.jsonl"),
    ("GET", "/v1/capture-rate"),
    ("GET", "/v1/guardrails"),
    ("GET", "/v1/ledger"),
    ("GET", "/v1/overview"),
    ("GET", "/v1/rollups"),
];

#[test]
fn reading_and_registering_need_a_secret_key() {
    let data = Data::new();
    let server = Server::start(&data);
    let ask = |api: &Api, method: &str, path: &str| api.try_send(method, path, &[], b"{}").unwrap();
    let api = |key: Option<&str>| Api::new(&server.url, key);
    for (method, path) in SECRET {
        let answer = ask(&api(None), method, path);
        answer.assert_problem(401, "key_missing", None);
        let answer = ask(&api(Some("sk_nobody")), method, path);
        answer.assert_problem(401, "key_unknown", None);
        let answer = ask(&api(Some(&data.publishable)), method, path);
        answer.assert_problem(403, "key_not_secret", None);
    }
    server
        .api()
        .get("/v1/outputs/o-1")
        .assert_problem(404, "not_found", None);
}

#[test]
fn what_is_not_there_is_said_so() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    api.get("/v1/nothing")
        .assert_problem(404, "not_found", None);
    api.get("/v1/datasets/nothing")
        .assert_problem(404, "not_found", None);
    api.get("/c")
        .assert_problem(405, "method_not_allowed", None);
    let answer = api.get("/v1/labels?format=xml");
    answer.assert_problem(400, "format_unsupported", Some("format"));
    let answer = api.get("/v1/labels?state=great");
    answer.assert_problem(400, "state_unsupported", Some("state"));
    let answer = api.get("/v1/labels?as_of=yesterday");
    answer.assert_problem(400, "query_malformed", Some("query"));
}
