//! How an output was read, against how long reading it takes.

use super::{facts::Facts, milli::Milli, policy::Dwell};

/// How an output was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Words of the output when it was first shown; 0 where that is not known.
    pub(crate) words: u64,
    /// Active time, in ms.
    pub(crate) active_ms: u64,
    /// words / words_per_minute, in ms; `None` without words.
    pub(crate) expected_ms: Option<u64>,
}

const ONE: u64 = 1_000;

impl Reading {
    /// `None` where reading was not measured.
    pub(crate) fn of(facts: &Facts<'_>, dwell: &Dwell) -> Option<Self> {
        if facts.dwell.moments.is_empty() {
            return None;
        }
        let words = facts
            .shown_fields()
            .map_or(0, |shown| u64::from(shown.words));
        let expected_ms = (words * 60_000 / dwell.words_per_minute).max(1);
        Some(Self {
            words,
            active_ms: facts.dwell.active_ms,
            expected_ms: (words > 0).then_some(expected_ms),
        })
    }

    /// Active time as a share of the expected time, in thousandths.
    pub(crate) fn ratio(&self) -> Option<u64> {
        let expected_ms = self.expected_ms?;
        Some(self.active_ms.saturating_mul(ONE) / expected_ms)
    }

    /// How much of the confidence's distance from 0.5 stays:
    /// floor + (1 − floor) · min(1, ratio / read). 1 where nothing is known to
    /// have been left unread.
    pub(crate) fn scale(reading: Option<&Self>, dwell: &Dwell) -> Milli {
        let Some(ratio) = reading.and_then(Self::ratio) else {
            return Milli::new(1_000);
        };
        let read = dwell.read.thousandths().unsigned_abs().max(1);
        let part = (ratio.saturating_mul(ONE) / read).min(ONE);
        let floor = dwell.floor.thousandths().unsigned_abs();
        let scale = floor + ONE.saturating_sub(floor) * part / ONE;
        Milli::new(i64::try_from(scale).unwrap_or(1_000))
    }
}
