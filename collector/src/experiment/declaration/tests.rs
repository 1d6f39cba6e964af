use serde_json::{Map, Value, json};

use super::{read::FIELDS, *};
use crate::testing::{NOW, declaration};

const DAY: u64 = 86_400_000;

fn said(more: Value) -> Map<String, Value> {
    let mut said = declaration("tone", json!({})).said().clone();
    let (Value::Object(said), Value::Object(more)) = (&mut said, more) else {
        panic!("objects");
    };
    said.extend(more);
    said.clone()
}

/// What is wrong when these fields are said instead.
fn refused(more: Value) -> (&'static str, String) {
    let text = more.to_string();
    match Declaration::parse(&said(more)) {
        Err(error) => (error.field, error.problem),
        Ok(_) => panic!("taken: {text}"),
    }
}

#[test]
fn what_is_left_out_has_a_default() {
    let experiment = declaration("tone", json!({})).starting(NOW).unwrap();
    assert_eq!(experiment.control(), "a");
    let treatments: Vec<_> = experiment.treatments().map(|arm| &*arm.name).collect();
    assert_eq!(treatments, ["b"]);
    assert_eq!(
        (experiment.traffic, experiment.holdout),
        (Milli::new(1_000), Milli::new(50))
    );
    assert_eq!(
        (experiment.alpha, experiment.settle_ms),
        (Milli::new(50), DAY)
    );
    assert_eq!((experiment.starts_at, experiment.ends_at), (NOW, None));
}

#[test]
fn what_is_said_is_kept_and_shown_in_the_same_words() {
    let more = json!({
        "unit": "person", "traffic": 0.5, "holdout": 0.1, "secondary": ["score", "external:factual"],
        "alpha": 0.01, "settle": "7d", "starts_at": "2025-11-24", "ends_at": NOW + 30 * DAY,
        "note": "warmer",
    });
    let experiment = Declaration::parse(&said(more))
        .unwrap()
        .starting(NOW)
        .unwrap();
    let shown = experiment.to_json();
    assert_eq!(shown["settle"], "7d");
    assert_eq!(shown["starts_at"], 1_763_942_400_000_u64);
    assert_eq!(shown["secondary"], json!(["score", "external:factual"]));
    let Value::Object(again) = shown else {
        panic!("an object");
    };
    let again = Declaration::parse(&again).unwrap().starting(0).unwrap();
    assert_eq!(again, experiment);
    let stored: Experiment =
        serde_json::from_str(&serde_json::to_string(&experiment).unwrap()).unwrap();
    assert_eq!(stored, experiment);
}

