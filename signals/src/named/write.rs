//! From an event to names.

use super::Field;
use crate::{
    batch::Event,
    id::Id,
    number::Share,
    signal::{Shown, Signal, Span},
};

/// What hears of each field.
pub type Put<'p> = &'p mut dyn FnMut(&'static str, Field<'_>);

/// Tells `put` the fields of an event, in the order of CONTRACTS. The token is
/// not among them: it is for the collector alone.
pub fn each_field_of_event(event: &Event, put: Put<'_>) {
    whole(put, "seq", event.seq);
    #[expect(clippy::cast_precision_loss, reason = "AT_MS_MAX is far below 2^53")]
    put("at", Field::Number(event.at as f64));
    text(put, "kind", event.signal.name());
    text(put, "output", event.output.as_str());
    each_field(&event.signal, put);
}

/// Tells `put` the fields of a fact, in the order of CONTRACTS.
pub fn each_field(signal: &Signal, put: Put<'_>) {
    match signal {
        Signal::Shown(shown) => each_of_shown(shown, put),
        Signal::Dwell {
            active_ms,
            read_share,
        } => {
            whole(put, "active_ms", *active_ms);
            share(put, "read_share", *read_share);
        }
        Signal::Selected(span) | Signal::Pasted(span) => each_of_span(*span, put),
        Signal::Copied { span, via } => {
            each_of_span(*span, put);
            text(put, "via", via.name());
        }
        Signal::Accepted(act)
        | Signal::Dismissed(act)
        | Signal::Shared(act)
        | Signal::Downloaded(act) => text(put, "via", &act.via),
        Signal::Edited(edited) => {
            whole(put, "chars_before", edited.chars_before);
            whole(put, "chars_after", edited.chars_after);
            whole(put, "inserted", edited.inserted);
            whole(put, "deleted", edited.deleted);
            share(put, "survival", edited.survival);
            put("final", Field::Flag(edited.is_final));
        }
        Signal::Regenerated { after_ms, ordinal } => {
            whole(put, "after_ms", *after_ms);
            whole(put, "ordinal", *ordinal);
        }
        Signal::Switched { from, to } => {
            text(put, "from", from.as_str());
            text(put, "to", to.as_str());
        }
        Signal::Stopped { after_ms, chars } => {
            whole(put, "after_ms", *after_ms);
            whole(put, "chars", *chars);
        }
        Signal::Rated {
            value,
            scale,
            reason,
        } => {
            put("value", Field::Number(value.to_f64()));
            optional(put, "scale", scale.as_deref());
            optional(put, "reason", reason.as_deref());
        }
        Signal::FollowedUp {
            gap_ms,
            similarity,
            intent,
        } => {
            whole(put, "gap_ms", *gap_ms);
            share(put, "similarity", *similarity);
            text(put, "intent", intent.name());
        }
        Signal::Survived { age_s, share: left } => {
            whole(put, "age_s", *age_s);
            share(put, "share", *left);
        }
        Signal::Converted { name, value } => {
            text(put, "name", name);
            if let Some(value) = value {
                put("value", Field::Number(value.to_f64()));
            }
        }
        Signal::Content { role, text: words } => {
            text(put, "role", role.name());
            text(put, "text", words);
        }
        // Only readers' signals are told by name, and they make none that is encoded.
        Signal::Encoded(_) | Signal::Unknown(_) => {}
    }
}

fn each_of_shown(shown: &Shown, put: Put<'_>) {
    optional(
        put,
        "conversation",
        shown.conversation.as_ref().map(Id::as_str),
    );
    for (name, number) in [("turn", shown.turn), ("variant", shown.variant)] {
        if let Some(number) = number {
            whole(put, name, number);
        }
    }
    whole(put, "chars", shown.chars);
    whole(put, "words", shown.words);
    share(put, "code_share", shown.code_share);
    whole(put, "stream_ms", shown.stream_ms);
    optional(put, "replaces", shown.replaces.as_ref().map(Id::as_str));
    optional(put, "model", shown.model.as_deref());
    optional(put, "prompt_version", shown.prompt_version.as_deref());
    if !shown.sketch.is_empty() {
        put("sketch", Field::Numbers(&shown.sketch));
    }
}

fn each_of_span(span: Span, put: Put<'_>) {
    whole(put, "chars", span.chars);
    share(put, "share", span.share);
}

#[inline(never)]
fn text(put: Put<'_>, name: &'static str, text: &str) {
    put(name, Field::Text(text));
}

#[inline(never)]
fn optional(put: Put<'_>, name: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        text(put, name, value);
    }
}

#[inline(never)]
fn whole(put: Put<'_>, name: &'static str, value: u32) {
    put(name, Field::Number(value.into()));
}

#[inline(never)]
fn share(put: Put<'_>, name: &'static str, value: Share) {
    put(name, Field::Number(value.to_f64()));
}
