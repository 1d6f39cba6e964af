//! Who may do what on which route, and that nobody reaches another project. The table is
//! compared with the routes there are: a new one has to say what it needs.

use super::*;
use crate::{control::scope::Scope, http::all};

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Nothing: files, health, and what checks for itself.
    Open,
    Key(Scope),
}

const INGEST: Need = Need::Key(Scope::Ingest);
const READ: Need = Need::Key(Scope::Read);
const ADMIN: Need = Need::Key(Scope::Admin);

/// Path, method, what it needs, a path of another project's, a body.
type Row = (&'static str, &'static str, Need, &'static str, &'static str);

/// In `{…}` what [`there`] finds out.
const ROUTES: [Row; 51] = [
    ("/c", "POST", Need::Open, "", ""),
    ("/c", "OPTIONS", Need::Open, "", ""),
    ("/v1/events", "POST", Need::Open, "", ""),
    ("/v1/events", "OPTIONS", Need::Open, "", ""),
    ("/v1/signals", "POST", INGEST, "/v1/signals", SIGNAL),
    (
        "/v1/outputs",
        "POST",
        INGEST,
        "/v1/outputs",
        r#"{"id":"o-1"}"#,
    ),
    ("/v1/outputs", "GET", READ, "/v1/outputs", ""),
    (
        "/v1/traces",
        "POST",
        INGEST,
        "/v1/traces",
        r#"{"resourceSpans":[]}"#,
    ),
    ("/v1/outputs/{id:.+}", "GET", READ, "/v1/outputs/o-1", ""),
    ("/v1/labels", "GET", READ, "/v1/labels", ""),
    (
        "/v1/labels/preview",
        "POST",
        READ,
        "/v1/labels/preview",
        TRIAL,
    ),
    ("/v1/policies", "GET", READ, "/v1/policies", ""),
    (
        "/v1/datasets/builds",
        "POST",
        READ,
        "/v1/datasets/builds",
        r#"{"format":"trl-kto"}"#,
    ),
    (
        "/v1/datasets/builds",
        "GET",
        READ,
        "/v1/datasets/builds",
        "",
    ),
    (
        "/v1/datasets/builds/{id}",
        "GET",
        READ,
        "/v1/datasets/builds/{build}",
        "",
    ),
    (
        "/v1/datasets/builds/{id}/{file:.+}",
        "GET",
        READ,
        "/v1/datasets/builds/{build}/README.md",
        "",
    ),
    (
        "/v1/datasets/{name}",
        "GET",
        READ,
        "/v1/datasets/trl-kto",
        "",
    ),
    ("/v1/brief", "GET", READ, "/v1/brief", ""),
    (
        "/v1/releases",
        "POST",
        ADMIN,
        "/v1/releases",
        r#"{"name":"r-2","kind":"prompt","from":"br_1"}"#,
    ),
    ("/v1/releases", "GET", READ, "/v1/releases", ""),
    ("/v1/experiments", "POST", ADMIN, "/v1/experiments", "{}"),
    ("/v1/experiments", "GET", READ, "/v1/experiments", ""),
    (
        "/v1/experiments/{name}",
        "GET",
        READ,
        "/v1/experiments/tone",
        "",
    ),
    (
        "/v1/experiments/{name}/readout",
        "GET",
        READ,
        "/v1/experiments/tone/readout",
        "",
    ),
    (
        "/v1/experiments/{name}/end",
        "POST",
        ADMIN,
        "/v1/experiments/tone/end",
        "",
    ),
    (
        "/v1/assign",
        "GET",
        READ,
        "/v1/assign?experiment=tone&subject=u-42",
        "",
    ),
    ("/v1/capture-rate", "GET", READ, "/v1/capture-rate", ""),
    ("/v1/guardrails", "GET", READ, "/v1/guardrails", ""),
    ("/v1/rollups", "GET", READ, "/v1/rollups", ""),
    ("/v1/verify", "GET", READ, "/v1/verify", ""),
    ("/v1/verify/{name}", "GET", READ, "/v1/verify/r-1", ""),
    (
        "/v1/subjects/{id:.+}",
        "DELETE",
        ADMIN,
        "/v1/subjects/u-42",
        "",
    ),
    ("/v1/erasures", "GET", READ, "/v1/erasures", ""),
    ("/v1/erasures/{job}", "GET", READ, "/v1/erasures/{job}", ""),
    ("/v1/keys", "GET", ADMIN, "/v1/keys", ""),
    (
        "/v1/keys",
        "POST",
        ADMIN,
        "/v1/keys",
        r#"{"kind":"secret"}"#,
    ),
    (
        "/v1/keys/{id}",
        "DELETE",
        ADMIN,
        "/v1/keys/key_sk_spare",
        "",
    ),
    (
        "/v1/keys/{id}/rotate",
        "POST",
        ADMIN,
        "/v1/keys/key_sk_spare/rotate",
        "",
    ),
    ("/v1/login", "GET", Need::Open, "", ""),
    ("/v1/login", "POST", Need::Open, "", ""),
    ("/v1/login", "DELETE", Need::Open, "", ""),
    ("/v1/retention", "GET", READ, "/v1/retention", ""),
    ("/v1/ledger", "GET", READ, "/v1/ledger", ""),
    ("/v1/overview", "GET", READ, "/v1/overview", ""),
    ("/v1/live", "GET", READ, "/v1/live", ""),
    ("/v1/install", "GET", READ, "/v1/install", ""),
    ("/v1/screen", "GET", READ, "/v1/screen", ""),
    ("/metrics", "GET", READ, "/metrics", ""),
    // Files, and whether it runs.
    ("/healthz", "GET", Need::Open, "", ""),
    ("/readyz", "GET", Need::Open, "", ""),
    ("/", "GET", Need::Open, "", ""),
];

