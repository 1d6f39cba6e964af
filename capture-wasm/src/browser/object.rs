//! Reads JavaScript objects field by field: a whole deserialiser would cost a
//! third of the module.

use js_sys::{Array, Reflect};
use tacit_signals::{
    FieldError, Problem,
    named::{Fields, Value},
};
use wasm_bindgen::{JsCast, prelude::*};

/// An object whose fields are read by name; anything else has no fields.
pub(super) struct Object {
    value: JsValue,
    kind: Option<String>,
}

impl From<JsValue> for Object {
    fn from(value: JsValue) -> Self {
        Self { value, kind: None }
    }
}

impl Object {
    /// The same object with its field `kind` given from outside.
    pub(super) fn with_kind(self, kind: &str) -> Self {
        let kind = Some(kind.into());
        Self { kind, ..self }
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Option<String>, FieldError> {
        match self.get(name)? {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(FieldError::new(name, Problem::Malformed)),
        }
    }

    pub(super) fn number(&self, name: &'static str) -> Result<Option<f64>, FieldError> {
        match self.get(name)? {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(Some(number)),
            Some(_) => Err(FieldError::new(name, Problem::Malformed)),
        }
    }

    pub(super) fn object(&self, name: &str) -> Option<Self> {
        let value = self.field(name);
        value.is_object().then(|| value.into())
    }

    fn field(&self, name: &str) -> JsValue {
        if !self.value.is_object() {
            return JsValue::UNDEFINED;
        }
        Reflect::get(&self.value, &name.into()).unwrap_or_default()
    }
}

impl Fields for Object {
    fn get(&self, name: &'static str) -> Result<Option<Value>, FieldError> {
        if let (Some(kind), "kind") = (&self.kind, name) {
            return Ok(Some(Value::Text(kind.clone())));
        }
        let value = self.field(name);
        if value.is_undefined() || value.is_null() {
            return Ok(None);
        }
        let array = |value: &JsValue| value.dyn_ref::<Array>().map(numbers);
        let known = value
            .as_string()
            .map(Value::Text)
            .or_else(|| value.as_f64().map(Value::Number))
            .or_else(|| value.as_bool().map(Value::Flag))
            .or_else(|| array(&value)?.map(Value::Numbers));
        known
            .map(Some)
            .ok_or(FieldError::new(name, Problem::Malformed))
    }
}

fn numbers(array: &Array) -> Option<Vec<u32>> {
    array
        .iter()
        .map(|value| {
            let number = value.as_f64()?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be whole and in range"
            )]
            (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number))
                .then_some(number as u32)
        })
        .collect()
}
