//! Asks many questions: how fast, how often again, when to stop.
//!
//! The core decides, the shell acts: [`Scheduler`] says what to do next (send, wait
//! until, listen, done, stop) as a function of what happened and when; [`engine`]
//! sends with threads and tells it. Rates are kept by [`bucket`]s, pauses come from
//! [`Backoff`](crate::client), what it costs from [`cost`].

mod bucket;
mod cost;
mod engine;
mod limits;
mod scheduler;

pub use self::{
    cost::{Cost, Prices, Tokens},
    engine::{Event, RunError, run},
    limits::Limits,
    scheduler::{After, Scheduler, Step, Stop},
};

/// One question. Its tokens are estimates until it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Names it in answers.
    pub id: String,
    /// The body to post.
    pub body: String,
    /// What it may come to.
    pub tokens: Tokens,
}
