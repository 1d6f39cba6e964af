//! `edited`: an editor that was seeded with an output changed it.
//!
//! The editor's text at the time it was seeded is the yardstick, so it does not
//! matter whether it holds Markdown or what the page rendered from it.

mod place;

use std::ops::Range;

use tacit_signals::{
    Share,
    signal::{Edited, Signal},
    text,
};

pub use place::GAP;

/// An editor's text comes from an output when this share of the output is in it.
const SEED_COVERAGE_MIN: u16 = 600;

/// Shorter texts match by chance.
const SEED_CHARS_MIN: u32 = 12;

/// A form of an output may be so many times as long: Markdown holds addresses.
const WHOLE_MAX: usize = 3;

/// One output in one editor, from the moment the editor was seeded with it.
#[derive(Debug, Clone)]
pub struct Editing {
    seed: Vec<char>,
    /// All of the editor's text when it was last looked at.
    editor: Vec<char>,
    /// Where in it the output's text stands.
    region: Range<usize>,
    last: Option<Edited>,
}

/// How well an editor's text matches an output: the share of the output that is
/// in it, or `None` if it does not come from there. Zero where only a search for
/// the place can tell, as the editor shows only a part of its text.
#[must_use]
pub fn seeded_from(editor: &str, output: &str) -> Option<Share> {
    if text::chars(output) < SEED_CHARS_MIN {
        return None;
    }
    // The search for a character is much code, and this one is a byte.
    if editor.bytes().any(|byte| u32::from(byte) == u32::from(GAP)) {
        return Some(Share::ZERO);
    }
    let share = text::coverage(&text::letters(output), &text::letters(editor));
    (share.thousandths() >= SEED_COVERAGE_MIN).then_some(share)
}

impl Editing {
    /// An editor that now holds `editor`, if `output` stands in it: only this part
    /// counts, and other outputs may stand beside it.
    #[must_use]
    pub fn found(editor: &str, output: &str) -> Option<Self> {
        let output = text::scalars(output);
        let view = text::clean_scalars(editor);
        let editor = place::fill(&output, view.clone()).unwrap_or(view);
        let region = place::place(&editor, &output)?;
        Some(Self::of(editor, region))
    }

    /// An editor that holds hardly more than `output`, in a form in which that
    /// cannot be found, such as Markdown with more in it than the page shows.
    #[must_use]
    pub fn whole(editor: &str, output: &str) -> Option<Self> {
        let editor = text::clean_scalars(editor);
        let region = 0..editor.len();
        (region.end <= WHOLE_MAX * output.len()).then(|| Self::of(editor, region))
    }

