//! Editors that an output's text went into.

use tacit_signals::{Id, Share, Signal, signal::ContentRole, text};

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
        let mut followed = self.close(editor);
        for (_, editing) in &mut followed {
            editing.moved(text);
        }
        let is_empty = followed.is_empty();
        let mut seeds = Vec::new();
        let find = |id: &Id, seeds: &mut Vec<Seed>| {
            if !followed.iter().any(|(known, _)| known == id)
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
        let clean = text::clean(text);
        let mut best: Option<Seed> = None;
        for seed in seeds {
            if text::find(&clean, &seed.text).is_some() {
                followed.push((seed.id, Editing::new(text, &seed.text)));
            } else if best.as_ref().is_none_or(|best| best.share <= seed.share) {
                best = Some(seed);
            }
        }
        // Only what stands there letter by letter can stand beside another.
        if let Some(best) = best
            && is_empty
            && followed.is_empty()
        {
            followed.push((best.id, Editing::new(text, &best.text)));
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
