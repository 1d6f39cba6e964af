//! Spans on their way to outputs.

use tacit_signals::SubjectKind;

use super::*;
use crate::{
    limits::{SPANS_KEPT_MS, TRACE_BYTES_MAX, TRACE_WAIT_MS_MAX},
    otlp::{
        Encoding, Facts,
        assemble::{assemble, forget},
        receive,
    },
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SETTLE: u64 = 1_000;

/// A span of [`TRACE`] with these attributes, from second `at` to the next.
fn span(number: u8, parent: u8, at: u64, attributes: &Value) -> Facts {
    let attributes: Vec<Value> = attributes
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
        .collect();
    let id = |number: u8| match number {
        0 => String::new(),
        number => format!("{number:016x}"),
    };
    let time = |second: u64| ((NOW + second * 1_000) * 1_000_000).to_string();
    let request = json!({"resourceSpans":[{"scopeSpans":[{"spans":[{
        "traceId": TRACE, "spanId": id(number), "parentSpanId": id(parent),
        "startTimeUnixNano": time(at), "endTimeUnixNano": time(at + 1),
        "attributes": attributes}]}]}]});
    let bytes = request.to_string().into_bytes();
    let received = receive(&bytes, Encoding::Json, &project(1), NOW).unwrap();
    received.traces[TRACE][0].clone()
}

fn model(number: u8, parent: u8, at: u64, response: &str) -> Facts {
    let attributes = json!({"gen_ai.operation.name":"chat","gen_ai.response.id":response,
        "gen_ai.completion.0.content": format!("text of {response}")});
    span(number, parent, at, &attributes)
}

/// An answer to somebody.
pub(super) fn answer(subject: &str) -> Facts {
    let attributes = json!({"gen_ai.operation.name":"chat","gen_ai.response.id":"r-theirs",
        "user.id":subject,"gen_ai.completion.0.content":"Their answer"});
    span(1, 0, 0, &attributes)
}

fn keep<S: Backend>(store: &S, at: u64, spans: &[Facts]) {
    let crowded = store
        .keep_spans(OURS, at, SETTLE, &[(TRACE, spans)])
        .unwrap();
    assert_eq!(crowded, Vec::<String>::new());
}

fn due<S: Backend>(store: &S, now: u64) -> usize {
    let due = store.due_traces(now, 10).unwrap();
    due.iter().map(|due| due.spans.len()).sum()
}

pub(super) fn a_trace_is_due_once_nothing_more_comes<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    keep(&store, NOW, &[model(1, 0, 0, "a")]);
    assert_eq!(due(&store, NOW + 999), 0);
    keep(&store, NOW + 900, &[model(2, 0, 0, "b")]);
    assert_eq!(due(&store, NOW + 1_899), 0);
    drop(store);
    let store = S::open_in(directory.path());
    let read = store.due_traces(NOW + 1_900, 10).unwrap();
    assert_eq!((read.len(), read[0].spans.len()), (1, 2));
    // More came while what was read was registered.
    keep(&store, NOW + 1_950, &[model(3, 0, 0, "c")]);
    store.settle_traces(&[read[0].key.clone()]).unwrap();
    assert_eq!(due(&store, NOW + 5_000), 3);
    let read = store.due_traces(NOW + 5_000, 10).unwrap();
    store.settle_traces(&[read[0].key.clone()]).unwrap();
    assert_eq!(due(&store, u64::MAX), 0);
    drop(directory);
}

pub(super) fn a_trace_that_never_ends_is_due_all_the_same<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let mut at = NOW;
    while at < NOW + TRACE_WAIT_MS_MAX {
        assert_eq!(due(&store, at), 0);
        keep(&store, at, &[model(1, 0, 0, "a")]);
        at += 900;
    }
    assert!(due(&store, NOW + TRACE_WAIT_MS_MAX) > 300);
    drop(directory);
}

pub(super) fn a_trace_may_hold_so_much<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let mut large = model(1, 0, 0, "a");
    large.span = "x".repeat(1024 * 1024);
    let fit = TRACE_BYTES_MAX / (1024 * 1024) - 1;
    for at in 0..fit {
        keep(&store, NOW + at, std::slice::from_ref(&large));
    }
    let other = ("other", &[model(2, 0, 0, "b")][..]);
    let kept = store.keep_spans(
        OURS,
        NOW,
        SETTLE,
        &[(TRACE, &[large.clone(), large]), other],
    );
    assert_eq!(kept.unwrap(), [TRACE]);
    // One that large is read alone.
    let read = store.due_traces(u64::MAX, 10).unwrap();
    assert_eq!(read.len(), 2);
    drop(directory);
}

