//! Orders, as they come and as they are kept.

use serde_json::json;

use super::{order::write_error, *};

fn order(json: serde_json::Value) -> Result<Order, serde_json::Error> {
    serde_json::from_value(json)
}

#[test]
fn moments_are_numbers_or_text_and_nothing_is_misread() {
    let told = json!({"format": "trl-kto", "from": "2025-11-23", "to": 1_763_890_000_000_u64});
    let told = order(told).unwrap();
    assert_eq!(told.from, Some(Moment(1_763_856_000_000)));
    assert_eq!(told.to, Some(Moment(1_763_890_000_000)));
    assert!(told.dedupe && told.redact && !told.mature_only);
    for wrong in [
        json!({"format": "trl-kto", "form": 5}),
        json!({"format": "trl-kto", "from": "yesterday"}),
        json!({"format": "trl-kto", "min_confidence": 0.1234}),
        json!({"format": "trl-kto", "trust": "blind"}),
        json!({}),
    ] {
        assert!(order(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_kept_is_read_back_and_an_id_is_no_path() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path().join("1");
    let kept = Requested {
        at: 5,
        order: order(json!({"format": "trl-kto", "as_of": 7, "split": 0.2})).unwrap(),
        policy: "default@1#x".into(),
    };
    write_requested(&project, "0a1b", &kept).unwrap();
    assert_eq!(read_requested(&project, "0a1b"), Some(kept.clone()));
    assert_eq!(ids(&project), ["0a1b"]);
    let beside = directory.path().join("2");
    for escaping in ["../1/0a1b", "", "0a1b/../0a1b", "%2e"] {
        assert_eq!(read_requested(&beside, escaping), None, "{escaping}");
        assert_eq!(read_requested(&project, escaping), None, "{escaping}");
    }
    // A new attempt forgets why the last one failed.
    write_error(&project, "0a1b", "no room").unwrap();
    assert_eq!(
        order::read_error(&project, "0a1b").as_deref(),
        Some("no room")
    );
    write_requested(&project, "0a1b", &kept).unwrap();
    assert_eq!(order::read_error(&project, "0a1b"), None);
}
