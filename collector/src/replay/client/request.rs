//! The body of a question.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::replay::Message;

/// Fields that are not for parameters: this program's own, `n`, since one answer is
/// read, and tools, whose calls nobody could answer.
pub const RESERVED: [&str; 8] = [
    "model",
    "messages",
    "stream",
    "stream_options",
    "n",
    "tools",
    "tool_choice",
    "functions",
];

/// How questions are asked: everything of the body but the messages.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The model.
    pub model: String,
    /// Further fields, as the endpoint takes them.
    pub params: Map<String, Value>,
    /// Takes the place of the stored system prompt.
    pub system: Option<String>,
    /// Ask for a stream, whose end shows that it is complete.
    pub stream: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Said<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<Value>,
    #[serde(flatten)]
    params: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct Said<'a> {
    role: &'a str,
    content: &'a str,
}

impl Request {
    /// The body that asks `input`.
    #[must_use]
    pub fn body(&self, input: &[Message]) -> String {
        let body = Body {
            model: &self.model,
            messages: self.messages(input),
            stream: self.stream,
            stream_options: self.stream.then(|| json!({"include_usage": true})),
            params: &self.params,
        };
        serde_json::to_string(&body).unwrap_or_default()
    }

    fn messages<'a>(&'a self, input: &'a [Message]) -> Vec<Said<'a>> {
        let is_system = |role: &str| ["system", "developer"].contains(&role);
        let system = self.system.as_deref().map(|content| Said {
            role: "system",
            content,
        });
        let kept = |message: &&Message| self.system.is_none() || !is_system(&message.role);
        let input = input.iter().filter(kept).map(|message| Said {
            role: &message.role,
            content: &message.content,
        });
        system.into_iter().chain(input).collect()
    }

    /// Characters that are sent.
    #[must_use]
    pub fn chars(&self, input: &[Message]) -> u64 {
        let messages = self.messages(input);
        messages
            .iter()
            .map(|one| one.content.chars().count() as u64)
            .sum()
    }

    /// Tokens of an answer at most, where a parameter says so.
    #[must_use]
    pub fn answer_tokens_max(&self) -> Option<u64> {
        let names = ["max_completion_tokens", "max_tokens"].into_iter();
        names
            .filter_map(|name| self.params.get(name)?.as_u64())
            .next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> Vec<Message> {
        [
            ("system", "Be kind."),
            ("user", "Hi"),
            ("assistant", "Hello"),
            ("user", "Why?"),
        ]
        .map(|(role, content)| Message {
            role: role.into(),
            content: content.into(),
        })
        .to_vec()
    }

    #[test]
    fn a_body_holds_the_input_and_the_parameters() {
        let mut request = Request {
            model: "m-2".into(),
            params: Map::from_iter([
                ("temperature".into(), json!(0)),
                ("max_tokens".into(), json!(300)),
            ]),
            system: None,
            stream: true,
        };
        assert_eq!(
            request.body(&input()[..2]),
            "{\"model\":\"m-2\",\"messages\":[{\"role\":\"system\",\"content\":\"Be kind.\"},\
             {\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":true,\
             \"stream_options\":{\"include_usage\":true},\"max_tokens\":300,\"temperature\":0}"
        );
        assert_eq!(request.chars(&input()), 8 + 2 + 5 + 4);
        assert_eq!(request.answer_tokens_max(), Some(300));
        request.stream = false;
        let body: Value = serde_json::from_str(&request.body(&input())).unwrap();
        assert_eq!(body["stream"], false);
        assert_eq!(body.get("stream_options"), None);
    }

    #[test]
    fn a_new_system_prompt_takes_the_place_of_the_old_one() {
        let request = Request {
            model: "m-2".into(),
            params: Map::new(),
            system: Some("Be brief.".into()),
            stream: true,
        };
        let said = |input: &[Message]| {
            let messages = request.messages(input).into_iter();
            messages
                .map(|one| format!("{}: {}", one.role, one.content))
                .collect::<Vec<_>>()
        };
        let new = [
            "system: Be brief.",
            "user: Hi",
            "assistant: Hello",
            "user: Why?",
        ];
        assert_eq!(said(&input()), new);
        assert_eq!(said(&input()[1..]), new, "also where there was none");
        let mut developer = input();
        developer[0].role = "developer".into();
        assert_eq!(said(&developer), new);
    }
}
