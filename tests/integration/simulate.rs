//! Simulated people: a data directory filled with them, and what the report says.

use std::fs;

use serde_json::Value;
use tacit_tests::{
    data::{Data, arg},
    process::tacit,
    rounds, rows,
    server::Server,
};

/// 2026-11-01, Unix ms.
const END: u64 = 1_793_491_200_000;

/// Fills a directory of its own; what the command said.
fn fill(data: &Data, seed: &str) -> Value {
    let (path, end) = (data.path(), END.to_string());
    let store = arg(&path);
    let args = [
        "simulate",
        "--data",
        store,
        "--signals",
        "3000",
        "--seed",
        seed,
        "--end",
        &end,
        "--project",
        "people",
        "--json",
    ];
    tacit(args).ok().json()
}

#[test]
fn a_filled_directory_serves_and_exports_what_was_said() {
    let data = Data::new();
    let said = fill(&data, "7");
    let signals = said["signals"].as_u64().unwrap();
    assert!((2_500..3_500).contains(&signals), "{said}");
    assert_eq!(said["end"], END);
    let ledger = data
        .cli(&["ledger", "--project", "people", "--json"])
        .ok()
        .json();
    assert_eq!(ledger["events"]["stored"], signals, "{ledger}");
    assert_eq!(ledger["events"]["waiting"], 0, "{ledger}");
    let of = |format: &str| {
        let args = [
            "export",
            "--project",
            "people",
            "--format",
            format,
            "--as-of",
            "1793491200000",
        ];
        rows(data.cli(&args).ok().text())
    };
    let labels = of("labels");
    assert_eq!(labels.len() as u64, said["outputs"].as_u64().unwrap());
    for state in ["positive", "negative", "conflict", "neutral", "pending"] {
        assert!(
            labels.iter().any(|label| label["state"] == state),
            "{state}"
        );
    }
    let trusts = |trust: &str| {
        labels
            .iter()
            .filter(|label| label["trust"] == trust)
            .count()
    };
    assert!(trusts("signed") > 100 && trusts("known") > 100 && trusts("claimed") > 10);
    assert!(of("trl-sft").len() > 100);
    let pairs = of("trl-dpo");
    assert!(pairs.len() > 20, "{}", pairs.len());

    let server = Server::start(&data);
    let api = server.api().with_key(said["key"].as_str());
    let listed = api.get("/v1/outputs?limit=5").ok().json();
    assert_eq!(listed["outputs"].as_array().unwrap().len(), 5, "{listed}");
}

#[test]
fn the_same_seed_fills_with_the_same_people() {
    let labels = |seed: &str| {
        let data = Data::new();
        let key = fill(&data, seed)["key"].as_str().unwrap().to_owned();
        assert!(key.starts_with("sk_"));
        let args = [
            "export",
            "--project",
            "people",
            "--format",
            "labels",
            "--as-of",
            "1793491200000",
        ];
        let labels = rows(data.cli(&args).ok().text());
        // The subject is hidden by a secret of the directory.
        let told = labels
            .into_iter()
            .map(|label| (label["output"].clone(), label["reasons"].clone()));
        told.collect::<Vec<_>>()
    };
    let first = labels("3");
    assert_eq!(labels("3"), first);
    assert_ne!(labels("4"), first);
}

#[test]
fn the_report_is_a_page_and_a_file_that_agree() {
    let data = Data::new();
    let dir = data.beside("report");
    let made = |conversations: &str, rounds: &str| {
        let args = [
            "simulate",
            "--report",
            arg(&dir),
            "--world",
            "base",
            "--world",
            "bots",
            "--conversations",
            conversations,
            "--rounds",
            rounds,
            "--seed",
            "41",
        ];
        let done = tacit(args).ok();
        assert!(
            done.text().trim_end().ends_with("report.html"),
            "{}",
            done.text()
        );
        let read = |name| fs::read_to_string(dir.join(name)).unwrap();
        (read("report.html"), read("report.json"))
    };
    let few = rounds(1).to_string();
    let (page, file) = made("150", &few);
    assert_eq!(made("150", &few), (page.clone(), file.clone()));
    let report: Value = serde_json::from_str(&file).unwrap();
    let worlds = report["worlds"].as_array().unwrap();
    let names: Vec<_> = worlds.iter().map(|world| &world["world"]).collect();
    assert_eq!(names, ["base", "bots"]);
    for world in worlds {
        let scored = world["scored"].as_array().unwrap();
        let policy = scored[0]["auc"]["value"].as_f64().unwrap();
        assert!(page.contains(&format!("{policy:.3}")), "{policy}");
        for other in &scored[1..] {
            let value = other["auc"]["value"].as_f64().unwrap();
            assert!(value < policy, "{} in {}", other["name"], world["world"]);
        }
    }
    assert!(page.contains("id=\"assumptions\"") && !page.contains("<script"));
}

#[test]
fn what_cannot_be_simulated_is_named() {
    let data = Data::new();
    let mine = data.beside("mine.toml");
    let refused = |text: &str| {
        fs::write(&mine, text).unwrap();
        let done = tacit(["simulate", "--fit", "--world", arg(&mine)]);
        assert_eq!(done.code, 2, "{}", done.stderr);
        done.stderr
    };
    let wrong = refused("extends = \"base\"\nname = \"mine\"\n[acts]\nrate = [0.1, 7.0]\n");
    assert!(wrong.contains("rate lies between 0 and 1"), "{wrong}");
    assert!(refused("extends = \"atlantis\"").contains("no world atlantis"));
    for args in [
        &["simulate"][..],
        &["simulate", "--data", "x"],
        &["simulate", "--fit", "--world", "atlantis"],
    ] {
        assert_eq!(tacit(args).code, 2, "{args:?}");
    }
}
