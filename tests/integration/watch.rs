//! The trend of the capture rate and guardrails, by the command line and over HTTP.

use serde_json::json;
use tacit_tests::{chats::Chats, data::Data, server::Server};

use crate::story::Story;

#[test]
fn the_capture_rate_is_the_same_by_both_ways() {
    let story = Story::told();
    let as_of = story.as_of.to_string();
    let args = ["capture-rate", "--weeks", "2", "--as-of", &as_of];
    let json = story
        .data
        .cli(&[&args[..], &["--json"]].concat())
        .ok()
        .json();
    let weeks = json["weeks"].as_array().unwrap();
    assert_eq!(weeks.len(), 2, "{json}");
    let seen = |week: &serde_json::Value| week["seen"].as_u64().unwrap();
    let immature = |week: &serde_json::Value| week["immature"].as_u64().unwrap();
    // Six answers of a minute ago: none of their labels is mature.
    assert_eq!(weeks.iter().map(seen).sum::<u64>(), 6, "{json}");
    assert_eq!(weeks.iter().map(immature).sum::<u64>(), 6, "{json}");
    assert_eq!(json["change"], json!(null));
    assert_eq!(
        json["left_out"],
        json!({"automated": 0, "screened": 0, "trust": 1, "undated": 0})
    );
    let api = story.server.api();
    let http = api.get(&format!("/v1/capture-rate?weeks=2&as_of={as_of}"));
    assert_eq!(http.ok().json(), json);
    let text = story.data.cli(&args).ok();
    assert!(
        text.text().contains("whose label may still change"),
        "{}",
        text.text()
    );
    let claimed = [&args[..], &["--trust", "claimed", "--json"]].concat();
    let claimed = story.data.cli(&claimed).ok().json();
    assert_eq!(claimed["left_out"]["trust"], 0, "{claimed}");
}

#[test]
fn guardrails_are_the_same_by_both_ways() {
    let data = Data::new();
    let chats = Chats {
        outputs: 600,
        people: 200,
        chars: 200,
    };
    let told = chats.tell(&data);
    // A policy whose labels are mature after a minute.
    let policy = data.beside("fast.toml");
    let built_in = include_str!("../../collector/policies/default.toml");
    let fast = built_in
        .replace("act = \"7d\"", "act = \"1min\"")
        .replace("survival = \"8d\"", "survival = \"1min\"")
        .replace("name = \"default\"", "name = \"fast\"");
    std::fs::write(&policy, fast).unwrap();
    let as_of = told.to_string();
    let args = [
        "guardrails",
        "--by",
        "model",
        "--as-of",
        &as_of,
        "--metric",
        "use_rate",
        "--guard",
        "length_chars=50",
        "--policy",
        policy.to_str().unwrap(),
    ];
    let json = data
        .cli(&[&args[..], &["--json", "--strict"]].concat())
        .ok()
        .json();
    let slices = json["slices"].as_array().unwrap();
    let people: Vec<_> = slices
        .iter()
        .map(|s| (s["name"].clone(), s["outputs"].clone()))
        .collect();
    let expected = ["m-0", "m-1", "m-2"].map(|name| (json!(name), json!(200)));
    assert_eq!(people, expected, "{json}");
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(
        findings.len(),
        4,
        "every model against the one before, by two guards: {json}"
    );
    for (found, guard) in findings
        .iter()
        .zip(["length_chars", "negative_rate"].iter().cycle())
    {
        assert_eq!(
            (&found["metric"], &found["guard"]),
            (&json!("use_rate"), &json!(guard))
        );
        assert_eq!(found["metric_values"]["before"]["value"], 1.0, "{found}");
        assert_eq!(found["guard_values"]["after"]["people"], 200, "{found}");
    }
    assert_eq!(json["not_measured"], json!(["edit_depth", "survival"]));
    let text = data.cli(&args).ok();
    assert!(
        text.text().contains("0 suspicious, 4 unclear, 0 ok of 4"),
        "{}",
        text.text()
    );

    let server = Server::start_with(&data, &["--policy", policy.to_str().unwrap()]);
    let path =
        format!("/v1/guardrails?by=model&as_of={as_of}&metric=use_rate&guard=length_chars%3D50");
    assert_eq!(server.api().get(&path).ok().json(), json);
}

#[test]
fn wrong_questions_are_refused() {
    let story = Story::told();
    for args in [
        &["capture-rate", "--weeks", "0"][..],
        &["capture-rate", "--as-of", "2999-01-01"],
        &["guardrails", "--by", "mood"],
        &["guardrails", "--metric", "happiness"],
        &["guardrails", "--guard", "survival"],
        &["guardrails", "--since", "9", "--until", "5"],
    ] {
        let done = story.data.cli(args);
        assert_eq!(
            (done.code, done.text()),
            (2, ""),
            "{args:?}: {}",
            done.stderr
        );
    }
    let api = story.server.api();
    for (path, code) in [
        ("/v1/capture-rate?weeks=0", "weeks_unsupported"),
        ("/v1/guardrails?by=mood", "by_unsupported"),
        ("/v1/guardrails?metric=happiness", "metric_unsupported"),
        ("/v1/guardrails?guard=survival", "guard_unsupported"),
        ("/v1/guardrails?since=9&until=5", "until_malformed"),
    ] {
        let answer = api.get(path);
        assert_eq!(
            (answer.status, answer.json()["code"].clone()),
            (400, json!(code)),
            "{path}"
        );
    }
}

#[test]
fn an_evaluation_is_a_metric_and_makes_no_label() {
    let story = Story::told();
    let api = story.server.api();
    let label =
        |output: &str| api.get(&format!("/v1/outputs/{output}")).ok().json()["label"].clone();
    let before = label("o-bad");
    let signals = json!([
        {"id": "factual-1", "output": "o-bad", "source": "eval", "kind": "converted", "name": "factual", "value": 0.25},
        {"id": "factual-2", "output": "o-good", "source": "eval", "kind": "converted", "name": "factual", "value": 1},
    ]);
    let send = |signals: &serde_json::Value| {
        let answer = api.post("/v1/signals", &[], signals.to_string().as_bytes());
        assert_eq!(answer.status, 204, "{}", answer.text());
        let _ = api.drained();
    };
    send(&signals);
    let after = label("o-bad");
    assert_eq!(
        (&after["state"], &after["score"]),
        (&before["state"], &before["score"])
    );
    assert_eq!(after["reasons"], before["reasons"]);
    assert_eq!(before["state"], "negative");
    // A success of the site's decides.
    let sold = json!([{"id": "sold-1", "output": "o-bad", "source": "shop", "kind": "converted", "name": "sold"}]);
    send(&sold);
    assert_eq!(label("o-bad")["state"], "positive");
}
