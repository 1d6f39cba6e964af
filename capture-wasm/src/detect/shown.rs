//! `shown`: an output's text stands still after streaming.
//!
//! Text that has not changed for [`SETTLE_MS`] is settled. 800 ms gave exactly
//! one settling per answer on eleven chat UIs with steady streams.

use tacit_signals::{Share, signal::Shown, text};

use super::{Ms, span_ms};

/// How long a text must stand still.
pub const SETTLE_MS: Ms = 800;

/// When that is looked at: what `js/find/` learns from texts at rest is due by then, too.
const REST_MS: Ms = SETTLE_MS + 50;

/// How long it may stand still while the page shows that its answer goes on, as
/// when tools are called.
const BUSY_MS: Ms = 60_000;

/// The growth of one output's text.
#[derive(Debug, Clone)]
pub struct Growth {
    first_at: Ms,
    last_change_at: Ms,
    fingerprint: u64,
    is_blank: bool,
    is_settled: bool,
}

/// What one look at the text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Still growing, or empty.
    Growing,
    /// It just came to rest, for the first time or after a later change.
    Settled {
        /// From its first sight to its last growth; 0 when it was there at once.
        stream_ms: u32,
    },
    /// At rest, as before.
    Still,
}

impl Growth {
    /// An output seen for the first time with this text, which is there since
    /// `first_at` and is as it is since `last_change_at`.
    #[must_use]
    pub fn new(first_at: Ms, last_change_at: Ms, text: &str) -> Self {
        Self {
            first_at,
            last_change_at: last_change_at.max(first_at),
            fingerprint: fingerprint(text),
            is_blank: text::is_blank(text),
            is_settled: false,
        }
    }

    /// The text as it is now; `changed_at` is when the page last changed.
    pub fn look(&mut self, now: Ms, changed_at: Ms, text: &str, is_busy: bool) -> Look {
        let fingerprint = fingerprint(text);
        if fingerprint != self.fingerprint {
            self.fingerprint = fingerprint;
            self.is_blank = text::is_blank(text);
            self.last_change_at = changed_at.min(now).max(self.first_at);
            self.is_settled = false;
        }
        self.rest(now, is_busy)
    }

    /// The same when the text did not change.
    pub fn rest(&mut self, now: Ms, is_busy: bool) -> Look {
        let wait = if is_busy { BUSY_MS } else { SETTLE_MS };
        if self.is_settled {
            return Look::Still;
        }
        if self.is_blank || now.saturating_sub(self.last_change_at) < wait {
            return Look::Growing;
        }
        self.is_settled = true;
        Look::Settled {
            stream_ms: span_ms(self.first_at, self.last_change_at),
        }
    }

    /// Whether the text may still grow.
    #[must_use]
    pub fn is_growing(&self) -> bool {
        !self.is_settled
    }

    /// When a text that grows has come to rest if it stays as it is; at any time where
    /// that is not waited for alone.
    #[must_use]
    pub fn rests_at(&self, is_busy: bool) -> Ms {
        if self.is_blank || is_busy {
            return 0;
        }
        self.last_change_at + REST_MS
    }

    /// Whether there is none yet.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.is_blank
    }

    /// When it was first seen.
    #[must_use]
    pub fn first_at(&self) -> Ms {
        self.first_at
    }

    /// When it last grew: the end of the stream, once settled.
    #[must_use]
    pub fn last_change_at(&self) -> Ms {
        self.last_change_at
    }
}

/// The sizes of a settled text; the caller adds the chain.
#[must_use]
pub fn measure(clean: &str, code_chars: u32, stream_ms: u32) -> Shown {
    let chars = text::chars(clean);
    Shown {
        chars,
        words: text::words(clean),
        code_share: Share::of(code_chars.into(), chars.into()),
        stream_ms,
        ..Shown::default()
    }
}

/// FNV-1a: only to notice a change.
pub(super) fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settles_once_after_the_stream_rests() {
        let mut growth = Growth::new(1_000, 1_000, "");
        assert_eq!(
            growth.look(3_000, 1_000, "", false),
            Look::Growing,
            "still empty"
        );
        for (now, text) in [
            (3_200, "The"),
            (3_400, "The sky"),
            (3_600, "The sky is blue."),
        ] {
            assert_eq!(growth.look(now, now - 50, text, false), Look::Growing);
        }
        assert_eq!(
            growth.look(4_300, 3_550, "The sky is blue.", false),
            Look::Growing
        );
        let settled = Look::Settled { stream_ms: 2_550 };
        assert_eq!(
            growth.look(4_350, 3_550, "The sky is blue.", false),
            settled
        );
        assert_eq!(
            growth.look(4_500, 3_550, "The sky is blue.", false),
            Look::Still
        );
    }

    #[test]
    fn a_stream_that_pauses_and_resumes_settles_at_its_end() {
        let mut growth = Growth::new(0, 0, "One");
        assert_eq!(growth.look(700, 0, "One", false), Look::Growing);
        assert_eq!(growth.look(750, 750, "One two", false), Look::Growing);
        assert_eq!(growth.look(1_549, 750, "One two", false), Look::Growing);
        assert_eq!(
            growth.look(1_550, 750, "One two", false),
            Look::Settled { stream_ms: 750 }
        );
        // A change after rest, as an edit saved in place, settles anew.
        assert_eq!(growth.look(9_000, 9_000, "One", false), Look::Growing);
        assert_eq!(
            growth.look(9_800, 9_000, "One", false),
            Look::Settled { stream_ms: 9_000 }
        );
    }

    #[test]
    fn a_stall_is_waited_for_while_the_page_is_busy() {
        let mut growth = Growth::new(0, 0, "One");
        assert_eq!(growth.look(5_000, 0, "One", true), Look::Growing);
        assert_eq!(growth.look(5_100, 5_100, "One two", true), Look::Growing);
        let settled = Look::Settled { stream_ms: 5_100 };
        assert_eq!(growth.rest(5_900, false), settled);
        let mut stuck = Growth::new(0, 0, "One");
        assert_eq!(stuck.rest(60_000, true), Look::Settled { stream_ms: 0 });
    }

    #[test]
    fn a_text_that_was_there_at_once_has_no_stream() {
        let mut growth = Growth::new(500, 500, "All of it.");
        assert_eq!(
            growth.look(1_300, 400, "All of it.", false),
            Look::Settled { stream_ms: 0 }
        );
    }

    #[test]
    fn a_stream_that_was_over_when_it_was_noticed_has_its_length() {
        let mut late = Growth::new(1_000, 2_200, "All of it.");
        assert_eq!(
            late.look(3_000, 2_200, "All of it.", false),
            Look::Settled { stream_ms: 1_200 }
        );
    }

    #[test]
    fn sizes_are_those_of_the_contract() {
        let shown = measure("Use `x`:\nlet x = 1;", 10, 2_100);
        assert_eq!((shown.chars, shown.words), (19, 5));
        assert_eq!(shown.code_share.thousandths(), 526);
    }
}
