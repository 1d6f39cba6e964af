//! Accepted text, and what is left of it later.

use tacit_signals::Id;

use super::Core;
use crate::{
    memory::{Memory, Place},
    session::Now,
};

impl Core {
    /// What is remembered of accepted text.
    pub fn memory(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// `text` of an output is in use from now on; see [`Memory`].
    pub(super) fn remember(&mut self, now: Now, id: &Id, text: &str, anew: bool) {
        let Some(output) = self.outputs.get(id) else {
            return;
        };
        if output.sampled && self.consented {
            let token = output.token.clone();
            self.memory.keep(now.wall, id, token, text, anew);
        }
    }

    /// The places of the page that text may be in, as they are now.
    pub fn look_back(&mut self, now: Now, places: &mut [Place]) {
        if !self.consented {
            return;
        }
        let (session, outbox, heard) = (&mut self.session, &mut self.outbox, &mut self.heard);
        self.memory.look(now.wall, places, &mut |kept, signal| {
            // In the sample since it was kept; the output may not be here.
            let event = session.event(now, &kept.output, kept.token.clone(), signal);
            outbox.push(now, &event);
            heard.push(event);
        });
    }
}
