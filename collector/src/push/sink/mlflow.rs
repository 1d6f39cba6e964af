//! MLflow: assessments of traces (`POST /api/3.0/mlflow/traces/{trace}/assessments`).
//!
//! Assessments are appended; the id is ours, so that one that is sent twice is refused the
//! second time, and one that changed `overrides` the one before, which the server then
//! marks invalid.

use serde_json::{Value, json};

use super::{HttpRequest, Kind, Limits, Outcome, Reading, Response, Settings, Sink, instant};
use crate::push::{Address, Ids, LabelOut, Part, label_out::Hash128};

/// Source of a label whose person is not known.
const NOBODY: &str = "tacit";

#[derive(Debug)]
pub(super) struct Mlflow(pub(super) Settings);

impl Sink for Mlflow {
    fn kind(&self) -> Kind {
        Kind::Mlflow
    }

    fn limits(&self) -> Limits {
        Limits::ONE
    }

    fn address(&self, ids: &Ids) -> Result<Address, &'static str> {
        let own = ids.named(Kind::Mlflow).or(ids.mlflow.as_deref());
        // Traces that came over OTLP are called so (`trace_utils.py`).
        let from_otel = || ids.trace.as_ref().map(|trace| format!("tr-{trace}"));
        let trace = own.map(String::from).or_else(from_otel);
        trace.map(Address::Trace).ok_or("no_trace_id")
    }

    fn takes_corrections(&self) -> bool {
        true
    }

    fn request(&self, labels: &[LabelOut], _now: u64) -> HttpRequest {
        let (trace, assessment) = labels.first().map(assessment).unwrap_or_default();
        let path = format!("/api/3.0/mlflow/traces/{trace}/assessments");
        let body = json!({ "assessment": assessment }).to_string();
        self.0.json("POST", &path, body)
    }

    fn read(&self, labels: &[LabelOut], response: &Response) -> Reading {
        let said = response.words();
        let overrides = |label: &LabelOut| label.before.is_some() && !label.other_way;
        match response.status {
            // The trace is there, or it would be 404; so it is the id that is known.
            500 if said.contains("constraint") => Reading::Whole(Outcome::Delivered),
            404 if said.contains("Assessment") && labels.iter().all(overrides) => {
                Reading::Each(vec![Outcome::OtherWay; labels.len()])
            }
            _ => response.reading(),
        }
    }
}

fn assessment(label: &LabelOut) -> (String, Value) {
    let trace = match &label.address {
        Address::Trace(trace) => trace.clone(),
        _ => String::new(),
    };
    let at = instant(label.as_of);
    let mut assessment = json!({
        "assessment_id": id(label.revision()),
        "trace_id": trace,
        "source": {
            "source_type": "HUMAN",
            "source_id": label.subject.as_deref().unwrap_or(NOBODY),
        },
        "create_time": at,
        "last_update_time": at,
        "metadata": label.texts(),
    });
    match &label.part {
        Part::Verdict => {
            assessment["assessment_name"] = json!(label.name);
            assessment["feedback"] = json!({"value": label.kept()});
            assessment["rationale"] = json!(label.explanation());
        }
        Part::Correction(text) => {
            assessment["assessment_name"] = json!("expected_response");
            assessment["expectation"] = json!({"value": text});
        }
    }
    if let Some(before) = label.before.filter(|_| !label.other_way) {
        assessment["overrides"] = json!(id(before));
    }
    (trace, assessment)
}

/// As the server makes them (`generate_assessment_id`).
fn id(revision: Hash128) -> String {
    format!("a-{}", hex::encode(revision))
}
