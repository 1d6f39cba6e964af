use tacit_signals::{codec, json as twin, limits::BATCH_BYTES_MAX};

use super::*;

fn binary(value: &Value) -> Vec<u8> {
    codec::encode(&twin::decode(value.to_string().as_bytes()).unwrap().batch)
}

#[actix_web::test]
async fn both_forms_on_both_paths_with_every_content_type() {
    let harness = Harness::new();
    let types = [
        "",
        "application/octet-stream",
        "application/json",
        "text/plain;charset=UTF-8",
    ];
    let mut seq = 0;
    for path in ["/c", "/v1/events"] {
        for kind in types {
            for is_binary in [true, false] {
                let batch = batch(PK, &[copied(seq, "o-1")]);
                seq += 1;
                let body = if is_binary {
                    binary(&batch)
                } else {
                    batch.to_string().into_bytes()
                };
                let answer = harness.post(path, kind, body).await;
                assert_eq!(answer.status, 204, "{path} {kind} {}", answer.text());
                assert!(answer.body.is_empty());
            }
        }
    }
    let ledger = harness.ledger().await;
    assert_eq!(
        ledger["batches"],
        json!({"received":16,"acknowledged":16,"rejected":{},"shed":0})
    );
    assert_eq!(ledger["events"]["stored"], 16);
}

#[actix_web::test]
async fn a_repeat_is_acknowledged_and_stored_once() {
    let harness = Harness::new();
    let batch = binary(&batch(PK, &[copied(0, "o-1"), copied(1, "o-1")]));
    for _ in 0..3 {
        assert_eq!(harness.post("/c", "", batch.clone()).await.status, 204);
    }
    let events = &harness.ledger().await["events"];
    assert_eq!(
        (&events["stored"], &events["duplicate"]),
        (&json!(2), &json!(4))
    );
}

#[actix_web::test]
async fn a_bad_event_is_refused_alone() {
    let harness = Harness::new();
    let mut bad = copied(3, "o-1");
    bad["share"] = 1.2.into();
    let mut old = copied(4, "o-1");
    old["at"] = 1.into();
    let events = [
        copied(0, "o-1"),
        bad,
        old,
        copied(0, "o-1"),
        copied(1, "o-1"),
    ];
    let answer = harness.batch(&batch(PK, &events)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({"accepted":2,"duplicate":1,"rejected":[
            {"seq":3,"code":"share_out_of_range","field":"share"},
            {"seq":4,"code":"too_old","field":"at"}]})
    );
    let events = &harness.ledger().await["events"];
    assert_eq!(
        events["rejected"],
        json!({"share_out_of_range":1,"too_old":1})
    );
    assert_eq!(
        (&events["stored"], &events["duplicate"]),
        (&json!(2), &json!(1))
    );
}

#[actix_web::test]
async fn what_is_refused_whole_has_one_code_each() {
    let harness = Harness::new();
    let good = batch(PK, &[copied(0, "o-1")]);
    let with = |name: &str, value: Value| {
        let mut batch = good.clone();
        batch[name] = value;
        batch.to_string().into_bytes()
    };
    let mut broken = binary(&good);
    let last = broken.len() - 1;
    broken[last] ^= 1;
    let many: Vec<_> = (0..1_001).map(|seq| copied(seq, "o")).collect();
    let cases: Vec<(Vec<u8>, u16, &str)> = vec![
        (vec![], 400, "batch_unrecognised"),
        (b"hello".to_vec(), 400, "batch_unrecognised"),
        (b"{\"v\":1".to_vec(), 400, "json_malformed"),
        (b"TACT".to_vec(), 400, "batch_truncated"),
        (broken, 400, "checksum_mismatch"),
        (with("v", 2.into()), 400, "version_unsupported"),
        (with("session", "x".into()), 400, "session_malformed"),
        (with("events", many.into()), 400, "events_too_many"),
        (with("key", "pk_other".into()), 401, "key_unknown"),
        (with("key", "pk_revoked".into()), 401, "key_revoked"),
        (with("key", SK.into()), 403, "key_not_publishable"),
    ];
    let count = cases.len();
    for (body, status, code) in cases {
        let answer = harness.post("/c", "text/plain", body).await;
        assert_eq!(answer.problem(), (status, code.to_owned()));
        assert_eq!(answer.json()["retryable"], false);
    }
    let ledger = harness.ledger().await;
    assert_eq!(ledger["batches"]["received"], count);
    assert_eq!(ledger["batches"]["rejected"]["batch_unrecognised"], 2);
    assert_eq!(ledger["batches"]["acknowledged"], 0);
}

