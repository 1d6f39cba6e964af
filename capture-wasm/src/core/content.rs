//! Text that leaves where the site said `content: "full"`: an answer, and what
//! was asked for it. Each goes in a frame of its own, redacted.

use tacit_signals::{
    Id, Signal,
    limits::CONTENT_BYTES_MAX,
    signal::ContentRole::{self, Answer, Prompt},
};

use super::Core;
use crate::{config::Content, session::Now};

/// Makes of a text the form in which it may leave.
pub type Redact = fn(&str) -> String;

impl Core {
    /// How text is redacted. Until this is said, texts leave empty.
    pub fn redact_by(&mut self, redact: Redact) {
        self.redact = redact;
    }

    /// A person sent a prompt.
    pub(super) fn note_prompt(&mut self, text: &str) {
        if self.config.content >= Content::Full {
            self.asked = Some(text.into());
        }
    }

    /// An answer came to rest, for the first time or with more text.
    pub(super) fn tell_texts(&mut self, now: Now, id: &Id, is_first: bool) {
        let Some(output) = self.outputs.get(id) else {
            return;
        };
        if self.config.content < Content::Full {
            return;
        }
        let answer = output.reading.text.clone();
        // What had come to rest before did not answer this.
        if let Some(asked) = self.asked.take_if(|_| is_first) {
            self.tell_text(now, id, Prompt, &asked);
        }
        self.tell_text(now, id, Answer, &answer);
    }

    /// Tells a text, unless it is too long for a frame.
    fn tell_text(&mut self, now: Now, id: &Id, role: ContentRole, text: &str) {
        let text = (self.redact)(text);
        if text.len() <= CONTENT_BYTES_MAX {
            self.emit(now, id, Signal::Content { role, text });
        }
    }
}
