//! Editors that an output's text went into.

use tacit_signals::{Id, Share, Signal, signal::ContentRole};

use super::{
    Known, Texts, Told,
    edited::{self, Editing},
};
use crate::config::Content;

/// An output that an editor's text comes from.
struct Seed<'a> {
    id: &'a Id,
    share: Share,
    source: &'a str,
}

impl Texts {
    /// An editor came into use and holds `text`; `owner` is the output whose
    /// message it stands in. Whether it was seeded with an output, and so is
    /// worth following. A document may hold several.
    pub fn editor_opened(
        &mut self,
        outputs: &[Known],
        editor: u32,
        owner: Option<&Id>,
        text: &str,
    ) -> bool {
        let (mut followed, mut changed) = (Vec::new(), Vec::new());
        for (id, mut editing) in self.close(editor) {
            let is_in = editing.is_in(text);
            if editing.moved(text) {
                followed.push((id, editing));
            } else if is_in {
                changed.push((id, editing));
            }
        }
        let mut seeds = Vec::new();
        let mut find = |is_meant: &dyn Fn(&Id) -> bool| {
            for Known {
                id, text: source, ..
            } in outputs
            {
                let mut known = followed.iter().chain(&changed);
                if is_meant(id)
                    && !known.any(|(known, _)| known == id)
                    && let Some(share) = edited::seeded_from(text, source)
                {
                    seeds.push(Seed { id, share, source });
                }
            }
            seeds.is_empty()
        };
        if find(&|id| Some(id) == owner) {
            find(&|_| true);
        }
        let mut best: Option<Seed<'_>> = None;
        // Of two outputs with the same text the later one is meant.
        for seed in seeds.into_iter().rev() {
            if let Some(editing) = Editing::found(text, seed.source) {
                if !followed.iter().any(|(_, other)| other.overlaps(&editing)) {
                    followed.push((seed.id.clone(), editing));
                }
            } else if best.as_ref().is_none_or(|best| best.share < seed.share) {
                best = Some(seed);
            }
        }
        // Not as it was left: the app rewrote it, or put another answer in its place.
        for (id, editing) in changed {
            if !followed.iter().any(|(_, other)| other.overlaps(&editing)) {
                followed.push((id, editing));
            }
        }
        // What is found can stand beside another, this cannot.
        if followed.is_empty()
            && let Some(best) = best.filter(|best| best.share > Share::ZERO)
            && let Some(editing) = Editing::whole(text, best.source)
        {
            followed.push((best.id.clone(), editing));
        }
        let is_followed = !followed.is_empty();
        if is_followed {
            self.editors.push((editor, followed));
        }
        is_followed
    }

    /// A followed editor holds `text` now; `is_final` when it was left or saved.
    /// `redacted` is asked for the form in which edited text may leave. Saved text
    /// is remembered from `now` on, Unix ms.
    pub fn editor_changed(
        &mut self,
        now: u64,
        outputs: &[Known],
        (editor, text, is_final): (u32, &str, bool),
        redacted: impl Fn(&str) -> String,
    ) -> Vec<Told> {
        let keep_text = is_final && self.content >= Content::Edits;
        let (mut told, mut saved) = (Vec::new(), Vec::new());
        let place = self.place_of(editor);
        let Some((_, followed)) = place.and_then(|place| self.editors.get_mut(place)) else {
            return told;
        };
        for (id, editing) in followed {
            let Some(signal) = editing.changed(text, is_final) else {
                continue;
            };
            told.push(Told::of(id, signal));
            if is_final && let Some(known) = outputs.iter().find(|known| known.id == *id) {
                saved.push(Known {
                    text: editing.now(),
                    ..known.clone()
                });
            }
            if keep_text && let Some(text) = frame(redacted(&editing.now())) {
                let role = ContentRole::Edit;
                told.push(Told::of(id, Signal::Content { role, text }));
            }
        }
        for known in saved {
            self.keep(now, known, false);
        }
        told
    }

    /// Whether an editor goes on where `editor` was: a framework may make it anew
    /// at every key.
    #[must_use]
    pub fn editor_continues(&self, editor: u32, text: &str) -> bool {
        let place = self.place_of(editor);
        place
            .and_then(|place| self.editors.get(place))
            .is_some_and(|(_, followed)| followed.iter().any(|(_, editing)| editing.is_in(text)))
    }

    /// A followed editor was given up.
    pub fn editor_cancelled(&mut self, editor: u32) -> Vec<Told> {
        let mut told = Vec::new();
        for (id, editing) in &mut self.close(editor) {
            if let Some(signal) = editing.cancelled() {
                told.push(Told::of(id, signal));
            }
        }
        told
    }

    /// What an editor is followed for, taken out.
    fn close(&mut self, editor: u32) -> Vec<(Id, Editing)> {
        match self.place_of(editor) {
            Some(place) => self.editors.swap_remove(place).1,
            None => Vec::new(),
        }
    }

    fn place_of(&self, editor: u32) -> Option<usize> {
        let is_this = |(number, _): &(u32, _)| *number == editor;
        self.editors.iter().position(is_this)
    }
}

impl Told {
    /// About an output that is on the page.
    fn of(id: &Id, signal: Signal) -> Self {
        Self {
            output: id.clone(),
            token: None,
            signal,
        }
    }
}

/// Text that fits a content frame; a longer one stays at home.
fn frame(text: String) -> Option<String> {
    (text.len() <= tacit_signals::limits::CONTENT_BYTES_MAX).then_some(text)
}
