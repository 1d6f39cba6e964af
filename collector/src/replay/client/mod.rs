//! Asks an OpenAI-compatible endpoint, once: `POST {endpoint}/chat/completions`.
//!
//! One question's path: [`Request`] is the body; `send` posts it and reads the answer,
//! whole ([`reply`]) or as a stream ([`sse`]), which must say that it is complete;
//! what goes wrong becomes a [`Trouble`] that says what to do about it. Asking again
//! is [`super::run`]'s.

mod endpoint;
mod reply;
mod request;
mod send;
mod sse;
mod trouble;

pub use self::{
    endpoint::{Endpoint, EndpointError},
    request::{RESERVED, Request},
    send::{Client, Settings},
    trouble::{Remedy, Trouble},
};
use super::Outcome;
pub use crate::client::Secret;

/// Asks once: what [`super::run`] needs of a client.
pub trait Ask: Sync {
    /// The answer to this body: [`Outcome::Answered`] or [`Outcome::Refused`].
    fn ask(&self, body: &str) -> Result<Outcome, Trouble>;
}
