//! Langfuse: scores as `GET /api/public/v3/scores` and `/v2/scores` give them and the
//! table of scores exports them (`langfuse` 5.0.4 on `PyPI`, `api/scores/types` and
//! `api/commons/types/base_score.py`).

use super::{Author, Feedback, Given, Record};

pub(super) fn feedback(record: &Record) -> Feedback {
    let kind = record.text(&["data_type"]).unwrap_or_default();
    let (given, correction) = match &*kind {
        "CORRECTION" => (None, record.text(&["value", "string_value"])),
        // A text is no judgement; what it says is the comment's business.
        "TEXT" => (None, None),
        // The number of a category is its place in the configuration.
        "CATEGORICAL" => {
            let word = record.text(&["string_value", "value"]).map(Given::Word);
            (word, None)
        }
        "BOOLEAN" => (record.given("value").map(yes_or_no), None),
        _ => (
            record
                .given("value")
                .or_else(|| record.given("string_value")),
            None,
        ),
    };
    Feedback {
        id: record.text(&["id"]),
        name: record.text(&["name"]).unwrap_or_default(),
        output: output(record),
        author: match &*record.text(&["source"]).unwrap_or_default().to_uppercase() {
            // By the SDK or the browser; by a person at Langfuse.
            "API" | "ANNOTATION" => Author::Human,
            "EVAL" => Author::Evaluation,
            _ => Author::Unsaid,
        },
        given,
        comment: record.text(&["comment"]),
        correction,
        at: record.moment(&["timestamp", "created_at"]),
    }
}

fn output(record: &Record) -> Option<String> {
    match &*record.text(&["subject.kind"]).unwrap_or_default() {
        "" => record.text(&["observation_id", "trace_id"]),
        "observation" | "trace" => record.text(&["subject.id"]),
        // Of a session or an experiment.
        _ => None,
    }
}

fn yes_or_no(given: Given) -> Given {
    match given {
        Given::Number(number) if number == 0.0 || number == 1.0 => Given::Bool(number == 1.0),
        other => other,
    }
}
