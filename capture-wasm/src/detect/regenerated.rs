//! `regenerated`: the person asked for another answer in place of this one.

use tacit_signals::Signal;

use super::{Ms, span_ms};

/// The signal about the variant that was replaced. `settled_at` is the end of
/// its stream, `asked_at` when a control told; else the new variant's coming is
/// the best that is known.
#[must_use]
pub fn signal(settled_at: Ms, asked_at: Option<Ms>, now: Ms, variants: u32) -> Signal {
    Signal::Regenerated {
        after_ms: span_ms(settled_at, asked_at.unwrap_or(now)),
        ordinal: variants,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_the_end_of_the_stream_to_the_request() {
        let asked = Signal::Regenerated {
            after_ms: 4_000,
            ordinal: 1,
        };
        assert_eq!(signal(1_000, Some(5_000), 7_000, 1), asked);
        let unseen = Signal::Regenerated {
            after_ms: 6_000,
            ordinal: 3,
        };
        assert_eq!(signal(1_000, None, 7_000, 3), unseen);
        let while_streaming = Signal::Regenerated {
            after_ms: 0,
            ordinal: 1,
        };
        assert_eq!(signal(5_000, Some(4_000), 7_000, 1), while_streaming);
    }
}
