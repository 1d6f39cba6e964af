//! What the browser and the collector must agree on.
//!
//! One signal's path: a detector in the page makes an [`Event`]; the outbox
//! collects events of a session into a [`Batch`]; [`codec`] turns it into the
//! bytes described in `WIRE.md`; the collector turns them back and learns in
//! [`Decoded`] what was good and what it has to refuse, by name. [`named`] is an
//! event by the names of its fields, as JSON and JavaScript see it; both forms go
//! through the same checks.
//!
//! [`text`] holds the measures both sides take of a text. `assignment` says who is
//! in which arm of an experiment, as `ASSIGN.md` has it. Nothing here does IO, reads a
//! clock or knows a browser.

#[cfg(test)]
mod arbitrary;
#[cfg(feature = "assignment")]
pub mod assignment;
pub mod batch;
pub mod codec;
pub mod field;
pub mod id;
#[cfg(feature = "json")]
pub mod json;
pub mod limits;
pub mod named;
pub mod number;
pub mod signal;
pub mod text;

pub use batch::{Batch, Decoded, Event, Install, Rejection, Subject, SubjectKind, WireError};
pub use field::{FieldError, Problem};
pub use id::{Id, SessionId};
pub use number::{Amount, Rating, Share};
pub use signal::Signal;
