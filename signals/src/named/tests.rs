//! `cases.json` holds what the browser's own table of fields is tested with, too
//! (`capture-wasm/js/fields.test.mjs`): both encode, and refuse, alike.

use serde_json::{Map, Value as Json};

use super::*;
use crate::{
    codec::encode_fields,
    field::{FieldError, Problem},
};

struct Object<'a>(&'a Map<String, Json>);

impl Fields for Object<'_> {
    fn get(&self, name: &'static str) -> Result<Option<Value>, FieldError> {
        let malformed = FieldError::new(name, Problem::Malformed);
        Ok(Some(match self.0.get(name) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::Bool(flag)) => Value::Flag(*flag),
            Some(Json::String(text)) => Value::Text(text.clone()),
            Some(Json::Number(number)) => Value::Number(number.as_f64().ok_or(malformed)?),
            Some(Json::Array(values)) => {
                let number = |value: &Json| u32::try_from(value.as_u64()?).ok();
                let numbers: Option<Vec<u32>> = values.iter().map(number).collect();
                Value::Numbers(numbers.ok_or(malformed)?)
            }
            Some(Json::Object(_)) => return Err(malformed),
        }))
    }
}

/// What is read of a case: its bytes on the wire in hex, or the code of the refusal.
fn wire(fields: &Json) -> Result<String, String> {
    let object = Object(fields.as_object().unwrap());
    let signal = read_signal(&object).map_err(|error| error.code())?;
    let bytes = encode_fields(&signal);
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[test]
fn the_browsers_table_of_fields_says_the_same() {
    let cases: Json = serde_json::from_str(include_str!("cases.json")).unwrap();
    let list = |name: &str| cases[name].as_array().unwrap().clone();
    let mut kinds = std::collections::BTreeSet::new();
    for case in [list("good"), list("rounded")].concat() {
        let expected = case["wire"].as_str().unwrap();
        assert_eq!(wire(&case["fields"]).as_deref(), Ok(expected), "{case}");
        kinds.insert(case["fields"]["kind"].as_str().unwrap().to_owned());
    }
    // All but the text, which no page states by itself.
    assert_eq!(kinds.len(), 17);
    for case in list("refused") {
        let expected = case["code"].as_str().unwrap();
        assert_eq!(wire(&case["fields"]), Err(expected.into()), "{case}");
    }
}
