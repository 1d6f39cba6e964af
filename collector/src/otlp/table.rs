//! Which attribute says what: all that is known of conventions, in one table. Of one
//! field's rows the first whose attribute is there and can be read wins. The tables of
//! `demo-site/docs/otlp.md` are written from this one and that of [`super::roles`].

use super::fields::{Field, Row, Shape};

const fn row(field: Field, key: &'static str, shape: Shape, convention: &'static str) -> Row {
    Row {
        field,
        key,
        shape,
        convention,
    }
}

const TACIT: &str = "Tacit";
const GENAI: &str = "OpenTelemetry GenAI";
const EARLIER: &str = "OpenTelemetry GenAI, earlier; OpenLLMetry";
const TRACELOOP: &str = "OpenLLMetry";
const INFERENCE: &str = "OpenInference";
const AI_SDK: &str = "AI SDK";
const OTEL: &str = "OpenTelemetry";

use Field as F;
use Shape as S;

/// The fields.
pub(super) const FIELDS: &[Row] = &[
    row(F::OutputId, "tacit.output.id", S::Text, TACIT),
    row(F::ResponseId, "gen_ai.response.id", S::Text, GENAI),
    row(F::ResponseId, "ai.response.id", S::Text, AI_SDK),
    row(F::ResponseId, "output.value", S::At("/id"), INFERENCE),
    row(F::MessageId, "tacit.message.id", S::Text, TACIT),
    row(
        F::MessageId,
        "output.value",
        S::At("/generations/0/0/message/kwargs/id"),
        "OpenInference of LangChain",
    ),
    row(F::Conversation, "tacit.conversation", S::Text, TACIT),
    row(F::Conversation, "gen_ai.conversation.id", S::Text, GENAI),
    row(F::Conversation, "session.id", S::Text, INFERENCE),
    row(
        F::Conversation,
        "ai.telemetry.metadata.conversationId",
        S::Text,
        AI_SDK,
    ),
    row(
        F::Conversation,
        "ai.telemetry.metadata.sessionId",
        S::Text,
        AI_SDK,
    ),
    row(
        F::Conversation,
        "traceloop.association.properties.session_id",
        S::Text,
        TRACELOOP,
    ),
    row(F::Turn, "tacit.turn", S::Count, TACIT),
    row(F::Variant, "tacit.variant", S::Count, TACIT),
    row(F::Subject, "tacit.subject", S::Text, TACIT),
    row(
        F::Subject,
        "user.id",
        S::Text,
        "OpenTelemetry, OpenInference",
    ),
    row(F::Subject, "enduser.id", S::Text, OTEL),
    row(F::Subject, "ai.telemetry.metadata.userId", S::Text, AI_SDK),
    row(
        F::Subject,
        "traceloop.association.properties.user_id",
        S::Text,
        TRACELOOP,
    ),
    row(F::Subject, "gen_ai.user", S::Text, TRACELOOP),
    row(F::Subject, "llm.user", S::Text, TRACELOOP),
    row(F::Model, "gen_ai.response.model", S::Text, GENAI),
    row(F::Model, "ai.response.model", S::Text, AI_SDK),
    row(F::Model, "llm.response.model_name", S::Text, INFERENCE),
    row(F::Model, "llm.model_name", S::Text, INFERENCE),
    row(F::Model, "gen_ai.request.model", S::Text, GENAI),
    row(F::Model, "ai.model.id", S::Text, AI_SDK),
    row(F::Model, "llm.request.model_name", S::Text, INFERENCE),
    row(F::PromptVersion, "tacit.prompt_version", S::Text, TACIT),
    row(F::PromptName, "gen_ai.prompt.name", S::Text, GENAI),
    row(F::PromptName, "traceloop.prompt.key", S::Text, TRACELOOP),
    row(F::PromptName, "prompt.id", S::Text, INFERENCE),
    row(F::PromptNumber, "gen_ai.prompt.version", S::Text, GENAI),
    row(
        F::PromptNumber,
        "traceloop.prompt.version",
        S::Text,
        TRACELOOP,
    ),
    row(
        F::PromptNumber,
        "llm.prompt_template.version",
        S::Text,
        INFERENCE,
    ),
    row(F::Surface, "tacit.surface", S::Text, TACIT),
    row(F::Arms, "tacit.arms.", S::Names, TACIT),
    row(
        F::System,
        "gen_ai.system_instructions",
        S::Instructions,
        GENAI,
    ),
    row(F::Input, "gen_ai.input.messages", S::Parts, GENAI),
    row(
        F::Input,
        "llm.input_messages",
        S::Indexed("message."),
        INFERENCE,
    ),
    row(F::Input, "ai.prompt.messages", S::Chat, AI_SDK),
    row(F::Input, "ai.prompt", S::Prompt, AI_SDK),
    row(F::Input, "gen_ai.prompt", S::Indexed(""), EARLIER),
    row(F::Input, "gen_ai.prompt", S::Chat, EARLIER),
    row(
        F::Input,
        "input.value",
        S::PlainUnless("input.mime_type"),
        INFERENCE,
    ),
    row(F::Output, "gen_ai.output.messages", S::Parts, GENAI),
    row(
        F::Output,
        "llm.output_messages",
        S::Indexed("message."),
        INFERENCE,
    ),
    row(F::Output, "ai.response.text", S::Plain, AI_SDK),
    row(F::Output, "ai.response.object", S::Plain, AI_SDK),
    row(F::Output, "gen_ai.completion", S::Indexed(""), EARLIER),
    row(F::Output, "gen_ai.completion", S::Chat, EARLIER),
    row(
        F::Output,
        "output.value",
        S::PlainUnless("output.mime_type"),
        INFERENCE,
    ),
    row(
        F::Documents,
        "gen_ai.retrieval.documents",
        S::Documents(""),
        GENAI,
    ),
    row(
        F::Documents,
        "reranker.output_documents",
        S::IndexedDocuments,
        INFERENCE,
    ),
    row(
        F::Documents,
        "retrieval.documents",
        S::IndexedDocuments,
        INFERENCE,
    ),
    row(
        F::Documents,
        "traceloop.entity.output",
        S::Documents("/documents"),
        "OpenLLMetry of LangChain",
    ),
    row(F::InputTokens, "gen_ai.usage.input_tokens", S::Count, GENAI),
    row(
        F::InputTokens,
        "gen_ai.usage.prompt_tokens",
        S::Count,
        EARLIER,
    ),
    row(
        F::InputTokens,
        "llm.token_count.prompt",
        S::Count,
        INFERENCE,
    ),
    row(F::InputTokens, "ai.usage.inputTokens", S::Count, AI_SDK),
    row(
        F::InputTokens,
        "ai.usage.promptTokens",
        S::Count,
        "AI SDK 4",
    ),
    row(
        F::OutputTokens,
        "gen_ai.usage.output_tokens",
        S::Count,
        GENAI,
    ),
    row(
        F::OutputTokens,
        "gen_ai.usage.completion_tokens",
        S::Count,
        EARLIER,
    ),
    row(
        F::OutputTokens,
        "llm.token_count.completion",
        S::Count,
        INFERENCE,
    ),
    row(F::OutputTokens, "ai.usage.outputTokens", S::Count, AI_SDK),
    row(
        F::OutputTokens,
        "ai.usage.completionTokens",
        S::Count,
        "AI SDK 4",
    ),
    row(
        F::FinishReason,
        "gen_ai.response.finish_reasons",
        S::First,
        GENAI,
    ),
    row(F::FinishReason, "llm.finish_reason", S::Text, INFERENCE),
    row(F::FinishReason, "ai.response.finishReason", S::Text, AI_SDK),
    row(
        F::FinishReason,
        "gen_ai.completion.0.finish_reason",
        S::Text,
        EARLIER,
    ),
    row(
        F::FinishReason,
        "gen_ai.output.messages",
        S::At("/0/finish_reason"),
        GENAI,
    ),
    row(
        F::FinishReason,
        "output.value",
        S::At("/choices/0/finish_reason"),
        INFERENCE,
    ),
    row(F::Provider, "gen_ai.provider.name", S::Text, GENAI),
    row(F::Provider, "gen_ai.system", S::Text, EARLIER),
    row(F::Provider, "llm.provider", S::Text, INFERENCE),
    row(F::Provider, "llm.system", S::Text, INFERENCE),
    row(F::Agent, "gen_ai.agent.name", S::Text, GENAI),
    row(F::Agent, "agent.name", S::Text, INFERENCE),
    row(F::Agent, "ai.telemetry.functionId", S::Text, AI_SDK),
];

