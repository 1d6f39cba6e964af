//! Dataset builds over HTTP: what the command line builds, in order, across restarts.

use serde_json::{Value, json};
use tacit_tests::{chats::Chats, data::Data, rows, server::Server, wait};

use crate::builds::{LONG, build, files};

fn done(server: &Server, id: &str) -> Value {
    wait::within(LONG, "a build that is done", || {
        let build = server
            .api()
            .get(&format!("/v1/datasets/builds/{id}"))
            .ok()
            .json();
        assert_ne!(build["state"], "failed", "{build}");
        (build["state"] == "done").then_some(build)
    })
}

fn order(server: &Server, body: &Value) -> (u16, Value) {
    let answer = server
        .api()
        .post("/v1/datasets/builds", &[], body.to_string().as_bytes());
    (answer.status, answer.json())
}

#[test]
fn http_builds_what_the_command_line_builds() {
    let data = Data::new();
    let chats = Chats {
        outputs: 300,
        people: 20,
        chars: 200,
    };
    let as_of = chats.tell(&data);
    let server = Server::start(&data);
    let api = server.api();
    let body = json!({"format": "trl-kto", "split": 0.2, "as_of": as_of});
    let (status, ordered) = order(&server, &body);
    assert_eq!(status, 202, "{ordered}");
    let id = ordered["id"].as_str().unwrap();
    let build_done = done(&server, id);
    let (status, again) = order(&server, &body);
    assert_eq!(
        (status, &again["id"]),
        (200, &ordered["id"]),
        "the same build"
    );
    assert_eq!(again["manifest"], build_done["manifest"]);
    let list = api.get("/v1/datasets/builds").ok().json();
    assert_eq!(list["builds"][0]["id"], ordered["id"]);
    assert_eq!(list["builds"].as_array().unwrap().len(), 1);

    let out = data.beside("out");
    let _ = build(&data, &out, as_of, &[]).ok();
    let expected = files(&out);
    let manifest: Value = serde_json::from_slice(&expected["manifest.json"]).unwrap();
    assert_eq!(build_done["manifest"], manifest);
    for (name, bytes) in &expected {
        let answer = api.get(&format!("/v1/datasets/builds/{id}/{name}")).ok();
        assert_eq!(&answer.body, bytes, "{name}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let disposition = answer.header("content-disposition").unwrap();
        // A report is looked at: in a sandbox, where nothing of it runs.
        let is_report = name.ends_with(".html");
        let how = if is_report { "inline" } else { "attachment" };
        assert!(disposition.starts_with(how), "{disposition}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("sandbox;"), "{policy}");
    }
    let kind = |name: &str| {
        let answer = api.get(&format!("/v1/datasets/builds/{id}/{name}")).ok();
        answer.header("content-type").unwrap().to_owned()
    };
    assert_eq!(kind("train.jsonl"), "application/x-ndjson");
    assert_eq!(kind("provenance.parquet"), "application/vnd.apache.parquet");
    let text = String::from_utf8(expected["train.jsonl"].clone()).unwrap();
    assert!(rows(&text).iter().all(|row| row["label"] == true));
}

#[test]
fn only_files_of_the_manifest_and_of_the_own_project_are_handed_out() {
    let data = Data::new();
    let as_of = Chats {
        outputs: 20,
        people: 5,
        chars: 50,
    }
    .tell(&data);
    let server = Server::start(&data);
    let (_, ordered) = order(&server, &json!({"format": "trl-kto", "as_of": as_of}));
    let id = ordered["id"].as_str().unwrap();
    let _ = done(&server, id);
    let api = server.api();
    let found = |path: &str| api.get(path).status;
    assert_eq!(
        found(&format!("/v1/datasets/builds/{id}/manifest.json")),
        200
    );
    for path in [
        format!("{id}/nothing.jsonl"),
        format!("{id}/../{id}.request.json"),
        format!("{id}/%2e%2e/{id}.request.json"),
        format!("{id}/..%2f{id}.request.json"),
        format!("{id}/%2fetc%2fpasswd"),
        format!("{id}/..%2f..%2f..%2ftacit.sqlite"),
        "..%2f1".into(),
        "..".into(),
        "0123456789abcdef".into(),
        "0123456789abcdef/train.jsonl".into(),
    ] {
        let status = found(&format!("/v1/datasets/builds/{path}"));
        assert_eq!(status, 404, "{path}");
    }
    let other = data.key("other", "secret", &[]);
    let other = api.with_key(Some(&other));
    let seen = wait::until("the new key to be known", || {
        let answer = other.get("/v1/datasets/builds");
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!(seen, json!({"builds": []}));
    assert_eq!(other.get(&format!("/v1/datasets/builds/{id}")).status, 404);
    assert_eq!(
        other
            .get(&format!("/v1/datasets/builds/{id}/train.jsonl"))
            .status,
        404
    );
}

/// Commands and API grew apart in what they call a range of time; all take both.
#[test]
fn a_range_has_two_spellings_everywhere() {
    let data = Data::new();
    let as_of = Chats {
        outputs: 20,
        people: 5,
        chars: 50,
    }
    .tell(&data);
    // All were shown before; nothing is left, and the remedy says what to widen.
    let at = as_of.to_string();
    for (first, last) in [("--from", "--to"), ("--since", "--until")] {
        let out = data.beside(&first[2..]);
        let range = [first, at.as_str(), last, "2999-01-01"];
        let built = build(&data, &out, as_of, &range).ok().json();
        let inputs = &built["manifest"]["inputs"];
        assert_eq!(
            (&inputs["from"], &inputs["to"]),
            (&json!(as_of), &json!(32_472_144_000_000_u64))
        );
        let counts = &built["manifest"]["counts"];
        assert_eq!(counts["skipped"], json!({"outside_range": 20}));
        let remedy = counts["remedies"]["outside_range"].as_str().unwrap();
        assert!(remedy.contains("--from and --to"), "{remedy}");
        let export = ["export", "--format", "trl-kto", "--as-of", &at];
        let told = data.cli(&[&export[..], &range].concat()).ok();
        assert!(told.stderr.contains("20 outside_range"), "{}", told.stderr);
    }
    let server = Server::start(&data);
    let body = |first: &str, last: &str| json!({"format": "trl-kto", "as_of": as_of, first: as_of, last: "2999-01-01"});
    let (_, one) = order(&server, &body("from", "to"));
    let (_, other) = order(&server, &body("since", "until"));
    assert_eq!(one["id"], other["id"]);
    for query in [format!("since={as_of}"), format!("from={as_of}")] {
        let path = format!("/v1/datasets/trl-kto?as_of={as_of}&{query}");
        assert_eq!(server.api().get(&path).ok().body, b"");
    }
}

#[test]
fn orders_that_make_no_sense_are_refused_by_name() {
    let data = Data::new();
    let server = Server::start(&data);
    let refused = |body: Value, code: &str, field: &str| {
        let body = body.to_string();
        let answer = server
            .api()
            .post("/v1/datasets/builds", &[], body.as_bytes());
        let _ = answer.assert_problem(400, code, Some(field));
    };
    refused(json!({"format": "labels"}), "format_unsupported", "format");
    refused(json!({"format": "nope"}), "format_unsupported", "format");
    refused(
        json!({"format": "trl-kto", "fromm": 5}),
        "json_malformed",
        "json",
    );
    refused(
        json!({"format": "trl-kto", "from": 6, "to": 6}),
        "to_unsupported",
        "to",
    );
    refused(
        json!({"format": "trl-kto", "split": 1.5}),
        "split_unsupported",
        "split",
    );
    refused(
        json!({"format": "trl-kto", "split_by": "person"}),
        "split_by_unsupported",
        "split_by",
    );
    refused(
        json!({"format": "trl-kto", "policy": "p"}),
        "policy_unsupported",
        "policy",
    );
    refused(
        json!({"format": "trl-kto", "as_of": "2999-01-01"}),
        "as_of_unsupported",
        "as_of",
    );
    let list = server.api().get("/v1/datasets/builds").ok().json();
    assert_eq!(list, json!({"builds": []}), "nothing was kept");
}

#[test]
fn an_order_survives_the_server_that_took_it() {
    let data = Data::new();
    let chats = Chats {
        outputs: 400,
        people: 50,
        chars: 200,
    };
    let as_of = chats.tell(&data);
    let server = Server::start(&data);
    let seeds: Vec<u64> = (0..4).collect();
    let ids: Vec<String> = seeds
        .iter()
        .map(|seed| {
            let body = json!({"format": "trl-kto", "as_of": as_of, "seed": seed});
            let (status, ordered) = order(&server, &body);
            assert_eq!(status, 202, "{ordered}");
            ordered["id"].as_str().unwrap().to_owned()
        })
        .collect();
    server.kill();
    let server = Server::start(&data);
    // Whoever asked first is served first: the list has the latest request first.
    wait::within(LONG, "all builds", || {
        let list = server.api().get("/v1/datasets/builds").ok().json();
        let builds = list["builds"].as_array().unwrap().iter();
        let states: Vec<_> = builds.map(|build| build["state"].clone()).collect();
        let mut in_order = states.clone();
        in_order.sort_by_key(|state| ["waiting", "running", "done"].map(|name| state == name));
        in_order.reverse();
        assert_eq!(states, in_order);
        states.iter().all(|state| state == "done").then_some(())
    });
    for (seed, id) in seeds.iter().zip(&ids) {
        let built = done(&server, id);
        assert_eq!(built["manifest"]["inputs"]["seed"], *seed);
        assert_eq!(built["manifest"]["counts"]["rows"], 400);
    }
    let kept = server.api().get("/v1/datasets/builds").ok().json();
    assert_eq!(kept["builds"].as_array().unwrap().len(), 4);
}

#[test]
fn too_many_orders_are_refused_for_now() {
    let data = Data::new();
    let chats = Chats {
        outputs: 1_500,
        people: 50,
        chars: 400,
    };
    let as_of = chats.tell(&data);
    let server = Server::start(&data);
    let refused = (0..40).find_map(|seed| {
        let body = json!({"format": "trl-kto", "as_of": as_of, "seed": seed}).to_string();
        let answer = server
            .api()
            .post("/v1/datasets/builds", &[], body.as_bytes());
        (answer.status != 202).then_some(answer)
    });
    let refused = refused.expect("a queue without bound");
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(refused.json()["code"], "overloaded");
    assert_eq!(refused.json()["retryable"], true);
    assert!(refused.header("retry-after").is_some());
}
