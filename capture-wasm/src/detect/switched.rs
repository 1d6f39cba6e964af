//! `switched`: a variant that was there before became visible again.

use tacit_signals::{Id, Signal};

/// The signal about the variant that was left.
#[must_use]
pub fn signal(from: Id, to: Id) -> Signal {
    Signal::Switched { from, to }
}
