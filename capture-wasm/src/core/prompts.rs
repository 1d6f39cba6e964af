//! What a person asked.

use tacit_signals::Id;

use super::Core;
use crate::{
    detect::{
        Ms,
        followed_up::{self, Compare},
        span_ms,
    },
    session::Now,
};

/// Prompts that are kept to compare the next one with: of several chats on a page,
/// the latest of each.
const PROMPTS_MAX: usize = 8;

/// The latest prompts, in this page's memory only, the latest last.
#[derive(Debug)]
pub(super) struct Prompts {
    sent: Vec<(Ms, Box<str>)>,
    /// The answer that was followed last: what is sent again before the next answer
    /// is there does not follow it once more.
    followed: Option<Id>,
    compare: Compare,
}

impl Default for Prompts {
    fn default() -> Self {
        Self {
            sent: Vec::new(),
            followed: None,
            compare: |_, _| followed_up::OTHER,
        }
    }
}

impl Prompts {
    /// What was asked last before an answer was whole. Its beginning would say less:
    /// that something was asked may be certain only when the answer is there.
    fn before(&self, ended_at: Ms) -> &str {
        let mut sent = self.sent.iter().rev();
        let before = sent.find(|(at, _)| *at <= ended_at);
        before.map_or("", |(_, text)| text)
    }
}

impl Core {
    /// A person sent `text`; `after` is the answer it follows in the same chat,
    /// if there is one. Told once it is certain, which may be after its answer
    /// began; it was sent at `sent_at`.
    pub fn prompted(&mut self, now: Now, sent_at: Ms, after: Option<&Id>, text: &str) {
        self.note_prompt(text);
        self.turns.prompted();
        self.lineage.prompted(after);
        if let Some(id) = after
            && self.prompts.followed.as_ref() != after
            && let Some(output) = self.outputs.get_mut(id)
        {
            output.followed_at = sent_at;
            let growth = &output.growth;
            let before = self.prompts.before(growth.last_change_at());
            let gap_ms = span_ms(growth.last_change_at(), sent_at);
            let compared = (self.prompts.compare)(before, text);
            let signal = followed_up::signal(gap_ms, compared);
            self.prompts.followed = Some(id.clone());
            self.emit(now, id, signal);
        }
        if self.prompts.sent.len() == PROMPTS_MAX {
            self.prompts.sent.remove(0);
        }
        let kept = followed_up::kept(text);
        self.prompts.sent.push((sent_at, kept.into()));
    }

    /// How prompts are compared. Until this is said, none is like another.
    pub fn compare_by(&mut self, compare: Compare) {
        self.prompts.compare = compare;
    }

    /// Without a person's word nothing of what they asked stays either.
    pub(super) fn forget_prompts(&mut self) {
        self.prompts.sent.clear();
        self.prompts.followed = None;
        self.asked = None;
    }
}