    /// Whether both stand in the same place, as two outputs of one text do.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.region.start < other.region.end && other.region.start < self.region.end
    }

    fn of(editor: Vec<char>, region: Range<usize>) -> Self {
        let mut editing = Self {
            seed: Vec::new(),
            editor,
            region,
            last: None,
        };
        editing.seed = editing.part().to_vec();
        editing
    }

    /// The editor came into use again and holds `editor`: the app changed that,
    /// not the person, so only the place of the output may have moved. Whether it
    /// is in there as it was.
    pub fn moved(&mut self, editor: &str) -> bool {
        let before = self.part().to_vec();
        self.follow(editor, false);
        self.part() == before
    }

    /// Whether the output's text as it was last seen is in `editor`.
    #[must_use]
    pub fn is_in(&self, editor: &str) -> bool {
        seeded_from(editor, &self.now()).is_some()
    }

    /// The person changed the editor's text; `is_final` when it was left or
    /// saved. `None` when there is nothing to tell that was not told.
    pub fn changed(&mut self, editor: &str, is_final: bool) -> Option<Signal> {
        self.follow(editor, true);
        self.told(is_final)
    }

    fn told(&mut self, is_final: bool) -> Option<Signal> {
        let now = self.part();
        let distance = text::distance(&self.seed, now);
        let chars = |text: &[char]| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let edited = Edited {
            chars_before: chars(&self.seed),
            chars_after: chars(now),
            inserted: distance.inserted,
            deleted: distance.deleted,
            // The place of the text is known, so nothing around it is in `now`.
            survival: text::likeness(&self.seed, now),
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
        self.editor.clone_from(&self.seed);
        self.region = 0..self.editor.len();
        self.told(true)
    }

    /// The output's text as it is in the editor now.
    #[must_use]
    pub fn now(&self) -> String {
        self.part().iter().collect()
    }

    fn part(&self) -> &[char] {
        let region = self.editor.get(self.region.clone());
        text::trimmed(region.unwrap_or_default())
    }

    /// Moves the region along with a change of the text around or in it. What is
    /// typed at its edges belongs to it; what the app puts there does not.
    fn follow(&mut self, editor: &str, typed: bool) {
        let view = text::clean_scalars(editor);
        let Some(new) = place::fill(&self.editor, view) else {
            return;
        };
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

    fn whole() -> Editing {
        Editing::whole(ANSWER, ANSWER).unwrap()
    }

    fn told(signal: Option<Signal>) -> Edited {
        match signal {
            Some(Signal::Edited(edited)) => edited,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_small_edit_survives_and_a_rewrite_does_not() {
        let mut editing = whole();
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
        let mut editing = whole();
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
        let mut editing = whole();
        assert_eq!(editing.cancelled(), None);
        editing.changed("The sky.", false);
        assert_eq!(told(editing.cancelled()).deleted, 0);
    }

    #[test]
    fn in_a_document_only_the_answers_part_counts() {
        let document = format!("My notes.\n{ANSWER}\nThe end.");
        let mut editing = Editing::found(&document, ANSWER).unwrap();
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
        let mut editing = whole();
        editing.moved(&format!("{ANSWER}\nAnother answer."));
        assert_eq!(editing.now(), ANSWER);
        let edited = told(editing.changed(&format!("{ANSWER} Yes.\nAnother answer."), false));
        assert_eq!((edited.inserted, edited.deleted), (5, 0));
        let edited = told(editing.changed(&format!("Oh: {ANSWER} Yes.\nAnother answer."), false));
        assert_eq!((edited.inserted, edited.deleted), (9, 0));
    }

    #[test]
    fn an_editor_that_comes_back_with_another_answer_is_not_followed_for_the_first() {
        let mut editing = whole();
        assert!(editing.is_in("The sky is very blue today."));
        assert!(!editing.is_in("Rain falls on the hills from noon on."));
        assert!(!editing.moved("Rain falls on the hills from noon on."));
        let mut editing = whole();
        assert!(editing.moved(&format!("Notes\n{ANSWER}")));
        let edited = told(editing.changed(&format!("Notes\n{ANSWER}!"), false));
        assert_eq!((edited.inserted, edited.deleted), (1, 0));
    }

    #[test]
    fn what_scrolled_away_is_not_deleted() {
        let answer: String = (0..500).map(|n| format!("line {n} of it\n")).collect();
        let answer = text::clean(&answer);
        let top = format!("{}\n\0", &answer[..900]);
        let mut editing = Editing::found(&top, &answer).unwrap();
        assert_eq!(
            editing.changed(&format!("\0\n{}\n\0", &answer[600..1_500]), false),
            None
        );
        let edited = format!("\0\n{}!!{}\n\0", &answer[600..1_000], &answer[1_000..1_500]);
        let edited = told(editing.changed(&edited, false));
        assert_eq!((edited.inserted, edited.deleted), (2, 0));
        assert_eq!(edited.chars_before as usize, answer.len());
        assert_eq!(
            editing.changed(&top, true).map(|_| ()),
            Some(()),
            "final, and still edited"
        );
        assert_eq!(editing.now().len(), answer.len() + 2);
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
        let long = format!("{ANSWER} {}", "And so on. ".repeat(8));
        assert!(Editing::whole(&long, ANSWER).is_none(), "where in it?");
    }
}
