//! What was selected, copied and pasted, matched against the outputs.

use tacit_signals::{Id, Share, Signal, signal::CopyVia};

use super::Core;
use crate::{
    detect::{
        Ms,
        copied::{self, Trace},
        pasted,
    },
    session::Now,
};

/// Tells whether a text comes from an output, and if it must.
type Match<'a> = &'a dyn Fn(copied::Source<'_>, bool) -> Option<Signal>;

impl Core {
    /// A selection in an output's rendered text came to rest.
    pub fn selected(&mut self, now: Now, id: &Id, selected: &str) {
        let Some(output) = self.outputs.get_mut(id) else {
            return;
        };
        let source = copied::Source {
            text: &output.reading.text,
            code: &output.reading.code,
        };
        if let Some(signal) = output.acts.selected.rested(selected, source) {
            self.emit(now, id, signal);
        }
    }

    /// Part of an output's rendered text was copied.
    pub fn copied_selection(&mut self, now: Now, id: &Id, selected: &str) {
        let signal = self
            .source(id)
            .and_then(|source| copied::by_selection(selected, source));
        if let Some(signal) = signal {
            self.tell_copy(now, id, (Trace::Event, None), selected, signal);
        }
    }

    /// `text` went to the clipboard, by a script or out of an editor; `click` is
    /// the output whose control was just used, and when.
    pub fn copied_text(&mut self, now: Now, click: Option<(&Id, Ms)>, trace: Trace, text: &str) {
        let owner = click.map(|(owner, _)| owner);
        // A control that copies asks for no other answer.
        self.turns.copied();
        let via = match owner {
            None if trace == Trace::Event => CopyVia::Selection,
            _ => CopyVia::Button,
        };
        let found = self.best(owner, &|source, is_own| {
            copied::by_write(text, source, via, is_own)
        });
        if let Some((id, signal)) = found {
            let clicked_at = click.map(|(_, at)| at);
            self.tell_copy(now, &id, (trace, clicked_at), text, signal);
        }
    }

    /// `text` was pasted into an editor of the page.
    pub fn pasted(&mut self, now: Now, text: &str) {
        let known = self.clipboard.source_of(text).cloned();
        let found = self.best(known.as_ref(), &|source, is_sure| {
            pasted::signal(text, source, is_sure)
        });
        if let Some((id, signal)) = found {
            self.emit(now, &id, signal);
            self.accepted(&id, text.into());
        }
    }

    /// The output that matches best: `first` if it does at all.
    fn best(&self, first: Option<&Id>, matches: Match<'_>) -> Option<(Id, Signal)> {
        if let Some(id) = first
            && let Some(signal) = self.source(id).and_then(|source| matches(source, true))
        {
            return Some((id.clone(), signal));
        }
        let mut best: Option<(Share, &Id, Signal)> = None;
        for (id, _) in self.outputs.all() {
            let signal = self.source(id).and_then(|source| matches(source, false));
            if let Some(signal @ (Signal::Copied { span, .. } | Signal::Pasted(span))) = signal
                && best.as_ref().is_none_or(|(share, ..)| *share <= span.share)
            {
                best = Some((span.share, id, signal));
            }
        }
        best.map(|(_, id, signal)| (id.clone(), signal))
    }

    pub(super) fn source(&self, id: &Id) -> Option<copied::Source<'_>> {
        let reading = &self.outputs.get(id)?.reading;
        (!reading.text.is_empty()).then_some(copied::Source {
            text: &reading.text,
            code: &reading.code,
        })
    }

    fn tell_copy(
        &mut self,
        now: Now,
        id: &Id,
        (trace, clicked_at): (Trace, Option<Ms>),
        text: &str,
        signal: Signal,
    ) {
        self.clipboard.copied(id, text);
        if let Some(output) = self.outputs.get_mut(id)
            && output.acts.copied.is_new(now.mono, trace, clicked_at)
        {
            self.emit(now, id, signal);
        }
    }
}