pub(super) fn traces_are_forgotten_once_they_are_settled<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    keep(&store, NOW, &[model(1, 0, 0, "a")]);
    let later = NOW + SPANS_KEPT_MS + 1;
    forget(&store, later).unwrap();
    assert_eq!(due(&store, later), 1, "not registered yet");
    assert!(assemble(&store, &store, later).unwrap());
    assert!(!assemble(&store, &store, later).unwrap());
    forget(&store, later - 1).unwrap();
    keep(&store, later, &[model(2, 0, 0, "b")]);
    assert_eq!(due(&store, u64::MAX), 2, "kept for so long");
    assemble(&store, &store, later + SETTLE).unwrap();
    forget(&store, later + SPANS_KEPT_MS + 1).unwrap();
    keep(&store, later, &[model(3, 0, 0, "c")]);
    assert_eq!(due(&store, u64::MAX), 1);
    drop(directory);
}

/// A request, in it an agent of two model spans and what it looked up.
fn agent() -> Vec<Facts> {
    vec![
        span(
            1,
            0,
            0,
            &json!({"user.id":"u-42","gen_ai.conversation.id":"c-1"}),
        ),
        span(
            2,
            1,
            0,
            &json!({"gen_ai.operation.name":"invoke_agent","gen_ai.agent.name":"support"}),
        ),
        model(3, 2, 1, "first"),
        span(
            4,
            2,
            2,
            &json!({"gen_ai.operation.name":"retrieval",
            "gen_ai.retrieval.documents":"[{\"id\":\"d-1\"}]"}),
        ),
        model(5, 2, 3, "last"),
    ]
}

fn described<S: Backend>(store: &S) -> String {
    format!("{:#?}", groups(store, EVER))
}

pub(super) fn any_order_and_split_gives_the_same_outputs<S: Backend>() {
    let spans = agent();
    let Fixture { store, directory } = S::fixture();
    keep(&store, NOW, &spans);
    assemble(&store, &store, NOW + SETTLE).unwrap();
    let expected = described(&store);
    let groups = groups(&store, EVER);
    assert_eq!(ids(&groups), [["last"]]);
    let fields = groups[0].outputs[0].registered.as_ref().unwrap();
    assert_eq!(fields.conversation.as_ref().map(Id::as_str), Some("c-1"));
    assert_eq!(
        fields.subject,
        Some(project(1).subject("u-42", SubjectKind::App))
    );
    assert_eq!(fields.documents, Some(vec![json!({"id":"d-1"})]));
    assert!(fields.aliases.iter().any(|alias| alias.as_str() == TRACE));
    drop(directory);
    let orders = Just(spans).prop_shuffle();
    let splits = prop::collection::vec(any::<bool>(), 5);
    let config = ProptestConfig::with_cases(24);
    proptest!(config, |(spans in orders, split in splits, again in 0..5_usize)| {
        let Fixture { store, directory } = S::fixture();
        let mut portion = Vec::new();
        for (span, ends) in spans.iter().zip(split) {
            portion.push(span.clone());
            if ends {
                keep(&store, NOW, &std::mem::take(&mut portion));
            }
        }
        // An exporter that saw no answer sends again.
        portion.push(spans[again].clone());
        keep(&store, NOW, &portion);
        assemble(&store, &store, NOW + SETTLE).unwrap();
        prop_assert_eq!(described(&store), expected.clone());
        drop(directory);
    });
}

/// Where the order does matter: what comes after the trace was registered.
pub(super) fn late_spans_only_add<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let spans = agent();
    let later = |number: u64| NOW + number * (SETTLE + 1);
    // The first model span alone is an answer, for all one knows.
    keep(&store, NOW, &spans[2..3]);
    assemble(&store, &store, later(1)).unwrap();
    assert_eq!(ids(&groups(&store, EVER)), [["first"]]);
    // What stands above it and beside it comes late, and is understood.
    keep(
        &store,
        later(1),
        &[spans[0].clone(), spans[1].clone(), spans[3].clone()],
    );
    assemble(&store, &store, later(3)).unwrap();
    let known = groups(&store, EVER)[0].outputs[0]
        .registered
        .clone()
        .unwrap();
    assert!(known.conversation.is_some() && known.documents.is_some());
    // The last answer becomes an output; the first stays one, and keeps the trace.
    keep(&store, later(4), &spans[4..]);
    assemble(&store, &store, later(6)).unwrap();
    let groups = groups(&store, EVER);
    assert_eq!(ids(&groups), [["first", "last"]]);
    let has_trace = |output: usize| {
        let fields = groups[0].outputs[output].registered.as_ref().unwrap();
        fields.aliases.iter().any(|alias| alias.as_str() == TRACE)
    };
    assert_eq!((has_trace(0), has_trace(1)), (true, false));
    drop(directory);
}
