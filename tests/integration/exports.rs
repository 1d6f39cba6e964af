//! Labels and training data, by value and in every form.

use serde_json::{Value, json};
use tacit_tests::{rows, signals::Place, sorted_rows};

use crate::story::{ALIASED, BAD, EDITED, GOOD, KEPT, Story};

const FORMATS: [&str; 4] = ["labels", "trl-sft", "trl-dpo", "trl-kto"];
/// The header with what became of everything.
const SUMMARY: &str = "tacit-export";

#[test]
fn labels_are_exported_by_value() {
    let story = Story::told();
    let as_of = story.as_of;
    let lines = story.data.export("labels", as_of);
    let labels = rows(&lines);
    let states: Vec<_> = labels
        .iter()
        .map(|label| {
            let text = |name: &str| label[name].as_str().unwrap_or_default();
            let score = label["score"].as_f64().unwrap();
            (text("output"), text("state"), score, text("trust"))
        })
        .collect();
    assert_eq!(
        states,
        [
            ("o-bad", "negative", -4.0, "known"),
            ("o-edited", "positive", 2.0, "known"),
            ("o-good", "positive", 3.0, "known"),
            ("o-kept", "positive", 3.0, "known"),
            ("o-aliased", "positive", 3.0, "known"),
            ("o-bare", "positive", 3.0, "known"),
            ("o-claimed", "positive", 3.0, "claimed"),
        ],
        "by conversation, then output"
    );
    let good = &labels[2];
    assert_eq!(good["as_of"], as_of);
    assert_eq!(good["shown_at"], story.base);
    assert_eq!(good["subject_kind"], "app");
    assert!(
        good["subject"].as_str().unwrap().starts_with("s_"),
        "{good}"
    );
    assert!(!lines.contains("u-42"), "the raw subject is never kept");
    assert!(
        good["policy"].as_str().unwrap().starts_with("default@1#"),
        "{good}"
    );

    let http = story.server.api().get(&format!("/v1/labels?as_of={as_of}"));
    assert_eq!(http.ok().text(), lines);
}

#[test]
fn labels_as_csv_say_what_labels_as_json_say() {
    let story = Story::told();
    let as_of = story.as_of;
    let labels = rows(&story.data.export("labels", as_of));
    let api = story.server.api();
    let csv = api
        .get(&format!("/v1/labels?format=csv&as_of={as_of}"))
        .ok();
    let mut reader = csv::Reader::from_reader(&*csv.body);
    let columns = reader.headers().unwrap().clone();
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), labels.len());
    for (record, label) in records.iter().zip(&labels) {
        for (column, cell) in columns.iter().zip(record) {
            assert!(
                says(cell, &label[column]),
                "{column} is {cell} in CSV; {label}"
            );
        }
    }
}

/// Whether a cell of CSV says `value`: nothing as nothing, structures as JSON.
fn says(cell: &str, value: &Value) -> bool {
    match value {
        Value::Null => cell.is_empty(),
        Value::String(text) => cell == text,
        other => serde_json::from_str::<Value>(cell).is_ok_and(|cell| cell == *other),
    }
}

#[test]
fn datasets_hold_the_rows_by_value() {
    let story = Story::told();
    let turn = |place: Place<'_>| json!([{"role": "user", "content": format!("Question of {}/{}", place.0, place.1)}]);
    let said = |text: &str| json!([{"role": "assistant", "content": text}]);
    let sorted = |mut rows: Vec<Value>| {
        rows.sort_by_key(ToString::to_string);
        rows
    };
    let kto = |place, text, label| json!({"prompt": turn(place), "completion": said(text), "label": label});
    assert_eq!(
        sorted_rows(&story.data.export("trl-kto", story.as_of)),
        sorted(vec![
            kto(GOOD, "Good answer.", true),
            kto(BAD, "Bad answer.", false),
            kto(KEPT, "Kept answer.", true),
            kto(EDITED, "Answer to edit.", true),
            kto(ALIASED, "Aliased answer.", true),
        ])
    );
    let dpo = |place, chosen, rejected| json!({"prompt": turn(place), "chosen": said(chosen), "rejected": said(rejected)});
    assert_eq!(
        sorted_rows(&story.data.export("trl-dpo", story.as_of)),
        sorted(vec![
            dpo(BAD, "Kept answer.", "Bad answer."),
            dpo(EDITED, "Edited answer.", "Answer to edit."),
        ])
    );
    let sft = |place, text| json!({"prompt": turn(place), "completion": said(text)});
    assert_eq!(
        sorted_rows(&story.data.export("trl-sft", story.as_of)),
        sorted(vec![
            sft(GOOD, "Good answer."),
            sft(KEPT, "Kept answer."),
            sft(EDITED, "Edited answer."),
            sft(ALIASED, "Aliased answer."),
        ])
    );
}

#[test]
fn what_is_in_no_row_is_counted_by_reason() {
    let story = Story::told();
    let api = story.server.api();
    let skipped = |format: &str| -> Value {
        let path = format!("/v1/datasets/{format}?as_of={}", story.as_of);
        let summary = api.get(&path).ok();
        let summary: Value = serde_json::from_str(summary.header(SUMMARY).unwrap()).unwrap();
        summary["skipped"].clone()
    };
    let missing = json!({"no_text": 1, "not_registered": 1});
    assert_eq!(skipped("trl-kto"), missing);
    let mut with_bad = missing.clone();
    with_bad["negative"] = 1.into();
    assert_eq!(skipped("trl-sft"), with_bad);
    assert_eq!(
        skipped("trl-dpo"),
        json!({"no_pair": 3, "not_registered": 1})
    );
    assert_eq!(skipped("labels"), json!({}));
}

#[test]
fn command_line_and_http_export_the_same_bytes() {
    let story = Story::told();
    let api = story.server.api();
    let mut before = Vec::new();
    for format in FORMATS {
        let beside = story.data.export(format, story.as_of);
        assert!(!beside.is_empty(), "{format}");
        assert_eq!(beside, api.dataset(format, story.as_of), "{format}");
        before.push(beside);
    }
    assert_eq!(story.server.stop().code(), Some(0));
    for (format, before) in FORMATS.into_iter().zip(before) {
        assert_eq!(story.data.export(format, story.as_of), before, "{format}");
    }
}
