//! What somebody made of an answer, word by word. Pure.

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::{
    limits::DIFF_CHARS_MAX,
    tokens::{Kind, tokens},
};

/// An answer and what became of it. The runs that are `equal` or `delete` are the answer,
/// those that are `equal` or `insert` what became of it, to the letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// In the order of the text.
    pub runs: Vec<Run>,
    /// Only the starts are compared: one of both is longer than
    /// [`DIFF_CHARS_MAX`].
    pub cut: bool,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// What happened to it.
    pub op: Op,
    /// The piece.
    pub text: String,
}

/// What happened to a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// It is in both.
    Equal,
    /// It was taken out.
    Delete,
    /// It was put in.
    Insert,
}

/// What was changed between both texts.
#[must_use]
pub fn diff(before: &str, after: &str) -> Diff {
    let (old, new) = (cut(before), cut(after));
    let is_cut = old.len() < before.len() || new.len() < after.len();
    let (old, new) = (tokens(old), tokens(new));
    let mut runs = Runs::default();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (out, into) = (&old[op.old_range()], &new[op.new_range()]);
        if matches!(op, DiffOp::Equal { .. }) {
            runs.keep(&out.concat());
        } else {
            runs.change(&out.concat(), &into.concat());
        }
    }
    Diff {
        runs: runs.finish(),
        cut: is_cut,
    }
}

fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(DIFF_CHARS_MAX);
    end.map_or(text, |(end, _)| &text[..end])
}

/// Puts runs together: words that were changed one after the other are one change, though
/// the gap between them stayed.
#[derive(Default)]
struct Runs {
    done: Vec<Run>,
    out: String,
    into: String,
    /// Stayed since the last change, and may be part of the next.
    gap: String,
}

impl Runs {
    fn keep(&mut self, text: &str) {
        let in_change = !(self.out.is_empty() && self.into.is_empty());
        let is_gap = text.chars().all(|char| Kind::of(char) == Kind::Gap);
        if in_change && is_gap && self.gap.is_empty() {
            text.clone_into(&mut self.gap);
            return;
        }
        self.settle();
        push(&mut self.done, Op::Equal, text);
    }

    fn change(&mut self, out: &str, into: &str) {
        let gap = std::mem::take(&mut self.gap);
        self.out.push_str(&gap);
        self.into.push_str(&gap);
        self.out.push_str(out);
        self.into.push_str(into);
    }

    fn settle(&mut self) {
        push(&mut self.done, Op::Delete, &std::mem::take(&mut self.out));
        push(&mut self.done, Op::Insert, &std::mem::take(&mut self.into));
        push(&mut self.done, Op::Equal, &std::mem::take(&mut self.gap));
    }

    fn finish(mut self) -> Vec<Run> {
        self.settle();
        self.done
    }
}

fn push(runs: &mut Vec<Run>, op: Op, text: &str) {
    if text.is_empty() {
        return;
    }
    match runs.last_mut() {
        Some(last) if last.op == op => last.text.push_str(text),
        _ => runs.push(Run {
            op,
            text: text.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(before: &str, after: &str) -> String {
        let mark = |run: &Run| match run.op {
            Op::Equal => run.text.clone(),
            Op::Delete => format!("[-{}-]", run.text),
            Op::Insert => format!("[+{}+]", run.text),
        };
        diff(before, after).runs.iter().map(mark).collect()
    }

    #[test]
    fn words_are_compared() {
        assert_eq!(told("", ""), "");
        assert_eq!(told("the same", "the same"), "the same");
        assert_eq!(
            told("Send it by mail.", "Send it by post."),
            "Send it by [-mail-][+post+]."
        );
        assert_eq!(
            told("We cannot help you, sorry.", "We can help you now, sorry."),
            "We [-cannot-][+can+] help you[+ now+], sorry."
        );
        // Two changed words and the gap between them are one change.
        assert_eq!(told("a b c d", "a x y d"), "a [-b c-][+x y+] d");
        assert_eq!(told("a\nb", "a\n\nb"), "a\n[+\n+]b");
        assert_eq!(
            told("It isn’t here.", "It is here."),
            "It [-isn’t-][+is+] here."
        );
        // Scripts without spaces by character.
        assert_eq!(
            told("今日は良い天気です", "今日は悪い天気です"),
            "今日は[-良-][+悪+]い天気です"
        );
        assert_eq!(told("<b>x</b>", "<b>y</b>"), "<b>[-x-][+y+]</b>");
    }

    #[test]
    fn long_texts_are_compared_by_their_starts() {
        let long = "é".repeat(DIFF_CHARS_MAX + 5);
        let found = diff(&long, &long);
        assert!(found.cut);
        assert_eq!(found.runs[0].text.chars().count(), DIFF_CHARS_MAX);
        let just = "é".repeat(DIFF_CHARS_MAX);
        assert!(!diff(&just, &just).cut);
    }

    proptest! {
        /// Whatever is found, both texts are in it whole.
        #[test]
        fn both_texts_come_back(
            before in "[ab<&\n é.]{0,40}",
            after in "[ab<&\n é.]{0,40}",
        ) {
            let found = diff(&before, &after);
            let side = |gone: Op| -> String {
                let runs = found.runs.iter().filter(|run| run.op != gone);
                runs.map(|run| run.text.as_str()).collect()
            };
            prop_assert_eq!(side(Op::Insert), before.clone());
            prop_assert_eq!(side(Op::Delete), after.clone());
            prop_assert!(found.runs.windows(2).all(|pair| pair[0].op != pair[1].op));
            if before == after {
                prop_assert!(found.runs.iter().all(|run| run.op == Op::Equal));
            }
        }
    }
}
