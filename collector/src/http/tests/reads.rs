use super::*;
use crate::control::scope::Scope;

const READS: [&str; 9] = [
    "/v1/outputs",
    "/v1/outputs/o-1",
    "/v1/labels",
    "/v1/datasets/trl-kto",
    "/v1/ledger",
    "/v1/overview",
    "/v1/brief",
    "/v1/releases",
    "/v1/assign?experiment=tone&subject=u-42",
];

#[actix_web::test]
async fn reading_takes_a_secret_key() {
    let harness = Harness::new();
    for path in READS {
        let with = |key: &str| {
            TestRequest::get()
                .uri(path)
                .insert_header(("authorization", key))
        };
        for (header, expected) in [
            ("Bearer sk_wrong", (401, "key_unknown")),
            ("Bearer sk_revoked", (401, "key_revoked")),
            ("Bearer pk_test", (403, "key_not_secret")),
            ("Basic c2s6", (401, "key_missing")),
        ] {
            let (status, code) = harness.send(with(header)).await.problem();
            assert_eq!((status, code.as_str()), expected, "{path} {header}");
        }
        let answer = harness.send(TestRequest::get().uri(path)).await;
        assert_eq!(answer.problem(), (401, "key_missing".into()), "{path}");
    }
    for path in ["/v1/outputs", "/v1/signals"] {
        let answer = harness.post(path, "application/json", "{}").await;
        assert_eq!(answer.problem(), (401, "key_missing".into()), "{path}");
    }
}

async fn story(harness: &Harness) {
    let output = |id: &str, variant: u32| {
        json!({"id":id,"conversation":"c-1","turn":1,"variant":variant,
               "input":[{"role":"user","content":"hi"}],"output":format!("answer of {id}")})
    };
    harness
        .register(&json!([output("o-1", 0), output("o-2", 1)]))
        .await;
    harness
        .batch(&batch(PK, &[shown(0, "o-1"), copied(1, "o-1")]))
        .await;
}

#[actix_web::test]
async fn labels_in_every_form() {
    let harness = Harness::new();
    story(&harness).await;
    let answer = harness.get("/v1/labels").await;
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let lines: Vec<Value> = answer
        .text()
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let states: Vec<_> = lines
        .iter()
        .map(|l| (l["output"].as_str().unwrap(), l["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [("o-1", "positive"), ("o-2", "pending")]);
    let summary: Value = serde_json::from_str(answer.header("tacit-export").unwrap()).unwrap();
    assert_eq!(
        (&summary["rows"], &summary["skipped"]),
        (&json!(2), &json!({}))
    );

    let positive = harness.get("/v1/labels?state=positive").await;
    assert_eq!(positive.text().lines().count(), 1);
    let summary: Value = serde_json::from_str(positive.header("tacit-export").unwrap()).unwrap();
    assert_eq!(summary["skipped"], json!({"other_state":1}));

    let csv = harness.get("/v1/labels?format=csv").await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let mut reader = csv::Reader::from_reader(csv.text().as_bytes());
    assert_eq!(reader.headers().unwrap().get(0), Some("output"));
    let rows: Vec<_> = reader.records().map(|row| row.unwrap()).collect();
    assert_eq!((rows.len(), rows[0].get(1)), (2, Some("positive")));

    let table = harness.get("/v1/labels?format=parquet").await;
    let kind = Some("application/vnd.apache.parquet");
    assert_eq!(table.header("content-type"), kind);
    assert_eq!(table.header("tacit-export"), answer.header("tacit-export"));
    let parquet = &table.body;
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));

    for (query, code) in [
        ("format=xml", "format_unsupported"),
        ("state=happy", "state_unsupported"),
        ("policy=mine", "policy_unsupported"),
        ("trust=blind", "trust_unsupported"),
        ("as_of=now", "query_malformed"),
    ] {
        let answer = harness.get(&format!("/v1/labels?{query}")).await;
        assert_eq!(answer.problem(), (400, code.into()));
    }
    let answer = harness.get("/v1/labels?format=xml").await.json();
    assert_eq!(answer["field"], "format");
}

#[actix_web::test]
async fn labels_are_the_same_by_both_ways() {
    let harness = Harness::new();
    story(&harness).await;
    harness
        .batch(&batch(
            PK,
            &[shown(5, "unregistered"), copied(6, "unregistered")],
        ))
        .await;
    for query in [
        "",
        "&trust=known",
        "&mature_only=true",
        "&since=1",
        "&until=1",
    ] {
        let as_of = now_ms();
        let labels = harness
            .get(&format!("/v1/labels?as_of={as_of}{query}"))
            .await;
        let dataset = harness
            .get(&format!("/v1/datasets/labels?as_of={as_of}{query}"))
            .await;
        assert_eq!(labels.text(), dataset.text(), "{query}");
        let skipped = |answer: &Answer| -> Value {
            let summary: Value =
                serde_json::from_str(answer.header("tacit-export").unwrap()).unwrap();
            summary["skipped"].clone()
        };
        assert_eq!(skipped(&labels), skipped(&dataset), "{query}");
    }
}

#[actix_web::test]
async fn datasets_say_why_they_are_empty() {
    let harness = Harness::new();
    harness
        .batch(&batch(PK, &[shown(0, "o-1"), copied(1, "o-1")]))
        .await;
    let answer = harness.get("/v1/datasets/trl-kto").await;
    assert_eq!((answer.status, answer.text()), (200, ""));
    let summary: Value = serde_json::from_str(answer.header("tacit-export").unwrap()).unwrap();
    assert_eq!(summary["skipped"], json!({"not_registered":1}));
    assert!(summary["hint"].as_str().unwrap().contains("level 1"));
    story(&harness).await;
    let answer = harness.get("/v1/datasets/trl-kto").await;
    let row: Value = serde_json::from_str(answer.text().trim()).unwrap();
    assert_eq!(
        row,
        json!({"prompt":[{"role":"user","content":"hi"}],
               "completion":[{"role":"assistant","content":"answer of o-1"}],"label":true})
    );
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"trl-kto.jsonl\"")
    );
    let answer = harness.get("/v1/datasets/trl-magic").await;
    assert_eq!(answer.problem(), (404, "not_found".into()));
}

