//! What attributes can say, and how they say it.

use serde::{Deserialize, Serialize};

/// What an attribute says about an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Field {
    /// The id the page knows the output by.
    OutputId,
    /// The provider's id of the response.
    ResponseId,
    /// The framework's id of the message.
    MessageId,
    /// The conversation.
    Conversation,
    /// Its place in the conversation.
    Turn,
    /// Which of several answers to one question.
    Variant,
    /// The person.
    Subject,
    /// What answered.
    Model,
    /// The prompt and its version, in one.
    PromptVersion,
    /// The prompt's name.
    PromptName,
    /// The version of the prompt of that name.
    PromptNumber,
    /// Where in the product.
    Surface,
    /// Arms of experiments.
    Arms,
    /// What the model was told before the messages.
    System,
    /// The messages.
    Input,
    /// The answer's text.
    Output,
    /// What was looked up.
    Documents,
    /// Tokens of the input.
    InputTokens,
    /// Tokens of the output.
    OutputTokens,
    /// Why the model stopped.
    FinishReason,
    /// Who runs the model.
    Provider,
    /// The agent.
    Agent,
}

impl Field {
    /// Where it goes in a registration.
    pub(super) const fn target(self) -> &'static str {
        match self {
            Self::OutputId => "id",
            Self::ResponseId => "id, alias",
            Self::MessageId => "alias",
            Self::Conversation => "conversation",
            Self::Turn => "turn",
            Self::Variant => "variant",
            Self::Subject => "subject",
            Self::Model => "model",
            Self::PromptVersion | Self::PromptName | Self::PromptNumber => "prompt_version",
            Self::Surface => "surface",
            Self::Arms => "arms",
            Self::System | Self::Input => "input",
            Self::Output => "output",
            Self::Documents => "documents",
            Self::InputTokens => "tags.input_tokens",
            Self::OutputTokens => "tags.output_tokens",
            Self::FinishReason => "tags.finish_reason",
            Self::Provider => "tags.provider",
            Self::Agent => "tags.agent",
        }
    }
}

/// How an attribute's value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A string or a number, as it stands.
    Text,
    /// The first of a list of strings.
    First,
    /// A count.
    Count,
    /// All attributes whose key goes on after this one: what follows is the name.
    Names,
    /// JSON: the string at this pointer (RFC 6901).
    At(&'static str),
    /// JSON: `[{"role", "parts": [{"type", "content"}]}]`.
    Parts,
    /// JSON: `[{"type", "content"}]`, as one system message.
    Instructions,
    /// JSON: `[{"role", "content"}]`, content a string or parts.
    Chat,
    /// JSON: `{"system", "prompt", "messages"}`.
    Prompt,
    /// Attributes `KEY.N.INNERrole` and `KEY.N.INNERcontent`.
    Indexed(&'static str),
    /// A string: one message of the user, or the answer.
    Plain,
    /// The same, unless the attribute of this name says that it is JSON.
    PlainUnless(&'static str),
    /// JSON: a list of objects, at this pointer.
    Documents(&'static str),
    /// Attributes `KEY.N.document.id`, `.score` and `.content`.
    IndexedDocuments,
}

/// One attribute that says one thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) field: Field,
    pub(super) key: &'static str,
    pub(super) shape: Shape,
    pub(super) convention: &'static str,
}
