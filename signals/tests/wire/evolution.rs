//! Batches of other versions: what a later one may write, and what earlier ones wrote.

use std::{fs, path::Path};

use serde_json::Value;
use tacit_signals::{Signal, WireError, codec};

use super::vectors::{bytes, list, twin};

#[test]
fn what_a_later_version_adds_is_skipped_and_counted() {
    for vector in list("newer") {
        let decoded = codec::decode(&bytes(&vector)).unwrap();
        assert_eq!(decoded.batch, twin(&vector).batch, "{}", vector["name"]);
        assert_eq!(decoded.rejected, []);
        assert_eq!(
            Value::from(decoded.unknown_fields),
            vector["unknown_fields"],
            "{}",
            vector["name"]
        );
    }
}

/// A kind of a later version is kept with its bytes, so that it can be read once
/// the collector knows it.
#[test]
fn later_kinds_are_kept_as_they_came() {
    let newer = list("newer");
    let vector = newer
        .iter()
        .find(|vector| vector["name"] == "kinds_new")
        .unwrap();
    let sent = bytes(vector);
    let decoded = codec::decode(&sent).unwrap();
    let is_unknown = |signal: &Signal| matches!(signal, Signal::Unknown(_));
    let unknown = decoded
        .batch
        .events
        .iter()
        .filter(|event| is_unknown(&event.signal));
    assert_eq!(unknown.count(), 2);
    assert_eq!(codec::encode(&decoded.batch), sent);
}

/// Another layout is refused before anything of it is read.
#[test]
fn another_version_is_refused() {
    let contract = list("batches").remove(0);
    for version in (0..=255).filter(|&version| version != 1) {
        let mut bytes = bytes(&contract);
        bytes[4] = version;
        bytes.truncate(17);
        let expected = Err(WireError::Version(version.into()));
        assert_eq!(codec::decode(&bytes), expected);
    }
}

/// `vectors/released/VERSION.json` holds batches as that version wrote them. They are
/// kept for ever: pages stay open, and what is queued on a device is sent months later.
#[test]
fn batches_of_every_released_version_are_still_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/released");
    let mut versions = 0;
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let batches: Vec<Value> = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert!(!batches.is_empty());
        for vector in batches {
            let decoded = codec::decode(&bytes(&vector)).unwrap();
            let place = format!("{} of {}", vector["name"], file.display());
            assert_eq!(decoded.batch, twin(&vector).batch, "{place}");
            assert_eq!(
                (decoded.rejected.len(), decoded.unknown_fields),
                (0, 0),
                "{place}"
            );
        }
        versions += 1;
    }
    assert!(versions > 0);
}
