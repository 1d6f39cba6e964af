//! `tacit replay` against a real OpenAI-compatible server: what is asked, what is said
//! before, what is kept, and when it fails.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tacit_signals::SessionId;
use tacit_tests::{
    data::{Data, arg},
    endpoint::Endpoint,
    now_ms,
    page::Page,
    process::{Done, bound, finish, tacit_bin},
    rows,
    server::Server,
    signals::{copied, read, regenerated, shown},
};

/// What the environment holds as a key, and nothing else may.
pub(crate) const KEY: &str = "sk-of-these-tests-1234567890";
const KEY_VARIABLE: &str = "REPLAY_TEST_KEY";

/// Outputs that can be asked again, each with a question of its own, and some that
/// cannot.
pub(crate) struct Replay {
    pub(crate) data: Data,
    as_of: u64,
}

/// The question of a number.
pub(crate) fn question(number: usize) -> String {
    format!("Question {number:03}: how do I return it?")
}

/// The output of a number.
pub(crate) fn output(number: usize) -> String {
    format!("o-{number:03}")
}

/// An answer to whatever holds `text`.
pub(crate) fn answers(text: &str, content: &str) -> Value {
    json!({"match": {"userMessage": text}, "response": {"content": content}})
}

impl Replay {
    /// So many outputs: every fifth regenerated, the others copied.
    pub(crate) fn told(outputs: usize) -> Self {
        let data = Data::new();
        let server = Server::start(&data);
        let api = server.api();
        let base = now_ms() - 600_000;
        let mut page = Page::of_session(&data.publishable, SessionId([7; 16]));
        let (mut registered, mut events) = (Vec::new(), Vec::new());
        let mut tell = |id: &str, version: &str, input: Value| {
            let place = (&*format!("c-{id}"), 0, 0);
            registered.push(json!({
                "id": id, "conversation": place.0, "turn": 0, "variant": 0,
                "subject": format!("u-{id}"), "model": "old-model", "prompt_version": version,
                "input": input, "output": format!("The old answer to {id}."),
            }));
            events.push(page.event(base, id, shown(place)));
            events.push(page.event(base + 4_000, id, read(4_000)));
            events.push(match id {
                _ if id.ends_with('0') || id.ends_with('5') => {
                    page.event(base + 5_000, id, regenerated(5_000))
                }
                _ => page.event(base + 5_000, id, copied(900)),
            });
        };
        for number in 0..outputs {
            let input = json!([
                {"role": "system", "content": "You are the old shop assistant."},
                {"role": "user", "content": question(number)},
            ]);
            tell(&output(number), "support@14", input);
        }
        let user = |content: Value| json!([{"role": "user", "content": content}]);
        tell(
            "x-tool",
            "support@14",
            json!([
                {"role": "user", "content": "How warm is it?"},
                {"role": "tool", "content": "21"},
            ]),
        );
        tell(
            "x-image",
            "support@14",
            user(json!([
                {"type": "image_url", "image_url": {"url": "https://chat.example/a.png"}},
            ])),
        );
        tell(
            "x-other",
            "support@14",
            user(json!([{"type": "input_audio"}])),
        );
        tell("x-empty", "support@14", json!([]));
        for outputs in registered.chunks(100) {
            let _ = api.register(&json!(outputs));
        }
        for some in events.chunks(100) {
            api.batch(&page.batch(some.to_vec()));
        }
        let _ = api.drained();
        assert_eq!(server.stop().code(), Some(0));
        Self {
            data,
            as_of: now_ms(),
        }
    }

    /// Where the replay of these tests is kept.
    pub(crate) fn out(&self) -> PathBuf {
        self.data.beside("replay")
    }

    /// `tacit replay` of `endpoint`, with pauses as short as tests want them.
    pub(crate) fn command(&self, endpoint: &Endpoint, more: &[&str]) -> Command {
        let as_of = self.as_of.to_string();
        let (data, out) = (self.data.path(), self.out());
        let mut command = bound(tacit_bin());
        command.args(["replay", "--since", "365d", "--as-of", &as_of]);
        command.args(["--data", arg(&data), "--out", arg(&out)]);
        command.args(["--endpoint", endpoint.url(), "--model", "new-model"]);
        command.args(["--api-key-env", KEY_VARIABLE, "--backoff-ms", "10"]);
        command
            .args(more)
            .env(KEY_VARIABLE, KEY)
            .env_remove("RUST_LOG");
        command
    }

