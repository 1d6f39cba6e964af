use std::{fs, path::PathBuf};

use serde_json::Value;

use super::*;
use crate::simulate::study;

/// How the committed report is made again.
const AGAIN: &str = "tacit simulate --report DIR, then DIR/report.html to demo-site/docs/simulation/index.html and DIR/report.json beside it";

/// Worlds the policy was not tuned on and holds in all the same.
const UNTUNED: [&str; 3] = ["biased_raters", "copiers_who_dislike", "bots"];

fn committed(name: &str) -> String {
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../demo-site/docs/simulation");
    fs::read_to_string(docs.join(name)).unwrap()
}

fn committed_worlds() -> Vec<Value> {
    let report: Value = serde_json::from_str(&committed("report.json")).unwrap();
    report["worlds"].as_array().unwrap().clone()
}

fn few(conversations: u64, seeds: &[u64]) -> Study {
    Study {
        seeds: seeds.to_vec(),
        conversations,
    }
}

#[test]
fn the_committed_report_is_of_the_policy_and_the_worlds_as_they_are() {
    let report: Value = serde_json::from_str(&committed("report.json")).unwrap();
    let policy = Policy::default_policy().unwrap().reference();
    assert_eq!(report["policy"], *policy, "{AGAIN}");
    let page = committed("index.html");
    assert!(page.contains(&policy), "{AGAIN}");
    let worlds = report["worlds"].as_array().unwrap();
    let names: Vec<_> = worlds
        .iter()
        .map(|world| world["world"].as_str().unwrap())
        .collect();
    assert_eq!(names, World::names(), "{AGAIN}");
    for world in worlds {
        let name = world["world"].as_str().unwrap();
        let hash = World::named(name).unwrap().hash;
        assert_eq!(world["hash"], *hash, "{name}: {AGAIN}");
        assert!(
            page.contains(&format!("{name}.toml#{hash}")),
            "{name}: {AGAIN}"
        );
    }
    assert!(page.len() < 600_000, "{} bytes", page.len());
}

#[test]
fn the_bars_hold_in_the_committed_report() {
    let worlds = committed_worlds();
    let of = |name: &str| worlds.iter().find(|world| world["world"] == name).unwrap();
    let none = Value::Array(Vec::new());
    let base = of("base");
    assert_eq!((&base["not_behind"], &base["less_wrong"]), (&none, &none));
    let error = base["scored"][0]["calibration"]["error"].as_f64().unwrap();
    assert!(error < CALIBRATION_MAX, "{error}");
    assert!(base["outputs"].as_u64().unwrap() > 10_000);
    for name in UNTUNED {
        assert_eq!(of(name)["not_behind"], none, "{name}");
        assert!(of(name)["scored"][0]["auc"]["low"].as_f64().unwrap() > 0.5);
    }
}

#[test]
fn where_the_policy_loses_the_page_says_so() {
    let page = committed("index.html");
    let worlds = committed_worlds();
    let of = |name: &str| worlds.iter().find(|world| world["world"] == name).unwrap();
    let names = |world: &Value, field: &str| -> Vec<String> {
        serde_json::from_value(world[field].clone()).unwrap()
    };
    let thumbs = names(of("testers"), "not_behind");
    assert_eq!(
        thumbs,
        ["thumbs only"],
        "honest ratings of nearly everything are hard to beat"
    );
    assert!(page.contains("<span class=\"bad\">Not ahead</span> in ranking of thumbs only."));
    let copied = names(of("brainstorm"), "less_wrong");
    assert!(
        copied.contains(&"copied".to_owned()),
        "regenerating is browsing there"
    );
    assert!(page.contains("<span class=\"bad\">More wrong</span> over all coverages than copied"));
}

#[test]
fn the_policy_ranks_better_than_any_part_of_it_for_a_few_people_as_well() {
    for (name, seed) in [
        ("base", 21),
        ("biased_raters", 22),
        ("copiers_who_dislike", 23),
        ("bots", 24),
    ] {
        let world = World::named(name).unwrap();
        let found = study::study(Policy::default_toml(), &world, &few(400, &[seed]))
            .unwrap()
            .unwrap();
        let policy = found.scored[0].auc.value;
        assert!(policy > 0.6, "{name}: {policy}");
        for other in &found.scored[1..] {
            let behind = other.behind.unwrap();
            assert!(behind.value > 0.0, "{name}: {} {behind:?}", other.name);
            assert!((behind.value - (policy - other.auc.value)).abs() < 1e-9);
        }
    }
}

#[test]
fn confidence_is_what_it_says_on_people_nothing_was_fitted_on() {
    let policy = Policy::default_policy().unwrap();
    let world = World::named("base").unwrap();
    let seen = watch(&world, &few(2_000, &[31, 32]), &[&policy]).remove(0);
    let error = calibration(&judged(&seen)).unwrap().error;
    assert!(error < CALIBRATION_MAX, "{error}");
}

#[test]
fn the_page_says_what_the_fitted_temperature_would_do_in_every_world() {
    let worlds = ["base", "testers"].map(|name| World::named(name).unwrap());
    let study = few(150, &[7]);
    let report = report(Policy::default_toml(), &worlds, &study, &mut |_| {}).unwrap();
    let fitted = report.fitted.as_ref().unwrap().fit.temperature;
    for (world, reported) in worlds.iter().zip(&report.worlds) {
        let policy = with_temperature(Policy::default_toml(), fitted).unwrap();
        let seen = watch(world, &study, &[&policy]).remove(0);
        assert_eq!(reported.at_fitted, calibration(&judged(&seen)));
    }
    let json = json(&report);
    let of_base = &json["worlds"][0]["calibration_at_fitted"];
    assert_eq!(json["fitted"]["calibration_error"], of_base["error"]);
    let page = page(&report).unwrap();
    let (_, section) = page.split_once("id=\"temperature\"").unwrap();
    for error in report.worlds.iter().flat_map(|reported| {
        [
            reported.calibration_error(),
            reported.at_fitted.as_ref().map(|found| found.error),
        ]
    }) {
        assert!(
            section.contains(&format!("{:.3}", error.unwrap())),
            "{error:?}"
        );
    }
    assert!(section.contains("The built-in policy keeps the smaller one"));
    let own = format!("{}# mine", Policy::default_toml());
    let of_own = super::report(&own, &worlds[..1], &study, &mut |_| {}).unwrap();
    assert!(
        !super::page(&of_own)
            .unwrap()
            .contains("The built-in policy keeps")
    );
}

#[test]
fn the_same_seeds_give_the_same_bytes() {
    let worlds = ["base", "testers"].map(|name| World::named(name).unwrap());
    let made = |seed| {
        let report = report(
            Policy::default_toml(),
            &worlds,
            &few(40, &[seed]),
            &mut |_| {},
        )
        .unwrap();
        (page(&report).unwrap(), json(&report).to_string())
    };
    let first = made(5);
    assert_eq!(made(5), first);
    assert_ne!(made(6).1, first.1);
    assert!(first.0.contains("id=\"testers\"") && first.0.contains("<svg role=\"img\""));
}
