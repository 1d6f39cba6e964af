//! From names to an event.

use super::{Fields, Value};
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

/// A whole event, or the first field that is wrong.
pub fn read_event(fields: &dyn Fields) -> Result<Event, FieldError> {
    event_of(fields, read_signal(fields)?)
}

/// The event that states `signal`, with what every kind has.
pub(crate) fn event_of(fields: &dyn Fields, signal: Signal) -> Result<Event, FieldError> {
    let mut read = Reader::new(fields);
    let at = read.whole("at", AT_MS_MAX);
    let seq = read.count("seq", u32::MAX);
    let output = read.id("output");
    let token = read.optional_text("token", TOKEN_BYTES_MAX);
    match (read.error, output) {
        (None, Some(output)) => Ok(Event {
            seq,
            at,
            output,
            token: token.map(Into::into),
            signal,
        }),
        (error, _) => Err(error.unwrap_or(FieldError::new("output", Problem::Missing))),
    }
}

/// Only the fact, for callers that number and date events themselves.
pub fn read_signal(fields: &dyn Fields) -> Result<Signal, FieldError> {
    let mut read = Reader::new(fields);
    let kind = read.optional_label("kind").unwrap_or_default();
    let signal = read.signal(&kind);
    read.finish()?;
    signal.ok_or(FieldError::new("kind", Problem::Unknown))
}

/// `None`, or a signal with stand-ins in it, when the reader noted an error.
fn signal(read: &mut Reader<'_>, kind: &str) -> Option<Signal> {
    Some(match read.known("kind", Kind::from_name(kind))? {
        Kind::Shown => Signal::Shown(Box::new(shown(read))),
        Kind::Dwell => Signal::Dwell {
            active_ms: read.span_ms("active_ms"),
            read_share: read.share("read_share"),
        },
        Kind::Selected => Signal::Selected(span(read)),
        Kind::Copied => Signal::Copied {
            span: span(read),
            via: match read.optional_label("via") {
                None => CopyVia::Api,
                Some(name) => read.known("via", CopyVia::from_name(&name))?,
            },
        },
        Kind::Pasted => Signal::Pasted(span(read)),
        Kind::Accepted => Signal::Accepted(act(read)),
        Kind::Dismissed => Signal::Dismissed(act(read)),
        Kind::Shared => Signal::Shared(act(read)),
        Kind::Downloaded => Signal::Downloaded(act(read)),
        Kind::Edited => Signal::Edited(Edited {
            chars_before: read.chars("chars_before"),
            chars_after: read.chars("chars_after"),
            inserted: read.chars("inserted"),
            deleted: read.chars("deleted"),
            survival: read.share("survival"),
            is_final: read.flag("final"),
        }),
        Kind::Regenerated => Signal::Regenerated {
            after_ms: read.span_ms("after_ms"),
            ordinal: read.count("ordinal", u32::MAX),
        },
        Kind::Switched => Signal::Switched {
            from: read.id("from")?,
            to: read.id("to")?,
        },
        Kind::Stopped => Signal::Stopped {
            after_ms: read.span_ms("after_ms"),
            chars: read.chars("chars"),
        },
        Kind::Rated => {
            let value = read.number("value");
            Signal::Rated {
                value: read.checked(Rating::from_f64("value", value)),
                scale: read.optional_label("scale"),
                reason: read.optional_label("reason"),
            }
        }
        Kind::FollowedUp => Signal::FollowedUp {
            gap_ms: read.span_ms("gap_ms"),
            similarity: read.share("similarity"),
            intent: {
                let name = read.label("intent");
                read.known("intent", Intent::from_name(&name))?
            },
        },
        Kind::Survived => Signal::Survived {
            age_s: read.span_ms("age_s"),
            share: read.share("share"),
        },
        Kind::Converted => Signal::Converted {
            name: read.label("name"),
            value: read
                .optional_number("value")
                .map(|value| read.checked(Amount::from_f64("value", value))),
        },
        Kind::Content => Signal::Content {
            role: {
                let name = read.label("role");
                read.known("role", ContentRole::from_name(&name))?
            },
            text: read.text("text", CONTENT_BYTES_MAX),
        },
    })
}

fn shown(read: &mut Reader<'_>) -> Shown {
    Shown {
        chars: read.chars("chars"),
        words: read.chars("words"),
        code_share: read.share("code_share"),
        stream_ms: read.span_ms("stream_ms"),
        conversation: read.optional_id("conversation"),
        turn: read.optional_count("turn"),
        variant: read.optional_count("variant"),
        replaces: read.optional_id("replaces"),
        model: read.optional_label("model"),
        prompt_version: read.optional_label("prompt_version"),
        sketch: read.sketch("sketch"),
    }
}

fn span(read: &mut Reader<'_>) -> Span {
    Span {
        chars: read.chars("chars"),
        share: read.share("share"),
    }
}

fn act(read: &mut Reader<'_>) -> Act {
    let via = read.optional_label("via");
    Act {
        via: via.unwrap_or_else(|| CopyVia::Api.name().into()),
    }
}

/// Reads field after field and keeps the first error, so that its users need no
/// way out at every field: in the browser module that is code. What is missing
/// or wrong is stood in for by a default, and [`Reader::finish`] tells.
pub struct Reader<'a> {
    fields: &'a dyn Fields,
    error: Option<FieldError>,
}

