//! What was copied, matched against the outputs.

use tacit_signals::{Id, Share, Signal};

use super::Core;
use crate::{detect::copied, session::Now};

impl Core {
    /// Part of an output's rendered text was copied.
    pub fn copied_selection(&mut self, now: Now, id: &Id, selected: &str) {
        let signal = self
            .source(id)
            .and_then(|source| copied::by_selection(selected, source));
        self.tell_copy(now, id, copied::Trace::Event, signal);
    }

    /// A script wrote `written` to the clipboard on behalf of the person; `owner`
    /// is the output whose control was just used.
    pub fn copied_write(&mut self, now: Now, owner: Option<&Id>, written: &str) {
        let mut best = None;
        if let Some(owner) = owner {
            self.match_copy(owner, written, &mut best);
        }
        if best.is_none() {
            for (id, _) in self.outputs.all() {
                self.match_copy(id, written, &mut best);
            }
        }
        if let Some((_, id, signal)) = best {
            self.tell_copy(now, &id, copied::Trace::Write, Some(signal));
        }
    }

    /// Puts what was copied from `id` into `best` if it is not worse.
    fn match_copy(&self, id: &Id, written: &str, best: &mut Option<(Share, Id, Signal)>) {
        let signal = self.source(id).and_then(|s| copied::by_write(written, s));
        if let Some(Signal::Copied { span, via }) = signal
            && best.as_ref().is_none_or(|(share, ..)| *share <= span.share)
        {
            *best = Some((span.share, id.clone(), Signal::Copied { span, via }));
        }
    }

    pub(super) fn source(&self, id: &Id) -> Option<copied::Source<'_>> {
        let reading = &self.outputs.get(id)?.reading;
        (!reading.text.is_empty()).then_some(copied::Source {
            text: &reading.text,
            code: &reading.code,
        })
    }

    fn tell_copy(&mut self, now: Now, id: &Id, trace: copied::Trace, signal: Option<Signal>) {
        let Some(signal) = signal else { return };
        if self.one_copy.is_new(now.mono, id, trace) {
            self.emit(now, id, signal);
        }
    }
}
