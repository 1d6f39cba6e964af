//! Arize Phoenix: annotations of spans, or of traces where no span is known. One with the
//! same name and identifier replaces the one before. `sync=true`: else the server answers
//! before it knows whether the span is there.

use serde_json::{Value, json};

use super::{HttpRequest, Kind, Limits, Settings, Sink};
use crate::push::{Address, Ids, LabelOut};

const LIMITS: Limits = Limits {
    items: 100,
    bytes: 1 << 20,
};

#[derive(Debug)]
pub(super) struct Phoenix(pub(super) Settings);

impl Sink for Phoenix {
    fn kind(&self) -> Kind {
        Kind::Phoenix
    }

    fn limits(&self) -> Limits {
        LIMITS
    }

    fn address(&self, ids: &Ids) -> Result<Address, &'static str> {
        let span = ids.named(Kind::Phoenix).or(ids.span.as_deref());
        if let Some(span) = span {
            return Ok(Address::Span {
                trace: None,
                span: span.into(),
            });
        }
        let trace = ids.trace.clone().map(Address::Trace);
        trace.ok_or("no_span_or_trace_id")
    }

    fn request(&self, labels: &[LabelOut], _now: u64) -> HttpRequest {
        let is_trace = |label: &LabelOut| matches!(label.address, Address::Trace(_));
        let path = match labels.first() {
            Some(first) if is_trace(first) => "/v1/trace_annotations",
            _ => "/v1/span_annotations",
        };
        let data: Vec<_> = labels.iter().map(annotation).collect();
        let body = json!({ "data": data }).to_string();
        let mut request = self.0.json("POST", path, body);
        request.url.push_str("?sync=true");
        request
    }
}

fn annotation(label: &LabelOut) -> Value {
    let mut annotation = json!({
        "name": label.name,
        "annotator_kind": "HUMAN",
        "result": {
            "label": label.word(),
            "score": label.value(),
            "explanation": label.explanation(),
        },
        "metadata": label.metadata(),
        "identifier": format!("tacit-{}", label.hex_id()),
    });
    match &label.address {
        Address::Trace(trace) => annotation["trace_id"] = json!(trace),
        Address::Span { span, .. } => annotation["span_id"] = json!(span),
        Address::Run(_) | Address::Output => {}
    }
    annotation
}
