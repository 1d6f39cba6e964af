//! Every bound of a run, with its unit and reason.

use crate::client::Backoff;

/// How fast and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Questions under way at a time.
    pub concurrency: usize,
    /// Requests a minute; any number without.
    pub requests_per_minute: Option<u64>,
    /// Tokens a minute, of prompts and answers; any number without.
    pub tokens_per_minute: Option<u64>,
    /// Requests for one question at most.
    pub attempts_max: u32,
    /// Milliseconds that the first pause lasts at most; each further one twice as long.
    pub backoff_ms: u64,
    /// Milliseconds that any pause lasts at most, unless the endpoint asks for more.
    pub backoff_ms_max: u64,
    /// Milliseconds an endpoint may ask to be left alone; a run that would have to
    /// wait longer stops, and can go on later.
    pub pause_ms_max: u64,
    /// Requests that fail in a row, over all questions, before a run stops: the
    /// endpoint is down, or takes none of it.
    pub failures_in_a_row_max: u32,
}

impl Limits {
    /// How long to wait where the endpoint does not say; `seed` decides how long exactly.
    pub(super) const fn backoff(&self, seed: u64) -> Backoff {
        Backoff {
            first_ms: self.backoff_ms,
            max_ms: self.backoff_ms_max,
            seed,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrency: 4,
            requests_per_minute: None,
            tokens_per_minute: None,
            // With full jitter on average 31 s, at most 63 s: a restart of a server.
            attempts_max: 7,
            backoff_ms: 1_000,
            backoff_ms_max: 60_000,
            pause_ms_max: 10 * 60_000,
            failures_in_a_row_max: 20,
        }
    }
}
