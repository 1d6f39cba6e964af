//! The fields of each kind, written and read side by side.

use super::bytes::{Bytes, put_text, put_varint, unzigzag, zigzag};
use crate::{
    batch::WireError,
    field::{self, FieldError, Problem},
    id::Id,
    limits::{CHARS_MAX, CONTENT_BYTES_MAX, LABEL_BYTES_MAX, SKETCH_HASHES_MAX, SPAN_MS_MAX},
    number::{Amount, Rating, Share},
    signal::{Act, ContentRole, CopyVia, Edited, Intent, Kind, Shown, Signal, Span, Unknown},
};

/// The code of a kind that came with a name only.
const NAMED: u8 = 127;

/// The kind's number on the wire.
pub(super) fn code(signal: &Signal) -> u8 {
    match signal {
        Signal::Unknown(unknown) => unknown_code(&unknown.name).unwrap_or(NAMED),
        known => known.kind().map_or(NAMED, Kind::code),
    }
}

/// The number in `kind_<number>`, if it is no known kind's and written as a reader
/// writes it: `kind_019` is a name. Only a collector passes on what it does not know.
#[cfg(not(target_family = "wasm"))]
fn unknown_code(name: &str) -> Option<u8> {
    let digits = name.strip_prefix("kind_")?;
    let code: u8 = digits.parse().ok()?;
    let is_unknown = Kind::from_code(code).is_none() && code != NAMED;
    (is_unknown && code.to_string() == digits).then_some(code)
}

#[cfg(target_family = "wasm")]
fn unknown_code(_name: &str) -> Option<u8> {
    None
}

/// Bits of `shown`'s presence map, in field order.
mod present {
    pub(super) const CONVERSATION: u64 = 1;
    pub(super) const TURN: u64 = 2;
    pub(super) const VARIANT: u64 = 4;
    pub(super) const REPLACES: u64 = 8;
    pub(super) const MODEL: u64 = 16;
    pub(super) const PROMPT_VERSION: u64 = 32;
    pub(super) const SKETCH: u64 = 64;
}

/// The fields of a fact by themselves, as [`Signal::Encoded`] holds them.
#[must_use]
pub fn encode_fields(signal: &Signal) -> Vec<u8> {
    let mut out = Vec::new();
    put_fields(&mut out, signal, &[]);
    out
}

pub(super) fn put_fields(out: &mut Vec<u8>, signal: &Signal, outputs: &[Id]) {
    match signal {
        Signal::Shown(shown) => put_shown(out, shown, outputs),
        Signal::Dwell {
            active_ms,
            read_share,
        } => {
            put_varint(out, (*active_ms).into());
            put_share(out, *read_share);
        }
        Signal::Selected(span) | Signal::Pasted(span) => put_span(out, *span),
        Signal::Copied { span, via } => {
            put_span(out, *span);
            out.push(via.code());
        }
        Signal::Accepted(act)
        | Signal::Dismissed(act)
        | Signal::Shared(act)
        | Signal::Downloaded(act) => put_text(out, &act.via),
        Signal::Edited(edited) => {
            for chars in [
                edited.chars_before,
                edited.chars_after,
                edited.inserted,
                edited.deleted,
            ] {
                put_varint(out, chars.into());
            }
            put_share(out, edited.survival);
            out.push(edited.is_final.into());
        }
        Signal::Regenerated { after_ms, ordinal } => {
            put_varint(out, (*after_ms).into());
            put_varint(out, (*ordinal).into());
        }
        Signal::Switched { from, to } => {
            put_reference(out, from, outputs);
            put_reference(out, to, outputs);
        }
        Signal::Stopped { after_ms, chars } => {
            put_varint(out, (*after_ms).into());
            put_varint(out, (*chars).into());
        }
        Signal::Rated {
            value,
            scale,
            reason,
        } => {
            put_varint(out, zigzag(value.thousandths().into()));
            out.push(u8::from(scale.is_some()) | u8::from(reason.is_some()) << 1);
            for text in [scale, reason].into_iter().flatten() {
                put_text(out, text);
            }
        }
        Signal::FollowedUp {
            gap_ms,
            similarity,
            intent,
        } => {
            put_varint(out, (*gap_ms).into());
            put_share(out, *similarity);
            out.push(intent.code());
        }
        Signal::Survived { age_s, share } => {
            put_varint(out, (*age_s).into());
            put_share(out, *share);
        }
        Signal::Converted { name, value } => {
            put_text(out, name);
            out.push(value.is_some().into());
            if let Some(value) = value {
                put_varint(out, zigzag(value.thousandths()));
            }
        }
        Signal::Content { role, text } => {
            out.push(role.code());
            put_text(out, text);
        }
        Signal::Encoded(encoded) => out.extend_from_slice(&encoded.fields),
        Signal::Unknown(unknown) => {
            if code(signal) == NAMED {
                put_text(out, &unknown.name);
            }
            out.extend_from_slice(&unknown.body);
        }
    }
}

/// What reading the fields of one event gave: broken structure ends the batch,
/// a bad value only this event.
type Read<T> = Result<Result<T, FieldError>, WireError>;

