//! What is known of an output, in the words of the API.

use serde_json::{Value, json};
use tacit_signals::Id;

use crate::{label::Labelled, store::rows::OutputRows};

/// What is known of an output; fields nobody filled are left out.
pub(super) fn describe(rows: &OutputRows, label: &Labelled) -> Value {
    let server = rows.registered.clone().unwrap_or_default();
    let aliases: Vec<&str> = server.aliases.iter().map(Id::as_str).collect();
    let subject = label.subject.as_ref();
    let mut object = json!({
        "id": rows.id.as_str(),
        "registered": rows.registered.is_some(),
        "aliases": aliases,
        "created_at": server.created_at,
        "conversation": label.conversation.as_ref().map(Id::as_str),
        "turn": label.turn,
        "variant": label.variant,
        "subject": subject.map(|subject| subject.id.as_str()),
        "subject_kind": subject.map(|subject| subject.kind.name()),
        "model": label.model,
        "prompt_version": label.prompt_version,
        "surface": server.surface,
        "arms": server.arms,
        "input": server.input,
        "output": server.output,
        "documents": server.documents,
        "tags": server.tags,
        "trust": label.trust,
        "joined_by": rows.joined_by,
    });
    if let Some(object) = object.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    object
}
