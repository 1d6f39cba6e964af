//! `tacit brief` and its HTTP twin: what fails, in files and on stdout.

use serde_json::{Value, json};
use tacit_tests::{data::arg, now_ms, process::tacit};

use crate::story::Story;

/// The range of a story, as arguments.
fn range(story: &Story) -> [String; 2] {
    [story.base - 1_000, story.as_of + 1].map(|at| at.to_string())
}

#[test]
fn a_brief_says_what_failed_by_both_ways() {
    let story = Story::told();
    let [from, to] = range(&story);
    let as_of = story.as_of.to_string();
    let args = ["brief", "--from", &from, "--to", &to, "--as-of", &as_of];
    let link = ["--link-base", "https://tacit.example"];
    let json = story
        .data
        .cli(&[&args[..], &link, &["--json"]].concat())
        .ok()
        .json();
    // o-bad was regenerated; four others were kept; o-bare's prompt is known too, and
    // nobody registered o-claimed.
    assert_eq!(json["outputs"]["failing"], 1, "{json}");
    assert_eq!(json["outputs"]["total"], 6, "{json}");
    assert_eq!(json["acts"], json!({"regenerated": 1}));
    assert_eq!(json["left_out"], json!({"trust": 1}));
    assert_eq!(json["edits"]["compared"], 1, "{json}");
    let path =
        format!("/v1/brief?from={from}&to={to}&as_of={as_of}&link_base=https://tacit.example");
    let api = story.server.api();
    assert_eq!(api.get(&path).ok().json(), json);
    let text = story.data.cli(&[&args[..], &link].concat()).ok();
    assert!(
        text.text().starts_with("# Update brief "),
        "{}",
        text.text()
    );
    let http = api.get(&format!("{path}&format=markdown")).ok();
    assert_eq!(http.text(), text.text());
}

#[test]
fn a_brief_in_a_directory_is_a_build_that_a_release_can_name() {
    let story = Story::told();
    let [from, to] = range(&story);
    let out = story.data.beside("brief");
    let as_of = story.as_of.to_string();
    let args = [
        "brief",
        "--from",
        &from,
        "--to",
        &to,
        "--as-of",
        &as_of,
        "--out",
        arg(&out),
        "--json",
    ];
    let first = story.data.cli(&args).ok().json();
    let bytes = std::fs::read(out.join("brief.json")).unwrap();
    let again = story.data.cli(&args).ok().json();
    assert_eq!(first, again, "the same facts make the same brief");
    assert_eq!(std::fs::read(out.join("brief.json")).unwrap(), bytes);
    assert!(out.join("brief.md").is_file());
    let builds = story.data.cli(&["builds", "--json"]).ok().json();
    assert_eq!(builds["builds"].as_array().unwrap().len(), 1, "{builds}");
    assert_eq!(builds["builds"][0]["build"], first["id"]);
    assert_eq!(builds["builds"][0]["kind"], "brief");

    std::fs::write(out.join("notes.txt"), "mine").unwrap();
    let foreign = story.data.cli(&args);
    assert_eq!(
        (foreign.code, foreign.text()),
        (1, ""),
        "{}",
        foreign.stderr
    );
    assert!(
        foreign.stderr.contains("holds something else"),
        "{}",
        foreign.stderr
    );
}

#[test]
fn wrong_weeks_are_wrong_usage() {
    let story = Story::told();
    for args in [
        &["brief", "--week", "2026-W54"][..],
        &["brief", "--from", "5"],
        &["brief", "--from", "5", "--to", "5"],
        &["brief", "--week", "2026-W01", "--from", "5", "--to", "6"],
        &["brief", "--examples", "51"],
        &["brief", "--trust", "blind"],
        &["brief", "--as-of", "2999-01-01"],
    ] {
        let done = story.data.cli(args);
        assert_eq!(
            (done.code, done.text()),
            (2, ""),
            "{args:?}: {}",
            done.stderr
        );
    }
    let nowhere = story.data.beside("nowhere");
    let done = tacit(["brief", "--data", arg(&nowhere)]);
    assert_eq!(done.code, 1, "{}", done.stderr);
    let last = story.data.cli(&["brief", "--json"]).ok().json();
    let to = last["period"]["to"].as_u64().unwrap();
    assert!(
        to <= now_ms() && now_ms() - to < 7 * 86_400_000,
        "the last whole week: {last}"
    );
    assert_eq!(last["outputs"]["total"], Value::from(0));
}
