use serde_json::{Value, json};

use super::*;
use crate::{
    otlp::{Encoding, receive},
    testing::{NOW, project},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// A span that ends `number` seconds after the first, below another or none.
fn span(number: u8, parent: u8, attributes: Value) -> Value {
    let attributes: Vec<Value> = attributes
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
        .collect();
    let parent = match parent {
        0 => String::new(),
        parent => format!("{parent:016x}"),
    };
    json!({"traceId": TRACE, "spanId": format!("{number:016x}"), "parentSpanId": parent,
        "startTimeUnixNano": 1, "endTimeUnixNano": (u64::from(number) * 1_000_000_000).to_string(),
        "attributes": attributes})
}

fn says(number: u8, parent: u8, text: &str) -> Value {
    span(
        number,
        parent,
        json!({"gen_ai.operation.name":"chat","gen_ai.completion.0.content":text}),
    )
}

/// What the outputs say, and whether the trace names them.
fn told(spans: &[Value]) -> Vec<(String, bool)> {
    let request = json!({"resourceSpans":[{"scopeSpans":[{"spans":spans}]}]}).to_string();
    let received = receive(request.as_bytes(), Encoding::Json, &project(1), NOW).unwrap();
    let spans = received.traces.into_values().next().unwrap();
    let outputs = outputs(TRACE, spans);
    let told = outputs.into_iter().map(|output| {
        let names = |alias: &Id| alias.as_str() == TRACE;
        let is_named = output.fields.aliases.iter().any(names);
        (output.fields.output.unwrap_or_default(), is_named)
    });
    told.collect()
}

fn of(expected: &[(&str, bool)]) -> Vec<(String, bool)> {
    let owned = expected
        .iter()
        .map(|(text, is_named)| ((*text).into(), *is_named));
    owned.collect()
}

#[test]
fn plain_calls_are_an_output_each_and_the_trace_is_neithers() {
    let spans = [
        span(9, 0, json!({})),
        says(1, 9, "a query"),
        says(2, 9, "an answer"),
    ];
    assert_eq!(
        told(&spans),
        of(&[("a query", false), ("an answer", false)])
    );
}

#[test]
fn an_output_id_above_makes_one_of_them() {
    let request = span(9, 0, json!({"tacit.output.id":"o-1"}));
    let spans = [request, says(1, 9, "a query"), says(2, 9, "an answer")];
    assert_eq!(told(&spans), of(&[("an answer", true)]));
}

#[test]
fn a_chain_has_one_answer_the_last() {
    for kind in ["CHAIN", "AGENT"] {
        let root = span(9, 0, json!({"openinference.span.kind": kind}));
        let inner = span(8, 9, json!({"openinference.span.kind": "CHAIN"}));
        let spans = [root, inner, says(2, 8, "an answer"), says(1, 9, "a query")];
        assert_eq!(told(&spans), of(&[("an answer", true)]), "{kind}");
    }
}

#[test]
fn a_model_within_a_tool_or_a_guardrail_answers_nobody() {
    for aside in [
        json!({"gen_ai.operation.name":"execute_tool"}),
        json!({"openinference.span.kind":"GUARDRAIL"}),
    ] {
        let spans = [
            span(9, 0, json!({"gen_ai.operation.name":"invoke_agent"})),
            says(1, 9, "an answer"),
            span(8, 9, aside),
            says(7, 8, "all fine"),
        ];
        assert_eq!(told(&spans), of(&[("an answer", true)]));
    }
}

#[test]
fn what_asks_for_a_tool_or_failed_without_a_text_is_no_answer() {
    let asks = span(
        1,
        0,
        json!({"gen_ai.operation.name":"chat","llm.finish_reason":"tool_calls"}),
    );
    assert_eq!(told(&[asks]), of(&[]));
    let mut failed = span(1, 0, json!({"gen_ai.operation.name":"chat"}));
    failed["status"] = json!({"code": 2});
    assert_eq!(told(&[failed]), of(&[]));
    let mut cut = says(1, 0, "as far as it");
    cut["status"] = json!({"code": 2});
    assert_eq!(told(&[cut]), of(&[("as far as it", true)]));
}

#[test]
fn an_agent_without_a_model_that_answers_says_it_itself() {
    let agent = |more: Value| {
        let mut said = json!({"gen_ai.operation.name":"invoke_agent"});
        said.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        span(9, 0, said)
    };
    let speaks = agent(json!({"gen_ai.completion.0.content":"by itself"}));
    assert_eq!(
        told(std::slice::from_ref(&speaks)),
        of(&[("by itself", true)])
    );
    assert_eq!(
        told(&[speaks, says(1, 9, "a model's")]),
        of(&[("a model's", true)])
    );
    assert_eq!(told(&[agent(json!({}))]), of(&[]));
}

#[test]
fn two_spans_of_one_response_are_one_output() {
    let response = json!({"gen_ai.operation.name":"chat","gen_ai.response.id":"r-1",
        "gen_ai.completion.0.content":"once"});
    let outer = says(2, 0, "once");
    let inner = span(1, 2, response);
    let request = json!({"resourceSpans":[{"scopeSpans":[{"spans":[outer, inner]}]}]}).to_string();
    let received = receive(request.as_bytes(), Encoding::Json, &project(1), NOW).unwrap();
    let outputs = outputs(TRACE, received.traces.into_values().next().unwrap());
    assert_eq!((outputs.len(), outputs[0].id.as_str()), (1, "r-1"));
    let aliases: Vec<&str> = outputs[0].fields.aliases.iter().map(Id::as_str).collect();
    assert_eq!(aliases, [TRACE, "0000000000000002", "0000000000000001"]);
}
