//! The gate: what it says of simulated people whose truth is known, and how it exits.

use serde_json::{Value, json};
use tacit_tests::{
    data::{Data, arg},
    now_ms,
    process::{Done, tacit},
    server::Server,
};

const DAY: u64 = 86_400_000;

/// People of a world, their last signals two days ago.
fn world(name: &str, signals: &str) -> Data {
    let data = Data::new();
    let (path, end) = (data.path(), (now_ms() - 2 * DAY).to_string());
    let args = [
        "simulate",
        "--store",
        arg(&path),
        "--world",
        name,
        "--signals",
        signals,
        "--seed",
        "7",
        "--days",
        "28",
        "--end",
        &end,
        "--project",
        "shop",
        "--json",
    ];
    let _ = tacit(args).ok();
    data
}

fn verify(data: &Data, more: &[&str]) -> Done {
    data.cli(&[&["verify"], more].concat())
}

/// The condition of that name and metric.
fn condition<'a>(report: &'a Value, check: &str, metric: Option<&str>) -> &'a Value {
    let mut conditions = report["conditions"].as_array().unwrap().iter();
    let found = conditions.find(|one| one["check"] == check && one["metric"].as_str() == metric);
    found.unwrap_or_else(|| panic!("no {check} in {report}"))
}

#[test]
fn what_is_better_ships_once_people_enough_have_shown_it() {
    let data = world("experiment_better", "60000");
    let done = verify(&data, &["tone", "--json"]);
    let report = done.json();
    assert_eq!(
        (done.code, &report["verdict"]),
        (0, &json!("ship")),
        "{report}"
    );
    let primary = condition(&report, "primary", Some("positive_rate"));
    assert!(primary["value"].as_f64().unwrap() > 0.0, "{primary}");
    assert!(report["capture_rate"]["weeks"].as_array().unwrap().len() == 12);
    // Some days after its start nobody could know.
    let started = data
        .cli(&["experiment", "show", "tone", "--json"])
        .ok()
        .json();
    let early = (started["starts_at"].as_u64().unwrap() + 3 * DAY).to_string();
    let early = verify(&data, &["tone", "--as-of", &early, "--json"]);
    let held = early.json();
    assert_eq!(
        (early.code, &held["verdict"]),
        (1, &json!("hold")),
        "{held}"
    );
    assert_eq!(held["outlook"]["state"], "waiting", "{held}");
    // The same over HTTP, as known at the same moment.
    let server = Server::start(&data);
    let as_of = &report["as_of"];
    let answer = server
        .api()
        .get(&format!("/v1/verify/tone?as_of={as_of}"))
        .ok();
    assert_eq!(answer.json(), report);
    assert!(server.stop().success());
    // Released as what it is, it has to be proven, and is.
    let release = |more: &[&str]| {
        let args = [
            "release",
            "add",
            "--name",
            "m-2",
            "--kind",
            "model",
            "--require-proof",
            "--json",
        ];
        data.cli(&[&args[..], more].concat())
    };
    let told = release(&["--experiment", "tone"]).ok().json();
    assert_eq!(
        (&told["proof"], &told["verified"]["verdict"]),
        (&json!("experiment"), &json!("ship"))
    );
    let power = data
        .cli(&["experiment", "power", "tone", "--json"])
        .ok()
        .json();
    let arm = &power["arms"][0];
    assert!(arm["to_know"]["people"].as_u64().unwrap() > 400, "{power}");
    assert!(arm["to_find"]["days"].as_u64().unwrap() > 0, "{power}");
}

#[test]
fn where_nothing_differs_it_holds() {
    let data = world("experiment_same", "40000");
    let done = verify(&data, &["tone", "--json"]);
    let report = done.json();
    assert_eq!(
        (done.code, &report["verdict"]),
        (1, &json!("hold")),
        "{report}"
    );
    assert_eq!(
        condition(&report, "primary", Some("positive_rate"))["verdict"],
        "hold"
    );
    let refused = data.cli(&[
        "release",
        "add",
        "--name",
        "m-2",
        "--kind",
        "model",
        "--experiment",
        "tone",
        "--require-proof",
    ]);
    assert_eq!(
        (refused.code, refused.text()),
        (1, ""),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("hold  primary positive_rate"),
        "{}",
        refused.stderr
    );
    let listed = data.cli(&["release", "list", "--json"]).ok().json();
    assert_eq!(listed, json!({"releases": []}));
}

