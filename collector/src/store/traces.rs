//! Spans on their way to outputs.

use super::StoreError;
use crate::{control::ProjectId, otlp::Facts};

/// Spans, until what they say is registered. They are no facts about outputs yet: no
/// label sees them, and they are forgotten.
pub trait TraceStore: Send + Sync {
    /// Keeps spans of a project that were received at `at` (Unix ms); the traces that
    /// hold too much already, of which nothing was kept. A trace is due `settle_ms`
    /// after its last span. Durable on return.
    fn keep_spans(
        &self,
        project: ProjectId,
        at: u64,
        settle_ms: u64,
        traces: &[(&str, &[Facts])],
    ) -> Result<Vec<String>, StoreError>;

    /// At most `len` traces that are due at `now`, the longest waiting first, with all
    /// their spans.
    fn due_traces(&self, now: u64, len: usize) -> Result<Vec<DueTrace>, StoreError>;

    /// These are due no more, unless more came since.
    fn settle_traces(&self, traces: &[TraceKey]) -> Result<(), StoreError>;

    /// Forgets these, whatever else comes of them.
    fn drop_traces(&self, traces: &[TraceKey]) -> Result<(), StoreError>;

    /// Forgets traces of which nothing was heard since `before`.
    fn forget_traces(&self, before: u64) -> Result<(), StoreError>;
}

/// A trace as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceKey {
    /// The tenant.
    pub project: ProjectId,
    /// Its id, hex.
    pub trace: String,
    /// How many portions of it there were.
    pub portions: u64,
}

/// A trace that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct DueTrace {
    /// Which.
    pub key: TraceKey,
    /// Its spans, as they came.
    pub spans: Vec<Facts>,
}