#[actix_web::test]
async fn the_past_is_read_as_it_was() {
    let harness = Harness::new();
    story(&harness).await;
    let then = now_ms();
    let before = harness.get(&format!("/v1/labels?as_of={then}")).await;
    actix_web::rt::time::sleep(std::time::Duration::from_millis(3)).await;
    let rated = json!({"seq":2,"at":now_ms(),"kind":"rated","output":"o-2","value":-1});
    harness.batch(&batch(PK, &[rated])).await;
    harness.register(&json!({"id":"o-2","model":"m-9"})).await;
    let after = harness.get(&format!("/v1/labels?as_of={then}")).await;
    assert_eq!(before.text(), after.text());
    assert_ne!(harness.get("/v1/labels").await.text(), before.text());
}

#[actix_web::test]
async fn the_ledger_names_every_fate() {
    let harness = Harness::new();
    story(&harness).await;
    harness.register(&json!({"id":"o-3"})).await;
    let events = [
        copied(10, "o-3"),
        copied(11, "o-4"),
        copied(12, "o-4"),
        json!({"seq":13,"at":now_ms(),"kind":"winked","output":"o-1"}),
    ];
    harness.batch(&batch(PK, &events)).await;
    let ledger = harness.ledger().await;
    assert_eq!(
        ledger["fates"],
        json!({"in_label":2,"no_output":2,"no_text":1,"screened":0})
    );
    assert_eq!(ledger["events"]["stored"], 5, "the fates add up to it");
    assert_eq!(ledger["events"]["quarantined"], 1);
    let quick = harness.get("/v1/ledger?fates=false").await.json();
    assert_eq!(quick["fates"], json!(null), "nothing was labelled for it");
    assert_eq!(quick["events"], ledger["events"]);
    let unclear = harness.get("/v1/ledger?fates=perhaps").await;
    assert_eq!(unclear.problem(), (400, "query_malformed".into()));
    let overview = harness.get("/v1/overview").await.json();
    assert_eq!(overview["states"]["positive"], 3);
    assert_eq!(overview["reasons"]["copied_most"], 3);
    assert!(overview["rules"]["copied_most"].is_string());
}

