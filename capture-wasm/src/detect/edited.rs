//! `edited`: an editor that was seeded with an output changed it.
//!
//! The editor's text at the time it was seeded is the yardstick, so it does not
//! matter whether it holds Markdown or what the page rendered from it.

use std::ops::Range;

use tacit_signals::{
    Share,
    signal::{Edited, Signal},
    text,
};

/// An editor's text comes from an output when this share of the output is in it.
const SEED_COVERAGE_MIN: u16 = 600;

/// Shorter texts match by chance.
const SEED_CHARS_MIN: u32 = 12;

/// One output in one editor, from the moment the editor was seeded with it.
#[derive(Debug, Clone)]
pub struct Editing {
    seed: String,
    /// All of the editor's text when it was last looked at.
    editor: Vec<char>,
    /// Where in it the output's text stands.
    region: Range<usize>,
    last: Option<Edited>,
}

/// How well an editor's text matches an output: the share of the output that is
/// in it, or `None` if it does not come from there.
#[must_use]
pub fn seeded_from(editor: &str, output: &str) -> Option<Share> {
    if text::chars(output) < SEED_CHARS_MIN {
        return None;
    }
    let share = text::coverage(&text::letters(output), &text::letters(editor));
    (share.thousandths() >= SEED_COVERAGE_MIN).then_some(share)
}

impl Editing {
    /// An editor that now holds `editor`, which comes from `output`. Where that
    /// stands in it letter by letter, only this part counts; else all of it, as
    /// with an editor that holds the Markdown of what the page rendered.
    #[must_use]
    pub fn new(editor: &str, output: &str) -> Self {
        let editor = text::clean(editor);
        let (start, seed) = match text::find(&editor, output) {
            Some(place) => (
                editor.get(..place).unwrap_or_default().chars().count(),
                output,
            ),
            None => (0, editor.as_str()),
        };
        Self {
            region: start..start + seed.chars().count(),
            seed: seed.to_owned(),
            editor: text::scalars(&editor),
            last: None,
        }
    }

    /// The app changed the editor's text, not the person: only the place of the
    /// output in it may have moved.
    pub fn moved(&mut self, editor: &str) {
        self.follow(editor, false);
    }

    /// The person changed the editor's text; `is_final` when it was left or
    /// saved. `None` when there is nothing to tell that was not told.
    pub fn changed(&mut self, editor: &str, is_final: bool) -> Option<Signal> {
        self.follow(editor, true);
        let now = self.now();
        let distance = text::distance(&self.seed, &now);
        let edited = Edited {
            chars_before: text::chars(&self.seed),
            chars_after: text::chars(&now),
            inserted: distance.inserted,
            deleted: distance.deleted,
            // The place of the text is known, so nothing around it is in `now`.
            survival: text::similarity(&self.seed, &now),
            is_final,
        };
        let untouched = distance.inserted == 0 && distance.deleted == 0;
        if self.last == Some(edited) || (untouched && self.last.is_none()) {
            return None;
        }
        self.last = Some(edited);
        Some(Signal::Edited(edited))
    }

    /// The person gave the edit up: what was told is taken back by telling that
    /// nothing changed.
    pub fn cancelled(&mut self) -> Option<Signal> {
        self.last?;
        self.editor = text::scalars(&self.seed);
        self.region = 0..self.editor.len();
        let seed = self.seed.clone();
        self.changed(&seed, true)
    }

    /// The output's text as it is in the editor now.
    #[must_use]
    pub fn now(&self) -> String {
        let region = self.editor.get(self.region.clone());
        text::clean(&region.unwrap_or_default().iter().collect::<String>())
    }

