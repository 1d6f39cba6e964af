//! The attributes of a span, its events' among them, as JSON by key.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    table::{EVENTS, MESSAGE_EVENTS, PASSED_THROUGH},
    wire::{AnyValue, Event, KeyValue},
};

/// Attributes by key; of equal keys the first stands.
#[derive(Debug, Default)]
pub(super) struct Attributes(BTreeMap<String, Value>);

impl Attributes {
    /// Those of a span and its events.
    pub(super) fn new(own: Vec<KeyValue>, events: Vec<Event>) -> Self {
        let mut attributes = Self::default();
        attributes.take(own);
        let mut messages = [0, 0];
        for event in events {
            if EVENTS.contains(&event.name.as_str()) {
                attributes.take(event.attributes);
            } else if let Some((name, role)) =
                MESSAGE_EVENTS.iter().find(|(name, _)| *name == event.name)
            {
                let is_choice = usize::from(*name == "gen_ai.choice");
                let key = ["gen_ai.prompt", "gen_ai.completion"][is_choice];
                attributes.message(&format!("{key}.{}", messages[is_choice]), role, event);
                messages[is_choice] += 1;
            }
        }
        attributes
    }

    fn take(&mut self, attributes: Vec<KeyValue>) {
        for KeyValue { key, value } in attributes {
            let value = value.map_or(Value::Null, AnyValue::into_json);
            let passed = PASSED_THROUGH
                .iter()
                .find_map(|start| key.strip_prefix(start));
            match passed {
                Some(key) if key.starts_with("tacit.") => self.put(key.to_owned(), value),
                _ => self.put(key, value),
            }
        }
    }

    fn put(&mut self, key: String, value: Value) {
        if !value.is_null() {
            self.0.entry(key).or_insert(value);
        }
    }

    /// An event that is a message: its content is an attribute, or JSON in one.
    fn message(&mut self, key: &str, role: &str, event: Event) {
        let mut said = Self::default();
        said.take(event.attributes);
        let body = said.json("gen_ai.event.content").unwrap_or_default();
        let message = match said.json("message") {
            Some(message) => message,
            None => body.get("message").cloned().unwrap_or_else(|| body.clone()),
        };
        let content = message.get("content").or_else(|| said.0.get("content"));
        let calls = message
            .get("tool_calls")
            .or_else(|| said.0.get("tool_calls"));
        let reason = body
            .get("finish_reason")
            .or_else(|| said.0.get("finish_reason"));
        self.put(format!("{key}.role"), role.into());
        let parts = [
            ("content", content),
            ("tool_calls", calls),
            ("finish_reason", reason),
        ];
        for (name, value) in parts {
            self.put(format!("{key}.{name}"), value.cloned().unwrap_or_default());
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// A string that says anything.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        let text = self.get(key)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }

    /// A value that is JSON, in a string or as it stands.
    pub(super) fn json(&self, key: &str) -> Option<Value> {
        match self.get(key)? {
            Value::String(text) => serde_json::from_str(text).ok(),
            value => Some(value.clone()),
        }
    }

    /// What goes on after `start`, by what follows it.
    pub(super) fn under<'a>(
        &'a self,
        start: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.0
            .range(start.to_owned()..)
            .map_while(move |(key, value)| Some((key.strip_prefix(start)?, value)))
    }

    /// What goes on after `KEY.N.`, by N and by what follows it.
    pub(super) fn numbered<'a>(
        &'a self,
        start: &'a str,
    ) -> BTreeMap<u32, BTreeMap<&'a str, &'a Value>> {
        let mut numbered: BTreeMap<u32, BTreeMap<&str, &Value>> = BTreeMap::new();
        for (rest, value) in self.under(start) {
            let Some((number, name)) = rest.split_once('.') else {
                continue;
            };
            if let Ok(number) = number.parse() {
                numbered.entry(number).or_default().insert(name, value);
            }
        }
        numbered
    }
}
