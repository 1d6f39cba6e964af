use super::*;

/// The tail of the project, once the consumer has stored and then shown it all.
async fn tail(harness: &Harness, key: &str, after: Option<u64>) -> Value {
    harness.ledger().await;
    let progress = &harness.collector.progress;
    until("all is shown", async || {
        (progress.lag_ms(u64::MAX) == 0).then_some(())
    })
    .await;
    let query = after
        .map(|after| format!("?after={after}"))
        .unwrap_or_default();
    let path = format!("/v1/live{query}");
    harness.asked_by(key, Method::GET, &path, "").await.json()
}

fn of<'a>(tail: &'a Value, name: &str) -> Vec<&'a Value> {
    let entries = tail["entries"].as_array().unwrap();
    entries.iter().map(|entry| &entry[name]).collect()
}

#[actix_web::test]
async fn what_arrives_is_told_with_what_became_of_it() {
    let harness = Harness::new();
    let sent = batch(PK, &[shown(0, "o-1"), copied(1, "o-1")]);
    harness.batch(&sent).await;
    // Nobody watched.
    let first = tail(&harness, SK, None).await;
    assert_eq!(first["entries"], json!([]));
    assert!(
        !harness
            .collector
            .live
            .watches(crate::control::ProjectId(99))
    );

    let mut bad = copied(3, "o-1");
    bad["share"] = json!(7);
    let mut skewed = batch(PK, &[copied(1, "o-1"), copied(2, "o-1"), bad]);
    skewed["subject"] = json!("u-raw");
    let hour = 3_600_000;
    skewed["sent_at"] = json!(now_ms() - hour);
    skewed["events"][1]["at"] = json!(now_ms() - hour - 2_000);
    assert_eq!(harness.batch(&skewed).await.status, 200);
    let unknown = json!({"seq":9,"at":now_ms(),"kind":"hummed","output":"o-1","tune":"Canary"});
    harness.batch(&batch(PK, &[unknown])).await;

    let told = tail(&harness, SK, first["next"].as_u64()).await;
    let mut outcomes: Vec<_> = of(&told, "outcome").into_iter().cloned().collect();
    outcomes.sort_by_key(ToString::to_string);
    assert_eq!(
        outcomes,
        ["accepted", "duplicate", "quarantined", "rejected"]
    );
    let entry = |outcome: &str| {
        let mut entries = told["entries"].as_array().unwrap().iter();
        entries.find(|entry| entry["outcome"] == outcome).unwrap()
    };
    let accepted = entry("accepted");
    assert_eq!(accepted["id"], format!("{SESSION}:2"));
    assert_eq!(
        (&accepted["kind"], &accepted["output"]),
        (&json!("copied"), &json!("o-1"))
    );
    assert_eq!(
        accepted["fields"],
        json!({"chars":11,"share":1,"via":"button"})
    );
    let corrected = accepted["corrected_at"].as_u64().unwrap();
    let received = accepted["received_at"].as_u64().unwrap();
    assert!(received - corrected < hour, "an hour was taken off");
    assert_eq!(entry("duplicate")["seq"], 1);
    let rejected = entry("rejected");
    assert_eq!(
        (&rejected["seq"], &rejected["code"], &rejected["field"]),
        (&json!(3), &json!("share_out_of_range"), &json!("share"))
    );
    assert!(!told.to_string().contains("u-raw"), "no raw subject");
    assert!(
        !told.to_string().contains("Canary"),
        "nothing of what is not known"
    );
    let again = tail(&harness, SK, told["next"].as_u64()).await;
    assert_eq!(again["entries"], json!([]));
}

#[actix_web::test]
async fn texts_are_told_by_their_length() {
    let harness = Harness::new();
    tail(&harness, SK, None).await;
    let content = json!({"content":{"output":"o-1","seq":0,"role":"edit","text":"Canary ä"}});
    assert_eq!(harness.batch(&batch(PK, &[content])).await.status, 204);
    let mut rated = json!({"seq":1,"at":now_ms(),"kind":"rated","output":"o-1","value":1});
    rated["reason"] = json!("Canary");
    assert_eq!(harness.batch(&batch(PK, &[rated])).await.status, 204);
    let told = tail(&harness, SK, None).await;
    assert_eq!(
        of(&told, "fields"),
        [
            &json!({"role":"edit","chars":8}),
            &json!({"value":1,"reason_chars":6})
        ]
    );
    assert!(!told.to_string().contains("Canary"));
}

