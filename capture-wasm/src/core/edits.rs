//! Editors that an output's text went into.

use tacit_signals::{Id, Share, Signal, signal::ContentRole};

use super::Core;
use crate::{
    config::Content,
    detect::edited::{self, Editing},
    session::Now,
};

/// An output that an editor's text comes from.
struct Seed {
    id: Id,
    share: Share,
    text: Box<str>,
}

impl Core {
    /// An editor came into use and holds `text`; `owner` is the output whose
    /// message it stands in. Whether it was seeded with an output, and so is
    /// worth following. A document may hold several.
    pub fn editor_opened(&mut self, editor: u32, owner: Option<&Id>, text: &str) -> bool {
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
        let find = |id: &Id, seeds: &mut Vec<Seed>| {
            let mut known = followed.iter().chain(&changed);
            if !known.any(|(known, _)| known == id)
                && let Some(seed) = self.seed(id, text)
            {
                seeds.push(seed);
            }
        };
        if let Some(owner) = owner {
            find(owner, &mut seeds);
        }
        if seeds.is_empty() {
            for (id, _) in self.outputs.all() {
                find(id, &mut seeds);
            }
        }
        let mut best: Option<Seed> = None;
        // Of two outputs with the same text the later one is meant.
        for seed in seeds.into_iter().rev() {
            if let Some(editing) = Editing::found(text, &seed.text) {
                if !followed.iter().any(|(_, other)| other.overlaps(&editing)) {
                    followed.push((seed.id, editing));
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
            && let Some(editing) = Editing::whole(text, &best.text)
        {
            followed.push((best.id, editing));
        }
        let is_followed = !followed.is_empty();
        if is_followed {
            self.editors.push((editor, followed));
        }
        is_followed
    }

    /// The output, if the text of an editor comes from it.
    fn seed(&self, id: &Id, editor: &str) -> Option<Seed> {
        let source = self.source(id)?;
        Some(Seed {
            share: edited::seeded_from(editor, source.text)?,
            id: id.clone(),
            text: source.text.into(),
        })
    }

    /// A followed editor holds `text` now; `is_final` when it was left or saved.
    /// `redacted` is asked for the form in which edited text may leave.
    pub fn editor_changed(
        &mut self,
        now: Now,
        editor: u32,
        text: &str,
        is_final: bool,
        redacted: impl Fn(&str) -> String,
    ) {
        let keep_text = is_final && self.config.content >= Content::Edits;
        let (mut told, mut saved) = (Vec::new(), Vec::new());
        let place = self.place_of(editor);
        let Some((_, followed)) = place.and_then(|place| self.editors.get_mut(place)) else {
            return;
        };
        for (id, editing) in followed {
            let Some(signal) = editing.changed(text, is_final) else {
                continue;
            };
            told.push((id.clone(), signal));
            if is_final {
                saved.push((id.clone(), editing.now()));
            }
            if keep_text && let Some(text) = frame(redacted(&editing.now())) {
                let role = ContentRole::Edit;
                told.push((id.clone(), Signal::Content { role, text }));
            }
        }
        self.emit_all(now, told);
        for (id, text) in saved {
            self.remember(now, &id, &text, false);
        }
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
    pub fn editor_cancelled(&mut self, now: Now, editor: u32) {
        let mut told = Vec::new();
        for (id, editing) in &mut self.close(editor) {
            if let Some(signal) = editing.cancelled() {
                told.push((id.clone(), signal));
            }
        }
        self.emit_all(now, told);
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

/// Text that fits a content frame; a longer one stays at home.
fn frame(text: String) -> Option<String> {
    (text.len() <= tacit_signals::limits::CONTENT_BYTES_MAX).then_some(text)
}