#[actix_web::test]
async fn a_limit_is_named() {
    let harness = Harness::new();
    let many: Vec<_> = (0..1_001).map(|seq| copied(seq, "o")).collect();
    let problem = harness.batch(&batch(PK, &many)).await.json();
    assert_eq!(
        (&problem["field"], &problem["limit"]),
        (&json!("events"), &json!(1000))
    );
    let problem = harness
        .post("/c", "", vec![b' '; BATCH_BYTES_MAX + 1])
        .await;
    assert_eq!(problem.problem(), (413, "body_too_large".into()));
    let problem = problem.json();
    assert_eq!(
        (&problem["field"], &problem["limit"]),
        (&json!("body"), &json!(BATCH_BYTES_MAX))
    );
}

#[actix_web::test]
async fn other_content_types_are_refused() {
    let harness = Harness::new();
    let body = batch(PK, &[copied(0, "o-1")]).to_string();
    for path in ["/c", "/v1/events", "/v1/outputs", "/v1/signals"] {
        let request = TestRequest::post()
            .uri(path)
            .insert_header(("authorization", format!("Bearer {SK}")))
            .insert_header(("content-type", "application/x-www-form-urlencoded"))
            .set_payload(body.clone());
        let answer = harness.send(request).await;
        assert_eq!(
            answer.problem(),
            (415, "content_type_unsupported".into()),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn every_body_has_a_limit() {
    let harness = Harness::new();
    for (path, limit) in [
        ("/c", BATCH_BYTES_MAX),
        ("/v1/events", BATCH_BYTES_MAX),
        ("/v1/signals", crate::limits::SIGNALS_BODY_BYTES_MAX),
        ("/v1/outputs", crate::limits::OUTPUTS_BODY_BYTES_MAX),
    ] {
        let answer = harness
            .asked(Method::POST, path, &" ".repeat(limit + 1))
            .await;
        assert_eq!(answer.problem(), (413, "body_too_large".into()), "{path}");
        assert_eq!(answer.json()["limit"], limit, "{path}");
    }
}

#[actix_web::test]
async fn pages_read_the_status_wherever_they_are() {
    let harness = Harness::new();
    let from = |key: &str, origin: &str| {
        TestRequest::post()
            .uri("/c")
            .insert_header(("origin", origin.to_owned()))
            .set_payload(batch(key, &[copied(0, "o-1")]).to_string())
    };
    let answer = harness.send(from("pk_bound", ORIGIN)).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(answer.header("vary"), Some("origin"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let answer = harness.send(from("pk_bound", "https://evil.example")).await;
    assert_eq!(answer.problem(), (403, "origin_forbidden".into()));
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://evil.example")
    );
    let answer = harness.send(from("pk_nobody", ORIGIN)).await;
    assert_eq!(answer.problem(), (401, "key_unknown".into()));
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(
        harness.send(from(PK, "https://any.example")).await.status,
        204
    );
    let answer = harness.post("/c", "", batch(PK, &[]).to_string()).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[actix_web::test]
async fn a_preflight_is_answered() {
    let harness = Harness::new();
    let request = TestRequest::with_uri("/v1/events")
        .method(Method::OPTIONS)
        .insert_header(("origin", ORIGIN))
        .insert_header(("access-control-request-method", "POST"))
        .insert_header(("access-control-request-headers", "content-type"));
    let answer = harness.send(request).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("content-type")
    );
}

#[actix_web::test]
async fn servers_send_signals_once_each() {
    let harness = Harness::new();
    let signals = json!([
        {"id":"sale-1","kind":"converted","output":"o-1","name":"sale","value":9.5,"subject":"u-42"},
        {"id":"eval-1","kind":"rated","output":"o-1","value":1,"source":"eval"},
    ])
    .to_string();
    for _ in 0..2 {
        assert_eq!(
            harness
                .asked(Method::POST, "/v1/signals", &signals)
                .await
                .status,
            204
        );
    }
    let lines = "{\"id\":\"x\",\"kind\":\"accepted\",\"output\":\"o-1\"}\n{\"id\":\"y\",\"kind\":\"copied\",\"output\":\"o-1\",\"chars\":1,\"share\":9}\n";
    let answer = harness.asked(Method::POST, "/v1/signals", lines).await;
    assert_eq!(
        answer.json(),
        json!({"accepted":1,"duplicate":0,"rejected":[
            {"index":1,"id":"y","code":"share_out_of_range","field":"share"}]})
    );
    let events = &harness.ledger().await["events"];
    assert_eq!(
        (&events["stored"], &events["duplicate"]),
        (&json!(3), &json!(2))
    );
    let output = harness.get("/v1/outputs/o-1").await.json();
    let kinds: Vec<_> = output["signals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["kind"])
        .collect();
    assert_eq!(kinds.len(), 3);
    assert!(
        output["signals"]
            .as_array()
            .unwrap()
            .iter()
            .all(|s| s["signed"] == true)
    );
    let nothing = harness.asked(Method::POST, "/v1/signals", "[]").await;
    assert_eq!(nothing.problem(), (400, "signals_malformed".into()));
}

#[actix_web::test]
async fn pages_that_capture_nothing_are_counted_and_are_nobody() {
    let harness = Harness::new();
    assert_eq!(
        harness.ledger().await["install"],
        json!({"wasm_refused":0,"not_loaded":0})
    );
    for said in ["wasm_refused", "not_loaded", "wasm_refused", "gpu_refused"] {
        let mut told = batch(PK, &[]);
        told["install"] = said.into();
        let kind = "text/plain;charset=UTF-8";
        let answer = harness.post("/c", kind, told.to_string()).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
    }
    let harness = harness.restarted();
    // No event waits, so the books do not tell when they are up to date.
    let ledger = until("the batch is counted", async || {
        let ledger = harness.ledger().await;
        (ledger["counts"]["unknown_fields"] == 1).then_some(ledger)
    })
    .await;
    let expected = json!({"wasm_refused":2,"not_loaded":1});
    assert_eq!(ledger["install"], expected);
    assert_eq!(ledger["batches"]["acknowledged"], 4);
    assert_eq!(ledger["events"]["acknowledged"], 0);
    let store = rusqlite::Connection::open(harness.path().join("tacit.sqlite")).unwrap();
    for table in ["sessions", "subjects"] {
        let count = format!("SELECT count(*) FROM {table}");
        let rows: i64 = store.query_row(&count, [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}

/// A page says in each batch how many events it dropped so far.
#[actix_web::test]
async fn what_pages_dropped_is_counted_once() {
    let harness = Harness::new();
    for (seq, total) in [(0, 0), (1, 12), (2, 12), (3, 15), (3, 15)] {
        let mut batch = batch(PK, &[copied(seq, "o-1")]);
        batch["sdk"] = "9.9.9".into();
        let body = with_dropped(binary(&batch), total);
        assert_eq!(harness.post("/c", "", body).await.status, 204);
    }
    let ledger = harness.ledger().await;
    assert_eq!(ledger["counts"], json!({"dropped_by_clients": 15}));
    assert_eq!(ledger["events"]["stored"], 4);
}

/// The batch with a total in its header's extension, which comes after the version
/// of the package; see `signals/WIRE.md`.
fn with_dropped(mut bytes: Vec<u8>, total: u8) -> Vec<u8> {
    if total == 0 {
        return bytes;
    }
    let place = bytes.windows(5).position(|part| part == b"9.9.9").unwrap() + 5;
    assert_eq!(bytes[place], 0, "the length of the extension");
    bytes.splice(place..=place, [1, total]);
    let sum = codec::checksum(&bytes[17..]).to_le_bytes();
    bytes[13..17].copy_from_slice(&sum);
    bytes
}

#[actix_web::test]
async fn the_books_survive_a_restart() {
    let harness = Harness::new();
    harness
        .batch(&batch(PK, &[copied(0, "o-1"), copied(1, "o-1")]))
        .await;
    harness.batch(&batch(PK, &[copied(1, "o-1")])).await;
    harness.batch(&batch("pk_nobody", &[])).await;
    harness.post("/c", "", "nonsense").await;
    let before = harness.ledger().await;
    let harness = harness.restarted();
    assert_eq!(harness.ledger().await, before);
    assert_eq!(before["batches"]["received"], 4);
    assert_eq!(before["events"]["acknowledged"], 3);
}

#[actix_web::test]
async fn what_the_store_did_not_get_is_folded_after_a_restart() {
    let harness = Harness::new();
    harness.batch(&batch(PK, &[copied(0, "o-1")])).await;
    // As a kill between the answer and the fold would leave it.
    let store = rusqlite::Connection::open(harness.path().join("tacit.sqlite")).unwrap();
    harness.ledger().await;
    harness.collector.close().unwrap();
    for table in ["chunks", "seen", "fates"] {
        store.execute(&format!("DELETE FROM {table}"), []).unwrap();
    }
    store
        .execute("UPDATE position SET segment = 0, offset = 0", [])
        .unwrap();
    drop(store);
    let harness = harness.restarted();
    let ledger = harness.ledger().await;
    assert_eq!(ledger["batches"]["acknowledged"], 1);
    assert_eq!(ledger["events"]["stored"], 1);
    assert_eq!(harness.get("/v1/outputs/o-1").await.status, 200);
}

#[actix_web::test]
async fn after_the_end_batches_are_shed() {
    let harness = Harness::new();
    harness.collector.close().unwrap();
    let answer = harness.batch(&batch(PK, &[copied(0, "o-1")])).await;
    assert_eq!(answer.problem(), (503, "shutting_down".into()));
    assert_eq!(answer.header("retry-after"), Some("2"));
    assert_eq!(answer.json()["retryable"], true);
    let answer = harness.register(&json!({"id":"o-1"})).await;
    assert_eq!(answer.problem(), (503, "shutting_down".into()));
    let ledger = harness.get("/v1/ledger").await.json();
    balanced(&ledger);
    assert_eq!(ledger["batches"]["shed"], 1);
}