#[actix_web::test]
async fn requests_that_are_refused_whole_are_told_without_the_key() {
    let harness = Harness::new();
    harness.secret("bank", "sk_bank", Scopes::ALL);
    for key in [SK, "sk_bank"] {
        tail(&harness, key, None).await;
    }
    let from = |key: &str| {
        let request = TestRequest::post().uri("/c");
        let request = request.insert_header(("origin", "https://evil.example"));
        request.set_payload(batch(key, &[copied(0, "o-1")]).to_string())
    };
    for _ in 0..2 {
        let answer = harness.send(from("pk_bound")).await;
        assert_eq!(answer.problem(), (403, "origin_forbidden".into()));
    }
    harness.send(from("pk_Canary")).await;
    harness.send(from("pk_revoked")).await;
    let told = tail(&harness, SK, None).await;
    assert_eq!(
        of(&told, "code"),
        ["origin_forbidden", "key_unknown", "key_revoked"]
    );
    assert_eq!(of(&told, "times"), [2, 1, 1]);
    assert_eq!(told["entries"][0]["origin"], "https://evil.example");
    assert_eq!(
        told["entries"][1].get("origin"),
        None,
        "whose it was is not known"
    );
    assert!(!told.to_string().contains("Canary"));
    // Of another project's only what named nobody.
    let theirs = tail(&harness, "sk_bank", None).await;
    assert_eq!(of(&theirs, "code"), ["key_unknown"]);
    // The books count them where the tail tells them.
    let bank = harness.asked_by("sk_bank", Method::GET, "/v1/ledger", "");
    assert_eq!(
        bank.await.json()["batches"]["rejected"],
        json!({"key_unknown": 1})
    );
}

#[actix_web::test]
async fn what_a_server_sends_is_told_as_well() {
    let harness = Harness::new();
    tail(&harness, SK, None).await;
    let signals = json!([
        {"id":"s-1","output":"o-1","kind":"rated","value":1,"subject":"u-raw"},
        {"id":"s-2","output":"o-1","kind":"rated","value":7},
    ]);
    let answer = harness
        .asked(Method::POST, "/v1/signals", &signals.to_string())
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        harness.asked(Method::POST, "/v1/signals", "{").await.status,
        400
    );
    let told = tail(&harness, SK, None).await;
    let mut seen: Vec<_> = of(&told, "outcome").into_iter().cloned().collect();
    seen.sort_by_key(ToString::to_string);
    assert_eq!(seen, ["accepted", "refused", "rejected"]);
    assert!(!told.to_string().contains("u-raw"));
}

#[actix_web::test]
async fn the_erased_leave_at_once() {
    let harness = Harness::new();
    tail(&harness, SK, None).await;
    let mut theirs = batch(PK, &[copied(0, "o-1")]);
    theirs["subject"] = json!("u-42");
    harness.batch(&theirs).await;
    let mut other = batch(PK, &[copied(0, "o-2")]);
    other["session"] = json!("0f3c0000000000000000000000000000");
    other["subject"] = json!("u-43");
    harness.batch(&other).await;
    assert_eq!(of(&tail(&harness, SK, None).await, "output").len(), 2);
    let erased = harness.asked(Method::DELETE, "/v1/subjects/u-42", "").await;
    assert_eq!(erased.status, 202);
    let left = harness.get("/v1/live").await.json();
    assert_eq!(of(&left, "output"), ["o-2"]);
    // What they send from now on is not taken, and not told.
    theirs["events"] = json!([copied(1, "o-3")]);
    harness.batch(&theirs).await;
    assert_eq!(of(&tail(&harness, SK, None).await, "output"), ["o-2"]);
}

#[actix_web::test]
async fn the_check_turns_good_with_the_first_signals_and_tells_the_next_level() {
    let harness = Harness::new();
    let check = async || harness.get("/v1/install").await.json();
    let before = check().await;
    assert_eq!(
        (&before["state"], &before["level"]),
        (&json!("waiting"), &Value::Null)
    );
    assert_eq!(before["checks"][0]["check"], "silent");
    harness
        .batch(&batch(PK, &[shown(0, "o-1"), copied(1, "o-1")]))
        .await;
    let after = check().await;
    assert_eq!(
        (&after["state"], &after["level"]),
        (&json!("good"), &json!(0))
    );
    let kinds = after["kinds"].as_array().unwrap();
    let seen: Vec<_> = kinds.iter().filter(|kind| kind["count"] == 1).collect();
    let names: Vec<_> = seen.iter().map(|kind| &kind["kind"]).collect();
    assert_eq!(names, ["shown", "copied"]);
    assert_eq!(after["levels"][1]["missing"][0]["docs"], "otlp");
    let output = json!({"id":"o-1","output":"An answer","input":[{"role":"user","content":"?"}]});
    assert_eq!(harness.register(&output).await.status, 200);
    assert_eq!(check().await["level"], 1);
    let content = json!({"content":{"output":"o-1","seq":2,"role":"edit","text":"An answer."}});
    harness.batch(&batch(PK, &[content])).await;
    let whole = check().await;
    assert_eq!(
        (&whole["state"], &whole["level"]),
        (&json!("good"), &json!(2))
    );
    assert_eq!(
        whole["outputs"],
        json!({"read":1,"most":200,"seen":1,"registered":1,"joined":1})
    );
}