    /// Moves the region along with a change of the text around or in it. What is
    /// typed at its edges belongs to it; what the app puts there does not.
    fn follow(&mut self, editor: &str, typed: bool) {
        let new = text::scalars(&text::clean(editor));
        let old = std::mem::replace(&mut self.editor, new);
        let (old, new) = (&old, &self.editor);
        let whole = self.region == (0..old.len());
        let (start, end) = text::common_ends(old, new);
        let (old_end, new_end) = (old.len() - end, new.len() - end);
        let shifted = |place: usize| (place + new_end).saturating_sub(old_end);
        let Range {
            start: from,
            end: to,
        } = self.region.clone();
        self.region = if whole && typed {
            0..new.len()
        } else if old_end < from || (old_end == from && !(typed && start == from)) {
            shifted(from)..shifted(to)
        } else if start > to || (start == to && !typed) {
            from..to
        } else {
            from.min(start)..shifted(to.max(old_end))
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "The sky is blue today.";

    fn told(signal: Option<Signal>) -> Edited {
        match signal {
            Some(Signal::Edited(edited)) => edited,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_small_edit_survives_and_a_rewrite_does_not() {
        let mut editing = Editing::new(ANSWER, ANSWER);
        let kept = told(editing.changed("The sky is very blue today.", false));
        assert_eq!((kept.inserted, kept.deleted), (5, 0));
        assert_eq!((kept.chars_before, kept.chars_after), (22, 27));
        assert_eq!(kept.survival.thousandths(), 791);
        let longer = told(editing.changed("The sky is blue today. So I went out.", false));
        assert_eq!(longer.survival.thousandths(), 717, "what was added counts");
        let gone = told(editing.changed("Rain, mostly.", true));
        assert!(gone.survival.thousandths() < 300 && gone.is_final);
    }

    #[test]
    fn nothing_is_told_twice_and_an_undo_is_told() {
        let mut editing = Editing::new(ANSWER, ANSWER);
        assert_eq!(
            editing.changed(ANSWER, false),
            None,
            "focus alone is no edit"
        );
        assert!(editing.changed("The sky.", false).is_some());
        assert_eq!(editing.changed("The sky.", false), None);
        let undone = told(editing.changed(ANSWER, true));
        assert_eq!((undone.inserted, undone.deleted), (0, 0));
        assert_eq!(undone.survival, Share::ONE);
    }

    #[test]
    fn giving_up_takes_back_what_was_told() {
        let mut editing = Editing::new(ANSWER, ANSWER);
        assert_eq!(editing.cancelled(), None);
        editing.changed("The sky.", false);
        assert_eq!(told(editing.cancelled()).deleted, 0);
    }

    #[test]
    fn in_a_document_only_the_answers_part_counts() {
        let document = format!("My notes.\n{ANSWER}\nThe end.");
        let mut editing = Editing::new(&document, ANSWER);
        let edited = told(editing.changed("My notes.\nThe sky is grey today.\nThe end.", true));
        assert_eq!((edited.chars_before, edited.chars_after), (22, 22));
        assert_eq!((edited.inserted, edited.deleted), (3, 3));
        assert_eq!(
            editing.changed("Notes.\nThe sky is grey today.\nThe end.", true),
            None
        );
        assert_eq!(
            editing.changed("Notes.\nThe sky is grey today.\nNo end.", true),
            None
        );
        assert_eq!(editing.now(), "The sky is grey today.");
        let gone = told(editing.changed("Notes.\nNo end.", true));
        assert_eq!((gone.chars_after, gone.survival), (0, Share::ZERO));
    }

    #[test]
    fn typed_at_the_end_belongs_to_the_answer_and_appended_by_the_app_does_not() {
        let mut editing = Editing::new(ANSWER, ANSWER);
        editing.moved(&format!("{ANSWER}\nAnother answer."));
        assert_eq!(editing.now(), ANSWER);
        let edited = told(editing.changed(&format!("{ANSWER} Yes.\nAnother answer."), false));
        assert_eq!((edited.inserted, edited.deleted), (5, 0));
        let edited = told(editing.changed(&format!("Oh: {ANSWER} Yes.\nAnother answer."), false));
        assert_eq!((edited.inserted, edited.deleted), (9, 0));
    }

    #[test]
    fn an_editor_is_matched_to_the_output_it_holds() {
        assert_eq!(
            seeded_from("**The sky** is `blue` today.", ANSWER),
            Some(Share::ONE)
        );
        assert_eq!(seeded_from("What colour is the sky?", ANSWER), None);
        assert_eq!(seeded_from("", ANSWER), None);
        assert_eq!(seeded_from("Yes.", "Yes."), None, "too short to tell");
    }
}
