//! Exports as the systems write them, and the signals they become. The shapes are those
//! of the clients named in each system's file; `golden/` holds both.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tacit_signals::json::event;

use super::*;

fn importer(system: System, everything: bool) -> Importer {
    let scales = ["stars=1..5"];
    Importer {
        system,
        wanted: Wanted {
            scales: Scales::parse(scales).unwrap(),
            evaluations: everything,
            edits: everything,
            ..Wanted::default()
        },
    }
}

fn import(importer: &Importer, bytes: &[u8]) -> (Vec<Value>, BTreeMap<Skip, usize>) {
    let mut signals = Vec::new();
    let mut skipped = BTreeMap::new();
    for record in read(bytes).unwrap() {
        let (made, left) = importer.signals(&record);
        signals.extend(made);
        for skip in left {
            *skipped.entry(skip).or_default() += 1;
        }
    }
    (signals, skipped)
}

fn golden(name: &str, system: System, bytes: &[u8]) {
    for (which, everything) in [("people", false), ("everything", true)] {
        let (signals, skipped) = import(&importer(system, everything), bytes);
        let told = json!({"signals": signals, "skipped": skipped});
        insta::with_settings!({snapshot_path => "golden", prepend_module_to_snapshot => false}, {
            let told = serde_json::to_string_pretty(&told).unwrap();
            insta::assert_snapshot!(format!("{name}-{which}"), told);
        });
        // What comes out is what the collector takes.
        for signal in signals {
            let Value::Object(mut object) = signal else {
                panic!("no object")
            };
            for name in ["id", "source"] {
                assert!(object.remove(name).is_some());
            }
            object.insert("seq".into(), 0.into());
            assert_eq!(event(object, 0).map(|_| ()), Ok(()));
        }
    }
}

#[test]
fn langfuse() {
    golden(
        "langfuse-v3",
        System::Langfuse,
        include_bytes!("golden/langfuse-v3.json"),
    );
    golden(
        "langfuse-csv",
        System::Langfuse,
        include_bytes!("golden/langfuse.csv"),
    );
}

#[test]
fn langsmith() {
    golden(
        "langsmith",
        System::Langsmith,
        include_bytes!("golden/langsmith.ndjson"),
    );
}

#[test]
fn phoenix() {
    golden(
        "phoenix",
        System::Phoenix,
        include_bytes!("golden/phoenix.json"),
    );
    golden(
        "phoenix-csv",
        System::Phoenix,
        include_bytes!("golden/phoenix.csv"),
    );
}

#[test]
fn the_table_and_the_answer_of_phoenix_say_the_same() {
    let phoenix = importer(System::Phoenix, true);
    let (answer, _) = import(&phoenix, include_bytes!("golden/phoenix.json"));
    let (table, _) = import(&phoenix, include_bytes!("golden/phoenix.csv"));
    let with_id = |id: &Value| answer.iter().find(|signal| signal["id"] == *id).cloned();
    assert_eq!(table.len(), 2);
    let mut first = with_id(&table[0]["id"]);
    assert_eq!(first.take(), Some(table[0].clone()));
    assert_eq!(with_id(&table[1]["id"]), Some(table[1].clone()));
}

#[test]
fn only_what_is_named_is_taken() {
    let mut langfuse = importer(System::Langfuse, true);
    langfuse.wanted.names.insert("verdict".into());
    let (signals, skipped) = import(&langfuse, include_bytes!("golden/langfuse-v3.json"));
    let values: Vec<_> = signals.iter().map(|signal| &signal["value"]).collect();
    assert_eq!(values, [&json!(-1.0)]);
    assert_eq!(skipped, [(Skip::Name, 7), (Skip::OwnLabel, 1)].into());
}

#[test]
fn a_comment_that_does_not_fit_is_told() {
    let told = |comment: &str| {
        let export = json!([{
            "id": "a", "name": "n", "annotator_kind": "HUMAN", "span_id": "s",
            "result": {"score": 1.0, "explanation": comment}, "created_at": "2026-10-04T07:00:00Z",
        }]);
        let phoenix = importer(System::Phoenix, false);
        let (signals, skipped) = import(&phoenix, export.to_string().as_bytes());
        (signals[0]["reason"].clone(), skipped)
    };
    let fits = format!("{} {}", "x".repeat(31), "y".repeat(32));
    assert_eq!(
        told(&fits.replace(' ', "\n ")),
        (json!(fits), BTreeMap::new())
    );
    let (reason, skipped) = told(&format!("{fits}z"));
    assert_eq!(
        (reason, skipped),
        (json!(fits), [(Skip::CommentEnd, 1)].into())
    );
}

proptest! {
    /// Whatever an export holds, nothing panics, a record is a signal or counted, and
    /// ids depend on nothing but the feedback's own.
    #[test]
    fn any_record_is_told(
        id in "[a-z]{1,4}", value in -10.0..10.0_f64, word in ".{0,80}", kind in "[A-Z]{0,3}|HUMAN",
    ) {
        let record = |value: Value, comment: &str| {
            let fields = json!({
                "id": id, "name": word, "annotator_kind": kind, "span_id": "s",
                "result": {"score": value, "label": word, "explanation": comment},
                "created_at": "2026-10-04T07:00:00Z",
            });
            Record::of(fields.as_object().cloned().unwrap_or_else(Map::new))
        };
        let phoenix = importer(System::Phoenix, true);
        let (signals, skipped) = phoenix.signals(&record(json!(value), &word));
        let left = skipped.iter().filter(|skip| **skip != Skip::CommentEnd).count();
        prop_assert_eq!(signals.len() + left, 1);
        let (others, _) = phoenix.signals(&record(json!(0.9), "another"));
        if let (Some(signal), Some(other)) = (signals.first(), others.first()) {
            prop_assert_eq!(&signal["id"], &other["id"]);
        }
    }
}
