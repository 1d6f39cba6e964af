use super::*;
use crate::store::{BuildKind, BuildRecord};

fn tone(more: &Value) -> String {
    let mut said = json!({
        "name": "tone",
        "arms": [{"name": "plain", "weight": 0.5}, {"name": "warm", "weight": 0.5}],
        "primary": "use_rate",
        "guardrails": [{"metric": "return_rate", "margin": 0.02}],
        "mde": 0.02,
    });
    for (field, value) in more.as_object().unwrap() {
        said[field] = value.clone();
    }
    said.to_string()
}

async fn declare(harness: &Harness, more: &Value) -> Answer {
    harness
        .asked(Method::POST, "/v1/experiments", &tone(more))
        .await
}

#[actix_web::test]
async fn an_experiment_is_declared_once_and_ended_once() {
    let harness = Harness::new();
    let first = declare(&harness, &json!({})).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let told = first.json();
    assert_eq!(told["state"], "running");
    assert_eq!(told["starts_at"], told["declared_at"]);
    assert_eq!(
        (&told["holdout"], &told["settle"]),
        (&json!(0.05), &json!("24h"))
    );
    let again = declare(&harness, &json!({})).await;
    assert_eq!((again.status, again.json()), (200, told.clone()));
    let other = declare(&harness, &json!({"traffic": 0.5, "mde": 0.05})).await;
    assert_eq!(other.problem(), (409, "experiment_differs".into()));
    let detail = other.json()["detail"].to_string();
    assert!(detail.contains("with other traffic, mde: "), "{detail}");
    assert!(detail.contains("choose another name"), "{detail}");
    let planned = declare(
        &harness,
        &json!({"name": "model", "starts_at": now_ms() + 60_000}),
    )
    .await;
    assert_eq!(planned.json()["state"], "planned");
    let all = harness.get("/v1/experiments").await.json();
    assert_eq!(all, json!({"experiments": [told, planned.json()]}));
    assert_eq!(harness.get("/v1/experiments/tone").await.json(), told);
    let end = || harness.asked(Method::POST, "/v1/experiments/tone/end", "");
    let ended = end().await.json();
    assert_eq!(ended["state"], "ended");
    assert_eq!(end().await.json(), ended, "ended once");
    for (method, path) in [
        (Method::GET, "/v1/experiments/none"),
        (Method::POST, "/v1/experiments/none/end"),
    ] {
        let missing = harness.asked(method, path, "").await;
        assert_eq!(missing.problem(), (404, "not_found".into()), "{path}");
    }
}

#[actix_web::test]
async fn a_wrong_declaration_is_told_which_field_and_kept_nowhere() {
    let harness = Harness::new();
    for (more, field) in [
        (json!({"arms": []}), "arms"),
        (json!({"primary": "joy"}), "primary"),
        (json!({"guardrails": []}), "guardrails"),
        (json!({"settle": "soon"}), "settle"),
        (json!({"unit": "session"}), "unit"),
        (json!({"gaurdrails": 1}), "experiment"),
    ] {
        let answer = declare(&harness, &more).await;
        assert_eq!(
            answer.problem(),
            (400, format!("{field}_malformed")),
            "{more}"
        );
        assert_eq!(answer.json()["field"], field, "{more}");
    }
    let all = harness.get("/v1/experiments").await.json();
    assert_eq!(all, json!({"experiments": []}));
    let keyless = harness.post("/v1/experiments", "", tone(&json!({}))).await;
    assert_eq!(keyless.problem(), (401, "key_missing".into()));
}

