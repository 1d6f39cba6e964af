//! Detectors: `(input, now) → signals`, one file a signal.
//!
//! What happened in the page arrives as plain data and `now` as monotonic
//! milliseconds, so each detector is a state machine that a test can script.

pub mod accepted;
pub mod copied;
pub mod dwell;
pub mod followed_up;
pub mod lineage;
pub mod pasted;
pub mod rated;
pub mod regenerated;
pub mod selected;
pub mod shown;
pub mod stopped;
pub mod switched;
pub mod turns;

/// Monotonic milliseconds, as of `performance.now()`.
pub type Ms = u64;

/// A span as the wire takes it.
pub(crate) fn span_ms(from: Ms, to: Ms) -> u32 {
    let span = to.saturating_sub(from);
    u32::try_from(span)
        .unwrap_or(u32::MAX)
        .min(tacit_signals::limits::SPAN_MS_MAX)
}
