//! `edited`: an editor that was seeded with an output changed it.
//!
//! The editor's text at the time it was seeded is the yardstick, so it does not
//! matter whether it holds Markdown or what the page rendered from it.

use tacit_signals::{
    Share,
    signal::{Edited, Signal},
    text,
};

/// An editor's text comes from an output when this share of the output is in it.
const SEED_COVERAGE_MIN: u16 = 600;

/// Shorter texts match by chance.
const SEED_CHARS_MIN: u32 = 12;

/// One editor, from the moment it was seeded.
#[derive(Debug, Clone)]
pub struct Editing {
    seed: String,
    /// What stood before and after the output's text in the editor.
    before: String,
    after: String,
    last: Option<Edited>,
}

/// How well an editor's text matches an output: the share of the output that is
/// in it, or `None` if it does not come from there.
#[must_use]
pub fn seeded_from(editor: &str, output: &str) -> Option<Share> {
    if text::chars(output) < SEED_CHARS_MIN {
        return None;
    }
    let share = text::coverage(&letters(output), &letters(editor));
    (share.thousandths() >= SEED_COVERAGE_MIN).then_some(share)
}

impl Editing {
    /// An editor that now holds `editor`, which has `output` in it.
    #[must_use]
    pub fn new(editor: &str, output: &str) -> Self {
        let editor = text::clean(editor);
        // A document that holds more than the answer: only the answer's part counts.
        let (before, seed, after) = match editor.split_once(output) {
            Some((before, after)) => (before.to_owned(), output.to_owned(), after.to_owned()),
            None => (String::new(), editor, String::new()),
        };
        Self {
            seed,
            before,
            after,
            last: None,
        }
    }

    /// The editor's text has changed to `editor`; `is_final` when it was left or
    /// saved. `None` when there is nothing to tell that was not told.
    pub fn changed(&mut self, editor: &str, is_final: bool) -> Option<Signal> {
        let editor = text::clean(editor);
        let now = self.region(&editor);
        let distance = text::distance(&self.seed, now);
        let edited = Edited {
            chars_before: text::chars(&self.seed),
            chars_after: text::chars(now),
            inserted: distance.inserted,
            deleted: distance.deleted,
            survival: text::survival(&self.seed, now),
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
        let seed = [&self.before, &*self.seed, &self.after].concat();
        self.changed(&seed, true)
    }

    /// The edited form of the output in the editor's text.
    #[must_use]
    pub fn region<'a>(&self, editor: &'a str) -> &'a str {
        let rest = editor.strip_prefix(&*self.before).unwrap_or(editor);
        rest.strip_suffix(&*self.after).unwrap_or(rest)
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
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
        let region = editing.region("My notes.\nGone.\nThe end.");
        assert_eq!(region, "Gone.");
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
