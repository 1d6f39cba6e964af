//! LangSmith: feedback as `GET /feedback` and `Client.list_feedback` give it (`langsmith`
//! 0.15.1 on `PyPI`, `schemas.py`: `Feedback`).

use serde_json::Value;

use super::{Author, Feedback, Record};

pub(super) fn feedback(record: &Record) -> Feedback {
    Feedback {
        id: record.text(&["id"]),
        name: record.text(&["key"]).unwrap_or_default(),
        output: record.text(&["run_id", "trace_id"]),
        author: match &*record.text(&["feedback_source.type"]).unwrap_or_default() {
            "api" | "app" => Author::Human,
            "model" | "auto_eval" => Author::Evaluation,
            _ => Author::Unsaid,
        },
        // The score is the metric, the value what was displayed.
        given: record.given("score").or_else(|| record.given("value")),
        comment: record.text(&["comment"]),
        correction: record.get("correction").and_then(correction),
        at: record.moment(&["created_at", "modified_at"]),
    }
}

/// A text, or an object that holds the text of an output.
fn correction(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Object(object) => {
            let named = ["output", "answer", "text", "content", "desired"];
            let named = named.into_iter().find_map(|name| object.get(name));
            named.and_then(correction)
        }
        _ => None,
    }
}
