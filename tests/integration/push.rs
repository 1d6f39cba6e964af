//! `tacit push`: labels reach another system through whatever that does, each under one
//! id, and what says the same is not sent again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};
use tacit_tests::{
    data::arg,
    process::{Done, Running, bound, finish, tacit_bin},
    signals::rated,
    taker::{Answer, Taken, Taker},
    wait,
};

use crate::story::Story;

const DAY: u64 = 86_400_000;
const KEY_VARIABLE: &str = "PUSH_TEST_KEY";
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What the story's registered outputs are worth.
const VALUES: [(&str, bool); 6] = [
    ("o-aliased", true),
    ("o-bad", false),
    ("o-bare", true),
    ("o-edited", true),
    ("o-good", true),
    ("o-kept", true),
];

/// `tacit push` with the key in the environment.
fn command(story: &Story, more: &[&str]) -> Command {
    let mut command = bound(tacit_bin());
    command.args(["push", "--json", "--data", arg(&story.data.path())]);
    command
        .args(more)
        .env_remove("RUST_LOG")
        .env(KEY_VARIABLE, KEY);
    command
}

/// To a webhook, as everything will be mature.
fn to_webhook(story: &Story, taker: &Taker, more: &[&str]) -> Command {
    let as_of = (story.as_of + 60 * DAY).to_string();
    let said = [
        "--kind",
        "webhook",
        "--endpoint",
        &taker.url,
        "--key-env",
        KEY_VARIABLE,
        "--as-of",
        &as_of,
    ];
    let mut command = command(story, &said);
    command.args(more);
    command
}

fn summary(done: &Done) -> Value {
    done.json()["pushes"][0].clone()
}

fn good() -> Answer {
    Answer::json(200, &json!({}))
}

/// What a webhook was told, by output; the last word counts.
fn told(taken: &[Taken]) -> BTreeMap<String, bool> {
    let told = taken.iter().map(|one| {
        let data = &one.body["data"];
        (
            data["output"].as_str().unwrap().to_owned(),
            data["value"].as_bool().unwrap(),
        )
    });
    told.collect()
}

fn values() -> BTreeMap<String, bool> {
    VALUES
        .map(|(output, value)| (output.to_owned(), value))
        .into()
}

#[test]
fn labels_arrive_through_429_500_silence_and_closed_connections() {
    let story = Story::told();
    let taker = Taker::start(|number, _| match number {
        1 => Answer::Status(429, vec![("retry-after", "0".into())], String::new()),
        2 => Answer::json(500, &json!({"message": "down"})),
        3 => Answer::Silence,
        4 => Answer::Close,
        _ => good(),
    });
    let done = finish(&mut to_webhook(&story, &taker, &["--timeout-seconds", "1"])).ok();
    let told_of = summary(&done);
    assert_eq!(
        (&told_of["status"], &told_of["delivered"]),
        (&json!("done"), &json!(6)),
        "{told_of}"
    );
    assert_eq!(told_of["skipped"], json!({"trust": 1}), "{told_of}");
    let taken = taker.taken();
    assert_eq!(told(&taken), values());
    let message = &taken[taken.len() - 1];
    assert_eq!(message.body["type"], "label.updated");
    for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        assert!(message.headers.contains_key(header), "{message:?}");
    }
    // Each was sent under one id, however often.
    let ids: BTreeSet<_> = taken.iter().map(|one| &one.headers["webhook-id"]).collect();
    assert_eq!(ids.len(), 6);

    let again = finish(&mut to_webhook(&story, &taker, &[])).ok();
    assert_eq!(summary(&again)["unchanged"], 6);
    assert_eq!(taker.taken().len(), taken.len(), "nothing is sent twice");
}

