//! `stopped`: the person ended the stream.
//!
//! A control called "Stop" is believed if the stream ends soon after. A control
//! whose names say nothing may be one too, if it stands with the composer: it is
//! believed if, besides, it is gone or looks different once the stream has ended,
//! as a send button does that was a stop button meanwhile. Where one button is
//! both, the press that sends the next question stops nothing; nor does a later one
//! stop the answer before that question, which may have ended before anybody looked.

use tacit_signals::Signal;

use super::{Ms, span_ms};

/// A stream that goes on this long after the click was not stopped by it.
const ENDS_WITHIN_MS: Ms = 1_500;

/// One press is told of as sending and as stopping, this much apart at most.
const SAME_PRESS_MS: Ms = 50;

/// A control was used while an output streamed.
#[derive(Debug, Clone)]
pub struct StopAsked {
    at: Ms,
    is_sure: bool,
    /// What there is to tell once it is sure: after how many ms, and what was left.
    cut: Option<(u32, u32)>,
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

    /// Whether the control was used before the next question was sent, and not to send it.
    #[must_use]
    pub fn is_before(&self, sent_at: Ms) -> bool {
        self.at + SAME_PRESS_MS < sent_at
    }

    /// The output came to rest: its stream ran from `first_at` to `ended_at` and left `chars`.
    pub fn settled(&mut self, first_at: Ms, ended_at: Ms, chars: u32) -> Option<Signal> {
        if ended_at <= self.at + ENDS_WITHIN_MS {
            self.cut = Some((span_ms(first_at, self.at), chars));
        }
        self.told()
    }

    /// The control turned out to be one that stops.
    pub fn confirmed(&mut self) -> Option<Signal> {
        self.is_sure = true;
        self.told()
    }

    fn told(&mut self) -> Option<Signal> {
        let (after_ms, chars) = self.cut.take_if(|_| self.is_sure)?;
        Some(Signal::Stopped { after_ms, chars })
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
