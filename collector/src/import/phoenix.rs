//! Phoenix: annotations as `GET /v1/projects/…/span_annotations` and its siblings give
//! them, and as the client's data frames are saved (`arize-phoenix-client` 3.5.0 on
//! `PyPI`, `__generated__/v1`: `SpanAnnotation`; `resources/spans`).

use super::{Author, Feedback, Record};

pub(super) fn feedback(record: &Record) -> Feedback {
    Feedback {
        id: record.text(&["id"]),
        name: record
            .text(&["name", "annotation_name"])
            .unwrap_or_default(),
        output: record.text(&["span_id", "trace_id"]),
        author: match &*record.text(&["annotator_kind"]).unwrap_or_default() {
            "HUMAN" => Author::Human,
            "LLM" | "CODE" => Author::Evaluation,
            _ => Author::Unsaid,
        },
        given: ["result.score", "score", "result.label", "label"]
            .into_iter()
            .find_map(|path| record.given(path)),
        comment: record.text(&["result.explanation", "explanation"]),
        correction: None,
        at: record.moment(&["created_at", "updated_at"]),
    }
}