#[test]
fn a_push_that_is_killed_goes_on() {
    let story = Story::told();
    let taker = Taker::start(|number, _| if number == 3 { Answer::Silence } else { good() });
    let lease = ["--lease-ms", "500"];
    let mut process = Running::start(to_webhook(&story, &taker, &lease).stdout(Stdio::null()));
    wait::until("a third request", || {
        (taker.taken().len() >= 3).then_some(())
    });
    process.kill();
    let resumed = wait::until("the lease to end", || {
        let done = finish(&mut to_webhook(&story, &taker, &lease)).ok();
        Some(summary(&done)).filter(|summary| summary["status"] != "busy")
    });
    assert_eq!(resumed["delivered"], 4, "{resumed}");
    assert_eq!(resumed["unchanged"], 2, "{resumed}");
    let taken = taker.taken();
    assert_eq!(told(&taken), values());
    let ids: Vec<_> = taken.iter().map(|one| &one.headers["webhook-id"]).collect();
    assert_eq!(ids.len(), 7, "the one in flight is sent again");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 6, "under its id");
}

/// As Langfuse answers; it takes no score of `poison` while `ill`.
fn langfuse(poison: &'static str, ill: Arc<AtomicBool>) -> Taker {
    Taker::start(move |_, taken| {
        let scores = taken.body.as_array().cloned().unwrap_or_default();
        let bad =
            |score: &&Value| ill.load(Ordering::SeqCst) && score["metadata"]["output"] == poison;
        let rejected = scores.iter().filter(bad).count();
        let errors = vec![json!({"message": "invalid score"}); rejected];
        Answer::json(
            207,
            &json!({"accepted": scores.len() - rejected, "rejected": rejected, "errors": errors}),
        )
    })
}

#[test]
fn one_bad_label_of_a_batch_becomes_a_dead_letter_that_can_be_sent_again() {
    let story = Story::told();
    let traces: Vec<_> = VALUES
        .iter()
        .enumerate()
        .map(|(number, (output, _))| json!({"id": output, "aliases": [format!("{:032x}", number + 1)]}))
        .collect();
    let registered = story.server.api().register(&json!(traces));
    assert!(
        registered.iter().all(|one| one["status"] == "updated"),
        "{registered:?}"
    );
    let ill = Arc::new(AtomicBool::new(true));
    let taker = langfuse("o-edited", Arc::clone(&ill));
    let dead = story.data.beside("dead.ndjson");
    let config = story.data.config(&format!(
        "[[push]]\nname = \"lf\"\nkind = \"langfuse\"\nendpoint = {:?}\nuser = \"pk-lf-1\"\n\
         key_env = {KEY_VARIABLE:?}\nedits = true\nmature_only = false\ndead_letters = {:?}\n",
        taker.url,
        arg(&dead)
    ));
    let config = arg(&config);
    let pushed = finish(&mut command(&story, &["--all", "--config", config]));
    assert_eq!(pushed.code, 1, "{pushed:?}");
    let told_of = summary(&pushed);
    // Six verdicts, and a text.
    assert_eq!(
        (&told_of["delivered"], &told_of["rejected"]),
        (&json!(5), &json!(2)),
        "{told_of}"
    );
    let letters = fs::read_to_string(&dead).unwrap();
    let mut parts: Vec<_> = letters
        .lines()
        .map(|line| {
            let letter: Value = serde_json::from_str(line).unwrap();
            assert_eq!(
                (&letter["output"], &letter["reason"]),
                (&json!("o-edited"), &json!("207 invalid score"))
            );
            letter["part"].as_str().unwrap().to_owned()
        })
        .collect();
    parts.sort();
    assert_eq!(parts, ["correction", "verdict"]);
    assert!(
        !letters.contains(KEY) && !letters.contains("Edited answer"),
        "{letters}"
    );

    let sent = taker.taken().len();
    let again = finish(&mut command(&story, &["lf", "--config", config])).ok();
    assert_eq!(
        (summary(&again)["unchanged"].clone(), taker.taken().len()),
        (json!(7), sent)
    );
    ill.store(false, Ordering::SeqCst);
    let retried = ["lf", "--config", config, "--retry-dead", arg(&dead)];
    let retried = finish(&mut command(&story, &retried)).ok();
    assert_eq!(summary(&retried)["delivered"], 2);
    let last = taker
        .taken()
        .into_iter()
        .flat_map(|one| one.body.as_array().cloned().unwrap());
    let texts: BTreeSet<_> = last
        .filter(|score| score["dataType"] == "CORRECTION")
        .map(|score| score["value"].to_string())
        .collect();
    assert_eq!(texts, BTreeSet::from(["\"Edited answer.\"".to_owned()]));
}

