//! Langfuse: scores, an array of them a request, as its SDK 5 sends them
//! (`POST /api/public/scores`). A score with a known id replaces the one before.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{HttpRequest, KeyError, Kind, Limits, Outcome, Reading, Response, Settings, Sink};
use crate::{
    client::Secret,
    push::{Address, Ids, LabelOut, Part},
};

/// The server takes bodies of 1 MiB (`score_consumer.py` of the SDK).
const LIMITS: Limits = Limits {
    items: 100,
    bytes: 900_000,
};

#[derive(Debug)]
pub(super) struct Langfuse {
    settings: Settings,
    basic: Secret,
}

impl Langfuse {
    pub(super) fn new(settings: Settings) -> Result<Self, KeyError> {
        let user = settings.user.as_deref().ok_or(KeyError::NoUser)?;
        let key = settings
            .key
            .as_ref()
            .ok_or(KeyError::Missing(Kind::Langfuse))?;
        let pair = STANDARD.encode(format!("{user}:{}", key.reveal()));
        Ok(Self {
            basic: Secret::new(&format!("Basic {pair}")),
            settings,
        })
    }
}

impl Sink for Langfuse {
    fn kind(&self) -> Kind {
        Kind::Langfuse
    }

    fn limits(&self) -> Limits {
        LIMITS
    }

    fn address(&self, ids: &Ids) -> Result<Address, &'static str> {
        if let Some(trace) = ids.named(Kind::Langfuse) {
            return Ok(Address::Trace(trace.into()));
        }
        let trace = ids.trace.clone().ok_or("no_trace_id")?;
        Ok(match ids.span.clone() {
            Some(span) => Address::Span {
                trace: Some(trace),
                span,
            },
            None => Address::Trace(trace),
        })
    }

    fn takes_corrections(&self) -> bool {
        true
    }

    fn request(&self, labels: &[LabelOut], _now: u64) -> HttpRequest {
        let scores: Vec<_> = labels.iter().map(score).collect();
        let body = Value::Array(scores).to_string();
        let bare = self.settings.bare("POST", "/api/public/scores", body);
        HttpRequest {
            secrets: vec![("authorization".into(), self.basic.clone())],
            ..bare
        }
    }

    fn read(&self, labels: &[LabelOut], response: &Response) -> Reading {
        let json = response.json();
        let rejected = json["rejected"].as_u64().unwrap_or_default();
        if response.status != 207 || rejected == 0 {
            return response.reading();
        }
        let first = &json["errors"][0]["message"];
        let why = format!(
            "207 {}",
            super::answer::start(first.as_str().unwrap_or_default())
        );
        // Which of many is not said; sent again, the good ones replace themselves.
        let _ = labels;
        Reading::Whole(Outcome::Rejected(why))
    }
}

fn score(label: &LabelOut) -> Value {
    let (trace, span) = match &label.address {
        Address::Span { trace, span } => (trace.as_deref().unwrap_or_default(), Some(span)),
        Address::Trace(trace) => (trace.as_str(), None),
        Address::Run(_) | Address::Output => ("", None),
    };
    let mut score = match &label.part {
        Part::Verdict => json!({
            "id": label.hex_id(),
            "traceId": trace,
            "name": label.name,
            "value": u8::from(label.kept()),
            "dataType": "BOOLEAN",
            "comment": label.explanation(),
            "metadata": label.metadata(),
        }),
        // What the interface shows beside the output.
        Part::Correction(text) => json!({
            "id": label.hex_id(),
            "traceId": trace,
            "name": "output",
            "value": text,
            "dataType": "CORRECTION",
            "metadata": label.metadata(),
        }),
    };
    if let Some(span) = span {
        score["observationId"] = json!(span);
    }
    score
}
