//! `vectors/batches.json`, which `vectors/wire.py` wrote from WIRE.md alone.

use serde_json::Value;
use tacit_signals::{Decoded, codec, json};

/// One of the lists of the file.
pub(crate) fn list(name: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("../../vectors/batches.json")).unwrap();
    let list = vectors[name].as_array().unwrap().clone();
    assert!(!list.is_empty());
    list
}

/// The bytes of a vector.
pub(crate) fn bytes(vector: &Value) -> Vec<u8> {
    unhex(vector["hex"].as_str().unwrap())
}

/// What hex says.
pub(crate) fn unhex(hex: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// What the JSON twin of a vector says.
pub(crate) fn twin(vector: &Value) -> Decoded {
    json::decode(vector["batch"].to_string().as_bytes()).unwrap()
}

#[test]
fn every_vector_is_read_as_its_twin_and_written_to_the_same_bytes() {
    for vector in list("batches") {
        let bytes = bytes(&vector);
        let decoded = codec::decode(&bytes).unwrap();
        assert_eq!(decoded, twin(&vector), "{}", vector["name"]);
        assert_eq!(codec::encode(&decoded.batch), bytes, "{}", vector["name"]);
    }
}

#[test]
fn what_a_page_dropped_is_read() {
    for vector in list("dropped") {
        let decoded = codec::decode(&bytes(&vector)).unwrap();
        assert_eq!(Value::from(decoded.dropped), vector["dropped"]);
        assert_eq!(decoded.batch, twin(&vector).batch);
    }
    let silent = codec::decode(&bytes(&list("batches")[0])).unwrap();
    assert_eq!(silent.dropped, 0);
}

/// A kind, an optional field or a limit that has no vector is missed here.
#[test]
fn the_vectors_cover_the_wire() {
    let text: String = list("batches")
        .iter()
        .map(|vector| vector["batch"].to_string())
        .collect();
    let mut fields = tacit_signals::named::NAMES.to_vec();
    // Not of a batch: facts of the collector, and of its other endpoints.
    fields.retain(|name| !["id", "received_at", "source"].contains(name));
    for name in fields {
        assert!(text.contains(&format!("\"{name}\":")), "{name}");
    }
    for code in 1..=18 {
        let kind = tacit_signals::signal::Kind::from_code(code).unwrap().name();
        assert!(text.contains(&format!("\"{kind}\"")), "{kind}");
    }
}

#[test]
fn damage_is_refused_by_name() {
    for vector in list("damaged") {
        let error = codec::decode(&bytes(&vector)).expect_err(&vector.to_string());
        assert_eq!(error.code(), vector["code"], "{}", vector["shows"]);
    }
}

#[test]
fn a_bad_field_costs_its_event_only() {
    for vector in list("partly") {
        let decoded = codec::decode(&bytes(&vector)).unwrap();
        let [rejected] = &decoded.rejected[..] else {
            panic!("{vector}: {:?}", decoded.rejected)
        };
        assert_eq!(rejected.code, vector["code"]);
        assert_eq!(rejected.seq, Some(0));
        assert_eq!(decoded.batch.events.len(), 1, "{vector}");
    }
}
