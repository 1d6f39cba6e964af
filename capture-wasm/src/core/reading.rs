//! What is in view and being read.

use tacit_signals::{Id, Share};

use super::Core;
use crate::session::Now;

impl Core {
    /// An output came into view, moved in it or left it.
    pub fn in_view(&mut self, now: Now, id: &Id, in_view: bool, depth: Share) {
        if let Some(signal) = self.dwell.view(now.mono, id, in_view, depth) {
            self.emit(now, id, signal);
        }
    }

    /// Whether more of an output may come into view than was seen of it last.
    #[must_use]
    pub fn may_be_read_deeper(&self, id: &Id) -> bool {
        self.dwell.may_be_read_deeper(id)
    }

    /// Any input of the person.
    pub fn input(&mut self, now: Now) {
        self.dwell.input(now.mono);
    }

    /// The window won or lost the focus.
    pub fn focus(&mut self, now: Now, focused: bool) {
        self.dwell.focus(now.mono, focused);
    }

    /// A second has passed. Whether another tick is worth while.
    pub fn tick(&mut self, now: Now) -> bool {
        let told = self.dwell.tick(now.mono);
        self.emit_all(now, told);
        self.dwell.is_reading()
    }

    /// The page was hidden or is being left.
    pub fn hidden(&mut self, now: Now) {
        self.dwell.page(now.mono, false);
        let told = self.dwell.leave(now.mono);
        self.emit_all(now, told);
    }

    /// The page is visible.
    pub fn visible(&mut self, now: Now) {
        self.dwell.page(now.mono, true);
        self.outbox.returned();
    }

    pub(super) fn tell_dwell(&mut self, now: Now, id: &Id) {
        if let Some(signal) = self.dwell.report(now.mono, id) {
            self.emit(now, id, signal);
        }
    }
}