/// Paths of files; what they are is the same for everybody.
const FILES: [&str; 5] = ["/page/", "/demo", "/capture/", "/docs", "/openapi"];

const SIGNAL: &str = r#"{"id":"s-1","output":"o-1","kind":"rated","value":1,"at":1763890000000}"#;

/// A policy to try, with `{policy}` for its file.
const TRIAL: &str = r#"{"policy":{policy},"output":"o-1"}"#;

/// What is only in the texts, names and answers of the other project.
const CANARY: &str = "Canary";

#[test]
fn every_route_says_what_it_needs() {
    let mut found = Vec::new();
    for route in all() {
        let (path, methods) = route.told();
        if FILES.iter().any(|files| path.starts_with(files)) {
            continue;
        }
        let methods = methods.iter().filter(|method| *method != Method::HEAD);
        found.extend(methods.map(|method| (path, method.to_string())));
    }
    for (path, method) in &found {
        let mut rows = ROUTES.iter();
        assert!(
            rows.any(|row| row.0 == *path && row.1 == method),
            "{method} {path} is not in the table: say who may use it"
        );
    }
    assert_eq!(
        found.len(),
        ROUTES.len(),
        "the table has routes that are gone"
    );
}

fn method(row: &Row) -> Method {
    row.1.parse().unwrap()
}

fn keyed() -> impl Iterator<Item = (&'static Row, Scope)> {
    ROUTES.iter().filter_map(|row| match row.2 {
        Need::Key(scope) => Some((row, scope)),
        Need::Open => None,
    })
}

fn body(row: &Row) -> String {
    let policy = json!(crate::label::Policy::default_toml());
    row.4.replace("{policy}", &policy.to_string())
}