    pub(crate) fn run(&self, endpoint: &Endpoint, more: &[&str]) -> Done {
        finish(&mut self.command(endpoint, more))
    }

    /// The answers that are kept, by output; panics if one is kept twice.
    pub(crate) fn kept(&self) -> BTreeMap<String, Value> {
        let text = fs::read_to_string(self.out().join("answers.ndjson")).unwrap_or_default();
        let mut kept = BTreeMap::new();
        for answer in rows(&text) {
            let output = answer["output"].as_str().unwrap().to_owned();
            assert!(
                kept.insert(output, answer).is_none(),
                "answered twice: {text}"
            );
        }
        kept
    }
}

/// Everything below a directory, as text.
pub(crate) fn everything(directory: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &everything(&path);
        } else {
            text += &String::from_utf8_lossy(&fs::read(path).unwrap());
        }
    }
    text
}

#[test]
fn stored_inputs_are_asked_once_and_reported() {
    let replay = Replay::told(12);
    let endpoint = Endpoint::start(&[answers("Question", "The new answer.")], Some(KEY));
    let done = replay.run(&endpoint, &["--param", "temperature=0", "--json"]);
    let said = done.json();
    assert_eq!(done.code, 0, "{}\n{said}", done.stderr);
    let kept = replay.kept();
    assert_eq!(kept.len(), 12);
    for answer in kept.values() {
        assert_eq!(answer["outcome"], "answered", "{answer}");
        assert_eq!(answer["text"], "The new answer.", "{answer}");
        assert_eq!(
            (&answer["finish_reason"], &answer["attempts"]),
            (&json!("stop"), &json!(1))
        );
        assert!(
            answer["completion_tokens"].as_u64().unwrap() > 0,
            "{answer}"
        );
    }
    let expected = json!([
        {"reason": "no_input", "count": 1},
        {"reason": "tools", "count": 1},
        {"reason": "not_text", "count": 2},
    ]);
    assert_eq!(said["not_replayable"], expected);
    let asked = endpoint.asked();
    assert_eq!(asked.len(), 12);
    for one in &asked {
        assert!(one.with_key);
        let body = &one.body;
        assert_eq!(
            (&body["model"], &body["temperature"]),
            (&json!("new-model"), &json!(0))
        );
        assert_eq!(body["stream"], true, "{body}");
        assert_eq!(
            body["messages"][0]["content"],
            "You are the old shop assistant."
        );
    }
    for file in [
        "plan.json",
        "cases.ndjson",
        "report.json",
        "report.html",
        "report.md",
    ] {
        assert!(replay.out().join(file).is_file(), "{file}");
    }
    // Again asks nothing, and makes the same report.
    let report = fs::read(replay.out().join("report.json")).unwrap();
    let again = replay.run(&endpoint, &["--param", "temperature=0"]).ok();
    assert_eq!(endpoint.asked().len(), 12, "{}", again.stderr);
    assert_eq!(fs::read(replay.out().join("report.json")).unwrap(), report);
    let out = replay.out();
    let recomputed = replay
        .data
        .cli(&["replay", "--report", arg(&out), "--fail-if", "answered>0"]);
    assert_eq!(recomputed.code, 1, "{}", recomputed.stderr);
    assert_eq!(endpoint.asked().len(), 12);
}

