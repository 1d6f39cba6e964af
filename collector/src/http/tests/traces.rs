use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::*;
use crate::{limits::TRACES_BODY_BYTES_MAX, otlp::assemble::assemble};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn attributes(attributes: &Value) -> Vec<Value> {
    let attributes = attributes.as_object().unwrap().iter();
    attributes
        .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
        .collect()
}

fn spans(spans: &[Value]) -> Value {
    json!({"resourceSpans":[{"resource":{"attributes":attributes(&json!({"service.name":"shop"}))},
        "scopeSpans":[{"spans":spans}]}]})
}

fn chat(span: &str, said: &Value) -> Value {
    let mut all = json!({"gen_ai.operation.name":"chat","gen_ai.response.id":"chatcmpl-9",
        "gen_ai.response.model":"m-1",
        "gen_ai.output.messages":"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Hello there\"}]}]"});
    all.as_object_mut()
        .unwrap()
        .extend(said.as_object().unwrap().clone());
    let now = now_ms() * 1_000_000;
    json!({"traceId":TRACE,"spanId":span,"startTimeUnixNano":now.to_string(),
        "endTimeUnixNano":now.to_string(),"attributes":attributes(&all)})
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

impl Harness {
    async fn traces(&self, headers: &[(&'static str, &str)], body: impl Into<Bytes>) -> Answer {
        let mut request = TestRequest::post().uri("/v1/traces").set_payload(body);
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        self.send(request).await
    }

    async fn exported(&self, spans: &Value) -> Answer {
        let json = [
            ("authorization", "Bearer sk_test"),
            ("content-type", "application/json"),
        ];
        self.traces(&json, spans.to_string()).await
    }

    /// What came is registered.
    fn assembled(&self) {
        let store = &*self.collector.store;
        while assemble(store, store, now_ms()).unwrap() {}
    }

    async fn output(&self, id: &str) -> Value {
        let answer = self.get(&format!("/v1/outputs/{id}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
const KEY: (&str, &str) = ("authorization", "Bearer sk_test");

#[actix_web::test]
async fn signals_under_foreign_ids_join_what_spans_tell_of() {
    let harness = Harness::new();
    // People act before the server's spans arrive, and after.
    let before = harness
        .batch(&batch(PK, &[shown(0, "chatcmpl-9"), copied(1, TRACE)]))
        .await;
    assert_eq!(before.status, 204);
    let answer = harness
        .exported(&spans(&[chat("00000000000000a1", &json!({}))]))
        .await;
    assert_eq!((answer.status, answer.text()), (200, "{}"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    harness.assembled();
    let after = harness
        .batch(&batch(PK, &[copied(2, "00000000000000a1")]))
        .await;
    assert_eq!(after.status, 204);
    harness.ledger().await;
    for id in ["chatcmpl-9", TRACE, "00000000000000a1"] {
        let found = harness.output(id).await;
        let output = &found["output"];
        assert_eq!(output["id"], "chatcmpl-9");
        assert_eq!(
            (&output["trust"], &output["joined_by"]),
            (&json!("known"), &json!("alias"))
        );
        assert_eq!(output["output"], "Hello there");
        assert_eq!(output["tags"], json!({"service":"shop"}));
        assert_eq!(found["signals"].as_array().unwrap().len(), 3);
        assert_eq!(found["label"]["state"], "positive");
    }
}

#[actix_web::test]
async fn what_the_app_registers_itself_stands() {
    let harness = Harness::new();
    let told = json!({"id":"o-1","aliases":["chatcmpl-9"],"model":"ours"});
    assert_eq!(harness.register(&told).await.status, 200);
    harness
        .exported(&spans(&[chat("00000000000000a1", &json!({}))]))
        .await;
    harness.assembled();
    let output = harness.output(TRACE).await["output"].clone();
    assert_eq!(
        (&output["id"], &output["model"]),
        (&json!("o-1"), &json!("ours"))
    );
    assert_eq!(output["output"], "Hello there");
}

#[actix_web::test]
async fn the_answer_is_in_the_encoding_of_the_request() {
    let harness = Harness::new();
    // A request of one process with one span without ids, and what it is answered:
    // one rejected span, and why.
    let answer = harness
        .traces(&[KEY, PROTOBUF], &b"\x0a\x04\x12\x02\x12\x00"[..])
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("application/x-protobuf")
    );
    assert_eq!(
        answer.body,
        &b"\x0a\x38\x08\x01\x12\x341 rejected: ids must be 16 and 8 bytes, not all zero"[..]
    );
    // Nothing at all is a request without spans.
    let answer = harness.traces(&[KEY, PROTOBUF], &b""[..]).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let answer = harness.traces(&[KEY, PROTOBUF], &b"\xff\xff"[..]).await;
    assert_eq!((answer.status, &answer.body[..2]), (400, &b"\x08\x03"[..]));
    assert_eq!(
        answer.header("content-type"),
        Some("application/x-protobuf")
    );
    let answer = harness.traces(&[KEY, JSON], "{\"resourceSpans\":7}").await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(3)));
    assert!(
        answer.json()["message"]
            .as_str()
            .unwrap()
            .contains("ExportTraceServiceRequest")
    );
}

#[actix_web::test]
async fn some_spans_may_be_rejected() {
    let harness = Harness::new();
    let mut nameless = chat("0000000000000000", &json!({}));
    nameless["traceId"] = "0af7".into();
    let long = "m".repeat(200);
    let kept = chat("00000000000000a1", &json!({"gen_ai.response.model": long}));
    let endless = chat(
        "00000000000000a2",
        &json!({"gen_ai.response.id":"x","gen_ai.output.messages":
            json!({"role":"assistant","content":"y".repeat(3 << 20)}).to_string()}),
    );
    let answer = harness.exported(&spans(&[nameless, kept, endless])).await;
    let said = &answer.json()["partialSuccess"];
    assert_eq!((answer.status, &said["rejectedSpans"]), (200, &json!("2")));
    assert_eq!(
        said["errorMessage"],
        "1 rejected: ids must be 16 and 8 bytes, not all zero; 1 rejected: more than 2097152 \
         bytes; 1 left out: gen_ai.response.model, too long or no id"
    );
    harness.assembled();
    let output = harness.output("chatcmpl-9").await["output"].clone();
    assert_eq!(
        (&output["output"], output.get("model")),
        (&json!("Hello there"), None)
    );
    assert_eq!(harness.get("/v1/outputs/x").await.status, 404);
}

#[actix_web::test]
async fn gzip_is_read_and_bombs_are_not() {
    let harness = Harness::new();
    let gzip = ("content-encoding", "gzip");
    let body = spans(&[chat("00000000000000a1", &json!({}))]).to_string();
    let answer = harness
        .traces(&[KEY, JSON, gzip], packed(body.as_bytes()))
        .await;
    assert_eq!((answer.status, answer.text()), (200, "{}"));
    harness.assembled();
    assert_eq!(harness.output(TRACE).await["output"]["id"], "chatcmpl-9");
    let bomb = packed(&vec![b' '; TRACES_BODY_BYTES_MAX + 1]);
    assert!(bomb.len() < 64 * 1024);
    let answer = harness.traces(&[KEY, JSON, gzip], bomb).await;
    assert_eq!((answer.status, &answer.json()["code"]), (413, &json!(3)));
    let mut cut = packed(body.as_bytes());
    cut.truncate(cut.len() / 2);
    let answer = harness.traces(&[KEY, JSON, gzip], cut).await;
    assert_eq!(answer.status, 400);
    let answer = harness
        .traces(&[KEY, JSON, ("content-encoding", "deflate")], body)
        .await;
    assert_eq!(answer.status, 415);
    let large = vec![b' '; TRACES_BODY_BYTES_MAX + 1];
    assert_eq!(harness.traces(&[KEY, JSON], large).await.status, 413);
}

#[actix_web::test]
async fn who_may_not_is_told_in_the_protocols_words() {
    let harness = Harness::new();
    for (key, status, code) in [
        ("", 401, 16),
        ("Bearer sk_other", 401, 16),
        ("Bearer sk_revoked", 401, 16),
        ("Bearer pk_test", 403, 7),
    ] {
        let answer = harness.traces(&[("authorization", key), JSON], "{}").await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (status, &json!(code)),
            "{key}"
        );
    }
    let answer = harness
        .traces(&[KEY, ("content-type", "text/plain")], "{}")
        .await;
    assert_eq!(answer.status, 415);
}

#[actix_web::test]
async fn too_many_at_once_come_again() {
    let harness = Harness::new();
    let places = harness.collector.decoding.clone();
    let all = u32::try_from(places.available_permits()).unwrap();
    let taken = places.try_acquire_many(all).unwrap();
    let body = spans(&[chat("00000000000000a1", &json!({}))]);
    let answer = harness.exported(&body).await;
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!(14)));
    assert!(
        answer
            .header("retry-after")
            .unwrap()
            .parse::<u32>()
            .unwrap()
            > 0
    );
    drop(taken);
    assert_eq!(harness.exported(&body).await.status, 200);
}
