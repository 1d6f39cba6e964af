//! Readouts by the command line and over HTTP, of people whose truth is known.

use std::{
    fs,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tacit_tests::{
    data::{Data, arg},
    note,
    process::{Running, bound, tacit, tacit_bin},
    rounds,
    server::Server,
    wait,
};

/// 2026-11-01, Unix ms.
const END: u64 = 1_793_491_200_000;
const DAY: u64 = 86_400_000;

/// A directory filled with a world in which an experiment runs; what the command said.
fn filled(world: &str, signals: u64) -> (Data, Value) {
    let data = Data::new();
    let (path, end, signals) = (data.path(), END.to_string(), signals.to_string());
    let args = [
        "simulate",
        "--world",
        world,
        "--data",
        arg(&path),
        "--signals",
        &signals,
        "--seed",
        "5",
        "--end",
        &end,
        "--project",
        "people",
        "--json",
    ];
    let said = tacit(args).ok().json();
    (data, said)
}

/// The readout of an experiment as of `as_of`.
fn read(data: &Data, as_of: u64, more: &[&str]) -> String {
    let as_of = as_of.to_string();
    let args = [
        "experiment",
        "readout",
        "tone",
        "--project",
        "people",
        "--as-of",
        &as_of,
    ];
    data.cli(&[&args[..], more].concat()).ok().text().to_owned()
}

#[test]
fn what_is_true_is_found_the_same_by_every_way() {
    let (data, said) = filled("experiment_better", 45_000);
    let found = read(&data, END, &["--json"]);
    let readout: Value = serde_json::from_str(&found).unwrap();
    let people = &readout["people"];
    // What the collector noted is what the world assigned by.
    for nobody in ["mismatched", "undeclared", "unassigned"] {
        assert_eq!(people[nobody], 0, "{people}");
    }
    assert!(people["exposed"].as_u64().unwrap() > 500, "{people}");
    assert!(people["held_out"].as_u64().unwrap() > 10, "{people}");
    assert_eq!(readout["srm"]["alarm"], false);
    let comparison = &readout["effects"]["primary"]["comparisons"][0];
    assert_eq!(comparison["arm"], "warm");
    let effect = &comparison[comparison["method"].as_str().unwrap()];
    assert!(effect["delta"].as_f64().unwrap() > 0.0, "{effect}");
    assert!(effect["high"].as_f64().unwrap() > 0.03, "{effect}");
    assert_eq!(read(&data, END, &["--json"]), found, "the same bytes again");

    let page = data.beside("readout.html");
    let markdown = read(&data, END, &["--html", arg(&page)]);
    assert!(markdown.starts_with("# Experiment tone\n"), "{markdown}");
    assert!(
        markdown.contains("## What must not get worse"),
        "{markdown}"
    );
    let page = fs::read_to_string(&page).unwrap();
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("<svg"),
        "no plot"
    );

    let server = Server::start(&data);
    let api = server.api().with_key(said["key"].as_str());
    let path = format!("/v1/experiments/tone/readout?as_of={END}");
    assert_eq!(api.get(&path).ok().text().trim_end(), found.trim_end());
    let http = |format: &str| {
        api.get(&format!("{path}&format={format}"))
            .ok()
            .text()
            .to_owned()
    };
    assert_eq!(http("markdown").trim_end(), markdown.trim_end());
    assert_eq!(http("html"), page);

    // Every metric over time, and the rest as without it.
    let mut told = api.get(&format!("{path}&series=true")).ok().json();
    let courses = told.as_object_mut().unwrap().remove("courses").unwrap();
    assert_eq!(told, readout);
    assert_eq!(courses[0]["arms"], readout["effects"]["looks"]);
    let names = |list: &Value| -> Vec<Value> {
        let metrics = list.as_array().unwrap().iter();
        metrics.map(|one| one["metric"].clone()).collect()
    };
    let guarded = names(&readout["effects"]["guardrails"]);
    let mut expected = vec![readout["effects"]["primary"]["metric"].clone()];
    expected.extend(names(&readout["effects"]["secondary"]));
    expected.extend(guarded);
    let mut once = Vec::new();
    expected.into_iter().for_each(|name| {
        if !once.contains(&name) {
            once.push(name);
        }
    });
    assert_eq!(names(&courses), once);
    for course in courses.as_array().unwrap() {
        // What is known now is the last look.
        let metric = &course["metric"];
        let of = |part: &str| readout["effects"][part].as_array().cloned();
        let mut all: Vec<Value> = [of("secondary"), of("guardrails")]
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        all.insert(0, readout["effects"]["primary"].clone());
        let now = all.iter().find(|one| one["metric"] == *metric).unwrap();
        let now = &now["comparisons"][0];
        let effect = &now[now["method"].as_str().unwrap()];
        let last = course["arms"][0]["looks"].as_array().unwrap().last();
        if let Some(last) = last {
            for field in ["delta", "low", "high"] {
                assert_eq!(last[field], effect[field], "{metric} {field}");
            }
        }
    }
}

