use super::*;

fn full(id: &str) -> Value {
    json!({"id":id,"conversation":"c-1","turn":1,"variant":0,"subject":"u-42","model":"m-1",
           "input":[{"role":"user","content":"hi"}],"output":"hello there","aliases":["gen-9"]})
}

fn status(answer: &Answer) -> (&'static str, Value) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let item = answer.json()["outputs"][0].clone();
    let status = item["status"].as_str().unwrap().to_owned();
    let known = ["created", "updated", "unchanged", "conflict", "rejected"];
    (
        known.into_iter().find(|known| *known == status).unwrap(),
        item,
    )
}

#[actix_web::test]
async fn each_field_is_filled_once() {
    let harness = Harness::new();
    let (first, item) = status(&harness.register(&full("o-1")).await);
    assert_eq!(first, "created");
    assert!(item["token"].as_str().unwrap().len() <= 128);
    assert_eq!(status(&harness.register(&full("o-1")).await).0, "unchanged");
    let more = json!({"id":"o-1","prompt_version":"p@1"});
    assert_eq!(status(&harness.register(&more).await).0, "updated");
    let (conflict, item) = status(&harness.register(&json!({"id":"o-1","model":"m-2"})).await);
    assert_eq!(conflict, "conflict");
    assert_eq!(
        item,
        json!({"id":"o-1","status":"conflict","field":"model"})
    );
}

