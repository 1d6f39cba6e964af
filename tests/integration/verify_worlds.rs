//! The gate on simulated people, of whom it is known what is true.

use serde_json::{Value, json};
use tacit_tests::{
    data::{Data, arg},
    now_ms,
    process::tacit,
    server::Server,
};

use crate::verify::verify;

const DAY: u64 = 86_400_000;

/// People of a world, their last signals two days ago.
fn world(name: &str, signals: &str) -> Data {
    let data = Data::new();
    let (path, end) = (data.path(), (now_ms() - 2 * DAY).to_string());
    let args = [
        "simulate",
        "--data",
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
    let data = world("experiment_same", "60000");
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
    let data = world("experiment_flattery", "60000");
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
        let data = world(world_name, "60000");
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
