//! Which spans are what: a table.

use serde::{Deserialize, Serialize};

/// What a span is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    /// A model answered.
    Model,
    /// An agent or a workflow: what it answers is what its last model span did, or what
    /// it says itself where it has none.
    Agent,
    /// A step around others, that has no answer of its own.
    Chain,
    /// Documents were looked up.
    Retrieval,
    /// Looked-up documents were chosen from.
    Reranking,
    /// Not for the person: a model called in there is none of theirs.
    Aside,
}

/// Attribute, value, role. The first row that holds decides.
pub(super) const ROLES: &[(&str, &str, Role)] = &[
    ("gen_ai.operation.name", "chat", Role::Model),
    ("gen_ai.operation.name", "text_completion", Role::Model),
    ("gen_ai.operation.name", "generate_content", Role::Model),
    ("gen_ai.operation.name", "invoke_agent", Role::Agent),
    ("gen_ai.operation.name", "invoke_workflow", Role::Agent),
    ("gen_ai.operation.name", "retrieval", Role::Retrieval),
    (
        "gen_ai.operation.name",
        "vector_db_retrieve",
        Role::Retrieval,
    ),
    ("gen_ai.operation.name", "execute_tool", Role::Aside),
    ("gen_ai.operation.name", "embeddings", Role::Aside),
    ("openinference.span.kind", "LLM", Role::Model),
    ("openinference.span.kind", "AGENT", Role::Agent),
    ("openinference.span.kind", "CHAIN", Role::Chain),
    ("openinference.span.kind", "RETRIEVER", Role::Retrieval),
    ("openinference.span.kind", "RERANKER", Role::Reranking),
    ("openinference.span.kind", "TOOL", Role::Aside),
    ("openinference.span.kind", "EMBEDDING", Role::Aside),
    ("openinference.span.kind", "GUARDRAIL", Role::Aside),
    ("openinference.span.kind", "EVALUATOR", Role::Aside),
    ("ai.operationId", "ai.generateText.doGenerate", Role::Model),
    ("ai.operationId", "ai.streamText.doStream", Role::Model),
    (
        "ai.operationId",
        "ai.generateObject.doGenerate",
        Role::Model,
    ),
    ("ai.operationId", "ai.streamObject.doStream", Role::Model),
    ("ai.operationId", "ai.generateText", Role::Agent),
    ("ai.operationId", "ai.streamText", Role::Agent),
    ("ai.operationId", "ai.generateObject", Role::Agent),
    ("ai.operationId", "ai.streamObject", Role::Agent),
    ("ai.operationId", "ai.toolCall", Role::Aside),
    ("llm.request.type", "chat", Role::Model),
    ("llm.request.type", "completion", Role::Model),
    ("traceloop.span.kind", "workflow", Role::Agent),
    ("traceloop.span.kind", "agent", Role::Agent),
    ("traceloop.span.kind", "tool", Role::Aside),
];

impl Role {
    /// What the document calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Agent => "agent",
            Self::Chain => "chain",
            Self::Retrieval => "retrieval",
            Self::Reranking => "reranking",
            Self::Aside => "aside",
        }
    }
}