#[actix_web::test]
async fn tenants_read_their_own() {
    let harness = Harness::new();
    let store = &harness.collector.store;
    let key = NewKey {
        project: "other".into(),
        kind: KeyKind::Secret,
        text: "sk_other".into(),
        id: "key_other".into(),
        origins: vec![],
        scopes: Scopes::ALL,
        content: None,
        created_at: 0,
    };
    store.create_key(&key).unwrap();
    harness.collector.control.set(store.control().unwrap());
    story(&harness).await;
    let theirs = |path: &str| {
        TestRequest::get()
            .uri(path)
            .insert_header(("authorization", "Bearer sk_other"))
    };
    let answer = harness.send(theirs("/v1/outputs/o-1")).await;
    assert_eq!(answer.problem(), (404, "not_found".into()));
    assert_eq!(harness.send(theirs("/v1/labels")).await.text(), "");
    assert_eq!(
        harness.send(theirs("/v1/ledger")).await.json()["batches"]["received"],
        0
    );
}

#[actix_web::test]
async fn roll_ups_say_what_waits_and_then_what_all_facts_say() {
    let harness = Harness::new();
    story(&harness).await;
    let waiting = harness.get("/v1/rollups").await.json();
    assert_eq!(waiting["complete"], false);
    assert_eq!(waiting["rows"], json!([]));
    let collector = harness.collector.clone().into_inner();
    let policy = collector.policies.named(None).unwrap().clone();
    let store = std::sync::Arc::clone(&collector.store);
    let mut keeper = crate::rollup::Keeper::new(store, policy, std::sync::Arc::default());
    assert!(keeper.drain(now_ms()).unwrap() > 0);
    for query in ["by=total", "by=day", "by=model&trust=known"] {
        let kept = harness.get(&format!("/v1/rollups?{query}")).await.json();
        assert_eq!(
            (&kept["complete"], &kept["lag_ms"]),
            (&json!(true), &json!(0))
        );
        let rows = kept["rows"].as_array().unwrap().iter();
        let outputs: u64 = rows.map(|row| row["outputs"].as_u64().unwrap()).sum();
        assert_eq!(outputs, 2, "{query}");
        let anew = format!("/v1/rollups?{query}&as_of={}", now_ms());
        assert_eq!(harness.get(&anew).await.json()["rows"], kept["rows"]);
    }
}

#[actix_web::test]
async fn what_is_kept_and_for_how_long() {
    const DAY_MS: u64 = 86_400_000;
    let harness = Harness::new();
    harness.secret("bank", "sk_bank", Scopes::of(&[Scope::Read]));
    let told = harness.get("/v1/retention").await.json();
    let for_good = json!({"signals_days":null,"texts_days":null});
    let nothing = json!({"signals_before":null,"texts_before":null});
    assert_eq!((&told["kept"], &told["gone"]), (&for_good, &nothing));
    assert_eq!((&told["next"], &told["runs"]), (&Value::Null, &json!([])));
    let retention = "[project.shop]\nsignals = \"400d\"\ntexts = \"7d\"";
    let retention = toml::from_str(retention).unwrap();
    harness
        .collector
        .expiries
        .keep(&retention, now_ms())
        .unwrap();
    let told = harness.get("/v1/retention").await.json();
    assert_eq!(told["kept"], json!({"signals_days":400,"texts_days":7}));
    let next = |field: &str| told["next"][field].as_u64().unwrap();
    assert_eq!(next("at") % DAY_MS, 0);
    assert_eq!(next("signals_before"), next("at") - 399 * DAY_MS);
    assert_eq!(next("texts_before"), next("at") - 6 * DAY_MS);
    assert!(told["gone"]["texts_before"].as_u64().unwrap() < next("texts_before"));
    let run = &told["runs"][0];
    assert_eq!(
        (&run["why"], &run["state"]),
        (&json!("age"), &json!("done"))
    );
    assert_eq!(run["texts_before"], told["gone"]["texts_before"]);
    // What another project keeps, and what went there, is not this one's to know.
    let other = harness
        .asked_by("sk_bank", Method::GET, "/v1/retention", "")
        .await
        .json();
    assert_eq!((&other["kept"], &other["runs"]), (&for_good, &json!([])));
}
