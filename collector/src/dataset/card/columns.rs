//! The columns of each format's lines: what cards and Croissant say about files.

/// A column, or a field of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: &'static str,
    /// For people.
    pub(super) about: &'static str,
    pub(super) kind: Kind,
}

/// What a column holds. Any value may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Bool,
    Int,
    Float,
    /// Texts, in an order that means something.
    Texts,
    /// Numbers, as many as the texts beside them.
    Floats,
    /// Always empty.
    Nothings,
    /// One object.
    Object(&'static [Column]),
    /// Any number of objects.
    Objects(&'static [Column]),
}

const fn column(name: &'static str, about: &'static str, kind: Kind) -> Column {
    Column { name, about, kind }
}

const TURN: &[Column] = &[
    column("role", "system, user or assistant", Kind::Text),
    column("content", "What was said", Kind::Text),
];

const WEIGHTED_TURN: &[Column] = &[
    column("role", "system, user or assistant", Kind::Text),
    column("content", "What was said", Kind::Text),
    column("weight", "1: trained on; 0: not; answers only", Kind::Int),
];

const INPUT: &[Column] = &[
    column("messages", "What the model was asked", Kind::Objects(TURN)),
    column("tools", "None", Kind::Nothings),
    column("parallel_tool_calls", "As the API's default", Kind::Bool),
];

const METADATA: &[Column] = &[
    column("output", "The output it comes from", Kind::Text),
    column("basis", "answer or edit", Kind::Text),
    column("confidence", "Of the label, 0.5 to 1", Kind::Float),
    column("weight", "Training weight of the label", Kind::Float),
    column("model", "The model that answered", Kind::Text),
    column("prompt_version", "The prompt version", Kind::Text),
];

const VARS: &[Column] = &[
    column("question", "The last message", Kind::Text),
    column("messages", "The conversation, as JSON text", Kind::Text),
];

const ASSERT: &[Column] = &[
    column("type", "similar", Kind::Text),
    column("value", "What a person was content with", Kind::Text),
    column("threshold", "Least cosine of embeddings", Kind::Float),
];

const PROMPT: Column = column("prompt", "What the model was asked", Kind::Objects(TURN));
const COMPLETION: Column = column("completion", "The answer", Kind::Objects(TURN));
const CHOSEN: Column = column(
    "chosen",
    "The answer that was preferred",
    Kind::Objects(TURN),
);
const REJECTED: Column = column("rejected", "The other answer", Kind::Objects(TURN));
const METADATA_COLUMN: Column = column("metadata", "Where it comes from", Kind::Object(METADATA));

/// The columns of a format's lines, in their order; `None` where the files are no
/// lines of rows.
pub(super) fn of(format: &str) -> Option<&'static [Column]> {
    let columns: &[Column] = match format {
        "trl-sft" => const { &[PROMPT, COMPLETION] },
        "trl-sft-chat" => {
            const {
                &[column(
                    "messages",
                    "The conversation; the last answer is the good one",
                    Kind::Objects(TURN),
                )]
            }
        }
        "trl-dpo" => const { &[PROMPT, CHOSEN, REJECTED] },
        "trl-kto" => {
            const {
                &[
                    PROMPT,
                    COMPLETION,
                    column("label", "Whether the answer was good", Kind::Bool),
                ]
            }
        }
        "trl-reward" => {
            const {
                &[
                    column(
                        "chosen",
                        "The conversation with the preferred answer",
                        Kind::Objects(TURN),
                    ),
                    column(
                        "rejected",
                        "The same with the other answer",
                        Kind::Objects(TURN),
                    ),
                    column("margin", "How much better, in log-odds", Kind::Float),
                ]
            }
        }
        "openai-sft" => {
            const {
                &[column(
                    "messages",
                    "The conversation; the last answer is the good one",
                    Kind::Objects(WEIGHTED_TURN),
                )]
            }
        }
        "openai-dpo" => {
            const {
                &[
                    column("input", "What the model was asked", Kind::Object(INPUT)),
                    column(
                        "preferred_output",
                        "The answer that was preferred",
                        Kind::Objects(TURN),
                    ),
                    column(
                        "non_preferred_output",
                        "The other answer",
                        Kind::Objects(TURN),
                    ),
                ]
            }
        }
        "rag" => {
            const {
                &[
                    column("user_input", "The question", Kind::Text),
                    column(
                        "retrieved_contexts",
                        "Documents given to the model",
                        Kind::Texts,
                    ),
                    column("retrieved_context_ids", "Their ids", Kind::Texts),
                    column("response", "The answer", Kind::Text),
                    column("reference", "What the person kept or wrote", Kind::Text),
                    column("retrieved_context_scores", "Their scores", Kind::Floats),
                    column("history", "The conversation before", Kind::Objects(TURN)),
                    column("label", "Whether the answer was good", Kind::Bool),
                    column("output", "The output it comes from", Kind::Text),
                ]
            }
        }
        "evals-inspect" => {
            const {
                &[
                    column("id", "The row's name", Kind::Text),
                    column("input", "What the model was asked", Kind::Objects(TURN)),
                    column("target", "What a person was content with", Kind::Text),
                    METADATA_COLUMN,
                ]
            }
        }
        "evals-promptfoo" => {
            const {
                &[
                    column("description", "The row's name", Kind::Text),
                    column("vars", "Variables of the prompt", Kind::Object(VARS)),
                    column(
                        "assert",
                        "What the answer must be like",
                        Kind::Objects(ASSERT),
                    ),
                    METADATA_COLUMN,
                ]
            }
        }
        _ => return None,
    };
    Some(columns)
}
