//! `tacit replay` while things go wrong: the endpoint's faults, a wrong key, a kill.

use std::{collections::BTreeMap, fs, process::Stdio};

use serde_json::{Value, json};
use tacit_tests::{endpoint::Endpoint, process::Running, wait};

use crate::replay::{KEY, Replay, answers, everything, output, question};

/// What goes wrong the first time the question of this number is asked.
fn first(number: usize, fault: Value) -> Value {
    let mut fixture = json!({
        "match": {"userMessage": question(number), "sequenceIndex": 0},
        "response": {"content": "An answer that is long enough to be cut off somewhere."},
    });
    let fields = fixture.as_object_mut().unwrap();
    fields.extend(fault.as_object().unwrap().clone());
    fixture
}

fn error(status: u16, more: Value) -> Value {
    let mut response =
        json!({"error": {"message": format!("fault {status}"), "type": "test"}, "status": status});
    response
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({ "response": response })
}

#[test]
fn every_question_is_answered_once_through_every_fault() {
    let replay = Replay::told(14);
    let faults = [
        (0, error(429, json!({"retryAfter": 1}))),
        (1, error(500, json!({}))),
        (2, error(503, json!({}))),
        (3, json!({"truncateAfterChunks": 2})),
        (4, json!({"chaos": {"malformedRate": 1.0}})),
        (5, json!({"chaos": {"disconnectRate": 1.0}})),
        (6, json!({"chaos": {"dropRate": 1.0}})),
        // Twice the time limit for each piece of it.
        (7, json!({"latency": 4_000})),
        (8, error(408, json!({}))),
    ];
    let mut fixtures: Vec<Value> = faults
        .iter()
        .map(|(number, fault)| first(*number, fault.clone()))
        .collect();
    // For good: every time.
    let mut always = error(400, json!({}));
    always["match"] = json!({"userMessage": question(9)});
    fixtures.push(always);
    let mut broken = error(502, json!({}));
    broken["match"] = json!({"userMessage": question(10)});
    fixtures.push(broken);
    fixtures.push(answers("Question", "The new answer."));
    let endpoint = Endpoint::start(&fixtures, Some(KEY));
    let args = [
        "--timeout",
        "2",
        "--retries",
        "2",
        "--fail-if",
        "failed_share>0.2",
        "--json",
    ];
    let done = replay.run(&endpoint, &args);
    assert_eq!(done.code, 0, "{}", done.stderr);

    let kept = replay.kept();
    let every: Vec<String> = (0..14).map(output).collect();
    assert_eq!(kept.keys().cloned().collect::<Vec<_>>(), every);
    let mut ended: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for number in 0..14 {
        let answer = &kept[&output(number)];
        let text = answer["text"].as_str().unwrap_or_default();
        let code = answer["code"].as_str().unwrap_or_default();
        let attempts = &answer["attempts"];
        ended
            .entry(format!("{attempts} {code}{text}"))
            .or_default()
            .push(number);
        let asked = endpoint.asked_about(&question(number)).len();
        assert_eq!(json!(asked), *attempts, "{number}: {answer}");
    }
    let expected = [
        ("1 The new answer.", vec![11, 12, 13]),
        ("1 http_400", vec![9]),
        ("2 The new answer.", vec![0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("3 http_502", vec![10]),
    ];
    let expected = expected.map(|(how, numbers)| (how.to_owned(), numbers));
    assert_eq!(ended, BTreeMap::from(expected));
    assert_eq!(endpoint.asked().len(), 3 + 1 + 18 + 3);

    let limited = endpoint.asked_about(&question(0));
    assert_eq!([limited[0].status, limited[1].status], [429, 200]);
    let waited = limited[1].at - limited[0].at;
    assert!(
        waited >= 950,
        "asked again after {waited} ms, not the second it asked for"
    );

    for text in [
        &*done.stderr,
        &String::from_utf8_lossy(&done.stdout),
        &everything(&replay.out()),
    ] {
        assert!(!text.contains(KEY), "the key is told");
    }
    // Those that failed are asked again only when that is wanted.
    let before = endpoint.asked().len();
    let _ = replay.run(&endpoint, &args).ok();
    assert_eq!(endpoint.asked().len(), before);
    let _ = replay
        .run(&endpoint, &[&args[..], &["--retry-failed"]].concat())
        .ok();
    assert_eq!(endpoint.asked().len(), before + 1 + 3);
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    const COUNT: usize = 16;
    let replay = Replay::told(COUNT);
    let mut slow = answers("Question", "The new answer.");
    slow["latency"] = json!(150);
    let endpoint = Endpoint::start(&[slow], Some(KEY));
    let mut slowly = replay.command(&endpoint, &["--concurrency", "2"]);
    let mut running = Running::start(slowly.stderr(Stdio::null()));
    let file = replay.out().join("answers.ndjson");
    wait::until("three answers", || {
        let text = fs::read_to_string(&file).ok()?;
        (text.matches('\n').count() >= 3).then_some(())
    });
    running.kill();
    let kept = replay.kept();
    assert!(kept.len() < COUNT, "killed in the middle");
    let asked_before = endpoint.asked();
    // As a crash in the middle of a write leaves it.
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}{{\"output\":\"o-0")).unwrap();

    let done = replay.run(&endpoint, &["--concurrency", "16"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let all = replay.kept();
    assert_eq!(
        all.keys().cloned().collect::<Vec<_>>(),
        (0..COUNT).map(output).collect::<Vec<_>>()
    );
    for (output, answer) in &kept {
        assert_eq!(
            all[output], *answer,
            "an answer that was kept stays as it was"
        );
    }
    let asked = endpoint.asked();
    assert_eq!(
        asked.len() - asked_before.len(),
        COUNT - kept.len(),
        "the rest, once each"
    );
    for number in 0..COUNT {
        let times = asked
            .iter()
            .filter(|one| one.question() == question(number))
            .count();
        let was_kept = kept.contains_key(&output(number));
        // What was under way when it was killed is asked again.
        assert!(times == 1 || (times == 2 && !was_kept), "{number}: {times}");
    }
}

#[test]
fn a_wrong_key_stops_at_once_and_the_right_one_goes_on() {
    let replay = Replay::told(5);
    let endpoint = Endpoint::start(&[answers("Question", "Yes.")], Some("sk-another"));
    let done = replay.run(&endpoint, &["--concurrency", "1"]);
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(
        done.stderr.contains("takes no question (http_401)"),
        "{}",
        done.stderr
    );
    assert!(!done.stderr.contains(KEY), "{}", done.stderr);
    assert_eq!(replay.kept(), BTreeMap::new());
    let mut command = replay.command(&endpoint, &[]);
    command.env("REPLAY_TEST_KEY", "sk-another");
    let done = tacit_tests::process::finish(&mut command);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(replay.kept().len(), 5);
}

#[test]
fn a_missing_model_stops_at_once() {
    let replay = Replay::told(5);
    let mut missing = error(404, json!({}));
    missing["match"] = json!({"userMessage": "Question"});
    let endpoint = Endpoint::start(&[missing], None);
    let done = replay.run(&endpoint, &["--concurrency", "1"]);
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(
        done.stderr.contains("(http_404): fault 404"),
        "{}",
        done.stderr
    );
    assert_eq!(endpoint.asked().len(), 1);
}

#[test]
fn an_endpoint_that_is_down_is_not_asked_for_ever() {
    let replay = Replay::told(9);
    let mut down = error(503, json!({}));
    down["match"] = json!({"userMessage": "Question"});
    let endpoint = Endpoint::start(&[down], None);
    let done = replay.run(
        &endpoint,
        &["--concurrency", "1", "--max-failures-in-a-row", "4"],
    );
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(
        done.stderr.contains("4 requests failed in a row"),
        "{}",
        done.stderr
    );
    assert_eq!(endpoint.asked().len(), 4);
    assert_eq!(replay.kept(), BTreeMap::new(), "open still");
    let gone = {
        let url = endpoint.url().to_owned();
        drop(endpoint);
        url
    };
    assert!(done.stderr.contains("--out"), "{}", done.stderr);
    let reached =
        std::net::TcpStream::connect(gone.trim_start_matches("http://").trim_end_matches("/v1"));
    assert!(reached.is_err(), "the endpoint ended with its test");
}

#[test]
fn a_run_stops_before_it_costs_more_than_it_may() {
    let replay = Replay::told(10);
    let mut wordy = answers("Question", "Yes.");
    wordy["response"]["usage"] =
        json!({"prompt_tokens": 17, "completion_tokens": 100, "total_tokens": 117});
    let endpoint = Endpoint::start(&[wordy], None);
    // Estimated 10 · 6 tokens of answers at 0.001: 0.06. In truth 0.1 each.
    let args = [
        "--price-in",
        "0",
        "--price-out",
        "1000",
        "--max-cost",
        "0.35",
        "--concurrency",
        "1",
    ];
    let done = replay.run(&endpoint, &args);
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(done.stderr.contains("0.4000 are spent"), "{}", done.stderr);
    assert_eq!(
        replay.kept().len(),
        4,
        "the fourth began with 0.05 left, by estimate enough"
    );
    // What was spent before counts when it goes on.
    let again = replay.run(&endpoint, &args);
    assert_eq!(again.code, 1, "{}", again.stderr);
    assert_eq!(endpoint.asked().len(), 4);
}