#[test]
fn an_earlier_moment_knows_less_and_what_comes_later_does_not_change_it() {
    let (data, _) = filled("experiment_better", 12_000);
    let at = |as_of| -> Value { serde_json::from_str(&read(&data, as_of, &["--json"])).unwrap() };
    let (early, late) = (at(END - 8 * DAY), at(END));
    let exposed = |readout: &Value| readout["people"]["exposed"].as_u64().unwrap();
    assert!(exposed(&early) > 20 && exposed(&early) < exposed(&late));
    let _ = data
        .cli(&["experiment", "end", "tone", "--project", "people"])
        .ok();
    assert_eq!(at(END - 8 * DAY), early);
    assert_eq!(late["ends_at"], json!(null));
}

#[test]
fn what_cannot_be_read_out_is_said() {
    let (data, said) = filled("experiment_mixed_up", 8_000);
    let stopped: Value = serde_json::from_str(&read(&data, END, &["--json"])).unwrap();
    assert_eq!(stopped["stopped"], "arm_mismatch");
    assert_eq!(stopped["effects"], json!(null));
    let told = read(&data, END, &["--markdown"]);
    assert!(told.contains("**Stopped: "), "{told}");

    let unknown = data.cli(&["experiment", "readout", "nobody", "--project", "people"]);
    assert_eq!((unknown.code, unknown.text()), (1, ""));
    let future = [
        "experiment",
        "readout",
        "tone",
        "--project",
        "people",
        "--as-of",
        "2999-01-01",
    ];
    let future = data.cli(&future);
    assert_eq!((future.code, future.text()), (2, ""), "{}", future.stderr);

    let server = Server::start(&data);
    let api = server.api().with_key(said["key"].as_str());
    let get = |path: &str| api.get(&format!("/v1/experiments/{path}"));
    get("nobody/readout").assert_problem(404, "not_found", None);
    get("tone/readout?as_of=5").assert_problem(404, "not_found", None);
    get("tone/readout?format=pdf").assert_problem(400, "format_unsupported", Some("format"));
    get("tone/readout?pre_period=366").assert_problem(
        400,
        "pre_period_unsupported",
        Some("pre_period"),
    );
}

/// The most memory a readout needs, in bytes, and of how many outputs.
fn peak(signals: u64) -> (u64, u64) {
    let (data, said) = filled("experiment_better", signals);
    let (path, end) = (data.path(), END.to_string());
    let mut command: Command = bound(tacit_bin());
    command
        .args([
            "experiment",
            "readout",
            "tone",
            "--project",
            "people",
            "--as-of",
            &end,
        ])
        .args(["--data", arg(&path)])
        .env_remove("RUST_LOG")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut process = Running::start(&mut command);
    let mut peak = 0;
    while let Some(memory) = process.peak_memory() {
        peak = peak.max(memory);
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(process.ended(wait::PATIENCE).code(), Some(0));
    (peak, said["outputs"].as_u64().unwrap())
}

#[test]
fn memory_does_not_grow_with_the_outputs() {
    let few = 4_000 * rounds(1);
    let ((few_peak, few), (many_peak, many)) = (peak(few), peak(10 * few));
    let mib = |bytes: u64| bytes >> 20;
    note(&format!(
        "{few} outputs: {} MiB; {many} outputs: {} MiB",
        mib(few_peak),
        mib(many_peak)
    ));
    // SQLite's page cache fills up to its bound of 16 MiB, the sorter's memory to 5 MiB.
    assert!(
        mib(many_peak) <= mib(few_peak) + 24,
        "{} MiB, then {} MiB",
        mib(few_peak),
        mib(many_peak)
    );
}