/// Unwraps a value, or hands its field error on.
macro_rules! field {
    ($read:expr) => {
        match $read {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        }
    };
}

pub(super) fn read_fields(code: u8, bytes: &mut Bytes<'_>, outputs: &[Id]) -> Read<Signal> {
    let Some(kind) = Kind::from_code(code) else {
        return read_unknown(code, bytes);
    };
    Ok(Ok(match kind {
        Kind::Shown => Signal::Shown(Box::new(field!(read_shown(bytes, outputs)?))),
        Kind::Dwell => Signal::Dwell {
            active_ms: field!(span_ms("active_ms", bytes)?),
            read_share: field!(share("read_share", bytes)?),
        },
        Kind::Selected => Signal::Selected(field!(span(bytes)?)),
        Kind::Pasted => Signal::Pasted(field!(span(bytes)?)),
        Kind::Copied => Signal::Copied {
            span: field!(span(bytes)?),
            via: field!(named("via", CopyVia::from_code(bytes.byte()?))),
        },
        Kind::Accepted => Signal::Accepted(field!(act(bytes)?)),
        Kind::Dismissed => Signal::Dismissed(field!(act(bytes)?)),
        Kind::Shared => Signal::Shared(field!(act(bytes)?)),
        Kind::Downloaded => Signal::Downloaded(field!(act(bytes)?)),
        Kind::Edited => Signal::Edited(Edited {
            chars_before: field!(chars("chars_before", bytes)?),
            chars_after: field!(chars("chars_after", bytes)?),
            inserted: field!(chars("inserted", bytes)?),
            deleted: field!(chars("deleted", bytes)?),
            survival: field!(share("survival", bytes)?),
            is_final: bytes.byte()? != 0,
        }),
        Kind::Regenerated => Signal::Regenerated {
            after_ms: field!(span_ms("after_ms", bytes)?),
            ordinal: field!(count("ordinal", bytes, u32::MAX)?),
        },
        Kind::Switched => Signal::Switched {
            from: field!(reference("from", bytes, outputs)?),
            to: field!(reference("to", bytes, outputs)?),
        },
        Kind::Stopped => Signal::Stopped {
            after_ms: field!(span_ms("after_ms", bytes)?),
            chars: field!(chars("chars", bytes)?),
        },
        Kind::Rated => field!(read_rated(bytes)?),
        Kind::FollowedUp => Signal::FollowedUp {
            gap_ms: field!(span_ms("gap_ms", bytes)?),
            similarity: field!(share("similarity", bytes)?),
            intent: field!(named("intent", Intent::from_code(bytes.byte()?))),
        },
        Kind::Survived => Signal::Survived {
            age_s: field!(count("age_s", bytes, SPAN_MS_MAX)?),
            share: field!(share("share", bytes)?),
        },
        Kind::Converted => Signal::Converted {
            name: field!(label("name", bytes)?),
            value: if bytes.byte()? == 0 {
                None
            } else {
                let value = unzigzag(bytes.varint()?);
                Some(field!(Amount::from_thousandths("value", value)))
            },
        },
        Kind::Content => Signal::Content {
            role: field!(named("role", ContentRole::from_code(bytes.byte()?))),
            text: field!(bytes.text("text", CONTENT_BYTES_MAX)?).into(),
        },
    }))
}

fn put_shown(out: &mut Vec<u8>, shown: &Shown, outputs: &[Id]) {
    put_varint(out, shown.chars.into());
    put_varint(out, shown.words.into());
    put_share(out, shown.code_share);
    put_varint(out, shown.stream_ms.into());
    let bit = |present: bool, bit: u64| if present { bit } else { 0 };
    put_varint(
        out,
        bit(shown.conversation.is_some(), present::CONVERSATION)
            | bit(shown.turn.is_some(), present::TURN)
            | bit(shown.variant.is_some(), present::VARIANT)
            | bit(shown.replaces.is_some(), present::REPLACES)
            | bit(shown.model.is_some(), present::MODEL)
            | bit(shown.prompt_version.is_some(), present::PROMPT_VERSION)
            | bit(!shown.sketch.is_empty(), present::SKETCH),
    );
    if let Some(conversation) = &shown.conversation {
        put_text(out, conversation.as_str());
    }
    for number in [shown.turn, shown.variant].into_iter().flatten() {
        put_varint(out, number.into());
    }
    if let Some(replaces) = &shown.replaces {
        put_reference(out, replaces, outputs);
    }
    for text in [&shown.model, &shown.prompt_version].into_iter().flatten() {
        put_text(out, text);
    }
    if !shown.sketch.is_empty() {
        put_varint(out, shown.sketch.len() as u64);
        for hash in &shown.sketch {
            out.extend_from_slice(&hash.to_le_bytes());
        }
    }
}

