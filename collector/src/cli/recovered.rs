//! What a start found in the log, for the operator.

use serde_json::{Value, json};

use crate::log::Recovery;

/// For programs.
pub(super) fn told(recovery: &Recovery) -> Value {
    let damage = recovery.damage.iter().map(|damage| {
        json!({
            "file": damage.file(), "from": damage.from, "to": damage.to,
            "said": damage.to_string(),
        })
    });
    json!({
        "segments": recovery.segments, "scanned_bytes": recovery.scanned_bytes,
        "seconds": recovery.took.as_secs_f64(),
        "records": recovery.records, "bytes": recovery.bytes,
        "torn_bytes": recovery.torn_bytes, "damaged_places": recovery.damaged_places,
        "damaged_bytes": recovery.damaged_bytes, "damage": damage.collect::<Vec<_>>(),
    })
}

/// For people, line by line.
pub(super) fn lines(recovery: &Recovery) -> Vec<String> {
    let mut lines = vec![format!(
        "looked through {} bytes in {} segments of the log in {:.3} s",
        recovery.scanned_bytes,
        recovery.segments,
        recovery.took.as_secs_f64()
    )];
    if recovery.records > 0 {
        lines.push(format!(
            "{} batches ({} bytes) acknowledged before the last end are being folded in",
            recovery.records, recovery.bytes
        ));
    }
    if recovery.torn_bytes > 0 {
        lines.push(format!(
            "{} bytes of an unfinished write, never acknowledged, were cut off the log",
            recovery.torn_bytes
        ));
    }
    if recovery.damaged_places > 0 {
        lines.push(format!(
            "WARNING: {} bytes in {} places of the log are lost; the rest is served",
            recovery.damaged_bytes, recovery.damaged_places
        ));
        let named = recovery.damage.iter();
        lines.extend(named.map(|damage| format!("WARNING: {damage}")));
    }
    lines
}