#[test]
fn a_new_system_prompt_takes_the_place_of_the_stored_one() {
    let replay = Replay::told(3);
    let prompt = replay.data.beside("prompt.md");
    fs::write(&prompt, "You are the new shop assistant.").unwrap();
    let endpoint = Endpoint::start(&[answers("Question", "Yes.")], None);
    let _ = replay
        .run(&endpoint, &["--system", arg(&prompt), "--no-stream"])
        .ok();
    let asked = endpoint.asked();
    assert_eq!(asked.len(), 3);
    for one in asked {
        let messages = one.body["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert_eq!(messages[0]["content"], "You are the new shop assistant.");
        assert_eq!(one.body["stream"], false);
    }
    assert_eq!(replay.kept()["o-001"]["text"], "Yes.");
}

#[test]
fn a_dry_run_says_what_it_takes_and_asks_nothing() {
    let replay = Replay::told(10);
    let endpoint = Endpoint::start(&[answers("Question", "Yes.")], None);
    let prices = ["--price-in", "1000", "--price-out", "2000", "--sample", "6"];
    let dry = replay
        .run(&endpoint, &[&prices[..], &["--dry-run", "--json"]].concat())
        .ok()
        .json();
    let strata = dry["plan"]["selected"]["strata"].as_array().unwrap();
    let counts = strata.iter().map(|one| {
        (
            &one["stratum"]["state"],
            &one["population"],
            &one["sampled"],
        )
    });
    // Two of ten were regenerated; one each, and of four more 3.5 and 0.5.
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [
            (&json!("positive"), &json!(8), &json!(5)),
            (&json!("negative"), &json!(2), &json!(1))
        ]
    );
    let of = &dry["estimate"];
    // 31 and 33 characters are 16 tokens of prompt; 24 of an old answer are 6.
    assert_eq!(
        of["tokens"],
        json!({"prompt": 6 * 16, "completion": 6 * 6}),
        "{of}"
    );
    assert_eq!(of["cost"], 0.168);
    assert_eq!(of["seconds"], 20, "two rounds of ten seconds: {of}");
    let told = replay
        .run(&endpoint, &[&prices[..], &["--dry-run"]].concat())
        .ok();
    assert!(told.text().contains("6 of 10 inputs"), "{}", told.text());
    assert!(
        told.text().contains("about 0.1680 to pay"),
        "{}",
        told.text()
    );
    assert!(told.text().contains("tools were called"), "{}", told.text());
    let dear = replay.run(&endpoint, &[&prices[..], &["--max-cost", "0.16"]].concat());
    assert_eq!(dear.code, 1, "{}", dear.stderr);
    assert!(dear.stderr.contains("more than 0.1600"), "{}", dear.stderr);
    assert_eq!(endpoint.asked(), [], "nothing was asked");
    assert!(!replay.out().exists(), "nothing was written");
}

#[test]
fn a_replay_that_was_planned_otherwise_is_not_gone_on_with() {
    let replay = Replay::told(2);
    let endpoint = Endpoint::start(&[answers("Question", "Yes.")], None);
    let _ = replay.run(&endpoint, &[]).ok();
    let other = replay.run(&endpoint, &["--model", "other", "--seed", "5"]);
    assert_eq!(
        other.code, 2,
        "clap refuses a second --model: {}",
        other.stderr
    );
    let other = replay.run(&endpoint, &["--seed", "5", "--param", "top_p=0.5"]);
    assert_eq!(other.code, 2, "{}", other.stderr);
    for difference in [
        "seed: 0 there, 5 now",
        "asking.params.top_p: null there, 0.5 now",
    ] {
        assert!(other.stderr.contains(difference), "{}", other.stderr);
    }
    // How fast is nobody's plan.
    let _ = replay
        .run(&endpoint, &["--concurrency", "1", "--rpm", "600"])
        .ok();
    assert_eq!(endpoint.asked().len(), 2);
    let foreign = replay.data.beside("mine");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("notes.txt"), "mine").unwrap();
    let mut command = bound(tacit_bin());
    let data = replay.data.path();
    command.args(["replay", "--data", arg(&data), "--out", arg(&foreign)]);
    command.args(["--endpoint", endpoint.url(), "--model", "m"]);
    let done = finish(&mut command);
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(
        done.stderr.contains("holds something else"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_judge_is_asked_in_both_orders_and_once() {
    let replay = Replay::told(4);
    let judge = json!({
        "match": {"model": "judge-model"},
        "response": {"content": "{\"reason\": \"It is second.\", \"verdict\": \"second\"}"},
    });
    let endpoint = Endpoint::start(&[judge, answers("Question", "The new answer.")], None);
    let args = [
        "--judge-model",
        "judge-model",
        "--judge-param",
        "temperature=0",
    ];
    let _ = replay.run(&endpoint, &args).ok();
    let judged = |endpoint: &Endpoint| {
        let asked = endpoint.asked().into_iter();
        asked
            .filter(|one| one.body["model"] == "judge-model")
            .count()
    };
    assert_eq!(judged(&endpoint), 8);
    let text = fs::read_to_string(replay.out().join("report.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    // Whichever stands second: by position, both times.
    assert_eq!(report["judge"]["swayed"]["count"], 4, "{}", report["judge"]);
    let _ = replay.run(&endpoint, &args).ok();
    assert_eq!(judged(&endpoint), 8, "asked once");
    let other = replay.run(&endpoint, &["--judge-model", "another-judge"]);
    assert_eq!(other.code, 2, "{}", other.stderr);
    assert!(other.stderr.contains("asking.model"), "{}", other.stderr);
}
