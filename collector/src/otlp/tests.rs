//! Requests of real instrumentations, captured, and what is made of them.

use std::{fs, path::PathBuf};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::{
    accept::registration::{Registration, to_stored},
    testing::{NOW, project},
};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("src/otlp/golden")
        .join(name)
}

/// The captured requests; `golden/README.md` says what made each.
const CAPTURED: [&str; 9] = [
    "ai_sdk_4.pb",
    "ai_sdk_6.json",
    "genai_agents.pb",
    "openai_v2.pb",
    "openinference_langchain.pb",
    "openinference_openai.pb",
    "openllmetry.pb",
    "openllmetry_0_47.pb",
    "openllmetry_langchain.pb",
];

fn captured(name: &str) -> Received {
    let bytes = fs::read(golden(name)).unwrap();
    let encoding = match name.ends_with(".json") {
        true => Encoding::Json,
        false => Encoding::Protobuf,
    };
    receive(&bytes, encoding, &project(1), NOW).unwrap()
}

/// The outputs of all traces, in the order they were made in.
fn outputs(received: Received) -> Vec<Value> {
    let mut outputs: Vec<Value> = received
        .traces
        .into_iter()
        .flat_map(|(trace, spans)| trace::outputs(&trace, spans))
        .map(|output| shown(&output))
        .collect();
    outputs.sort_by_key(|output| output["created_at"].as_u64());
    outputs
}

/// As a body of `POST /v1/outputs`, but for the hidden subject.
fn shown(output: &Registration) -> Value {
    let Value::Object(body) = serde_json::to_value(to_stored(&output.fields)).unwrap() else {
        panic!("an object");
    };
    let aliases: Vec<&str> = output.fields.aliases.iter().map(|id| id.as_str()).collect();
    let mut shown = Map::from_iter([("id".into(), json!(output.id.as_str()))]);
    shown.insert("aliases".into(), json!(aliases));
    shown.extend(body);
    Value::Object(shown)
}

#[test]
fn captured_requests_become_these_outputs() {
    for name in CAPTURED {
        let received = captured(name);
        assert_eq!(received.rejected.message(), "", "{name}");
        let outputs = serde_json::to_string_pretty(&outputs(received)).unwrap() + "\n";
        let path = golden(&format!("{}.outputs.json", name.split('.').next().unwrap()));
        if std::env::var_os("TACIT_BLESS").is_some() {
            fs::write(&path, &outputs).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap();
        assert_eq!(outputs, expected, "{name}");
    }
}

/// The document shows the tables as they are.
#[test]
fn the_document_has_the_tables() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../demo-site/docs/otlp.md");
    let mut document = fs::read_to_string(&path).unwrap();
    for (name, table) in [("fields", described_fields()), ("roles", described_roles())] {
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let from = document.find(&start).unwrap() + start.len();
        let to = document.find(&end).unwrap();
        if std::env::var_os("TACIT_BLESS").is_some() {
            document.replace_range(from..to, &table);
            fs::write(&path, &document).unwrap();
        } else {
            assert_eq!(document[from..to], table, "{name}");
        }
    }
}

