//! `stopped`: the person ended the stream.
//!
//! A control called "Stop" is believed if the stream ends soon after. A control
//! whose names say nothing may be one too, if it stands with the composer: it is
//! believed if, besides, it is gone or looks different once the stream has ended,
//! as a send button does that was a stop button meanwhile.

use tacit_signals::Signal;

use super::{Ms, span_ms};

/// A stream that goes on this long after the click was not stopped by it.
const ENDS_WITHIN_MS: Ms = 1_500;

/// A control was used while an output streamed.
#[derive(Debug, Clone)]
pub struct StopAsked {
    at: Ms,
    is_sure: bool,
    /// What there is to tell once it is sure.
    cut: Option<Signal>,
}

impl StopAsked {
    /// A control was used; whether it is sure to be one that stops.
    #[must_use]
    pub fn new(at: Ms, is_sure: bool) -> Self {
        Self {
            at,
            is_sure,
            cut: None,
        }
    }

    /// Whether its names told.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.is_sure
    }

    /// The output came to rest: its stream ran from `first_at` to `ended_at` and left `chars`.
    pub fn settled(&mut self, first_at: Ms, ended_at: Ms, chars: u32) -> Option<Signal> {
        if ended_at <= self.at + ENDS_WITHIN_MS {
            self.cut = Some(Signal::Stopped {
                after_ms: span_ms(first_at, self.at),
                chars,
            });
        }
        self.is_sure.then(|| self.cut.take())?
    }

    /// The control turned out to be one that stops.
    pub fn confirmed(&mut self) -> Option<Signal> {
        self.is_sure = true;
        self.cut.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOPPED: Signal = Signal::Stopped {
        after_ms: 2_000,
        chars: 40,
    };

    #[test]
    fn only_a_stream_that_ended_was_stopped() {
        let stop = StopAsked::new(3_000, true);
        assert_eq!(stop.clone().settled(1_000, 3_200, 40), Some(STOPPED));
        assert_eq!(stop.clone().settled(1_000, 9_000, 400), None);
    }

    #[test]
    fn what_is_not_sure_waits_for_the_control_to_change() {
        let mut stop = StopAsked::new(3_000, false);
        assert_eq!(stop.settled(1_000, 3_200, 40), None);
        assert_eq!(stop.confirmed(), Some(STOPPED));
        assert_eq!(stop.confirmed(), None, "told once");
        // The other way round.
        let mut stop = StopAsked::new(3_000, false);
        assert_eq!(stop.confirmed(), None);
        assert_eq!(stop.settled(1_000, 3_200, 40), Some(STOPPED));
        let mut went_on = StopAsked::new(3_000, false);
        assert_eq!(went_on.settled(1_000, 9_000, 40), None);
        assert_eq!(went_on.confirmed(), None);
    }
}
