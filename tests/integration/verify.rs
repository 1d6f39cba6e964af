//! The gate: how it exits, and what it stops.

use serde_json::{Value, json};
use tacit_tests::{
    data::{Data, arg},
    process::Done,
};

/// Runs the gate.
pub(crate) fn verify(data: &Data, more: &[&str]) -> Done {
    data.cli(&[&["verify"], more].concat())
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
