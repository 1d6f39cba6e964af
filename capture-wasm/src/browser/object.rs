//! Reads JavaScript values: objects field by field, as a whole deserialiser
//! would cost a third of the module.

use js_sys::{Array, Reflect};
use tacit_signals::{
    FieldError, Problem,
    named::{Fields, Value},
};
use wasm_bindgen::{JsCast, prelude::*};

/// The text that `value` is; empty if it is none.
pub(super) fn text(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}

/// The whole number that `value` is, from 0.
pub(super) fn whole(value: &JsValue) -> Option<u32> {
    let number = value.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what does not survive the way there and back is refused"
    )]
    let whole = number as u32;
    (f64::from(whole) == number).then_some(whole)
}

/// The field of an object; undefined where there is none.
pub(super) fn field(value: &JsValue, name: &str) -> JsValue {
    if !value.is_object() {
        return JsValue::UNDEFINED;
    }
    Reflect::get(value, &name.into()).unwrap_or_default()
}

/// An object whose fields are read by name; anything else has no fields.
pub(super) struct Object<'a>(pub(super) &'a JsValue);

impl Fields for Object<'_> {
    fn get(&self, name: &'static str) -> Result<Option<Value>, FieldError> {
        let value = field(self.0, name);
        if value.is_undefined() || value.is_null() {
            return Ok(None);
        }
        if let Some(text) = value.as_string() {
            return Ok(Some(Value::Text(text)));
        }
        if let Some(number) = value.as_f64() {
            return Ok(Some(Value::Number(number)));
        }
        if let Some(flag) = value.as_bool() {
            return Ok(Some(Value::Flag(flag)));
        }
        match value.dyn_ref().and_then(numbers) {
            Some(numbers) => Ok(Some(Value::Numbers(numbers))),
            None => Err(FieldError::new(name, Problem::Malformed)),
        }
    }
}

fn numbers(array: &Array) -> Option<Vec<u32>> {
    let mut numbers = Vec::new();
    for place in 0..array.length() {
        numbers.push(whole(&array.get(place))?);
    }
    Some(numbers)
}
