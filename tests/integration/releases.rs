//! What went live, by the command line and over HTTP.

use serde_json::{Value, json};
use tacit_tests::data::{Data, arg};

use crate::story::Story;

fn listed(data: &Data) -> Vec<Value> {
    let listed = data.cli(&["release", "list", "--json"]).ok().json();
    listed["releases"].as_array().unwrap().clone()
}

fn declare(data: &Data) {
    let file = data.config(
        "[[experiment]]\nname = \"tuned-or-not\"\nprimary = \"use_rate\"\nmde = 0.02\n\
         arms = [{ name = \"not\", weight = 0.5 }, { name = \"tuned\", weight = 0.5 }]\n\
         guardrails = [{ metric = \"return_rate\", margin = 0.02 }]\n",
    );
    let _ = data.cli(&["experiment", "add", arg(&file)]).ok();
}

#[test]
fn a_release_names_its_build_and_both_ways_tell_the_same() {
    let story = Story::told();
    let data = &story.data;
    let out = data.beside("kto");
    let build = [
        "dataset",
        "build",
        "--format",
        "trl-kto",
        "--out",
        arg(&out),
        "--json",
    ];
    let build = data.cli(&build).ok().json();
    let id = build["id"].as_str().unwrap();
    let add = |more: &[&str]| data.cli(&[&["release", "add", "--json"], more].concat());
    let tuned = [
        "--name",
        "m-2",
        "--kind",
        "fine-tune",
        "--from",
        id,
        "--at",
        "5",
    ];
    let first = add(&tuned).ok().json();
    assert_eq!(first["proof"], "unproven", "{first}");
    assert_eq!(add(&tuned).ok().json(), first, "told twice is told once");
    let undeclared = add(&["--name", "m-2", "--kind", "model", "--experiment", "none"]);
    assert_eq!((undeclared.code, undeclared.text()), (1, ""));
    declare(data);
    // A directory names the same build.
    let compared = [
        "--name",
        "m-2",
        "--kind",
        "fine-tune",
        "--from",
        arg(&out),
        "--at",
        "6",
        "--experiment",
        "tuned-or-not",
        "--arm",
        "tuned",
        "--note",
        "to everybody",
    ];
    let second = add(&compared).ok().json();
    assert_eq!(
        (&second["proof"], &second["from"], &second["arm"]),
        (&json!("experiment"), &json!(id), &json!("tuned"))
    );
    let api = story.server.api();
    let said = json!({"name": "m-3", "kind": "model", "at": 7});
    let posted = api.post("/v1/releases", &[], said.to_string().as_bytes());
    assert_eq!(posted.status, 201, "{}", posted.text());
    let third = posted.json();
    assert_eq!(third["proof"], "not_needed");
    let all = vec![first, second, third];
    assert_eq!(listed(data), all);
    assert_eq!(
        api.get("/v1/releases").ok().json(),
        json!({ "releases": all })
    );
    let shown = data.cli(&["release", "list"]).ok();
    assert!(
        shown
            .text()
            .starts_with("1970-01-01T00:00:00Z fine-tune m-2 unproven, from "),
        "{}",
        shown.text()
    );
}

#[test]
fn what_is_no_release_is_refused_and_kept_nowhere() {
    let story = Story::told();
    let data = &story.data;
    let add = |more: &[&str]| data.cli(&[&["release", "add"], more].concat());
    let unknown = add(&["--name", "a", "--kind", "prompt", "--from", "br_none"]);
    assert_eq!(unknown.code, 1, "{}", unknown.stderr);
    assert!(
        unknown.stderr.contains("tacit builds"),
        "{}",
        unknown.stderr
    );
    let empty = data.beside("empty");
    std::fs::create_dir(&empty).unwrap();
    for args in [
        &["--name", "a", "--kind", "prompt"][..],
        &["--name", "", "--kind", "model"],
        &["--name", "a", "--kind", "magic"],
        &["--name", "a", "--kind", "prompt", "--from", arg(&empty)],
    ] {
        let done = add(args);
        assert_eq!(
            (done.code, done.text()),
            (2, ""),
            "{args:?}: {}",
            done.stderr
        );
    }
    assert_eq!(listed(data), Vec::<Value>::new());
    let answer = story
        .server
        .api()
        .post("/v1/releases", &[], b"{\"name\":\"a\",\"kind\":\"rag\"}");
    answer.assert_problem(400, "from_malformed", Some("from"));
    let keyless = story.server.api().with_key(None).get("/v1/releases");
    keyless.assert_problem(401, "key_missing", None);
}

#[test]
fn builds_are_compared() {
    let story = Story::told();
    let data = &story.data;
    let build = |name: &str, more: &[&str]| {
        let out = data.beside(name);
        let as_of = story.as_of.to_string();
        let args = [
            "dataset",
            "build",
            "--format",
            "trl-kto",
            "--out",
            arg(&out),
            "--as-of",
            &as_of,
        ];
        let _ = data.cli(&[&args[..], more].concat()).ok();
        out
    };
    let (all, strict) = (
        build("all", &["--no-dedupe"]),
        build("strict", &["--no-dedupe", "--to", "5"]),
    );
    let diff =
        |a, b, more: &[&str]| data.cli(&[&["dataset", "diff", arg(a), arg(b)], more].concat());
    let found = diff(&all, &strict, &["--json"]).ok().json();
    assert_eq!(found["identical"], false);
    assert_eq!(
        (&found["rows"]["a"], &found["rows"]["removed"]),
        (&json!(5), &json!(5))
    );
    assert_eq!(found["inputs"]["to"], json!({"a": null, "b": 5}));
    let text = diff(&all, &all, &[]).ok();
    assert!(
        text.text().starts_with("identical: true\n"),
        "{}",
        text.text()
    );
    let nothing = diff(&all, &data.path(), &[]);
    assert_eq!(
        (nothing.code, nothing.text()),
        (1, ""),
        "{}",
        nothing.stderr
    );
}