#[test]
fn following_sends_what_changes_under_the_same_id() {
    let mut story = Story::told();
    let taker = Taker::start(|_, _| good());
    let more = [
        "--kind",
        "webhook",
        "--endpoint",
        &taker.url,
        "--key-env",
        KEY_VARIABLE,
        "--mature-only",
        "false",
        "--follow",
        "--every",
        "1s",
    ];
    let mut process = Running::start(
        command(&story, &more)
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    wait::until("all labels", || (taker.taken().len() >= 6).then_some(()));
    // Somebody says what they made of one.
    let event = story.json.event(story.base + 90_000, "o-kept", rated(true));
    let batch = story.json.batch(vec![event]);
    story.server.api().batch(&batch);
    let kept = wait::until("the change", || {
        let taken = taker.taken().into_iter();
        let kept: Vec<_> = taken
            .filter(|one| one.body["data"]["output"] == "o-kept")
            .collect();
        (kept.len() == 2).then_some(kept)
    });
    assert!(process.has_ended().is_none());
    let data = |place: usize| &kept[place].body["data"];
    assert_eq!(data(0)["id"], data(1)["id"]);
    assert_ne!(data(0)["score"], data(1)["score"]);
    assert_ne!(kept[0].headers["webhook-id"], kept[1].headers["webhook-id"]);
    assert!(data(1)["supersedes"].is_string(), "{}", data(1));
}

#[test]
fn a_rehearsal_shows_requests_without_keys_and_sends_none() {
    let story = Story::told();
    let taker = Taker::start(|_, _| good());
    let done = finish(&mut to_webhook(&story, &taker, &["--dry-run"])).ok();
    let requests: Vec<Value> = tacit_tests::rows(done.text());
    assert_eq!(requests.len(), 6);
    assert_eq!(requests[0]["url"], taker.url);
    assert!(!done.text().contains(KEY) && !done.stderr.contains(KEY));
    assert_eq!(taker.taken().len(), 0);
}

#[test]
fn a_system_that_stays_down_is_left_for_the_next_time() {
    let story = Story::told();
    let down = Taker::start(|_, _| Answer::json(503, &json!({"message": "later"})));
    let done = finish(&mut to_webhook(&story, &down, &["--failures", "3"]));
    assert_eq!(done.code, 1);
    let told_of = summary(&done);
    assert_eq!(
        (&told_of["status"], &told_of["rejected"]),
        (&json!("stopped"), &json!(0))
    );
    assert_eq!(told_of["why"], "3 requests in a row failed: 503 later");
    let closed =
        Taker::start(|_, _| Answer::json(401, &json!({"message": format!("bad key {KEY}")})));
    let done = finish(&mut to_webhook(&story, &closed, &[]));
    assert_eq!((done.code, closed.taken().len()), (1, 1));
}

#[test]
fn wrong_usage_is_told_before_anything_is_sent() {
    let story = Story::told();
    let refused = |more: &[&str], said: &str| {
        let done = finish(&mut command(&story, more));
        assert_eq!(done.code, 2, "{done:?}");
        assert!(done.stderr.contains(said), "{}", done.stderr);
    };
    let to = |kind| ["--kind", kind, "--endpoint", "http://127.0.0.1:9"];
    refused(&to("hotel"), "kind: is none of otel, langfuse");
    refused(&to("webhook"), "key_env: is missing");
    let unset = [&to("webhook")[..], &["--key-env", "NOT_SET_ANYWHERE"]].concat();
    refused(&unset, "the variable NOT_SET_ANYWHERE is not set");
    let config = story
        .data
        .config("\n[[push]]\nname = \"a\"\nkind = \"otel\"\nendpoint = \"nowhere\"\n");
    refused(
        &["--all", "--config", arg(&config)],
        "line 5: endpoint: is no address",
    );
    let config = story
        .data
        .config("[[push]]\nname = \"a\"\nkind = \"otel\"\nendpoint = \"http://127.0.0.1:9\"\n");
    refused(
        &["b", "--config", arg(&config)],
        "there is no [[push]] named b",
    );
    refused(&[], "required arguments were not provided");
}
