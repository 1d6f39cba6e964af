//! Experiments by the command line, by configuration and over HTTP.

use serde_json::{Value, json};
use tacit_tests::{
    data::{Data, arg},
    process::Done,
    server::Server,
};

const TONE: &str = "[[experiment]]\nname = \"tone\"\n\
    arms = [{ name = \"plain\", weight = 0.5 }, { name = \"warm\", weight = 0.5 }]\n\
    primary = \"use_rate\"\nmde = 0.02\nnote = \"warmer\"\n\
    guardrails = [{ metric = \"return_rate\", margin = 0.02 }]\n";

fn add(data: &Data, toml: &str) -> Done {
    let file = data.config(toml);
    data.cli(&["experiment", "add", arg(&file), "--json"])
}

fn listed(data: &Data) -> Vec<Value> {
    let listed = data.cli(&["experiment", "list", "--json"]).ok().json();
    listed["experiments"].as_array().unwrap().clone()
}

#[test]
fn an_experiment_is_declared_shown_and_ended() {
    let data = Data::new();
    let first = add(&data, TONE).ok().json();
    let first = &first["experiments"][0];
    assert_eq!(
        (&first["name"], &first["is_new"]),
        (&json!("tone"), &json!(true))
    );
    assert_eq!(
        first["guardrails"],
        json!([
            {"metric": "survival", "margin": 0.03},
            {"metric": "edit_depth", "margin": 0.03},
            {"metric": "negative_rate", "margin": 0.02},
            {"metric": "return_rate", "margin": 0.02}
        ])
    );
    let again = add(&data, TONE).ok().json();
    assert_eq!(again["experiments"][0]["is_new"], false);
    let other = add(&data, &TONE.replace("0.02 }]", "0.03 }]"));
    assert_eq!((other.code, other.text()), (1, ""), "{}", other.stderr);
    assert!(
        other.stderr.contains("with other guardrails: "),
        "{}",
        other.stderr
    );
    let shown = data.cli(&["experiment", "show", "tone"]).ok();
    for part in [
        "tone running: plain or warm by use_rate",
        "worth knowing from 0.02",
        "warmer",
    ] {
        assert!(shown.text().contains(part), "{}", shown.text());
    }
    let ended = data
        .cli(&["experiment", "end", "tone", "--json"])
        .ok()
        .json();
    assert_eq!(ended["state"], "ended");
    assert_eq!(listed(&data), [ended]);
    let none = data.cli(&["experiment", "show", "none"]);
    assert_eq!((none.code, none.text()), (1, ""), "{}", none.stderr);
}

#[test]
fn a_wrong_file_is_wrong_usage_with_line_and_field() {
    let data = Data::new();
    let wrong = add(&data, &TONE.replace("mde = 0.02", "mde = 0"));
    assert_eq!((wrong.code, wrong.text()), (2, ""), "{}", wrong.stderr);
    assert!(
        wrong.stderr.contains("line 5: mde: must be"),
        "{}",
        wrong.stderr
    );
    let empty = add(&data, "workers = 1\n");
    assert_eq!((empty.code, empty.text()), (2, ""), "{}", empty.stderr);
    assert_eq!(listed(&data), Vec::<Value>::new());
}

#[test]
fn a_server_declares_what_its_configuration_says() {
    let data = Data::new();
    let config = data.config(TONE);
    let started = || Server::start_with(&data, &["--config", arg(&config)]);
    let server = started();
    let one = server.api().get("/v1/experiments/tone").ok().json();
    assert_eq!(one["state"], "running");
    assert!(server.stop().success());
    // Again nothing happens; with another one under its name it does not start.
    let server = started();
    assert_eq!(server.api().get("/v1/experiments/tone").ok().json(), one);
    assert!(server.stop().success());
    let changed = data.config(&TONE.replace("note = \"warmer\"", "traffic = 0.5"));
    let refused = data.cli(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--config",
        arg(&changed),
    ]);
    assert_eq!(
        (refused.code, refused.text()),
        (1, ""),
        "{}",
        refused.stderr
    );
    let told = "tone was declared with other traffic, note: ";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
}
