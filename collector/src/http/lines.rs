//! A body of one object, an array, or one object a line.

use actix_web::web::Bytes;
use serde_json::{Map, Value};

use super::problem::Problem;

/// The objects of `body`, at most `limit`; `field` is named in errors.
pub(super) fn objects(
    body: &Bytes,
    field: &'static str,
    limit: usize,
) -> Result<Vec<Map<String, Value>>, Problem> {
    let mut objects = Vec::new();
    // Also reads values that stand one after the other without a newline.
    for value in serde_json::Deserializer::from_slice(body).into_iter::<Value>() {
        match value.map_err(|error| Problem::malformed("json", error.to_string()))? {
            Value::Object(object) => objects.push(object),
            Value::Array(values) if objects.is_empty() => {
                for value in values {
                    match value {
                        Value::Object(object) => objects.push(object),
                        _ => return Err(none(field)),
                    }
                }
            }
            _ => return Err(none(field)),
        }
        if objects.len() > limit {
            return Err(Problem::too_many(field, limit));
        }
    }
    if objects.is_empty() {
        return Err(none(field));
    }
    Ok(objects)
}

fn none(field: &'static str) -> Problem {
    Problem::malformed(
        field,
        "send an object, an array of objects, or one object a line",
    )
}
