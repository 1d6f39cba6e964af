//! Fields of a kind that this version does not know. What came as JSON goes out as
//! the same JSON; what came in binary has no names, and goes out as `bytes`, in hex.

use serde_json::{Map, Value};

/// Where fields stand that have no names.
const BYTES: &str = "bytes";

/// Names that say more of an event than its fields.
const NOT_FIELDS: [&str; 2] = ["token", "content"];

/// The fields of an event as they are kept.
pub(super) fn body(object: &Map<String, Value>) -> Vec<u8> {
    let bytes = object.get(BYTES).and_then(Value::as_str);
    bytes.and_then(from_hex).unwrap_or_else(|| text(object))
}

/// Adds kept fields to what every event has. `bytes` says what the names do not.
pub(super) fn put(object: &mut Map<String, Value>, kept: &[u8]) {
    if let Ok(Value::Object(fields)) = serde_json::from_slice(kept) {
        let fields = fields.into_iter();
        for (name, value) in fields.filter(|(name, _)| !NOT_FIELDS.contains(&name.as_str())) {
            object.entry(name).or_insert(value);
        }
    }
    if body(object) != kept {
        object.insert(BYTES.into(), to_hex(kept).into());
    }
}

fn text(object: &Map<String, Value>) -> Vec<u8> {
    Value::Object(object.clone()).to_string().into_bytes()
}

fn to_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16);
    let both = |byte: &u8| [byte >> 4, byte & 0x0f];
    bytes.iter().flat_map(both).filter_map(digit).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let value = |digit: u8| char::from(digit).to_digit(16);
    let byte = |&[high, low]: &[u8; 2]| u8::try_from(value(high)? << 4 | value(low)?).ok();
    let bytes = pairs.iter().map(byte).collect();
    rest.is_empty().then_some(bytes)?
}