#[actix_web::test]
async fn a_release_names_an_experiment_that_was_declared() {
    let harness = Harness::new();
    let release = |arm: Option<&str>| {
        let said =
            json!({"name": "m-2", "kind": "model", "experiment": "tone", "arm": arm, "at": 5});
        let said = said.to_string();
        let harness = &harness;
        async move { harness.asked(Method::POST, "/v1/releases", &said).await }
    };
    let early = release(None).await;
    assert_eq!(early.problem(), (400, "experiment_unsupported".into()));
    assert_eq!(declare(&harness, &json!({})).await.status, 201);
    assert_eq!(release(None).await.status, 201);
    let armed = release(Some("warm")).await;
    assert_eq!((armed.status, &armed.json()["arm"]), (201, &json!("warm")));
    for arm in ["plain", "cold"] {
        let answer = release(Some(arm)).await;
        assert_eq!(answer.problem(), (400, "arm_malformed".into()), "{arm}");
    }
}

/// The verdict and the names of the conditions that do not hold.
fn broken(report: &Value) -> (String, Vec<String>) {
    let conditions = report["conditions"].as_array().unwrap();
    let broken = conditions.iter().filter(|one| one["verdict"] != "ship");
    let names = broken.map(|one| one["check"].as_str().unwrap().to_owned());
    (
        report["verdict"].as_str().unwrap().to_owned(),
        names.collect(),
    )
}

#[actix_web::test]
async fn the_gate_holds_what_nobody_has_seen() {
    let harness = Harness::new();
    let three = json!([
        {"name": "plain", "weight": 0.4}, {"name": "warm", "weight": 0.3},
        {"name": "cold", "weight": 0.3},
    ]);
    assert_eq!(
        declare(&harness, &json!({ "arms": three })).await.status,
        201
    );
    let unnamed = harness.get("/v1/verify/tone").await;
    assert_eq!(unnamed.problem(), (400, "arm_unsupported".into()));
    assert!(unnamed.text().contains("warm, cold"), "{}", unnamed.text());
    let report = harness.get("/v1/verify/tone?arm=warm").await.json();
    let (verdict, names) = broken(&report);
    assert_eq!((&*verdict, &report["exit_code"]), ("hold", &json!(1)));
    let all = [
        "primary",
        "guardrail",
        "guardrail",
        "guardrail",
        "guardrail",
        "people",
        "assignment",
        "holdout",
    ];
    assert_eq!(names, all);
    assert_eq!(report["about"], "experiment");
    assert_eq!(report["compared"]["control"], "plain");
    let text = harness
        .get("/v1/verify/tone?arm=warm&format=markdown")
        .await;
    assert_eq!(
        text.header("content-type"),
        Some("text/markdown; charset=utf-8")
    );
    assert!(
        text.text()
            .starts_with("## tone: hold\n\n**Hold: primary use_rate"),
        "{}",
        text.text()
    );
    for (path, problem) in [
        ("tone?arm=hot", (400, "arm_unsupported")),
        ("none", (404, "not_found")),
        ("tone?arm=warm&format=pdf", (400, "format_unsupported")),
        ("tone?arm=warm&as_of=1", (400, "as_of_unsupported")),
        ("tone?arm=warm&policy=none", (400, "policy_unsupported")),
    ] {
        let answer = harness.get(&format!("/v1/verify/{path}")).await;
        assert_eq!(answer.problem(), (problem.0, problem.1.into()), "{path}");
    }
}

#[actix_web::test]
async fn everybody_is_compared_with_those_held_out() {
    let harness = Harness::new();
    let report = harness.get("/v1/verify").await.json();
    let (verdict, names) = broken(&report);
    assert_eq!((&*verdict, &report["about"]), ("hold", &json!("everybody")));
    assert_eq!(names[0], "people");
    let wrong = harness.get("/v1/verify?metric=joy").await;
    assert_eq!(wrong.problem(), (400, "metric_unsupported".into()));
}