#[test]
fn what_cannot_be_is_told_by_its_field() {
    let arms = |arms: Value| json!({ "arms": arms });
    let pair =
        |a: Value, b: Value| arms(json!([{"name": "a", "weight": a}, {"name": "b", "weight": b}]));
    for (more, field, problem) in [
        (json!({"name": null}), "name", "is missing"),
        (json!({"name": "a b"}), "name", "letters, digits"),
        (json!({"name": "x".repeat(65)}), "name", "1 to 64"),
        (json!({"unit": "output"}), "unit", "must be \"person\""),
        (json!({"arms": null}), "arms", "is missing"),
        (
            arms(json!([{"name": "a", "weight": 1}])),
            "arms",
            "two at least",
        ),
        (pair(json!(0.5), json!(0.4)), "arms", "add up to 0.9"),
        (pair(json!(0.3333), json!(0.6667)), "arms", "three decimals"),
        (pair(json!(1), json!(0)), "arms", "a: weight"),
        (
            arms(json!([{"name": "a", "weight": 0.5}, {"name": "a", "weight": 0.5}])),
            "arms",
            "twice",
        ),
        (
            arms(json!([{"name": "a", "weight": 0.5}, {"name": "holdout", "weight": 0.5}])),
            "arms",
            "holdout",
        ),
        (
            arms(json!([{"name": "a"}, {"name": "b", "weight": 0.5}])),
            "arms",
            "no weight for a",
        ),
        (
            arms(json!([{"name": "a", "weight": 0.5, "share": 1}, {}])),
            "arms",
            "`share`",
        ),
        (arms(json!(["a", "b"])), "arms", "name and weight"),
        (json!({"traffic": 0}), "traffic", "above 0"),
        (json!({"traffic": 1.1}), "traffic", "up to 1"),
        (json!({"holdout": 1}), "holdout", "below 1"),
        (json!({"holdout": "5%"}), "holdout", "share"),
        (json!({"primary": null}), "primary", "is missing"),
        (
            json!({"primary": "joy"}),
            "primary",
            "capture_rate, use_rate, positive_rate",
        ),
        (json!({"secondary": ["use_rate"]}), "secondary", "primary"),
        (
            json!({"secondary": ["score", "score"]}),
            "secondary",
            "score twice",
        ),
        (json!({"secondary": "score"}), "secondary", "a list"),
        (json!({"guardrails": []}), "guardrails", "must not be empty"),
        (
            json!({"guardrails": [{"metric": "use_rate", "margin": 0.1}]}),
            "guardrails",
            "primary",
        ),
        (
            json!({"guardrails": [{"metric": "score", "margin": 0}]}),
            "guardrails",
            "score: margin",
        ),
        (
            json!({"guardrails": [{"metric": "score"}]}),
            "guardrails",
            "no margin for score",
        ),
        (
            json!({"guardrails": [{"margin": 1}]}),
            "guardrails",
            "a metric each",
        ),
        (
            json!({"guardrails": [{"metric": "return_rate", "margin": 2}]}),
            "guardrails",
            "below 1",
        ),
        (json!({"mde": null}), "mde", "is missing"),
        (json!({"mde": -0.1}), "mde", "above 0"),
        (json!({"mde": 2}), "mde", "two points of a hundred"),
        (json!({"alpha": 0.0001}), "alpha", "from 0.001"),
        (json!({"alpha": 0.3}), "alpha", "to 0.2"),
        (json!({"settle": 24}), "settle", "\"24h\""),
        (json!({"settle": "91d"}), "settle", "90d at most"),
        (json!({"starts_at": "soon"}), "starts_at", "2026-11-01"),
        (
            json!({"starts_at": NOW, "ends_at": NOW}),
            "ends_at",
            "not after",
        ),
        (json!({"note": "x".repeat(2_001)}), "note", "2000 bytes"),
        (
            json!({"gaurdrails": []}),
            "experiment",
            "`gaurdrails`: name, unit, arms",
        ),
    ] {
        let text = more.to_string();
        let (found, why) = refused(more);
        assert_eq!(found, field, "{text}: {why}");
        assert!(why.contains(problem), "{text}: {why}");
    }
}

#[test]
fn a_metric_that_is_no_share_may_change_by_more_than_one() {
    let more = json!({"primary": "score", "mde": 2, "guardrails": [{"metric": "length_chars", "margin": 50}]});
    let experiment = Declaration::parse(&said(more))
        .unwrap()
        .starting(NOW)
        .unwrap();
    assert_eq!(experiment.mde, Milli::new(2_000));
}

#[test]
fn it_runs_from_its_start_but_never_from_before_it_was_declared() {
    let declared = |starts_at: u64, ends_at: u64, ended_at: Option<u64>| {
        let more = json!({"starts_at": starts_at, "ends_at": ends_at});
        let declaration = declaration("tone", more);
        Declared {
            experiment: declaration.starting(0).unwrap(),
            declared_at: 100,
            ended_at,
            said: declaration.said().clone(),
        }
    };
    let late = declared(50, 300, None);
    assert_eq!((late.runs_from(), late.runs_until()), (100, Some(300)));
    let planned = declared(200, 300, Some(250));
    assert_eq!(
        (planned.runs_from(), planned.runs_until()),
        (200, Some(250))
    );
    let states = [199, 200, 249, 250].map(|now| planned.state(now).name());
    assert_eq!(states, ["planned", "running", "running", "ended"]);
}