#[test]
fn messages_may_be_events() {
    let event = |name: &str, attributes: Value| {
        let attributes: Vec<Value> = attributes
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
            .collect();
        json!({"name": name, "attributes": attributes})
    };
    let of = |events: Value| {
        let span = json!({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331",
            "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}],
            "events": events});
        let request = json!({"resourceSpans":[{"scopeSpans":[{"spans":[span]}]}]}).to_string();
        let received = receive(request.as_bytes(), Encoding::Json, &project(1), NOW).unwrap();
        let output = outputs(received).remove(0);
        (
            output["input"].clone(),
            output["output"].clone(),
            output["tags"].clone(),
        )
    };
    let asked = json!([{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"}]);
    let expected = (asked, json!("So."), json!({"finish_reason":"stop"}));
    // As of 1.28, each attribute of its own.
    let flat = json!([
        event("gen_ai.system.message", json!({"content":"Be brief."})),
        event("gen_ai.user.message", json!({"content":"Why?"})),
        event(
            "gen_ai.choice",
            json!({"message":"{\"content\":\"So.\"}","finish_reason":"stop"})
        ),
    ]);
    assert_eq!(of(flat), expected);
    // As JSON in one attribute.
    let body = |name, body: Value| event(name, json!({"gen_ai.event.content": body.to_string()}));
    let one = json!([
        body("gen_ai.system.message", json!({"content":"Be brief."})),
        body(
            "gen_ai.user.message",
            json!({"content":"Why?","role":"user"})
        ),
        body(
            "gen_ai.choice",
            json!({"message":{"content":"So."},"finish_reason":"stop","index":0})
        ),
    ]);
    assert_eq!(of(one), expected);
    // As of 1.27: the whole prompt, the whole completion.
    let whole = json!([
        event(
            "gen_ai.content.prompt",
            json!({"gen_ai.prompt":
            "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Why?\"}]"})
        ),
        event(
            "gen_ai.content.completion",
            json!({"gen_ai.completion":
            "[{\"role\":\"assistant\",\"content\":\"So.\"}]"})
        ),
    ]);
    let (input, output, _) = of(whole);
    assert_eq!((input, output), (expected.0.clone(), expected.1.clone()));
    // As of 1.37, where an event has what spans may have.
    let details = json!([event(
        "gen_ai.client.inference.operation.details",
        json!({
        "gen_ai.system_instructions":"[{\"type\":\"text\",\"content\":\"Be brief.\"}]",
        "gen_ai.input.messages":"[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Why?\"}]}]",
        "gen_ai.output.messages":"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"reasoning\",\"content\":\"hm\"},{\"type\":\"text\",\"content\":\"So.\"}],\"finish_reason\":\"stop\"}]"})
    )]);
    assert_eq!(of(details), expected);
}

/// All spans of a captured request, as one trace would have them.
fn all_traces() -> Vec<(String, Vec<Facts>)> {
    let requests = CAPTURED.into_iter().map(captured);
    requests.flat_map(|received| received.traces).collect()
}

/// Spans of all kinds that stand anywhere, in circles as well.
fn any_spans() -> impl Strategy<Value = Vec<Facts>> {
    let role = prop::option::of(prop::sample::select(vec![
        "chat",
        "invoke_agent",
        "retrieval",
        "execute_tool",
    ]));
    let span = (
        0..12_u8,
        0..12_u8,
        role,
        0..4_u64,
        prop::option::of(0..3_u8),
        any::<bool>(),
    );
    let spans = prop::collection::vec(span, 1..16);
    spans.prop_map(|spans| {
        let spans: Vec<Value> = spans
            .into_iter()
            .map(|(id, parent, role, end, response, calls)| {
                let mut said = vec![("gen_ai.completion.0.content".to_owned(), format!("text {id} {end}"))];
                said.extend(role.map(|role| ("gen_ai.operation.name".to_owned(), role.to_owned())));
                said.extend(response.map(|n| ("gen_ai.response.id".to_owned(), format!("r-{n}"))));
                if calls {
                    said.push(("llm.finish_reason".into(), "tool_calls".into()));
                }
                let said: Vec<Value> = said
                    .into_iter()
                    .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
                    .collect();
                json!({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":format!("{:016x}", id + 1),
                    "parentSpanId":format!("{:016x}", parent),"endTimeUnixNano":end,"attributes":said})
            })
            .collect();
        let request = json!({"resourceSpans":[{"scopeSpans":[{"spans":spans}]}]}).to_string();
        let received = receive(request.as_bytes(), Encoding::Json, &project(1), NOW).unwrap();
        received.traces.into_values().next().unwrap_or_default()
    })
}

proptest! {
    #[test]
    fn no_order_of_spans_changes_an_output(
        (spans, shuffled) in any_spans().prop_flat_map(|spans| (Just(spans.clone()), Just(spans).prop_shuffle())),
        again in any::<prop::sample::Index>(),
    ) {
        let expected = trace::outputs("t", spans.clone());
        let mut shuffled = shuffled;
        shuffled.push(spans[again.index(spans.len())].clone());
        prop_assert_eq!(&trace::outputs("t", shuffled), &expected);
        // No id is two outputs', nor twice one's.
        let ids = |output: &Registration| -> Vec<_> {
            std::iter::once(&output.id).chain(&output.fields.aliases).cloned().collect()
        };
        let all: Vec<_> = expected.iter().flat_map(ids).collect();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        prop_assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        for encoding in [Encoding::Protobuf, Encoding::Json] {
            if let Ok(received) = receive(&bytes, encoding, &project(1), NOW) {
                outputs(received);
            }
        }
    }

    #[test]
    fn no_damage_is_too_much(
        name in prop::sample::select(CAPTURED.to_vec()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = fs::read(golden(name)).unwrap();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let encoding = if name.ends_with(".json") { Encoding::Json } else { Encoding::Protobuf };
        if let Ok(received) = receive(&bytes, encoding, &project(1), NOW) {
            outputs(received);
        }
    }

    #[test]
    fn facts_come_back_from_the_store(place in any::<prop::sample::Index>()) {
        let traces = all_traces();
        let (_, spans) = &traces[place.index(traces.len())];
        let stored = serde_json::to_string(spans).unwrap();
        prop_assert!(!stored.contains("u-42"), "the raw subject");
        let back: Vec<Facts> = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&back, spans);
    }
}