/// Keys that say something of whatever stands below, on spans of any kind; on others
/// `session.id` is a visit to a site, and the rest does not occur.
pub(super) const ANYWHERE: &[&str] = &[
    "tacit.output.id",
    "tacit.conversation",
    "tacit.turn",
    "tacit.variant",
    "tacit.subject",
    "tacit.prompt_version",
    "tacit.surface",
    "tacit.arms.",
    "gen_ai.conversation.id",
    "user.id",
    "enduser.id",
];

/// What frameworks put before the keys of attributes that an app passes through them.
pub(super) const PASSED_THROUGH: &[&str] = &[
    "ai.telemetry.metadata.",
    "traceloop.association.properties.",
];

/// Events whose attributes are read as if the span had them.
pub(super) const EVENTS: &[&str] = &[
    "gen_ai.client.inference.operation.details",
    "gen_ai.content.prompt",
    "gen_ai.content.completion",
];

/// Events that are a message each, and its role; they are read as `gen_ai.prompt.N` and
/// `gen_ai.completion.N`.
pub(super) const MESSAGE_EVENTS: &[(&str, &str)] = &[
    ("gen_ai.system.message", "system"),
    ("gen_ai.user.message", "user"),
    ("gen_ai.assistant.message", "assistant"),
    ("gen_ai.tool.message", "tool"),
    ("gen_ai.choice", "assistant"),
];

/// Finish reasons that say a tool is asked next, and not that the person was answered.
pub(super) const CALLS_TOOL: &[&str] = &[
    "tool_calls",
    "tool_call",
    "tool-calls",
    "tool_use",
    "function_call",
];
