//! What is written to stderr: every request can be found again by its name, and nothing
//! in a line tells who it was about.

use std::{collections::BTreeMap, fs};

use serde_json::{Value, json};
use tacit_tests::{
    api::Api,
    data::{Data, arg},
    page::Page,
    server::Server,
    signals, wait,
};

/// Stand in ids, texts, queries, headers and paths; in a line they may not.
const CANARIES: [&str; 7] = [
    "canary-output",
    "canary-subject",
    "canary-text",
    "canary-query",
    "canary-path",
    "canary-agent",
    "127.0.0.1",
];

fn lines(server: &Server) -> Vec<Value> {
    let said = server.said();
    let lines = said.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect()
}

/// The lines of requests, by their names.
fn requests(server: &Server) -> BTreeMap<String, Value> {
    let told = lines(server).into_iter();
    told.filter(|line| line["target"] == "tacit::request")
        .map(|line| (line["request_id"].as_str().unwrap().to_owned(), line))
        .collect()
}

/// Asks every operation of the description; names of the requests by operation.
fn ask_all(api: &Api) -> BTreeMap<String, (String, u16)> {
    let document = api.get("/openapi.json").ok().json();
    let mut asked = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "delete", "head", "options"] {
            if item[method].is_null() {
                continue;
            }
            let method = method.to_uppercase();
            let name = format!("{method} {path}");
            let mut filled = path.clone();
            for part in ["id", "name", "job", "file", "path"] {
                filled = filled.replace(&format!("{{{part}}}"), &format!("canary-path-{part}"));
            }
            let filled =
                format!("{filled}?subject=canary-query&experiment=canary-query&x=canary-query");
            let headers = [("user-agent", "canary-agent")];
            let body = br#"{"text":"canary-text","id":"canary-output"}"#;
            let body = if method == "POST" { &body[..] } else { b"" };
            let answer = api.try_send(&method, &filled, &headers, body).unwrap();
            let id = answer.header("x-request-id").unwrap().to_owned();
            asked.insert(name, (id, answer.status));
        }
    }
    asked
}

#[test]
fn every_request_leaves_a_line_and_no_line_tells_of_anybody() {
    let data = Data::new();
    let config =
        data.config("[log_output]\nformat = \"json\"\nlevel = \"debug\"\ningest_one_in = 1\n");
    let server = Server::start_with(&data, &["--config", arg(&config)]);
    let api = server.api();
    let output =
        json!([{"id": "canary-output", "subject": "canary-subject", "output": "canary-text"}]);
    assert_eq!(api.register(&output)[0]["status"], "created");
    let mut page = Page::new(&data.publishable).of_subject("canary-subject");
    let event = page.event(tacit_tests::now_ms(), "canary-output", signals::read(2_000));
    api.batch(&page.batch(vec![event]));
    let wrong = Api::new(&server.url, Some("sk_canary-key"));
    assert_eq!(wrong.get("/v1/ledger").status, 401);
    let asked = ask_all(&api);
    assert!(asked.len() > 40, "{asked:?}");

    let told = wait::until("the last line", || {
        let told = requests(&server);
        let all = asked.values().all(|(id, _)| told.contains_key(id));
        all.then_some(told)
    });
    for (name, (id, status)) in &asked {
        let line = &told[id];
        let (method, path) = name.split_once(' ').unwrap();
        // The pattern as it is registered, which may say more of a part than its name.
        let route = line["route"]
            .as_str()
            .unwrap()
            .replace(":.+", "")
            .replace(":.*", "");
        assert_eq!(route, path, "{line}");
        assert_eq!(line["method"], method, "{line}");
        assert_eq!(line["status"], *status, "{line}");
        assert!(line["duration_ms"].as_f64().unwrap() >= 0.0, "{line}");
        if *status >= 400 && method != "HEAD" {
            assert!(line["code"].is_string(), "{line}");
        }
    }
    let line = &told[&asked["GET /v1/ledger"].0];
    assert_eq!(line["project"], "shop");

    assert!(!server.said().contains(&data.secret), "a secret key");
    assert!(
        !server.said().contains(&data.publishable),
        "a publishable key"
    );
    let said: Vec<Value> = lines(&server);
    for line in said {
        // Where it listens is the operator's own.
        let is_start = line["message"]
            .as_str()
            .is_some_and(|text| text.contains("listening"));
        let text = line.to_string();
        let mut canaries = CANARIES.iter().chain(&["sk_canary-key"]);
        let found = canaries.find(|canary| text.contains(**canary));
        assert!(is_start || found.is_none(), "{found:?} in {text}");
    }
    let mut server = server;
    server.terminate();
    assert!(server.ended(wait::PATIENCE).success());
    let told = server.said();
    for word in ["listening on", "stopping", "stopped; nothing was lost"] {
        assert_eq!(told.matches(word).count(), 1, "{word}: {told}");
    }
}

#[test]
fn a_request_is_called_what_the_client_calls_it_and_problems_say_so() {
    let data = Data::new();
    let server = Server::start_with(&data, &["--log-format", "json"]);
    let api = server.api();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let ask = |headers: &[(&str, &str)]| {
        let answer = api.try_send("GET", "/v1/nothing", headers, b"").unwrap();
        let id = answer.header("x-request-id").unwrap().to_owned();
        assert_eq!(answer.json()["request_id"], id);
        id
    };
    assert_eq!(ask(&[("x-request-id", "order-77:3")]), "order-77:3");
    assert_eq!(ask(&[("traceparent", &parent)]), trace);
    let insane = format!("order {}", data.secret);
    let made = ask(&[("x-request-id", &insane), ("traceparent", "none")]);
    assert!(!made.contains("order"), "{made}");

    // What is acknowledged has no line unless it is asked for; what is refused has.
    let mut page = Page::new(&data.publishable);
    let event = page.event(tacit_tests::now_ms(), "o-1", signals::read(2_000));
    api.batch(&page.batch(vec![event]));
    let refused = api.post("/c", &[], b"nothing of the kind");
    let refused = refused.header("x-request-id").unwrap().to_owned();
    let told = wait::until("the line of the refused batch", || {
        let told = requests(&server);
        told.contains_key(&refused).then_some(told)
    });
    assert_eq!(told[&trace.to_owned()]["trace_id"], trace);
    let batches = told.values().filter(|line| line["route"] == "/c");
    let statuses: Vec<_> = batches.map(|line| line["status"].clone()).collect();
    assert_eq!(statuses, [400]);
    assert!(
        !fs::read_to_string(data.beside("serve.log"))
            .unwrap()
            .contains(&data.secret)
    );
}
