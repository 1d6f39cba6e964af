//! What a person asked.

use tacit_signals::Id;

use super::Core;
use crate::session::Now;

impl Core {
    /// A person sent `text`; `after` is the answer it follows in the same chat,
    /// if there is one. Told when it was sent, so before its answer is there.
    pub fn prompted(&mut self, _now: Now, _after: Option<&Id>, _text: &str) {
        self.turns.prompted();
    }
}
