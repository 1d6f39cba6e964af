//! Where OTLP's JSON is not what protobuf's JSON mapping says (ids are hex, not base64;
//! enums are numbers), and where both allow more than one spelling (64-bit integers are
//! strings or numbers).

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

use super::wire::{self, Any};

/// A trace or span id: hex in either case; empty or `null` where there is none.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    hex::decode(&text).map_err(|_| D::Error::custom("ids are hex digits"))
}

/// Nanoseconds: a decimal string or a number.
pub(super) fn unsigned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = match &value {
        Value::Null => Some(0),
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_u64(),
        _ => None,
    };
    number.ok_or_else(|| D::Error::custom("times are nanoseconds, as a number or a string"))
}

/// An enum's value: the specification wants the number; the name is understood as well.
pub(super) fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number
            .as_i64()
            .and_then(|number| i32::try_from(number).ok())
            .unwrap_or_default(),
        Value::String(name) if name == "STATUS_CODE_ERROR" => wire::STATUS_ERROR,
        _ => 0,
    })
}

/// A value; the one field that is there says which type it has.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AnyValue {
    string_value: Option<String>,
    bool_value: Option<bool>,
    int_value: Option<Value>,
    double_value: Option<Value>,
    array_value: Option<wire::Array>,
    kvlist_value: Option<wire::KeyValueList>,
}

impl From<AnyValue> for wire::AnyValue {
    fn from(said: AnyValue) -> Self {
        let int = |value: &Value| match value {
            Value::String(text) => text.parse().ok(),
            value => value.as_i64(),
        };
        // `NaN` and `Infinity` are strings; what no number can be is nothing.
        let double = |value: &Value| value.as_f64();
        let value = said.string_value.map(Any::Text);
        let value = value.or(said.bool_value.map(Any::Bool));
        let value = value.or(said.int_value.as_ref().and_then(int).map(Any::Int));
        let value = value.or(said.double_value.as_ref().and_then(double).map(Any::Double));
        let value = value.or(said.array_value.map(Any::Array));
        Self {
            value: value.or(said.kvlist_value.map(Any::List)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::wire::Request;

    fn span(fields: serde_json::Value) -> Result<super::wire::Span, String> {
        let request = json!({"resourceSpans":[{"scopeSpans":[{"spans":[fields]}]}]});
        let mut request = Request::from_json(request.to_string().as_bytes())
            .map_err(|error| error.to_string())?;
        Ok(request
            .resource_spans
            .remove(0)
            .scope_spans
            .remove(0)
            .spans
            .remove(0))
    }

    #[test]
    fn ids_are_hex_and_never_base64() {
        let read =
            span(json!({"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174"}));
        let read = read.unwrap();
        assert_eq!(read.trace_id[..3], [0x5b, 0x8e, 0xff]);
        assert_eq!(read.span_id.len(), 8);
        assert!(read.parent_span_id.is_empty());
        let base64 = span(json!({"traceId":"W47/95gDgQPSabYzgT/GDA=="}));
        assert!(base64.unwrap_err().contains("hex"));
    }

    #[test]
    fn integers_are_strings_or_numbers() {
        let read = span(json!({"startTimeUnixNano":"1544712660000000001","endTimeUnixNano":7,
            "attributes":[
                {"key":"a","value":{"intValue":"9007199254740993"}},
                {"key":"b","value":{"intValue":3}},
                {"key":"c","value":{"doubleValue":"NaN"}},
                {"key":"d","value":{"doubleValue":null}},
                {"key":"e","value":{"arrayValue":{"values":[{"stringValue":"x"},{"boolValue":true}]}}},
                {"key":"f","value":{"kvlistValue":{"values":[{"key":"g","value":{"doubleValue":0.5}}]}}},
                {"key":"h","value":{"bytesValue":"AAEC"}},
                {"key":"i"}],
            "status":{"code":2},"kind":3,"flags":257,"somethingNew":{"x":1}}))
        .unwrap();
        assert_eq!(read.start_time_unix_nano, 1_544_712_660_000_000_001);
        assert_eq!(read.end_time_unix_nano, 7);
        assert_eq!(read.status.unwrap().code, 2);
        let values: Vec<_> = read
            .attributes
            .into_iter()
            .map(|kv| {
                kv.value
                    .map_or(json!("none"), super::wire::AnyValue::into_json)
            })
            .collect();
        let expected = [
            json!(9_007_199_254_740_993_i64),
            json!(3),
            json!(null),
            json!(null),
            json!(["x", true]),
            json!({"g": 0.5}),
            json!(null),
            json!("none"),
        ];
        assert_eq!(values, expected);
    }
}