#[actix_web::test]
async fn objects_arrays_and_lines() {
    let harness = Harness::new();
    let array = json!([{"id":"a"},{"id":"b","turn":"x"},{"id":"c"}]);
    let answer = harness.register(&array).await.json();
    let items = answer["outputs"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!(
        items[1],
        json!({"id":"b","status":"rejected","code":"turn_malformed","field":"turn"})
    );
    assert_eq!(
        (&items[0]["status"], &items[2]["id"]),
        (&json!("created"), &json!("c"))
    );
    let lines = "{\"id\":\"a\"}\n{\"id\":\"d\"}\n";
    let answer = harness
        .asked(Method::POST, "/v1/outputs", lines)
        .await
        .json();
    let statuses: Vec<_> = answer["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| &i["status"])
        .collect();
    assert_eq!(statuses, ["unchanged", "created"]);
}

#[actix_web::test]
async fn what_is_wrong_is_named() {
    let harness = Harness::new();
    let code = |answer: Answer| answer.problem();
    assert_eq!(
        code(harness.register(&json!({})).await),
        (400, "id_missing".into())
    );
    let answer = harness.register(&json!({"id":"x".repeat(129)})).await;
    assert_eq!(answer.problem(), (400, "id_too_long".into()));
    assert_eq!(
        (&answer.json()["field"], &answer.json()["limit"]),
        (&json!("id"), &json!(128))
    );
    assert_eq!(
        code(harness.register(&json!([])).await),
        (400, "outputs_malformed".into())
    );
    assert_eq!(
        code(harness.register(&json!([1])).await),
        (400, "outputs_malformed".into())
    );
    let answer = harness.asked(Method::POST, "/v1/outputs", "{\"id\":").await;
    assert_eq!(answer.problem(), (400, "json_malformed".into()));
    let many: Vec<_> = (0..1_001).map(|n| json!({"id":n.to_string()})).collect();
    let answer = harness.register(&many.into()).await;
    assert_eq!(answer.problem(), (400, "outputs_too_many".into()));
    assert_eq!(answer.json()["limit"], 1_000);
}

#[actix_web::test]
async fn one_output_is_explained() {
    let harness = Harness::new();
    harness.register(&full("o-1")).await;
    harness
        .batch(&batch(PK, &[shown(0, "gen-9"), copied(1, "gen-9")]))
        .await;
    for name in ["o-1", "gen-9"] {
        let found = harness.get(&format!("/v1/outputs/{name}")).await.json();
        let output = &found["output"];
        assert_eq!(output["id"], "o-1");
        assert_eq!(output["trust"], "known");
        assert_eq!(output["joined_by"], "alias");
        assert_eq!(output["aliases"], json!(["gen-9"]));
        assert_eq!(output["output"], "hello there");
        assert_ne!(output["subject"], "u-42");
        let ids: Vec<_> = found["signals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| &s["id"])
            .collect();
        assert_eq!(ids, [&format!("{SESSION}:0"), &format!("{SESSION}:1")]);
        assert_eq!(found["signals"][1]["kind"], "copied");
        assert!(found["signals"][1]["received_at"].is_u64());
        assert_eq!(found["label"]["state"], "positive");
        assert_eq!(
            found["label"]["reasons"][0]["evidence"],
            json!([format!("{SESSION}:1")])
        );
    }
    let answer = harness.get("/v1/outputs/o-2").await;
    assert_eq!(answer.problem(), (404, "not_found".into()));
    let before = harness.get("/v1/outputs/o-1?as_of=1").await;
    assert_eq!(before.problem(), (404, "not_found".into()));
    let answer = harness.get("/v1/outputs/o-1?policy=mine").await;
    assert_eq!(answer.problem(), (400, "policy_unsupported".into()));
    assert_eq!(
        harness.get("/v1/outputs/o-1?policy=default@1").await.status,
        200
    );
}

#[actix_web::test]
async fn an_id_may_hold_any_printable_character() {
    let harness = Harness::new();
    harness.register(&json!({"id":"a/b c?d%25"})).await;
    let answer = harness.get("/v1/outputs/a%2Fb%20c%3Fd%2525").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["output"]["id"], "a/b c?d%25");
}

#[actix_web::test]
async fn a_token_signs() {
    let harness = Harness::new();
    let (_, item) = status(&harness.register(&full("o-1")).await);
    let mut event = copied(0, "o-1");
    event["token"] = item["token"].clone();
    assert_eq!(harness.batch(&batch(PK, &[event])).await.status, 204);
    let output = harness.get("/v1/outputs/o-1").await.json();
    assert_eq!(output["output"]["trust"], "signed");
    let mut forged = copied(1, "o-1");
    forged["token"] = "1.ffffffff.-.00".into();
    assert_eq!(harness.batch(&batch(PK, &[forged])).await.status, 204);
    assert_eq!(harness.ledger().await["counts"]["tokens_invalid"], 1);
}

#[actix_web::test]
async fn outputs_are_listed_latest_first() {
    let harness = Harness::new();
    for n in 0..5 {
        harness
            .register(&json!({"id":format!("o-{n}"),"output":"text"}))
            .await;
    }
    let page = harness.get("/v1/outputs?limit=2").await.json();
    let ids = |page: &Value| -> Vec<String> {
        let outputs = page["outputs"].as_array().unwrap();
        outputs
            .iter()
            .map(|o| o["id"].as_str().unwrap().into())
            .collect()
    };
    assert_eq!(ids(&page), ["o-4", "o-3"]);
    assert_eq!(page["outputs"][0]["label"]["state"], "pending");
    assert_eq!(
        page["outputs"][0]["output"],
        Value::Null,
        "texts are with the output itself"
    );
    let cursor = page["next"].as_str().unwrap();
    let page = harness
        .get(&format!("/v1/outputs?limit=9&cursor={cursor}"))
        .await
        .json();
    assert_eq!(ids(&page), ["o-2", "o-1", "o-0"]);
    assert_eq!(page["next"], Value::Null);
    let answer = harness.get("/v1/outputs?cursor=x").await;
    assert_eq!(answer.problem(), (400, "cursor_malformed".into()));
    for limit in ["0", "201"] {
        let answer = harness.get(&format!("/v1/outputs?limit={limit}")).await;
        assert_eq!(answer.problem(), (400, "limit_too_many".into()));
    }
    let answer = harness.get("/v1/outputs?since=yesterday").await;
    assert_eq!(answer.problem(), (400, "query_malformed".into()));
}
