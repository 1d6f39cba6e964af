//! Policies of one's own: checked, explained, compared, served.

use serde_json::Value;
use tacit_tests::{data::Data, data::arg, process::tacit, server::Server};

use crate::story::Story;

/// The built-in policy, with one text replaced.
fn policy(from: &str, to: &str) -> String {
    let file = include_str!("../../collector/policies/default.toml");
    assert_eq!(file.matches(from).count(), 1, "{from}");
    file.replace(from, to)
}

/// A policy named `shop` by which a part copied says nothing.
fn shop() -> String {
    policy("name = \"default\"", "name = \"shop\"").replace(
        "score = 3.0 # first policy table: copy >= 50 % of output",
        "score = 1.0",
    )
}

fn file(data: &Data, name: &str, text: &str) -> String {
    let path = data.beside(name);
    std::fs::write(&path, text).unwrap();
    arg(&path).to_owned()
}

#[test]
fn a_policy_file_is_checked() {
    let data = Data::new();
    let path = file(&data, "shop.toml", &shop());
    let good = tacit(["label", "check", &path]).ok();
    let reference = good.text().lines().next().unwrap();
    let hash = reference.strip_prefix("shop@1#").unwrap();
    assert!(
        hash.len() == 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{hash}"
    );
    let json = tacit(["label", "check", &path, "--json"]).ok().json();
    assert_eq!(
        (json["policy"].as_str(), json["rules"].as_u64()),
        (Some(reference), Some(22))
    );

    let bad = policy("family = \"leave\"", "family = \"gone\"");
    let line = bad
        .lines()
        .position(|line| line == "family = \"gone\"")
        .unwrap()
        + 1;
    let path = file(&data, "bad.toml", &bad);
    let refused = tacit(["label", "check", &path]);
    assert_eq!((refused.code, refused.text()), (2, ""));
    let told = format!("bad.toml: line {line}: family: is none of use, redo");
    assert!(refused.stderr.contains(&told), "{}", refused.stderr);
    assert_eq!(tacit(["label", "check", "/nowhere/at.all"]).code, 2);
}

#[test]
fn a_label_is_explained_alike_by_command_line_and_http() {
    let story = Story::told();
    let as_of = story.as_of.to_string();
    let json = story
        .data
        .cli(&["label", "explain", "o-bad", "--as-of", &as_of, "--json"])
        .ok()
        .json();
    let http: Value = story
        .server
        .api()
        .get(&format!("/v1/outputs/o-bad?explain=true&as_of={as_of}"))
        .ok()
        .json();
    assert_eq!(http["explanation"], json);
    assert_eq!(http["label"]["score"], json["score"]);
    let rules = json["rules"].as_array().unwrap();
    let outcome = |name: &str| {
        let rule = rules.iter().find(|rule| rule["rule"] == name).unwrap();
        rule["outcome"].as_str().unwrap()
    };
    assert_eq!(outcome("regenerated_fast"), "counted");
    assert_eq!(outcome("regenerated_late"), "not_fired");
    let plain: Value = story
        .server
        .api()
        .get(&format!("/v1/outputs/o-bad?as_of={as_of}"))
        .ok()
        .json();
    assert!(plain.get("explanation").is_none());

    let text = story
        .data
        .cli(&["label", "explain", "o-bad", "--as-of", &as_of])
        .ok();
    assert!(
        text.text().starts_with("o-bad is negative\n"),
        "{}",
        text.text()
    );
    assert!(
        text.text()
            .contains("\n    -4 regenerated_fast: regenerated within 30 seconds, unused\n")
    );
    let aliased = story
        .data
        .cli(&["label", "explain", "chatcmpl-9", "--json"])
        .ok()
        .json();
    assert_eq!(aliased["output"], "o-aliased");
    let own = file(&story.data, "shop.toml", &shop());
    let by_own = story
        .data
        .cli(&["label", "explain", "o-good", "--policy", &own, "--json"])
        .ok()
        .json();
    assert_eq!(
        (by_own["state"].as_str(), by_own["score"].as_f64()),
        (Some("pending"), Some(1.0))
    );
    assert_eq!(story.data.cli(&["label", "explain", "o-none"]).code, 1);
    assert_eq!(story.data.cli(&["label", "explain", ""]).code, 2);
}