/// OTLP has a form of its own for refusals.
fn code(answer: &Answer) -> (u16, String) {
    if answer.header("content-type") == Some("application/problem+json") {
        return answer.problem();
    }
    let message = answer.json()["message"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let code = message.split(':').next().unwrap_or_default();
    (answer.status, code.to_owned())
}

#[actix_web::test]
async fn a_key_does_what_its_scopes_say_and_no_more() {
    let harness = Harness::new();
    let scopes = [Scope::Ingest, Scope::Read, Scope::Admin];
    for scope in scopes {
        harness.secret("shop", &format!("sk_{scope}"), Scopes::of(&[scope]));
    }
    for (row, needed) in keyed() {
        let path = row.3;
        let nobody = TestRequest::with_uri(path).method(method(row));
        let refused = code(&harness.send(nobody).await);
        assert_eq!(refused, (401, "key_missing".into()), "{row:?}");
        let page = harness.asked_by(PK, method(row), path, &body(row)).await;
        assert_eq!(code(&page), (403, "key_not_secret".into()), "{row:?}");
        for has in scopes {
            let key = format!("sk_{has}");
            let answer = harness.asked_by(&key, method(row), path, &body(row)).await;
            if has == needed {
                assert!(![401, 403].contains(&answer.status), "{row:?}: {has}");
                continue;
            }
            assert_eq!(
                code(&answer),
                (403, "scope_missing".into()),
                "{row:?}: {has}"
            );
            assert!(answer.text().contains(needed.name()), "it names the scope");
            if row.0 != "/v1/traces" {
                assert_eq!(answer.json()["scope"], needed.name());
            }
        }
    }
}

/// A project with something of everything.
async fn theirs(harness: &Harness) -> (String, String) {
    let text = format!("{CANARY} text");
    let output = json!({"id":"o-1","conversation":"c-1","turn":1,"variant":0,"subject":"u-42",
        "model":format!("{CANARY}-model"),"output":text,
        "input":[{"role":"user","content":text}]});
    assert_eq!(harness.register(&output).await.status, 200);
    harness
        .batch(&batch(PK, &[shown(0, "o-1"), copied(1, "o-1")]))
        .await;
    harness.ledger().await;
    let said = json!({"name":"tone","arms":[{"name":CANARY,"weight":0.5},{"name":"b","weight":0.5}],
        "primary":"use_rate","guardrails":[{"metric":"return_rate","margin":0.02}],"mde":0.02});
    let post = |path: &'static str, body: Value| async move {
        harness.asked(Method::POST, path, &body.to_string()).await
    };
    assert_eq!(post("/v1/experiments", said).await.status, 201);
    let release = json!({"name":"r-1","kind":"model","note":CANARY});
    assert_eq!(post("/v1/releases", release).await.status, 201);
    let build = post("/v1/datasets/builds", json!({"format":"trl-kto"}))
        .await
        .json();
    let build = build["id"].as_str().unwrap().to_owned();
    // Before: nothing is published of who is erased meanwhile.
    done(harness, &format!("/v1/datasets/builds/{build}")).await;
    let gone = harness
        .asked(Method::DELETE, "/v1/subjects/u-gone", "")
        .await;
    let job = gone.json()["job"].as_str().unwrap().to_owned();
    done(harness, &format!("/v1/erasures/{job}")).await;
    (build, job)
}

async fn done(harness: &Harness, path: &str) {
    until("it is done", async || {
        let told = harness.get(path).await.json();
        assert_ne!(told["state"], "failed", "{told}");
        (told["state"] == "done").then_some(())
    })
    .await;
}

/// All that is read of the project by its own key, but for what a clock moves.
async fn state(harness: &Harness) -> Vec<Value> {
    let mut state = Vec::new();
    for path in [
        "/v1/outputs",
        "/v1/outputs/o-1?as_of=4000000000000",
        "/v1/datasets/builds",
        "/v1/releases",
        "/v1/experiments",
        "/v1/erasures",
        "/v1/keys",
    ] {
        let mut one = harness.get(path).await.json();
        forget_times(&mut one);
        state.push(one);
    }
    state
}

/// What a clock moves.
fn forget_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| name != "as_of" && name != "last_used_at");
            fields.values_mut().for_each(forget_times);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_times),
        _ => {}
    }
}

#[actix_web::test]
async fn no_key_reaches_another_project() {
    let harness = Harness::new();
    harness.secret("shop", "sk_spare", Scopes::ALL);
    harness.secret("bank", "sk_bank", Scopes::ALL);
    let (build, job) = theirs(&harness).await;
    let before = state(&harness).await;
    assert!(
        json!(before).to_string().contains(CANARY),
        "else nothing is shown"
    );
    let (mut refused, mut told) = (0, 0);
    for (row, _) in keyed() {
        let path = row.3.replace("{build}", &build).replace("{job}", &job);
        let answer = harness
            .asked_by("sk_bank", method(row), &path, &body(row))
            .await;
        assert!(![401, 403].contains(&answer.status), "{row:?}");
        let text = String::from_utf8_lossy(&answer.body);
        for secret in [CANARY, "shop", &build, &job] {
            assert!(!text.contains(secret), "{row:?} tells of {secret}: {text}");
        }
        refused += u32::from(answer.status == 404);
        if row.1 == "GET" {
            let own = harness.get(&path).await;
            assert_eq!(own.status, 200, "{row:?}: it is there for its own");
            told += u32::from(String::from_utf8_lossy(&own.body).contains(CANARY));
        }
    }
    // What is named by its id is not there: a build and its file, an experiment three
    // times and its arm, a release, an erasure, a key twice. The output is, as its own:
    // it has registered one of that name.
    assert_eq!(refused, 10);
    assert!(told > 5, "{told}");
    // Not by the key's own doing either: the same ids are there for the project itself.
    assert_eq!(state(&harness).await, before);
}
