//! The flat shape of an event as JSON and JavaScript see it, unchecked.
//!
//! [`RawEvent::check`] is the only way from here to an [`Event`].

use serde::{Deserialize, Serialize, Serializer};

use crate::{
    batch::Event,
    field::{self, FieldError, Problem},
    id::Id,
    limits::{
        AT_MS_MAX, CHARS_MAX, CONTENT_BYTES_MAX, LABEL_BYTES_MAX, SKETCH_HASHES_MAX, SPAN_MS_MAX,
        TOKEN_BYTES_MAX,
    },
    number::{Amount, Rating, Share},
    signal::{Act, ContentRole, CopyVia, Edited, Intent, Kind, Shown, Signal, Span},
};

/// A number that is written without a fraction when it has none.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Num(pub f64);

impl Serialize for Num {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() < 9e15 {
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

macro_rules! raw_event {
    ($($(#[$meta:meta])* $field:ident: $type:ty),+ $(,)?) => {
        /// Every field any kind has. Meanings are in CONTRACTS.
        #[expect(missing_docs, reason = "field names are those of CONTRACTS")]
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        pub struct RawEvent {
            $($(#[$meta])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$type>),+
        }

        /// Names of all fields of a [`RawEvent`].
        pub const FIELDS: &[&str] = &[$(stringify!($field)),+, "final"];
    };
}

raw_event! {
    id: String, seq: Num, at: Num, received_at: Num, kind: String, output: String, token: String,
    conversation: String, turn: Num, variant: Num, replaces: String,
    chars: Num, words: Num, code_share: Num, stream_ms: Num, model: String, prompt_version: String,
    sketch: Vec<u32>, active_ms: Num, read_share: Num, share: Num, via: String,
    chars_before: Num, chars_after: Num, inserted: Num, deleted: Num, survival: Num,
    #[serde(rename = "final")] is_final: bool,
    after_ms: Num, ordinal: Num, from: String, to: String, value: Num, scale: String,
    reason: String, gap_ms: Num, similarity: Num, intent: String, age_s: Num, name: String,
    role: String, text: String, subject: String, source: String,
}

impl RawEvent {
    /// The event, or the first field that is wrong.
    pub fn check(self) -> Result<Event, FieldError> {
        let seq = whole("seq", require("seq", self.seq)?, u32::MAX.into())?;
        let at = whole("at", require("at", self.at)?, AT_MS_MAX)?;
        let output = Id::parse("output", self.output.as_deref().unwrap_or_default())?;
        let token = label("token", self.token.clone(), TOKEN_BYTES_MAX)?.map(Into::into);
        Ok(Event {
            seq: u32::try_from(seq).unwrap_or(u32::MAX),
            at,
            output,
            token,
            signal: self.signal()?,
        })
    }

    /// Only the fact, for callers that number and date events themselves.
    pub fn signal(self) -> Result<Signal, FieldError> {
        let unknown = FieldError::new("kind", Problem::Unknown);
        let kind = Kind::from_name(self.kind.as_deref().unwrap_or_default()).ok_or(unknown)?;
        Ok(match kind {
            Kind::Shown => Signal::Shown(Box::new(self.shown()?)),
            Kind::Dwell => Signal::Dwell {
                active_ms: span_ms("active_ms", self.active_ms)?,
                read_share: share("read_share", self.read_share)?,
            },
            Kind::Selected => Signal::Selected(self.span()?),
            Kind::Copied => Signal::Copied {
                span: self.span()?,
                via: match self.via.as_deref() {
                    None => CopyVia::Api,
                    Some(name) => named("via", CopyVia::from_name(name))?,
                },
            },
            Kind::Pasted => Signal::Pasted(self.span()?),
            Kind::Accepted => Signal::Accepted(self.act()?),
            Kind::Dismissed => Signal::Dismissed(self.act()?),
            Kind::Shared => Signal::Shared(self.act()?),
            Kind::Downloaded => Signal::Downloaded(self.act()?),
            Kind::Edited => Signal::Edited(Edited {
                chars_before: chars("chars_before", self.chars_before)?,
                chars_after: chars("chars_after", self.chars_after)?,
                inserted: chars("inserted", self.inserted)?,
                deleted: chars("deleted", self.deleted)?,
                survival: share("survival", self.survival)?,
                is_final: require("final", self.is_final)?,
            }),
            Kind::Regenerated => Signal::Regenerated {
                after_ms: span_ms("after_ms", self.after_ms)?,
                ordinal: small("ordinal", require("ordinal", self.ordinal)?, u32::MAX)?,
            },
            Kind::Switched => Signal::Switched {
                from: Id::parse("from", self.from.as_deref().unwrap_or_default())?,
                to: Id::parse("to", self.to.as_deref().unwrap_or_default())?,
            },
            Kind::Stopped => Signal::Stopped {
                after_ms: span_ms("after_ms", self.after_ms)?,
                chars: chars("chars", self.chars)?,
            },
            Kind::Rated => Signal::Rated {
                value: Rating::from_f64("value", require("value", self.value)?.0)?,
                scale: label("scale", self.scale, LABEL_BYTES_MAX)?,
                reason: label("reason", self.reason, LABEL_BYTES_MAX)?,
            },
            Kind::FollowedUp => Signal::FollowedUp {
                gap_ms: span_ms("gap_ms", self.gap_ms)?,
                similarity: share("similarity", self.similarity)?,
                intent: named(
                    "intent",
                    Intent::from_name(&require("intent", self.intent)?),
                )?,
            },
            Kind::Survived => Signal::Survived {
                age_s: small("age_s", require("age_s", self.age_s)?, SPAN_MS_MAX)?,
                share: share("share", self.share)?,
            },
            Kind::Converted => Signal::Converted {
                name: field::text("name", require("name", self.name)?, LABEL_BYTES_MAX)?,
                value: self
                    .value
                    .map(|value| Amount::from_f64("value", value.0))
                    .transpose()?,
            },
            Kind::Content => Signal::Content {
                role: named("role", ContentRole::from_name(&require("role", self.role)?))?,
                text: field::text("text", require("text", self.text)?, CONTENT_BYTES_MAX)?,
            },
        })
    }

    fn shown(self) -> Result<Shown, FieldError> {
        let id = |field, value: Option<String>| value.map(|v| Id::parse(field, &v)).transpose();
        let sketch = self.sketch.unwrap_or_default();
        if sketch.len() > SKETCH_HASHES_MAX {
            let max = SKETCH_HASHES_MAX;
            return Err(FieldError::new("sketch", Problem::TooLong { max }));
        }
        Ok(Shown {
            chars: chars("chars", self.chars)?,
            words: chars("words", self.words)?,
            code_share: share("code_share", self.code_share)?,
            stream_ms: span_ms("stream_ms", self.stream_ms)?,
            conversation: id("conversation", self.conversation)?,
            turn: self.turn.map(|n| small("turn", n, u32::MAX)).transpose()?,
            variant: self
                .variant
                .map(|n| small("variant", n, u32::MAX))
                .transpose()?,
            replaces: id("replaces", self.replaces)?,
            model: label("model", self.model, LABEL_BYTES_MAX)?,
            prompt_version: label("prompt_version", self.prompt_version, LABEL_BYTES_MAX)?,
            sketch,
        })
    }

    fn span(&self) -> Result<Span, FieldError> {
        Ok(Span {
            chars: chars("chars", self.chars)?,
            share: share("share", self.share)?,
        })
    }

    fn act(self) -> Result<Act, FieldError> {
        let via = label("via", self.via, LABEL_BYTES_MAX)?;
        Ok(Act {
            via: via.unwrap_or_else(|| CopyVia::Api.name().into()),
        })
    }
}

impl From<&Signal> for RawEvent {
    fn from(signal: &Signal) -> Self {
        let mut raw = Self {
            kind: Some(signal.name().into()),
            ..Self::default()
        };
        match signal {
            Signal::Shown(shown) => raw.set_shown(shown),
            Signal::Dwell {
                active_ms,
                read_share,
            } => {
                raw.active_ms = num(*active_ms);
                raw.read_share = share_num(*read_share);
            }
            Signal::Selected(span) | Signal::Pasted(span) => raw.set_span(*span),
            Signal::Copied { span, via } => {
                raw.set_span(*span);
                raw.via = Some(via.name().into());
            }
            Signal::Accepted(act)
            | Signal::Dismissed(act)
            | Signal::Shared(act)
            | Signal::Downloaded(act) => raw.via = Some(act.via.clone()),
            Signal::Edited(edited) => {
                raw.chars_before = num(edited.chars_before);
                raw.chars_after = num(edited.chars_after);
                raw.inserted = num(edited.inserted);
                raw.deleted = num(edited.deleted);
                raw.survival = share_num(edited.survival);
                raw.is_final = Some(edited.is_final);
            }
            Signal::Regenerated { after_ms, ordinal } => {
                raw.after_ms = num(*after_ms);
                raw.ordinal = num(*ordinal);
            }
            Signal::Switched { from, to } => {
                raw.from = Some(from.as_str().into());
                raw.to = Some(to.as_str().into());
            }
            Signal::Stopped { after_ms, chars } => {
                raw.after_ms = num(*after_ms);
                raw.chars = num(*chars);
            }
            Signal::Rated {
                value,
                scale,
                reason,
            } => {
                raw.value = Some(Num(value.to_f64()));
                raw.scale.clone_from(scale);
                raw.reason.clone_from(reason);
            }
            Signal::FollowedUp {
                gap_ms,
                similarity,
                intent,
            } => {
                raw.gap_ms = num(*gap_ms);
                raw.similarity = share_num(*similarity);
                raw.intent = Some(intent.name().into());
            }
            Signal::Survived { age_s, share } => {
                raw.age_s = num(*age_s);
                raw.share = share_num(*share);
            }
            Signal::Converted { name, value } => {
                raw.name = Some(name.clone());
                raw.value = value.map(|value| Num(value.to_f64()));
            }
            Signal::Content { role, text } => {
                raw.role = Some(role.name().into());
                raw.text = Some(text.clone());
            }
            Signal::Unknown(_) => {}
        }
        raw
    }
}

impl From<&Event> for RawEvent {
    fn from(event: &Event) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "AT_MS_MAX is far below 2^53")]
        let at = Num(event.at as f64);
        Self {
            seq: num(event.seq),
            at: Some(at),
            output: Some(event.output.as_str().into()),
            ..Self::from(&event.signal)
        }
    }
}

impl RawEvent {
    fn set_shown(&mut self, shown: &Shown) {
        self.chars = num(shown.chars);
        self.words = num(shown.words);
        self.code_share = share_num(shown.code_share);
        self.stream_ms = num(shown.stream_ms);
        self.conversation = shown.conversation.as_ref().map(ToString::to_string);
        self.turn = shown.turn.and_then(num);
        self.variant = shown.variant.and_then(num);
        self.replaces = shown.replaces.as_ref().map(ToString::to_string);
        self.model.clone_from(&shown.model);
        self.prompt_version.clone_from(&shown.prompt_version);
        self.sketch = (!shown.sketch.is_empty()).then(|| shown.sketch.clone());
    }

    fn set_span(&mut self, span: Span) {
        self.chars = num(span.chars);
        self.share = share_num(span.share);
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every field of RawEvent is optional"
)]
fn num(value: u32) -> Option<Num> {
    Some(Num(value.into()))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every field of RawEvent is optional"
)]
fn share_num(value: Share) -> Option<Num> {
    Some(Num(value.to_f64()))
}

fn require<T>(field: &'static str, value: Option<T>) -> Result<T, FieldError> {
    value.ok_or(FieldError::new(field, Problem::Missing))
}

fn named<T>(field: &'static str, value: Option<T>) -> Result<T, FieldError> {
    value.ok_or(FieldError::new(field, Problem::Unknown))
}

fn label(
    field: &'static str,
    value: Option<String>,
    max: usize,
) -> Result<Option<String>, FieldError> {
    value.map(|text| field::text(field, text, max)).transpose()
}

/// A whole number from 0 to `max`.
fn whole(field: &'static str, value: Num, max: u64) -> Result<u64, FieldError> {
    let value = value.0;
    if value.fract() != 0.0 {
        return Err(FieldError::new(field, Problem::Malformed));
    }
    #[expect(clippy::cast_precision_loss, reason = "limits are below 2^53")]
    if !(value >= 0.0 && value <= max as f64) {
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        return Err(FieldError::new(field, Problem::OutOfRange { min: 0, max }));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and within 0..=max"
    )]
    Ok(value as u64)
}

fn small(field: &'static str, value: Num, max: u32) -> Result<u32, FieldError> {
    field::count(field, whole(field, value, max.into())?, max)
}

fn chars(field: &'static str, value: Option<Num>) -> Result<u32, FieldError> {
    small(field, require(field, value)?, CHARS_MAX)
}

fn span_ms(field: &'static str, value: Option<Num>) -> Result<u32, FieldError> {
    small(field, require(field, value)?, SPAN_MS_MAX)
}

fn share(field: &'static str, value: Option<Num>) -> Result<Share, FieldError> {
    Share::from_f64(field, require(field, value)?.0)
}
