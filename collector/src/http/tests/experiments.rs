use super::*;

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
