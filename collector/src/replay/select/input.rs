//! What a model was asked, if it can be asked again.

use crate::{
    dataset::{documents, filled, plain},
    label::Labelled,
    replay::{Message, Reason},
    store::rows::{Message as Stored, OutputRows},
};

/// Characters of an input where nobody says how many: some 100 000 tokens, what most
/// models take with room for the answer.
pub const INPUT_CHARS_MAX: usize = 400_000;

/// Roles every chat endpoint knows; `developer` is OpenAI's later name for `system`.
const ROLES: [&str; 4] = ["system", "developer", "user", "assistant"];

/// Roles of messages that answer a call.
const TOOL_ROLES: [&str; 2] = ["tool", "function"];

/// What is known beside the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Context {
    /// The asker brings a system prompt of its own.
    pub(super) with_system: bool,
    /// Inputs hold the text of documents that are named.
    pub(super) documents_in_input: bool,
}

/// The input of an output, or the one reason it cannot be asked again.
pub(super) fn input(
    rows: &OutputRows,
    label: &Labelled,
    context: Context,
) -> Result<Vec<Message>, Reason> {
    let registered = rows.registered.as_ref();
    let input = match registered.and_then(|server| server.input.as_deref()) {
        Some([]) => return Err(Reason::NoInput),
        Some(messages) => registered_input(messages)?,
        None => browser_input(label, context.with_system)?,
    };
    whole(rows, input, context.documents_in_input)
}

fn registered_input(messages: &[Stored]) -> Result<Vec<Message>, Reason> {
    let messages: Vec<_> = messages.iter().map(message).collect();
    // Of several reasons the first of the list, whichever message comes first.
    if let Some(reason) = messages.iter().filter_map(|one| one.as_ref().err()).min() {
        return Err(*reason);
    }
    let messages: Vec<Message> = messages.into_iter().flatten().collect();
    let asks = |last: &Message| last.role == "user" && filled(Some(&last.content)).is_some();
    if !messages.last().is_some_and(asks) {
        return Err(Reason::NoQuestion);
    }
    Ok(messages)
}

fn message(stored: &Stored) -> Result<Message, Reason> {
    let role = stored.role.as_str();
    if TOOL_ROLES.contains(&role) || is_call(stored) {
        return Err(Reason::Tools);
    }
    let content = plain(&stored.content).ok_or(Reason::NotText)?;
    if !ROLES.contains(&role) {
        return Err(Reason::Roles);
    }
    Ok(Message {
        role: role.into(),
        content,
    })
}

/// Whether a message calls a tool: one that does nothing else has no content, and
/// some providers have parts for calls and their results.
fn is_call(stored: &Stored) -> bool {
    let kind = |part: &serde_json::Value| {
        let kind = part.get("type")?.as_str()?;
        Some(kind.starts_with("tool_") || kind.starts_with("function_call"))
    };
    let parts = stored.content.as_array().into_iter().flatten();
    (stored.role == "assistant" && stored.content.is_null())
        || parts.filter_map(kind).any(|is_call| is_call)
}

/// A browser sends the last message alone: all there was at the start of a
/// conversation, but for the system prompt.
fn browser_input(label: &Labelled, with_system: bool) -> Result<Vec<Message>, Reason> {
    let prompt = filled(label.texts.prompt.as_deref()).ok_or(Reason::NoInput)?;
    if label.turn != Some(0) || !with_system {
        return Err(Reason::MissingContext);
    }
    Ok(vec![Message {
        role: "user".into(),
        content: prompt.into(),
    }])
}

/// Refuses an input without the documents its answer was made from: where texts were
/// retrieved and none of them stands in the input, the model saw more than is known.
/// Of documents without a text only whoever registered them can tell.
fn whole(
    rows: &OutputRows,
    input: Vec<Message>,
    documents_in_input: bool,
) -> Result<Vec<Message>, Reason> {
    let documents = documents(rows);
    let stands = |text: &str| {
        let text = text.trim();
        !text.is_empty() && input.iter().any(|message| message.content.contains(text))
    };
    let known = documents.iter().filter_map(|one| one.content.as_deref());
    let mut known = known.peekable();
    match (documents.is_empty(), known.peek().is_some()) {
        (true, _) => Ok(input),
        (_, true) if known.any(stands) => Ok(input),
        (_, true) => Err(Reason::MissingContext),
        (_, false) if documents_in_input => Ok(input),
        (_, false) => Err(Reason::UnknownContext),
    }
}

/// Characters of an input.
pub(super) fn chars(input: &[Message]) -> usize {
    input.iter().map(|one| one.content.chars().count()).sum()
}
