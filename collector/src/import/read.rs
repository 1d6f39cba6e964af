//! A file of an export: JSON, JSON lines or a table, told by how it begins.

use serde_json::{Map, Value};
use thiserror::Error;

use super::Record;

/// A file that is no export.
#[derive(Debug, Error)]
pub enum Unread {
    /// Not JSON after all.
    #[error("no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Not a table after all.
    #[error("no CSV: {0}")]
    Csv(#[from] csv::Error),
    /// JSON, but no objects.
    #[error("holds a value that is no object")]
    NoObject,
}

/// Under which the APIs' answers keep their pages: Langfuse and Phoenix say `data`.
const PAGES: [&str; 4] = ["data", "scores", "feedback", "annotations"];

/// The records of a file: an array, a page as the API answers it, objects one a line, or
/// CSV with a header.
pub fn read(bytes: &[u8]) -> Result<Vec<Record>, Unread> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Ok(Vec::new()),
        Some(b'[' | b'{') => json(bytes),
        Some(_) => table(bytes),
    }
}

fn json(bytes: &[u8]) -> Result<Vec<Record>, Unread> {
    let mut records = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        match value? {
            Value::Array(values) => take(values, &mut records)?,
            Value::Object(mut object) => match page(&mut object) {
                Some(values) => take(values, &mut records)?,
                None => records.push(Record::of(object)),
            },
            _ => return Err(Unread::NoObject),
        }
    }
    Ok(records)
}

fn page(object: &mut Map<String, Value>) -> Option<Vec<Value>> {
    // What has an id is feedback itself, whatever else it holds.
    if object.contains_key("id") {
        return None;
    }
    let name = PAGES
        .into_iter()
        .find(|name| object.get(*name).is_some_and(Value::is_array))?;
    match object.remove(name)? {
        Value::Array(values) => Some(values),
        _ => None,
    }
}

fn take(values: Vec<Value>, records: &mut Vec<Record>) -> Result<(), Unread> {
    for value in values {
        let Value::Object(object) = value else {
            return Err(Unread::NoObject);
        };
        records.push(Record::of(object));
    }
    Ok(())
}

fn table(bytes: &[u8]) -> Result<Vec<Record>, Unread> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers()?.clone();
    let mut records = Vec::new();
    for row in reader.records() {
        let row = row?;
        records.push(Record::of_row(header.iter().zip(row.iter())));
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_a_page_lines_and_a_table_say_the_same() {
        let array = read(br#"[{"id":"a","traceId":"t"},{"id":"b","traceId":"u"}]"#).unwrap();
        assert_eq!(array.len(), 2);
        let page = br#" {"data":[{"id":"a","traceId":"t"},{"id":"b","traceId":"u"}],"meta":{}}"#;
        let lines = b"{\"id\":\"a\",\"traceId\":\"t\"}\n{\"id\":\"b\",\"traceId\":\"u\"}\n";
        let table = b"\xef\xbb\xbfid,traceId\na,t\nb,u\n";
        for other in [&page[..], lines, table] {
            assert_eq!(read(other).unwrap(), array);
        }
        assert_eq!(read(b" \n").unwrap(), []);
    }

    #[test]
    fn what_is_no_export_is_refused() {
        for wrong in [&b"[1]"[..], b"{\"id\":", b"a,b\n1,2,3\n"] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
