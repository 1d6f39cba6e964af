//! PostHog: an `$ai_metric` event for each label (`POST /batch/`). Events with the same
//! uuid, name, time and person are one; a label that changed is another event, which says
//! what it supersedes. The collector knows people by pseudonyms only, so events make no
//! person profiles; what joins is the trace.

use serde_json::{Value, json};

use super::{HttpRequest, KEY_MARK, Kind, Limits, Settings, Sink, instant};
use crate::push::{Address, Ids, LabelOut, label_out};

const LIMITS: Limits = Limits {
    items: 100,
    bytes: 1 << 20,
};

#[derive(Debug)]
pub(super) struct Posthog(pub(super) Settings);

impl Sink for Posthog {
    fn kind(&self) -> Kind {
        Kind::Posthog
    }

    fn limits(&self) -> Limits {
        LIMITS
    }

    fn address(&self, ids: &Ids) -> Result<Address, &'static str> {
        let named = ids.named(Kind::Posthog).map(String::from);
        let trace = named
            .or_else(|| ids.trace.clone())
            .or_else(|| ids.uuid.clone());
        trace.map(Address::Trace).ok_or("no_trace_id")
    }

    fn request(&self, labels: &[LabelOut], now: u64) -> HttpRequest {
        let batch: Vec<_> = labels.iter().map(event).collect();
        let body = json!({
            "api_key": KEY_MARK,
            "historical_migration": false,
            "sent_at": instant(now),
            "batch": batch,
        });
        HttpRequest {
            body_key: self.0.key.clone(),
            ..self.0.bare("POST", "/batch/", body.to_string())
        }
    }
}

fn event(label: &LabelOut) -> Value {
    let mut properties = label.metadata();
    let trace = match &label.address {
        Address::Trace(trace) => trace.as_str(),
        _ => "",
    };
    properties.extend([
        ("$ai_trace_id".into(), json!(trace)),
        ("$ai_metric_name".into(), json!(label.name)),
        (
            "$ai_metric_value".into(),
            json!(u8::from(label.kept()).to_string()),
        ),
        ("$process_person_profile".into(), json!(false)),
        ("label".into(), json!(label.word())),
        ("explanation".into(), json!(label.explanation())),
    ]);
    json!({
        "event": "$ai_metric",
        "distinct_id": label.subject.as_deref().unwrap_or("tacit"),
        "uuid": label_out::uuid(label.revision()),
        "timestamp": instant(label.at()),
        "properties": properties,
    })
}