fn read_shown(bytes: &mut Bytes<'_>, outputs: &[Id]) -> Read<Shown> {
    let mut shown = Shown {
        chars: field!(chars("chars", bytes)?),
        words: field!(chars("words", bytes)?),
        code_share: field!(share("code_share", bytes)?),
        stream_ms: field!(span_ms("stream_ms", bytes)?),
        ..Shown::default()
    };
    let present = bytes.varint()?;
    if present & present::CONVERSATION != 0 {
        let text = field!(bytes.text("conversation", usize::MAX)?);
        shown.conversation = Some(field!(Id::parse("conversation", text)));
    }
    if present & present::TURN != 0 {
        shown.turn = Some(field!(count("turn", bytes, u32::MAX)?));
    }
    if present & present::VARIANT != 0 {
        shown.variant = Some(field!(count("variant", bytes, u32::MAX)?));
    }
    if present & present::REPLACES != 0 {
        shown.replaces = Some(field!(reference("replaces", bytes, outputs)?));
    }
    if present & present::MODEL != 0 {
        shown.model = Some(field!(label("model", bytes)?));
    }
    if present & present::PROMPT_VERSION != 0 {
        shown.prompt_version = Some(field!(label("prompt_version", bytes)?));
    }
    if present & present::SKETCH != 0 {
        let len = bytes.varint()?;
        let max = SKETCH_HASHES_MAX;
        if len > max as u64 {
            return Ok(Err(FieldError::new("sketch", Problem::TooLong { max })));
        }
        for _ in 0..len {
            shown.sketch.push(u32::from_le_bytes(bytes.array()?));
        }
    }
    Ok(Ok(shown))
}

fn read_rated(bytes: &mut Bytes<'_>) -> Read<Signal> {
    let value = field!(Rating::from_thousandths("value", unzigzag(bytes.varint()?)));
    let present = bytes.byte()?;
    let scale = match present & 1 {
        0 => None,
        _ => Some(field!(label("scale", bytes)?)),
    };
    let reason = match present & 2 {
        0 => None,
        _ => Some(field!(label("reason", bytes)?)),
    };
    Ok(Ok(Signal::Rated {
        value,
        scale,
        reason,
    }))
}

fn read_unknown(code: u8, bytes: &mut Bytes<'_>) -> Read<Signal> {
    let name = if code == NAMED {
        let name = field!(label("kind", bytes)?);
        // A kind that has a number is said by it: what follows is not its fields.
        if Kind::from_name(&name).is_some() {
            return Ok(Err(FieldError::new("kind", Problem::Malformed)));
        }
        name
    } else {
        let mut name = String::from("kind_");
        name.push_str(&code.to_string());
        name
    };
    let body = std::mem::take(&mut bytes.0).to_vec();
    Ok(Ok(Signal::Unknown(Unknown { name, body })))
}

fn put_share(out: &mut Vec<u8>, share: Share) {
    put_varint(out, share.thousandths().into());
}

fn put_span(out: &mut Vec<u8>, span: Span) {
    put_varint(out, span.chars.into());
    put_share(out, span.share);
}

/// Another output named inside the fields. It never enters the table, so that a
/// reader can skip the fields of a kind it does not know.
fn put_reference(out: &mut Vec<u8>, id: &Id, outputs: &[Id]) {
    match outputs.iter().rposition(|known| known == id) {
        Some(place) => put_varint(out, place as u64 + 1),
        None => {
            put_varint(out, 0);
            put_text(out, id.as_str());
        }
    }
}

fn reference(field: &'static str, bytes: &mut Bytes<'_>, outputs: &[Id]) -> Read<Id> {
    let place = bytes.varint()?;
    if place == 0 {
        let text = field!(bytes.text(field, usize::MAX)?);
        return Ok(Id::parse(field, text));
    }
    let known = usize::try_from(place - 1).ok().and_then(|n| outputs.get(n));
    Ok(known
        .cloned()
        .ok_or(FieldError::new(field, Problem::Unknown)))
}

fn count(field: &'static str, bytes: &mut Bytes<'_>, max: u32) -> Read<u32> {
    Ok(field::count(field, bytes.varint()?, max))
}

fn chars(field: &'static str, bytes: &mut Bytes<'_>) -> Read<u32> {
    count(field, bytes, CHARS_MAX)
}

fn span_ms(field: &'static str, bytes: &mut Bytes<'_>) -> Read<u32> {
    count(field, bytes, SPAN_MS_MAX)
}

fn share(field: &'static str, bytes: &mut Bytes<'_>) -> Read<Share> {
    Ok(Share::from_thousandths(field, bytes.varint()?))
}

fn span(bytes: &mut Bytes<'_>) -> Read<Span> {
    Ok(Ok(Span {
        chars: field!(chars("chars", bytes)?),
        share: field!(share("share", bytes)?),
    }))
}

fn label(field: &'static str, bytes: &mut Bytes<'_>) -> Read<String> {
    Ok(bytes.text(field, LABEL_BYTES_MAX)?.map(Into::into))
}

fn act(bytes: &mut Bytes<'_>) -> Read<Act> {
    Ok(label("via", bytes)?.map(|via| Act { via }))
}

fn named<T>(field: &'static str, value: Option<T>) -> Result<T, FieldError> {
    value.ok_or(FieldError::new(field, Problem::Unknown))
}
