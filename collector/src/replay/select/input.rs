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

/// The input of an output, or the one reason it cannot be asked again. `with_system`:
/// the asker brings a system prompt of its own.
pub(super) fn input(
    rows: &OutputRows,
    label: &Labelled,
    with_system: bool,
) -> Result<Vec<Message>, Reason> {
    let registered = rows.registered.as_ref();
    match registered.and_then(|server| server.input.as_deref()) {
        Some([]) => Err(Reason::NoInput),
        Some(messages) => whole(rows, registered_input(messages)?),
        None => whole(rows, browser_input(label, with_system)?),
    }
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
fn whole(rows: &OutputRows, input: Vec<Message>) -> Result<Vec<Message>, Reason> {
    let documents = documents(rows);
    let stands = |text: &str| {
        let text = text.trim();
        !text.is_empty() && input.iter().any(|message| message.content.contains(text))
    };
    let known = documents.iter().filter_map(|one| one.content.as_deref());
    if !documents.is_empty() && !known.into_iter().any(stands) {
        return Err(Reason::MissingContext);
    }
    Ok(input)
}

/// Characters of an input.
pub(super) fn chars(input: &[Message]) -> usize {
    input.iter().map(|one| one.content.chars().count()).sum()
}