impl<'a> Reader<'a> {
    /// A reader of these fields.
    #[must_use]
    pub fn new(fields: &'a dyn Fields) -> Self {
        let error = None;
        Self { fields, error }
    }

    /// The fact of this kind; `None`, or one with stand-ins in it, when a field
    /// is wrong.
    pub fn signal(&mut self, kind: &str) -> Option<Signal> {
        signal(self, kind)
    }

    /// The first field that was wrong.
    pub fn finish(self) -> Result<(), FieldError> {
        match self.error {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    /// Notes that a field is wrong.
    #[inline(never)]
    pub fn wrong(&mut self, field: &'static str, problem: Problem) {
        if self.error.is_none() {
            self.error = Some(FieldError::new(field, problem));
        }
    }

    /// A value that was parsed from a field.
    pub fn checked<T: Default>(&mut self, value: Result<T, FieldError>) -> T {
        value.unwrap_or_else(|error| {
            self.wrong(error.field, error.problem);
            T::default()
        })
    }

    fn known<T>(&mut self, name: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.wrong(name, Problem::Unknown);
        }
        value
    }

    #[inline(never)]
    fn get(&mut self, name: &'static str) -> Option<Value> {
        self.fields.get(name).unwrap_or_else(|error| {
            self.wrong(error.field, error.problem);
            None
        })
    }

    /// A number.
    #[inline(never)]
    pub fn optional_number(&mut self, name: &'static str) -> Option<f64> {
        match self.get(name)? {
            Value::Number(number) => return Some(number),
            _ => self.wrong(name, Problem::Malformed),
        }
        None
    }

    /// A text of at most `max` bytes.
    #[inline(never)]
    pub fn optional_text(&mut self, name: &'static str, max: usize) -> Option<String> {
        match self.get(name)? {
            Value::Text(text) if text.len() <= max => return Some(text),
            Value::Text(_) => self.wrong(name, Problem::TooLong { max }),
            _ => self.wrong(name, Problem::Malformed),
        }
        None
    }

    fn number(&mut self, name: &'static str) -> f64 {
        let number = self.optional_number(name);
        if number.is_none() {
            self.wrong(name, Problem::Missing);
        }
        number.unwrap_or_default()
    }

    /// A text that must be there, of at most `max` bytes.
    #[inline(never)]
    pub fn text(&mut self, name: &'static str, max: usize) -> String {
        let text = self.optional_text(name, max);
        if text.is_none() {
            self.wrong(name, Problem::Missing);
        }
        text.unwrap_or_default()
    }

    fn flag(&mut self, name: &'static str) -> bool {
        match self.get(name) {
            Some(Value::Flag(flag)) => return flag,
            Some(_) => self.wrong(name, Problem::Malformed),
            None => self.wrong(name, Problem::Missing),
        }
        false
    }

    fn sketch(&mut self, name: &'static str) -> Vec<u32> {
        let max = SKETCH_HASHES_MAX;
        match self.get(name) {
            Some(Value::Numbers(sketch)) if sketch.len() <= max => return sketch,
            Some(Value::Numbers(_)) => self.wrong(name, Problem::TooLong { max }),
            Some(_) => self.wrong(name, Problem::Malformed),
            None => {}
        }
        Vec::new()
    }

    /// A text of any length.
    pub fn any_text(&mut self, name: &'static str) -> Option<String> {
        self.optional_text(name, usize::MAX)
    }

    fn optional_label(&mut self, name: &'static str) -> Option<String> {
        self.optional_text(name, LABEL_BYTES_MAX)
    }

    fn label(&mut self, name: &'static str) -> String {
        self.text(name, LABEL_BYTES_MAX)
    }

    /// An id.
    #[inline(never)]
    pub fn optional_id(&mut self, name: &'static str) -> Option<Id> {
        let text = self.any_text(name)?;
        match Id::parse(name, &text) {
            Ok(id) => return Some(id),
            Err(error) => self.wrong(error.field, error.problem),
        }
        None
    }

    /// An id that must be there.
    pub fn id(&mut self, name: &'static str) -> Option<Id> {
        let id = self.optional_id(name);
        if id.is_none() {
            self.wrong(name, Problem::Missing);
        }
        id
    }

    /// A whole number from 0 to `max`.
    fn whole(&mut self, name: &'static str, max: u64) -> u64 {
        let number = self.number(name);
        self.checked(field::whole(name, number, max))
    }

    #[inline(never)]
    fn count(&mut self, name: &'static str, max: u32) -> u32 {
        let whole = self.whole(name, max.into());
        u32::try_from(whole).unwrap_or_default()
    }

    /// A whole number.
    pub fn optional_count(&mut self, name: &'static str) -> Option<u32> {
        let number = self.optional_number(name)?;
        let whole = self.checked(field::whole(name, number, u32::MAX.into()));
        u32::try_from(whole).ok()
    }

    fn chars(&mut self, name: &'static str) -> u32 {
        self.count(name, CHARS_MAX)
    }

    fn span_ms(&mut self, name: &'static str) -> u32 {
        self.count(name, SPAN_MS_MAX)
    }

    #[inline(never)]
    fn share(&mut self, name: &'static str) -> Share {
        let number = self.number(name);
        self.checked(Share::from_f64(name, number))
    }
}
