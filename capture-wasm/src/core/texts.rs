//! What the module for edited and accepted text asks, and tells.

use tacit_signals::{Id, Signal};

use super::Core;
use crate::{
    session::Now,
    texts::{Known, edited},
};

impl Core {
    /// The outputs in the sample with their texts.
    #[must_use]
    pub fn known(&self) -> Vec<Known> {
        let mut known = Vec::new();
        for (id, output) in self.outputs.all() {
            if output.sampled && !output.reading.text.is_empty() {
                known.push(Known {
                    id: id.clone(),
                    token: output.token.clone(),
                    text: output.reading.text.clone(),
                });
            }
        }
        known
    }

    /// Whether an editor that holds `text` may have been seeded with an output.
    #[must_use]
    pub fn is_seed(&self, text: &str) -> bool {
        let mut all = self.outputs.all().iter();
        all.any(|(_, output)| {
            let source = &output.reading.text;
            output.sampled && edited::seeded_from(text, source).is_some()
        })
    }

    /// What was found out about an edited or accepted text; `token` where the
    /// output need not be on this page.
    pub fn found(&mut self, now: Now, id: &Id, token: Option<Box<str>>, signal: Signal) {
        if self.outputs.get(id).is_some() {
            self.emit(now, id, signal);
        } else if self.consented {
            // It was in the sample when its text was accepted.
            self.record(now, id, token, signal);
        }
    }

    /// Text that was accepted since the last call.
    pub fn take_accepted(&mut self) -> Vec<Known> {
        std::mem::take(&mut self.accepted)
    }

    /// `text` of an output is in use from now on.
    pub(super) fn accepted(&mut self, id: &Id, text: String) {
        if let Some(output) = self.outputs.get(id)
            && output.sampled
            && self.consented
        {
            self.accepted.push(Known {
                id: id.clone(),
                token: output.token.clone(),
                text,
            });
        }
    }
}
