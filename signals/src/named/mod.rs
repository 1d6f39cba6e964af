//! An event by the names of its fields, as JSON and JavaScript see it.
//!
//! [`read_event`] and [`read_signal`] are the only way from names to an
//! [`Event`]; [`each_field`] is the way back. Both forms of the wire and the
//! page's own calls go through the same checks.

mod read;
mod write;

#[cfg(feature = "json")]
pub(crate) use read::event_of;
pub use read::{Reader, read_event, read_signal};
pub use write::{Put, each_field, each_field_of_event};

use crate::field::FieldError;

/// The value of one field, as it is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Numbers.
    Numbers(Vec<u32>),
}

/// The value of one field, as it is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field<'a> {
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// Yes or no.
    Flag(bool),
    /// Numbers.
    Numbers(&'a [u32]),
    /// Known to be nothing.
    Null,
}

/// Something that has fields by name: a JSON object, a JavaScript object.
pub trait Fields {
    /// The value, `None` when there is none, an error when it has no type a field has.
    fn get(&self, name: &'static str) -> Result<Option<Value>, FieldError>;
}

/// Every field any kind has.
pub const NAMES: &[&str] = &[
    "id",
    "seq",
    "at",
    "received_at",
    "kind",
    "output",
    "token",
    "conversation",
    "turn",
    "variant",
    "replaces",
    "chars",
    "words",
    "code_share",
    "stream_ms",
    "model",
    "prompt_version",
    "sketch",
    "active_ms",
    "read_share",
    "share",
    "via",
    "chars_before",
    "chars_after",
    "inserted",
    "deleted",
    "survival",
    "final",
    "after_ms",
    "ordinal",
    "from",
    "to",
    "value",
    "scale",
    "reason",
    "gap_ms",
    "similarity",
    "intent",
    "age_s",
    "name",
    "role",
    "text",
    "subject",
    "source",
    "content",
    "bytes",
];

#[cfg(test)]
mod docs_tests;
#[cfg(test)]
mod tests;
