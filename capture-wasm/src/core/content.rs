//! Text that leaves where the site said `content: "full"`: an answer, and what
//! was asked for it. Each goes in a frame of its own, redacted.

use tacit_signals::{
    Id, Signal,
    limits::CONTENT_BYTES_MAX,
    signal::ContentRole::{self, Answer, Prompt},
};

use super::Core;
use crate::{config::Content, detect::Ms, session::Now};

/// Makes of a text the form in which it may leave.
pub type Redact = fn(&str) -> String;

/// What was asked, until its answer is there.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    at: Ms,
    text: String,
}

impl Core {
    /// How text is redacted. Until this is said, texts leave empty.
    pub fn redact_by(&mut self, redact: Redact) {
        self.redact = redact;
    }

    /// A person sent a prompt.
    pub(super) fn note_prompt(&mut self, now: Now, text: &str) {
        if self.config.content >= Content::Full {
            let (at, text) = (now.mono, text.to_owned());
            self.asked = Some(Asked { at, text });
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
        let (answer, first_at) = (output.reading.text.clone(), output.growth.first_at());
        // What was on the page before did not answer this.
        let answers = |asked: &mut Asked| is_first && asked.at <= first_at;
        if let Some(asked) = self.asked.take_if(answers) {
            self.tell_text(now, id, Prompt, &asked.text);
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