#[test]
fn what_rises_while_its_guard_falls_is_stopped() {
    let data = world("experiment_flattery", "80000");
    let done = verify(&data, &["thumbs", "--json"]);
    let report = done.json();
    assert_eq!(
        (done.code, &report["verdict"]),
        (2, &json!("stop")),
        "{report}"
    );
    // By the metric it was made for alone it would have shipped.
    assert_eq!(
        condition(&report, "primary", Some("thumbs_up_rate"))["verdict"],
        "ship"
    );
    let guard = condition(&report, "guardrail", Some("agreement_rate"));
    assert_eq!(guard["verdict"], "stop", "{report}");
    let markdown = verify(&data, &["thumbs", "--markdown"]);
    assert_eq!(markdown.code, 2);
    assert!(
        markdown.text().starts_with("## thumbs: stop\n"),
        "{}",
        markdown.text()
    );
}

#[test]
fn a_comparison_that_cannot_be_believed_is_stopped() {
    for (world_name, check) in [
        ("experiment_mixed_up", "arms_given"),
        ("experiment_lossy", "assignment"),
    ] {
        let data = world(world_name, "40000");
        let done = verify(&data, &["tone", "--json"]);
        let report = done.json();
        assert_eq!(
            (done.code, &report["verdict"]),
            (2, &json!("stop")),
            "{report}"
        );
        assert_eq!(
            condition(&report, check, None)["verdict"],
            "stop",
            "{report}"
        );
    }
}

#[test]
fn everybody_is_compared_with_those_held_out() {
    let data = world("experiment_better", "40000");
    let done = verify(&data, &["--holdout", "--json"]);
    let report = done.json();
    assert_eq!(
        (done.code, &report["about"]),
        (1, &json!("everybody")),
        "{report}"
    );
    let people = condition(&report, "people", None);
    assert!(people["value"].as_f64().unwrap() > 10.0, "{report}");
    assert_eq!(
        people["verdict"], "hold",
        "too few are held out of so few: {report}"
    );
    let gain = condition(&report, "primary", Some("capture_rate"));
    assert_eq!(gain["bound"], 0.0);
}

#[test]
fn a_command_that_fails_never_ships() {
    let data = Data::new();
    for (args, code) in [
        (&["none"][..], 1),
        (&[], 2),
        (&["none", "--holdout"], 2),
        (&["none", "--json", "--markdown"], 2),
        (&["--holdout", "--metric", "joy"], 2),
        (&["none", "--as-of", "9999999999999"], 2),
    ] {
        let done = verify(&data, args);
        assert_eq!(
            (done.code, done.text()),
            (code, ""),
            "{args:?}: {}",
            done.stderr
        );
    }
}

#[test]
fn what_was_learnt_from_people_is_stopped_until_it_is_compared() {
    let data = Data::new();
    let out = data.beside("brief");
    let brief = data.cli(&["brief", "--week", "2026-W01", "--out", arg(&out), "--json"]);
    let _ = brief.ok();
    let add = [
        "release",
        "add",
        "--name",
        "support@15",
        "--kind",
        "prompt",
        "--from",
        arg(&out),
    ];
    let told = data.cli(&[&add[..], &["--json"]].concat()).ok().json();
    assert_eq!(
        (&told["proof"], &told["verified"]),
        (&json!("unproven"), &Value::Null)
    );
    let done = verify(&data, &["support@15"]);
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(
        done.text()
            .starts_with("stop: support@15\nStop: origin (unproven: made from "),
        "{}",
        done.text()
    );
    let listed = data.cli(&["release", "list", "--json"]).ok().json();
    assert_eq!(listed["releases"][0]["verified"]["verdict"], "stop");
    let shown = data.cli(&["release", "list"]).ok();
    assert!(
        shown.text().contains("support@15 unproven, verified stop "),
        "{}",
        shown.text()
    );
}
