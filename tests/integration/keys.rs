//! Keys: made by the command line, taken by a running server.

use std::time::Duration;

use serde_json::{Value, json};
use tacit_tests::{
    api::Api,
    data::{Data, ORIGIN},
    process::tacit_bin,
    server::Server,
    wait,
};

/// Longer than a server takes, and than a busy machine lets it wait.
const SOON: Duration = Duration::from_secs(5);

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

/// What is revoked elsewhere is refused a moment later: a stolen key ends when its owner
/// says so, not when the server is restarted.
#[test]
fn a_running_server_takes_and_drops_keys_of_other_processes() {
    let data = Data::new();
    let server = Server::start(&data);
    let made = create(&data, "late", &["--scope", "read"]);
    let api = Api::new(&server.url, made["key"].as_str());
    let taken = |api: &Api| api.get("/v1/ledger").status == 200;
    wait::within(SOON, "the server to take the key", || {
        taken(&api).then_some(())
    });
    assert_eq!(api.get("/v1/keys").json()["code"], "scope_missing");

    let id = made["id"].as_str().unwrap();
    let rotate = ["keys", "rotate", id, "--grace", "1h", "--json"];
    let new = data.cli(&rotate).ok().json();
    assert_eq!(new["replaces"]["id"], made["id"]);
    assert_eq!(new["scopes"], json!(["read"]));
    let newer = Api::new(&server.url, new["key"].as_str());
    wait::within(SOON, "the server to take the new key", || {
        taken(&newer).then_some(())
    });
    assert!(taken(&api), "the old one has its grace");
    let ended = [
        "keys",
        "rotate",
        new["id"].as_str().unwrap(),
        "--grace",
        "0s",
    ];
    let newest = data.cli(&ended).ok();
    let refused = wait::within(SOON, "the server to drop the rotated key", || {
        Some(newer.get("/v1/ledger")).filter(|answer| answer.status != 200)
    });
    assert_eq!(refused.json()["code"], "key_revoked");
    assert!(newest.text().starts_with("sk_") && newest.stderr.contains("ends at"));

    let done = data.cli(&["keys", "revoke", id, "--json"]).ok();
    assert_eq!(done.json(), json!({"id": id, "revoked": true}));
    let refused = wait::within(SOON, "the server to drop the key", || {
        Some(api.get("/v1/ledger")).filter(|answer| answer.status != 200)
    });
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json()["code"], "key_revoked");
    assert_eq!(
        data.cli(&["keys", "rotate", id]).code,
        1,
        "it is not in use"
    );
    assert_eq!(data.cli(&["keys", "rotate", id, "--grace", "soon"]).code, 2);
    let _ = server.stop();

    let listed = data.cli(&["keys", "list", "--json"]).ok().json();
    let keys = listed["keys"].as_array().unwrap();
    let one = keys.iter().find(|key| key["id"] == made["id"]).unwrap();
    assert_eq!(one["state"], "revoked");
    let used = one["last_used_at"].as_u64().expect("when it was used");
    assert_eq!(used % 3_600_000, 0, "to the hour");
}

fn create(data: &Data, project: &str, more: &[&str]) -> Value {
    let mut args = vec!["keys", "create", "--project", project, "--kind", "secret"];
    args.extend(more);
    args.push("--json");
    data.cli(&args).ok().json()
}

/// There is no key before somebody makes one: neither in the binary nor in a new data
/// directory, and what is a key of one directory is none of another.
#[test]
fn nothing_that_is_shipped_is_a_key() {
    let shipped = std::fs::read(tacit_bin()).unwrap();
    let digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_key = |at: usize| {
        let rest = &shipped[at + 3..];
        // More than half of one: what is made of pieces would show as well.
        rest.len() > 24 && rest[..24].iter().all(digit)
    };
    let mut at = 0;
    while let Some(found) = shipped[at..].iter().position(|byte| *byte == b'_') {
        at += found;
        let start = at.saturating_sub(2);
        let is_prefix = matches!(&shipped[start..at], b"sk" | b"pk");
        assert!(!(is_prefix && is_key(start)), "a key at byte {start}");
        at += 1;
    }

    let (data, other) = (Data::bare(), Data::new());
    let server = Server::start(&data);
    for key in [
        &other.secret,
        &other.publishable,
        "sk_dev",
        "sk_test",
        "sk_",
    ] {
        let answer = Api::new(&server.url, Some(key)).get("/v1/ledger");
        assert!([401, 403].contains(&answer.status), "{key}");
    }
    let body = json!({"key": other.secret}).to_string();
    let nobody = Api::new(&server.url, None);
    let refused = nobody.post("/v1/login", &[], body.as_bytes());
    refused.assert_problem(401, "key_unknown", None);
    assert_eq!(refused.header("set-cookie"), None);
    assert_eq!(refused.header("cache-control"), Some("no-store"));
    let listed = data.cli(&["keys", "list", "--json"]).ok().json();
    assert_eq!(listed, json!({"keys": []}));
}
