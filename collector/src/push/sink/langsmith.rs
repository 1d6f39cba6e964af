//! LangSmith: feedback on runs (`POST /feedback`). A changed label changes the feedback
//! (`PATCH /feedback/{id}`); so does one that is there already (409), and one that is gone
//! is made anew (404).

use serde_json::{Value, json};

use super::{HttpRequest, Kind, Limits, Outcome, Reading, Response, Settings, Sink, instant};
use crate::push::{Address, Ids, LabelOut, Part};

#[derive(Debug)]
pub(super) struct Langsmith(pub(super) Settings);

impl Sink for Langsmith {
    fn kind(&self) -> Kind {
        Kind::Langsmith
    }

    fn limits(&self) -> Limits {
        Limits::ONE
    }

    fn address(&self, ids: &Ids) -> Result<Address, &'static str> {
        let run = ids.named(Kind::Langsmith).or(ids.uuid.as_deref());
        run.map(|run| Address::Run(run.into())).ok_or("no_run_id")
    }

    fn takes_corrections(&self) -> bool {
        true
    }

    fn request(&self, labels: &[LabelOut], _now: u64) -> HttpRequest {
        let Some(label) = labels.first() else {
            return self.0.bare("POST", "/feedback", String::new());
        };
        let key = Some("x-api-key");
        if changes(label) {
            let path = format!("/feedback/{}", label.uuid());
            return self
                .0
                .keyed("PATCH", &path, content(label).to_string(), key);
        }
        let mut body = content(label);
        let run = match &label.address {
            Address::Run(run) => run.as_str(),
            _ => "",
        };
        // Its own clock in stable bytes: sent again, a label is the same.
        let at = instant(label.as_of);
        for (name, value) in [
            ("id", json!(label.uuid())),
            ("run_id", json!(run)),
            ("key", json!(label.name)),
            ("created_at", json!(at)),
            ("modified_at", json!(at)),
            (
                "feedback_source",
                json!({"type": "api", "metadata": label.metadata()}),
            ),
            ("extend_trace_retention", json!(true)),
        ] {
            body[name] = value;
        }
        self.0.keyed("POST", "/feedback", body.to_string(), key)
    }

    fn read(&self, labels: &[LabelOut], response: &Response) -> Reading {
        let Some(label) = labels.first() else {
            return response.reading();
        };
        let other = if changes(label) { 404 } else { 409 };
        if response.status == other && !label.other_way {
            return Reading::Each(vec![Outcome::OtherWay]);
        }
        response.reading()
    }
}

/// Whether it is changed, not made.
fn changes(label: &LabelOut) -> bool {
    label.before.is_some() != label.other_way
}

/// What may change.
fn content(label: &LabelOut) -> Value {
    match &label.part {
        Part::Verdict => json!({
            "score": label.value(),
            "value": label.word(),
            "comment": label.explanation(),
        }),
        Part::Correction(text) => json!({
            "correction": {"output": text},
            "comment": label.explanation(),
        }),
    }
}
