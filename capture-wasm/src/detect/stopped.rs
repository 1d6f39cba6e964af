//! `stopped`: the person ended the stream.

use tacit_signals::Signal;

use super::{Ms, span_ms};

/// A stream that goes on this long after the click was not stopped by it.
const ENDS_WITHIN_MS: Ms = 1_500;

/// A stop control was used while an output streamed.
#[derive(Debug, Clone, Copy)]
pub struct StopAsked {
    at: Ms,
}

impl StopAsked {
    /// The control was used.
    #[must_use]
    pub fn new(at: Ms) -> Self {
        Self { at }
    }

    /// The output came to rest: its stream ran from `first_at` to `ended_at` and left `chars`.
    #[must_use]
    pub fn settled(self, first_at: Ms, ended_at: Ms, chars: u32) -> Option<Signal> {
        (ended_at <= self.at + ENDS_WITHIN_MS).then(|| Signal::Stopped {
            after_ms: span_ms(first_at, self.at),
            chars,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_stream_that_ended_was_stopped() {
        let stop = StopAsked::new(3_000);
        let stopped = Signal::Stopped {
            after_ms: 2_000,
            chars: 40,
        };
        assert_eq!(stop.settled(1_000, 3_200, 40), Some(stopped));
        assert_eq!(stop.settled(1_000, 9_000, 400), None);
    }
}
