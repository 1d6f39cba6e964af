//! What is planned, and whether that is what was planned before.

use serde_json::Value;

use super::options::Draw;
use crate::{
    label::State,
    replay::{Asking, Plan, Selected, client, select},
};

/// Version of a plan's shape.
const VERSION: u32 = 1;

impl Draw {
    /// What to draw at `as_of`.
    pub(super) fn request(&self, as_of: u64, with_system: bool) -> select::Request {
        select::Request {
            as_of,
            since: self.since.map(|since| since.of(as_of)),
            until: self.until.map(|until| until.of(as_of)),
            trust: self.trust,
            states: self.states(),
            sample: self.sample,
            seed: self.seed,
            stratify: self.stratify.iter().copied().flatten().collect(),
            allocation: self.allocation,
            redact: !self.no_redact,
            with_system,
            documents_in_input: self.documents_in_input,
            input_chars_max: self.input_chars_max,
        }
    }

    fn states(&self) -> Vec<State> {
        let asked = |state: &State| self.label.is_empty() || self.label.contains(state);
        State::ALL.into_iter().filter(asked).collect()
    }
}

/// The plan of a draw.
pub(super) fn plan(
    request: &select::Request,
    (project, policy): (&str, &str),
    asking: Asking,
    selected: Selected,
) -> Plan {
    Plan {
        version: VERSION,
        project: project.into(),
        policy: policy.into(),
        as_of: request.as_of,
        since: request.since,
        until: request.until,
        trust: request.trust,
        states: request.states.clone(),
        seed: request.seed,
        sample: request.sample as u64,
        stratify: request.stratify.clone(),
        allocation: request.allocation,
        redact: request.redact,
        documents_in_input: request.documents_in_input,
        input_chars_max: request.input_chars_max as u64,
        cases: String::new(),
        selected,
        asking,
    }
}

/// How cases are asked, without anything secret.
pub(super) fn asking(endpoint: &client::Endpoint, request: &client::Request) -> Asking {
    let hash = |text: &String| blake3::hash(text.as_bytes()).to_hex().to_string();
    Asking {
        endpoint: endpoint.to_string(),
        model: request.model.clone(),
        params: request.params.clone(),
        system: request.system.as_ref().map(hash),
        stream: request.stream,
    }
}

/// Where `wanted` is not `known`: `name: known there, wanted now`.
pub(super) fn differences(known: &Value, wanted: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    differ("", known, wanted, &mut differences);
    differences
}

fn differ(name: &str, known: &Value, wanted: &Value, into: &mut Vec<String>) {
    if known == wanted {
        return;
    }
    match (known, wanted) {
        (Value::Object(known), Value::Object(wanted)) => {
            let new = wanted.keys().filter(|key| !known.contains_key(*key));
            for key in known.keys().chain(new) {
                let side = |map: &serde_json::Map<String, Value>| {
                    map.get(key).cloned().unwrap_or_default()
                };
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                differ(&name, &side(known), &side(wanted), into);
            }
        }
        _ => into.push(format!("{name}: {known} there, {wanted} now")),
    }
}

/// What of a plan the arguments decide: not what came of it.
pub(super) fn decided(plan: &Plan) -> Value {
    let mut value = serde_json::to_value(plan).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        for came_of_it in ["selected", "cases"] {
            fields.remove(came_of_it);
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_named_by_their_place() {
        let known = json!({"seed": 0, "asking": {"model": "m-1", "params": {"top_p": 1}}});
        let wanted = json!({"seed": 0, "asking": {"model": "m-2", "params": {"stop": "x"}}});
        assert_eq!(
            differences(&known, &wanted),
            [
                "asking.model: \"m-1\" there, \"m-2\" now",
                "asking.params.top_p: 1 there, null now",
                "asking.params.stop: null there, \"x\" now",
            ]
        );
        assert!(differences(&known, &known).is_empty());
    }
}