#[actix_web::test]
async fn what_was_learnt_from_people_is_stopped_and_unproven_without_an_experiment_and_a_holdout() {
    let harness = Harness::new();
    let project = *harness
        .collector
        .control
        .get()
        .projects
        .keys()
        .next()
        .unwrap();
    let build = BuildRecord::new(BuildKind::Brief, "br_1", b"{}", 1, "/out");
    harness.collector.store.add_build(project, &build).unwrap();
    assert_eq!(declare(&harness, &json!({})).await.status, 201);
    assert_eq!(
        declare(&harness, &json!({"name": "nobody", "holdout": 0}))
            .await
            .status,
        201
    );
    let release = |name: &str, more: Value| {
        let mut said = json!({"name": name, "kind": "prompt", "from": "br_1", "at": 5});
        for (field, value) in more.as_object().unwrap() {
            said[field] = value.clone();
        }
        let said = said.to_string();
        let harness = &harness;
        async move { harness.asked(Method::POST, "/v1/releases", &said).await }
    };
    for (name, more, proof, found) in [
        ("alone", json!({}), "unproven", ("stop", "origin")),
        (
            "nobody@1",
            json!({"experiment": "nobody"}),
            "unproven",
            ("stop", "holdout"),
        ),
        (
            "tone@1",
            json!({"experiment": "tone"}),
            "experiment",
            ("hold", "primary"),
        ),
    ] {
        let mut strict = more.clone();
        strict["require_proof"] = true.into();
        let refused = release(name, strict).await;
        assert_eq!(
            refused.problem(),
            (409, "release_unproven".into()),
            "{name}"
        );
        // That it went live is a fact all the same.
        let told = release(name, more).await;
        assert_eq!(
            (told.status, &told.json()["proof"]),
            (201, &json!(proof)),
            "{name}"
        );
        let report = harness.get(&format!("/v1/verify/{name}")).await.json();
        let (verdict, names) = broken(&report);
        assert_eq!(
            (&*verdict, names.contains(&found.1.to_owned())),
            (found.0, true),
            "{report}"
        );
        assert_eq!(report["unproven"], json!(proof == "unproven"), "{name}");
    }
    let bought = json!({"from": null, "kind": "model", "require_proof": true});
    let bought = release("m-2", bought).await;
    assert_eq!(
        (bought.status, &bought.json()["proof"]),
        (201, &json!("not_needed"))
    );
    assert_eq!(bought.json()["verified"]["verdict"], "ship");
    let names = harness.get("/v1/releases").await.json();
    assert_eq!(names["releases"].as_array().unwrap().len(), 4);
}

#[actix_web::test]
async fn what_was_worked_out_a_while_ago_says_how_old_it_is() {
    let harness = Harness::new();
    assert_eq!(declare(&harness, &json!({})).await.status, 201);
    for path in [
        "/v1/guardrails?by=model&days=28",
        "/v1/experiments/tone/readout?series=true",
        "/v1/verify/tone?arm=warm",
        "/v1/screen?limit=100",
    ] {
        let kept = harness.get(&format!("{path}&kept=true")).await;
        assert_eq!(kept.status, 200, "{path}: {}", kept.text());
        let age: u64 = kept.header("age").unwrap().parse().unwrap();
        assert!(age < 600, "{path}: {age}");
        let as_of = kept.json()["as_of"].as_u64().unwrap();
        let now = harness.get(path).await;
        assert_eq!(now.header("age"), None, "{path}");
        assert!(now.json()["as_of"].as_u64().unwrap() >= as_of, "{path}");
    }
    for (path, code) in [
        ("guardrails?kept=true&as_of=1", "kept_malformed"),
        ("guardrails?days=2&since=1", "days_malformed"),
        ("guardrails?days=0", "days_unsupported"),
        ("verify?kept=true", "kept_unsupported"),
        (
            "verify/tone?arm=warm&kept=true&format=markdown",
            "kept_unsupported",
        ),
        (
            "experiments/tone/readout?kept=true&format=html",
            "kept_unsupported",
        ),
    ] {
        let answer = harness.get(&format!("/v1/{path}")).await;
        assert_eq!(answer.problem(), (400, code.into()), "{path}");
    }
    for path in ["experiments/none/readout", "verify/none"] {
        let answer = harness.get(&format!("/v1/{path}?kept=true")).await;
        assert_eq!(answer.problem(), (404, "not_found".into()), "{path}");
    }
}
