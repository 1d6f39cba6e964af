//! One signal as a row.

use tacit_collector::store::rows::Slice;
use tacit_signals::{Event, Id, Signal};

/// The columns, in the order of [`Row::cells`]. Shares, ratings and similarities are
/// thousandths; times are Unix ms; what a kind does not have is empty.
pub(crate) const COLUMNS: [&str; 20] = [
    "conversation",
    "output",
    "session",
    "seq",
    // The client's clock, before it is corrected by the two that follow.
    "client_at",
    "sent_at",
    "received_at",
    // How long before its receipt it can have happened at most, ms.
    "age_ms_max",
    // Sent by an evaluation: no label rests on it.
    "evaluation",
    "kind",
    // The way of a copy, the intent of a follow-up.
    "what",
    // Of a span, of reading, of an edit's survival, of a look at accepted text.
    "share",
    "words",
    "active_ms",
    "after_ms",
    // Of an edit: characters inserted and deleted.
    "changed",
    "value",
    "similarity",
    "gap_ms",
    "age_s",
];

/// One signal; [`COLUMNS`] says what is what.
#[derive(Default)]
pub(crate) struct Row {
    cells: [String; COLUMNS.len()],
}

impl Row {
    pub(crate) fn of(conversation: u64, output: &Id, slice: &Slice, event: &Event) -> Self {
        let mut row = Self::default();
        row.set("conversation", conversation);
        row.set("output", output);
        row.set("session", slice.session);
        row.set("seq", event.seq);
        row.set("client_at", event.at);
        row.set("sent_at", slice.sent_at);
        row.set("received_at", slice.received_at);
        row.set("age_ms_max", slice.origin.age_ms_max());
        row.set("evaluation", slice.origin.is_evaluation());
        let kind = event.signal.kind();
        row.set("kind", kind.map_or("unknown", |kind| kind.name()));
        row.details(&event.signal);
        row
    }

    fn details(&mut self, signal: &Signal) {
        match signal {
            Signal::Shown(shown) => self.set("words", shown.words),
            Signal::Dwell {
                active_ms,
                read_share,
            } => {
                self.set("active_ms", active_ms);
                self.set("share", read_share.thousandths());
            }
            Signal::Selected(span) | Signal::Pasted(span) => {
                self.set("share", span.share.thousandths());
            }
            Signal::Copied { span, via } => {
                self.set("share", span.share.thousandths());
                self.set("what", via.name());
            }
            Signal::Edited(edited) => {
                self.set("share", edited.survival.thousandths());
                let changed = u64::from(edited.inserted) + u64::from(edited.deleted);
                self.set("changed", changed);
            }
            Signal::Regenerated { after_ms, .. } => self.set("after_ms", after_ms),
            Signal::Rated { value, .. } => self.set("value", value.thousandths()),
            Signal::FollowedUp {
                gap_ms,
                similarity,
                intent,
            } => {
                self.set("gap_ms", gap_ms);
                self.set("similarity", similarity.thousandths());
                self.set("what", intent.name());
            }
            Signal::Survived { age_s, share } => {
                self.set("age_s", age_s);
                self.set("share", share.thousandths());
            }
            _ => {}
        }
    }

    fn set(&mut self, column: &str, value: impl ToString) {
        let place = COLUMNS.iter().position(|name| *name == column);
        if let Some(cell) = place.and_then(|place| self.cells.get_mut(place)) {
            *cell = value.to_string();
        }
    }

    pub(crate) const fn cells(&self) -> &[String; COLUMNS.len()] {
        &self.cells
    }
}
