//! `tacit import`: feedback of another system reaches a live collector, once.

use std::process::Command;

use serde_json::{Value, json};
use tacit_tests::{
    data::{Data, arg},
    now_ms,
    process::{Done, bound, finish, tacit_bin},
    server::Server,
};

const KEY_VARIABLE: &str = "IMPORT_TEST_KEY";
const DAY: u64 = 86_400_000;
const SPAN: &str = "b7ad6b7169203331";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn command(key: &str, args: &[&str]) -> Command {
    let mut command = bound(tacit_bin());
    command
        .args(["import", "--from", "phoenix", "--json"])
        .args(args)
        .args(["--api-key-env", KEY_VARIABLE])
        .env(KEY_VARIABLE, key)
        .env_remove("RUST_LOG");
    command
}

/// One annotation of `span`, made at `at` (Unix ms).
fn annotation(id: &str, span: &str, kind: &str, result: Value, at: u64) -> Value {
    json!({
        "id": id, "name": "user feedback", "annotator_kind": kind, "span_id": span,
        "result": result, "metadata": {}, "identifier": "", "source": "APP", "user_id": null,
        "created_at": at.to_string(), "updated_at": at.to_string(),
    })
}

fn export(data: &Data, annotations: &[Value]) -> String {
    let path = data.beside("annotations.json");
    let page = json!({"data": annotations, "next_cursor": null});
    std::fs::write(&path, page.to_string()).unwrap();
    arg(&path).to_owned()
}

fn told(done: &Done) -> Value {
    done.json()
}

#[test]
fn feedback_of_months_ago_is_a_label_and_a_second_import_adds_nothing() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let url = server.url.clone();
    let then = now_ms() - 90 * DAY;
    let _ = api.register(&json!([
        {"id": "o-1", "aliases": [SPAN, TRACE], "created_at": then - 1_000},
    ]));
    let file = export(
        &data,
        &[
            annotation(
                "a-1",
                SPAN,
                "HUMAN",
                json!({"label": "thumbs-up", "score": 1.0, "explanation": "spot on"}),
                then,
            ),
            annotation(
                "a-2",
                SPAN,
                "LLM",
                json!({"label": "factual", "score": 0.25}),
                then,
            ),
            annotation(
                "a-3",
                "c7ad6b7169203332",
                "HUMAN",
                json!({"score": 0.0}),
                then,
            ),
            annotation(
                "a-4",
                SPAN,
                "HUMAN",
                json!({"explanation": "a remark"}),
                then,
            ),
            annotation(
                "a-5",
                SPAN,
                "HUMAN",
                json!({"score": 0.0}),
                now_ms() - 1_200 * DAY,
            ),
        ],
    );
    let send = |more: &[&str]| {
        let args = [&[&*file, "--url", &url][..], more].concat();
        finish(&mut command(&data.secret, &args))
    };
    let first = send(&["--evaluations"]);
    // One is older than what an import may bring.
    assert_eq!(first.code, 1, "{}", first.stderr);
    let expected = json!({
        "read": 5, "signals": 4, "accepted": 3,
        "skipped": {"no_value": 1}, "rejected": {"too_old": 1},
    });
    assert_eq!(told(&first), expected);
    let ledger = api.drained();
    assert_eq!(
        (ledger.events.stored, ledger.events.duplicate),
        (3, 0),
        "{ledger:?}"
    );

    let explained = api.output(TRACE);
    assert_eq!(explained["output"]["id"], "o-1");
    let signals = explained["signals"].as_array().unwrap();
    assert_eq!(signals.len(), 2, "{explained}");
    for signal in signals {
        // When it was given, not when it was imported nor the bound of live events.
        assert_eq!(signal["corrected_at"], then, "{signal}");
    }
    let rated = signals
        .iter()
        .find(|signal| signal["kind"] == "rated")
        .unwrap();
    assert_eq!(
        (&rated["value"], &rated["reason"]),
        (&json!(1), &json!("spot on"))
    );
    let label = &explained["label"];
    assert_eq!(label["state"], "positive", "{explained}");
    // The evaluation is kept, and is no reason for a label.
    let rules: Vec<_> = label["reasons"].as_array().unwrap().iter().collect();
    assert_eq!(rules.len(), 1, "{label}");
    assert_eq!(rules[0]["evidence"], json!([rated["id"]]), "{label}");
    let evaluated = signals
        .iter()
        .find(|signal| signal["kind"] == "converted")
        .unwrap();
    assert_eq!(evaluated["value"], 0.25, "{evaluated}");
    // Nobody registered it, and its rating waits for who does.
    assert_eq!(
        api.output("c7ad6b7169203332")["signals"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    send(&["--evaluations"]);
    let ledger = api.drained();
    assert_eq!(
        (ledger.events.stored, ledger.events.duplicate),
        (3, 3),
        "{ledger:?}"
    );
    assert_eq!(api.output("o-1")["label"]["state"], "positive");
}

#[test]
fn a_rehearsal_needs_neither_key_nor_collector() {
    let data = Data::new();
    let score = json!({"score": 4});
    let file = export(
        &data,
        &[annotation("a-1", SPAN, "HUMAN", score, 1_760_000_000_000)],
    );
    let rehearse = |more: &[&str]| {
        let args = [&[&*file, "--dry-run"][..], more].concat();
        finish(command("", &args).env_remove(KEY_VARIABLE)).ok()
    };
    let signal = rehearse(&["--scale", "1..5"]).json();
    assert_eq!(
        (&signal["value"], &signal["output"], &signal["at"]),
        (&json!(0.5), &json!(SPAN), &json!(1_760_000_000_000_u64))
    );
    let without = rehearse(&[]);
    assert_eq!(without.text(), "");
    assert!(
        without.stderr.contains("1 skipped: beyond_scale"),
        "{}",
        without.stderr
    );
}

#[test]
fn what_cannot_be_is_told_by_the_exit_code() {
    let data = Data::new();
    let server = Server::start(&data);
    let url = server.url.clone();
    let score = json!({"score": 1});
    let file = export(&data, &[annotation("a-1", SPAN, "HUMAN", score, now_ms())]);
    let code = |key: &str, args: &[&str]| {
        let done = finish(&mut command(key, args));
        assert!(!done.stderr.contains(key), "{}", done.stderr);
        done.code
    };
    let secret = &*data.secret;
    assert_eq!(code(secret, &[&file, "--url", &url]), 0);
    assert_eq!(code("sk_wrong", &[&file, "--url", &url]), 1);
    assert_eq!(code(&data.publishable, &[&file, "--url", &url]), 1);
    assert_eq!(code(secret, &["/nonexistent.json", "--url", &url]), 1);
    for wrong in [
        &[&*file, "--scale", "5..1"][..],
        &[&file, "--url", "http://me:key@127.0.0.1"],
        &[&file, "--from", "elsewhere"],
        &[],
    ] {
        assert_eq!(code(secret, wrong), 2, "{wrong:?}");
    }
    let mut bare = command("", &[&file, "--url", &url]);
    assert_eq!(finish(bare.env_remove(KEY_VARIABLE)).code, 2);
}
