//! What the screen withheld of an output: counted, and seen by no label.

use tacit_signals::signal::Kind;

use crate::store::rows::OutputRows;

/// What the screen withheld of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Withheld {
    /// Events.
    pub events: u64,
    /// Nobody else sent anything.
    pub all: bool,
    /// When they say it was first shown, in corrected time.
    pub shown_at: Option<u64>,
}

impl Withheld {
    /// Of an output as the screen left it.
    #[must_use]
    pub fn of(rows: &OutputRows) -> Self {
        let slices = rows.screened.iter();
        let events = slices.clone().map(|slice| slice.events.len() as u64).sum();
        let shown = slices.flat_map(|slice| {
            let shown = slice.events.iter();
            let shown = shown.filter(|event| event.signal.kind() == Some(Kind::Shown));
            shown.map(|event| slice.corrected(event.at))
        });
        Self {
            events,
            all: events > 0 && rows.slices.is_empty(),
            shown_at: shown.min(),
        }
    }

    /// Whether nothing else is known of an output, which was shown when `in_range` asks
    /// for, if at all.
    pub fn is_all_within(&self, in_range: impl Fn(u64) -> bool) -> bool {
        self.all && self.shown_at.is_none_or(in_range)
    }
}

/// Whether there is nothing to tell of.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature serde asks for"
)]
pub(crate) const fn none(count: &u64) -> bool {
    *count == 0
}
