//! Keys: made by the command line, taken by a running server.

use std::time::Duration;

use serde_json::json;
use tacit_tests::{
    api::Api,
    data::{Data, ORIGIN},
    server::Server,
    wait,
};

#[test]
fn keys_are_json_on_stdout() {
    let data = Data::new();
    let create = [
        "keys",
        "create",
        "--project",
        "new",
        "--kind",
        "publishable",
        "--origin",
        ORIGIN,
        "--json",
    ];
    let done = data.cli(&create).ok();
    let made = done.json();
    let mut names: Vec<_> = made
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["id", "key", "kind", "project"]);
    assert_eq!(
        (&made["project"], &made["kind"]),
        (&json!("new"), &json!("publishable"))
    );
    assert!(made["key"].as_str().unwrap().starts_with("pk_"));
    assert!(
        done.stderr.contains("project new is new"),
        "{}",
        done.stderr
    );

    let done = data
        .cli(&["keys", "create", "--project", "new", "--kind", "secret"])
        .ok();
    let key = done.text().trim_end();
    assert!(
        key.starts_with("sk_") && key.len() == 43,
        "only the key: {key}"
    );

    let listed = data.cli(&["keys", "list", "--json"]).ok();
    let keys = listed.json()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 4);
    let ours = keys.iter().find(|key| key["id"] == made["id"]).unwrap();
    assert_eq!(ours["origins"], json!([ORIGIN]));
    assert!(!listed.text().contains("sk_"), "secret keys are shown once");
}

#[test]
fn a_running_server_takes_and_drops_keys_within_five_seconds() {
    let data = Data::new();
    let server = Server::start(&data);
    let five = Duration::from_secs(5);
    let create = [
        "keys",
        "create",
        "--project",
        "late",
        "--kind",
        "secret",
        "--json",
    ];
    let made = data.cli(&create).ok().json();
    let api = Api::new(&server.url, made["key"].as_str());
    wait::within(five, "the server to take the key", || {
        (api.get("/v1/ledger").status == 200).then_some(())
    });
    let done = data
        .cli(&["keys", "revoke", made["id"].as_str().unwrap(), "--json"])
        .ok();
    assert_eq!(done.json(), json!({"id": made["id"], "revoked": true}));
    let refused = wait::within(five, "the server to drop the key", || {
        Some(api.get("/v1/ledger")).filter(|answer| answer.status != 200)
    });
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json()["code"], "key_revoked");
}
