//! OpenTelemetry: a log record `gen_ai.evaluation.result` for each label, over OTLP/HTTP
//! JSON (semantic conventions for GenAI, `gen-ai-events.md`, status Development; OTLP
//! 1.x, "JSON Protobuf Encoding": ids are hex).
//!
//! Records are appended: a label that changed is another record, which says what it
//! supersedes.

use serde_json::{Value, json};

use super::{HttpRequest, Kind, Limits, Outcome, Reading, Response, Settings, Sink};
use crate::push::{Address, Ids, LabelOut};

/// Receivers take at least 4 MiB a request (the OpenTelemetry Collector's `confighttp`
/// takes 20 MiB).
const LIMITS: Limits = Limits {
    items: 200,
    bytes: 1 << 20,
};

/// `SEVERITY_NUMBER_INFO`.
const INFO: u8 = 9;

#[derive(Debug)]
pub(super) struct Otel(pub(super) Settings);

impl Sink for Otel {
    fn kind(&self) -> Kind {
        Kind::Otel
    }

    fn limits(&self) -> Limits {
        LIMITS
    }

    fn address(&self, ids: &Ids) -> Result<Address, &'static str> {
        if let Some(response) = ids.named(Kind::Otel) {
            return Ok(Address::Run(response.into()));
        }
        // A record with a span and no trace belongs nowhere.
        if let (Some(trace), Some(span)) = (&ids.trace, &ids.span) {
            return Ok(Address::Span {
                trace: Some(trace.clone()),
                span: span.clone(),
            });
        }
        let response = ids.response.clone().map(Address::Run);
        let trace = ids.trace.clone().map(Address::Trace);
        response.or(trace).ok_or("no_trace_or_response_id")
    }

    fn request(&self, labels: &[LabelOut], now: u64) -> HttpRequest {
        let records: Vec<_> = labels.iter().map(|label| record(label, now)).collect();
        let body = json!({"resourceLogs": [{
            "resource": {"attributes": [text("service.name", "tacit")]},
            "scopeLogs": [{
                "scope": {"name": "tacit.push", "version": env!("CARGO_PKG_VERSION")},
                "logRecords": records,
            }],
        }]});
        self.0.json("POST", "/v1/logs", body.to_string())
    }

    fn read(&self, labels: &[LabelOut], response: &Response) -> Reading {
        let json = response.json();
        let partial = &json["partialSuccess"];
        // 64-bit numbers are texts in JSON.
        let rejected = match &partial["rejectedLogRecords"] {
            Value::String(count) => count.parse().unwrap_or_default(),
            count => count.as_u64().unwrap_or_default(),
        };
        if response.status != 200 || rejected == 0 {
            return response.reading();
        }
        // Which ones is not said, and they must not be sent again as they are.
        let said = partial["errorMessage"].as_str().unwrap_or_default();
        let why = format!("{rejected} of {} rejected: {said}", labels.len());
        Reading::Each(vec![Outcome::Rejected(why); labels.len()])
    }
}

fn record(label: &LabelOut, now: u64) -> Value {
    let mut attributes = vec![
        text("gen_ai.evaluation.name", &label.name),
        double("gen_ai.evaluation.score.value", label.value()),
        text("gen_ai.evaluation.score.label", label.word()),
        text("gen_ai.evaluation.explanation", &label.explanation()),
    ];
    let response = match &label.address {
        Address::Run(id) => Some(id),
        _ => label.ids.response.as_ref(),
    };
    attributes.extend(response.map(|id| text("gen_ai.response.id", id)));
    let conversation = label.conversation.as_deref();
    attributes.extend(conversation.map(|id| text("gen_ai.conversation.id", id)));
    let metadata = label.metadata().into_iter();
    attributes.extend(metadata.map(|(name, value)| {
        let name = match name.as_str() {
            "tacit_id" => "tacit.id".to_owned(),
            other => format!("tacit.{other}"),
        };
        attribute(&name, &value)
    }));
    attributes.push(text("tacit.revision", &hex::encode(label.revision())));
    let mut record = json!({
        "timeUnixNano": nanos(label.at()),
        "observedTimeUnixNano": nanos(now),
        "severityNumber": INFO,
        "severityText": "INFO",
        "eventName": "gen_ai.evaluation.result",
        "attributes": attributes,
    });
    let (trace, span) = match &label.address {
        Address::Span { trace, span } => (trace.as_ref(), Some(span)),
        Address::Trace(trace) => (Some(trace), None),
        _ => (None, None),
    };
    if let Some(trace) = trace {
        record["traceId"] = json!(trace);
    }
    if let Some(span) = span {
        record["spanId"] = json!(span);
    }
    record
}

/// Unix ms as OTLP writes moments in JSON.
fn nanos(at: u64) -> String {
    format!("{at}000000")
}

fn text(name: &str, value: &str) -> Value {
    json!({"key": name, "value": {"stringValue": value}})
}

fn double(name: &str, value: f64) -> Value {
    json!({"key": name, "value": {"doubleValue": value}})
}

fn attribute(name: &str, value: &Value) -> Value {
    let value = match value {
        Value::Bool(value) => json!({"boolValue": value}),
        Value::Number(number) if number.is_u64() => json!({"intValue": number.to_string()}),
        Value::Number(number) => json!({"doubleValue": number}),
        Value::String(text) => json!({"stringValue": text}),
        other => json!({"stringValue": other.to_string()}),
    };
    json!({"key": name, "value": value})
}