#[test]
fn what_another_policy_would_change_is_told_before_it_does() {
    let story = Story::told();
    let as_of = story.as_of.to_string();
    let own = file(&story.data, "shop.toml", &shop());
    let args = [
        "label",
        "diff",
        "-",
        &own,
        "--as-of",
        &as_of,
        "--examples",
        "1",
    ];
    let text = story.data.cli(&args).ok();
    assert!(
        text.text().contains("7 outputs: 5 flip, "),
        "{}",
        text.text()
    );
    let json = story
        .data
        .cli(&[&args[..], &["--json"]].concat())
        .ok()
        .json();
    let transition = |from: &str, to: &str| {
        let all = json["transitions"].as_array().unwrap().iter();
        all.clone()
            .find(|t| t["from"] == from && t["to"] == to)
            .cloned()
            .unwrap()
    };
    assert_eq!(transition("positive", "pending")["outputs"], 5);
    assert_eq!(transition("negative", "negative")["outputs"], 1);
    let examples = transition("positive", "pending")["examples"].clone();
    assert_eq!(examples.as_array().unwrap().len(), 1);
    assert_eq!(examples[0]["before"]["reasons"][0]["rule"], "copied_most");
    assert_eq!(json["rules"][0]["rule"], "copied_most");
    let rows = &json["rows"];
    let row = |format: &str, what: &str| rows[format][what].as_u64().unwrap();
    // As `tacit export` makes them.
    let exported = |format: &str, policy: &[&str]| {
        let args = [&["export", "--format", format, "--as-of", &as_of], policy].concat();
        story.data.cli(&args).ok().text().lines().count() as u64
    };
    for format in ["trl-sft", "trl-kto", "trl-dpo"] {
        assert_eq!(row(format, "before"), exported(format, &[]), "{format}");
        assert_eq!(
            row(format, "after"),
            exported(format, &["--policy", &own]),
            "{format}"
        );
        let left = row(format, "before") + row(format, "gained") - row(format, "lost");
        assert_eq!(left, row(format, "after"), "{format}");
    }
    assert_eq!(row("trl-kto", "lost"), 3);
    let bad = file(&story.data, "bad.toml", "name = 1");
    let refused = story.data.cli(&["label", "diff", &bad, &own]);
    assert_eq!((refused.code, refused.text()), (2, ""));
    assert!(
        refused.stderr.contains("bad.toml: line 1: name: "),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_server_labels_by_its_own_policy() {
    let data = Data::new();
    let own = file(&data, "shop.toml", &shop());
    let reference = |server: &Server, query: &str| {
        let path = format!("/v1/outputs/o-1{query}");
        let answer: Value = server.api().get(&path).ok().json();
        answer["label"]["policy"]
            .as_str()
            .unwrap()
            .split('#')
            .next()
            .unwrap()
            .to_owned()
    };
    let by_option = Server::start_with(&data, &["--policy", &own]);
    let output = serde_json::json!({"id": "o-1", "output": "Text."});
    assert_eq!(by_option.api().register(&output)[0]["status"], "created");
    assert_eq!(reference(&by_option, ""), "shop@1");
    assert_eq!(reference(&by_option, "?policy=default"), "default@1");
    assert_eq!(reference(&by_option, "?policy=shop@1"), "shop@1");
    let unknown = by_option.api().get("/v1/labels?policy=other");
    assert_eq!(unknown.status, 400);
    assert!(unknown.text().contains("shop@1#"), "{}", unknown.text());
    assert_eq!(by_option.stop().code(), Some(0));

    let config = data.config(&format!("policy = {own:?}\n"));
    let by_config = Server::start_with(&data, &["--config", arg(&config)]);
    assert_eq!(reference(&by_config, ""), "shop@1");
    assert_eq!(by_config.stop().code(), Some(0));

    let bad = file(&data, "bad.toml", &policy("decide = 2.0", "decide = 0"));
    let refused = data.cli(&["serve", "--listen", "127.0.0.1:0", "--policy", &bad]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains(": decide: is out of range"),
        "{}",
        refused.stderr
    );
}

#[test]
fn every_read_labels_by_the_policy_that_holds() {
    let story = Story::told();
    let own = file(&story.data, "shop.toml", &shop());
    let reference = tacit(["label", "check", &own]).ok().text().to_owned();
    let reference = reference.lines().next().unwrap();
    let event = format!("{}:2", story.binary.session);
    let (as_of, from) = (story.as_of.to_string(), (story.base - 1).to_string());
    assert_eq!(story.server.stop().code(), Some(0));

    let followed = |more: &[&str]| {
        let args = [&["ledger", &event, "--json"], more].concat();
        story.data.cli(&args).ok().json()
    };
    let label = &followed(&["--policy", &own])["label"];
    assert_eq!(label["policy"], reference);
    assert_eq!(
        (label["state"].as_str(), label["score"].as_f64()),
        (Some("pending"), Some(1.0))
    );
    assert_eq!(followed(&[])["label"]["score"], 3.0, "the built-in policy");
    let bad = file(&story.data, "bad.toml", "version = 1");
    for command in [
        &["ledger"][..],
        &["export", "--format", "labels"],
        &["simulate", "--fit"],
    ] {
        let args = [command, &["--policy", &bad]].concat();
        let refused = if command[0] == "simulate" {
            tacit(args)
        } else {
            story.data.cli(&args)
        };
        assert_eq!(refused.code, 2, "{command:?}: {}", refused.stderr);
        assert!(
            refused.stderr.contains("bad.toml: line 1: "),
            "{}",
            refused.stderr
        );
    }

    let server = Server::start_with(&story.data, &["--policy", &own]);
    let get = |path: &str| server.api().get(path).ok();
    let overview: Value = get("/v1/overview").json();
    assert_eq!(overview["policy"], reference);
    assert_eq!(overview["reasons"]["copied_most"], 5);
    assert_eq!(overview["states"]["positive"], 1, "{overview}");
    let output: Value = get("/v1/outputs/o-good").json();
    assert_eq!(output["label"]["policy"], reference);
    let all = get("/v1/labels?format=ndjson");
    let labels: Vec<Value> = all
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(labels.len(), 7);
    assert!(labels.iter().all(|label| label["policy"] == reference));
    let rows = |policy: &str| {
        get(&format!("/v1/datasets/trl-sft?as_of={as_of}{policy}"))
            .text()
            .lines()
            .count()
    };
    assert!(
        rows("") < rows("&policy=default"),
        "a copy alone is no demonstration any more"
    );
    let brief: Value = get(&format!("/v1/brief?from={from}&to={as_of}&as_of={as_of}")).json();
    assert_eq!(brief["policy"], reference);
    let ledger: Value = get("/v1/ledger").json();
    assert_eq!(ledger["events"]["stored"], 36);
    let ordered = server
        .api()
        .post("/v1/datasets/builds", &[], br#"{"format": "trl-kto"}"#);
    assert_eq!(ordered.json()["policy"], reference);
}