#[test]
fn what_is_optimised_is_guarded_whether_or_not_guardrails_are_named() {
    let guardrails = |more: Value| {
        let declaration = Declaration::parse(&said(more)).unwrap();
        let guardrails = declaration.starting(NOW).unwrap().guardrails;
        let names = guardrails
            .into_iter()
            .map(|one| (one.metric.name(), one.margin.thousandths()));
        names.collect::<Vec<_>>()
    };
    let own = |names: &[(&str, i64)]| -> Vec<(String, i64)> {
        names
            .iter()
            .map(|(name, margin)| ((*name).into(), *margin))
            .collect()
    };
    let paired = own(&[("survival", 30), ("edit_depth", 30), ("negative_rate", 20)]);
    assert_eq!(guardrails(json!({"guardrails": null})), paired);
    let named = json!({"guardrails": [
        {"metric": "return_rate", "margin": 0.02}, {"metric": "edit_depth", "margin": 0.01},
    ]});
    let all = own(&[
        ("survival", 30),
        ("edit_depth", 10),
        ("negative_rate", 20),
        ("return_rate", 20),
    ]);
    assert_eq!(guardrails(named), all);
    for metric in Metric::ALL {
        let of = json!({"primary": metric.name(), "guardrails": null});
        assert!(!guardrails(of).is_empty(), "{}", metric.name());
    }
}

#[test]
fn the_documentation_declares_what_can_be_declared() {
    let page = include_str!("../../../../demo-site/docs/experiments.md");
    let path = std::path::Path::new("experiments.md");
    let files: Vec<_> = page.split("```toml\n").skip(1).collect();
    assert!(!files.is_empty());
    for file in files {
        let file = file.split("```").next().unwrap();
        let config = crate::config::Config::parse(path, file).unwrap();
        assert!(!config.experiments.is_empty(), "{file}");
    }
    for field in FIELDS {
        assert!(page.contains(&format!("`{field}`")), "{field}");
    }
}

#[test]
fn a_file_is_read_with_its_lines() {
    let path = std::path::Path::new("tacit.toml");
    let parse = |text: &str| crate::config::Config::parse(path, text);
    let arms = "arms = [{ name = \"a\", weight = 0.5 }, { name = \"b\", weight = 0.5 }]\n";
    let rest = "primary = \"use_rate\"\nmde = 0.02\n\
                [[experiment.guardrails]]\nmetric = \"return_rate\"\nmargin = 0.02\n";
    let good = format!(
        "workers = 1\n[[experiment]]\nname = \"tone\"\nproject = \"shop\"\n\
         starts_at = 2025-11-24\n{arms}{rest}"
    );
    let config = parse(&good).unwrap();
    let configured = &config.experiments[0];
    assert_eq!(configured.project.as_deref(), Some("shop"));
    let experiment = configured.declaration.starting(0).unwrap();
    assert_eq!(experiment.starts_at, 1_763_942_400_000);
    assert_eq!(experiment.guardrails[2].margin, Milli::new(20));
    for (text, line) in [
        (
            format!("{good}\n[[experiment]]\nname = \"x\"\n"),
            "line 13: arms: is missing",
        ),
        (good.replace("0.02\n[[", "2\n[["), "line 8: mde: "),
        (
            good.replace("\nmargin = 0.02", ""),
            "line 9: guardrails: have no margin",
        ),
        (
            good.replace("mde", "mdf"),
            "line 2: experiment: has no field `mdf`",
        ),
        (
            format!("{good}\n{}", good.replace("workers = 1\n", "")),
            "line 14: name: another",
        ),
    ] {
        let error = parse(&text).unwrap_err().to_string();
        assert!(error.contains(line), "{error}");
    }
}
