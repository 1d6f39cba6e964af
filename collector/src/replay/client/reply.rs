//! An answer, whole.

use serde::Deserialize;
use serde_json::Value;

use super::Trouble;
use crate::replay::{Outcome, Reply};

/// A completion or a chunk of one, as far as it is read. Every field may be missing or
/// null: servers differ.
#[derive(Debug, Deserialize)]
pub(super) struct Completion {
    model: Option<String>,
    #[serde(default)]
    choices: Option<Vec<Choice>>,
    usage: Option<Usage>,
    error: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default)]
    index: u64,
    /// Of a completion.
    message: Option<Said>,
    /// Of a chunk.
    delta: Option<Said>,
    finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Said {
    content: Option<Value>,
    refusal: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

/// What has arrived of an answer.
#[derive(Debug, Default)]
pub(super) struct Arriving {
    text: String,
    refusal: String,
    /// Something was said, if only nothing.
    has_choice: bool,
    finish_reason: Option<String>,
    model: Option<String>,
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

impl Arriving {
    /// Takes a completion or the next chunk of one.
    pub(super) fn take(&mut self, json: &str) -> Result<(), Trouble> {
        let part: Completion = serde_json::from_str(json)
            .map_err(|error| Trouble::again("malformed", &format!("no completion: {error}")))?;
        if let Some(error) = part.error.filter(|error| !error.is_null()) {
            return Err(Trouble::of_error(&error));
        }
        self.model = part.model.or(self.model.take());
        if let Some(usage) = part.usage {
            self.prompt_tokens = usage.prompt_tokens.or(self.prompt_tokens);
            self.completion_tokens = usage.completion_tokens.or(self.completion_tokens);
        }
        let first = |choice: &Choice| choice.index == 0;
        for choice in part.choices.into_iter().flatten().filter(first) {
            self.has_choice = true;
            self.finish_reason = choice.finish_reason.or(self.finish_reason.take());
            if let Some(said) = choice.message.or(choice.delta) {
                self.text += &text(said.content.as_ref());
                self.refusal += said.refusal.as_deref().unwrap_or_default();
            }
        }
        Ok(())
    }

    /// The endpoint said why it ended.
    pub(super) const fn is_finished(&self) -> bool {
        self.finish_reason.is_some()
    }

    /// The answer, once all has arrived.
    pub(super) fn outcome(self) -> Result<Outcome, Trouble> {
        if !self.has_choice {
            return Err(Trouble::again("malformed", "a completion without choices"));
        }
        let filtered = self.finish_reason.as_deref() == Some("content_filter");
        let refused = !self.refusal.is_empty() || filtered;
        let text = if self.text.is_empty() {
            self.refusal
        } else {
            self.text
        };
        let reply = Reply {
            text,
            finish_reason: self.finish_reason,
            model: self.model,
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.completion_tokens,
            latency_ms: 0,
        };
        Ok(if refused {
            Outcome::Refused(reply)
        } else {
            Outcome::Answered(reply)
        })
    }
}

/// Content is a text, nothing, or parts of which some are text.
fn text(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts
            .iter()
            .filter_map(|part| part.get("text")?.as_str())
            .collect(),
        _ => String::new(),
    }
}

/// The answer in a body of JSON.
pub(super) fn whole(body: &str) -> Result<Outcome, Trouble> {
    let mut arriving = Arriving::default();
    arriving.take(body)?;
    arriving.outcome()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::replay::client::Remedy;

    fn of(message: Value, finish_reason: &str) -> Result<Outcome, Trouble> {
        let body = json!({
            "id": "c", "object": "chat.completion", "model": "m-2-0613",
            "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
        });
        whole(&body.to_string())
    }

    #[test]
    fn a_completion_is_read() {
        let reply = Reply {
            text: "Hello".into(),
            finish_reason: Some("stop".into()),
            model: Some("m-2-0613".into()),
            prompt_tokens: Some(9),
            completion_tokens: Some(2),
            latency_ms: 0,
        };
        let message = json!({"role": "assistant", "content": "Hello", "refusal": null});
        assert_eq!(of(message, "stop"), Ok(Outcome::Answered(reply.clone())));
        let parts =
            json!({"content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]});
        assert_eq!(of(parts, "stop"), Ok(Outcome::Answered(reply)));
    }

    #[test]
    fn a_provider_that_declines_is_no_answer_and_no_failure() {
        let refused = |message, finish| match of(message, finish) {
            Ok(Outcome::Refused(reply)) => reply.text,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            refused(json!({"content": null, "refusal": "No."}), "stop"),
            "No."
        );
        assert_eq!(
            refused(json!({"content": "Well"}), "content_filter"),
            "Well"
        );
    }

    #[test]
    fn what_is_no_completion_may_be_one_next_time() {
        for body in [
            "",
            "{",
            "[]",
            "{\"choices\": []}",
            "{\"choices\": 5}",
            "<html>",
        ] {
            let trouble = whole(body).unwrap_err();
            assert_eq!(trouble.code, "malformed", "{body}");
            assert_eq!(trouble.remedy, Remedy::Again { after_ms: None }, "{body}");
        }
        let error = whole(r#"{"error": {"message": "no such model", "code": 404}}"#);
        assert_eq!(error.unwrap_err().remedy, Remedy::StopAtFirst);
    }
}
