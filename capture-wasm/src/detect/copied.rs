//! `copied`: what was copied, held against the outputs it may come from.
//!
//! What was written is the truth and the control's name only a hint: a copy
//! button writes the answer's Markdown, a code button the bare code, a selection
//! the rendered text.

use tacit_signals::{
    Id, Share,
    signal::{CopyVia, Signal, Span},
    text,
};

use super::Ms;

/// One act can show up twice: as an event and as a clipboard write.
const SAME_ACT_MS: Ms = 500;

/// Text belongs to an output when at least this share of it was taken from there.
const COVERAGE_MIN: u16 = 500;

/// What is known of the output a text may come from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its text, clean.
    pub text: &'a str,
    /// Its code blocks.
    pub code: &'a [String],
}

/// A selection of the rendered text was copied; `selected` lies inside the output.
#[must_use]
pub fn by_selection(selected: &str, source: Source<'_>) -> Option<Signal> {
    let selected = text::clean(selected);
    if selected.is_empty() {
        return None;
    }
    let via = if is_code(&selected, source.code) {
        CopyVia::Code
    } else {
        CopyVia::Selection
    };
    Some(copied(&selected, source, via))
}

/// A script wrote to the clipboard; `None` when the text is not this output's.
#[must_use]
pub fn by_write(written: &str, source: Source<'_>) -> Option<Signal> {
    let written = text::clean(written);
    if is_code(&written, source.code) {
        return Some(copied(&written, source, CopyVia::Code));
    }
    let from_here = text::coverage(&text::letters(&written), &text::letters(source.text));
    (from_here.thousandths() >= COVERAGE_MIN).then(|| copied(&written, source, CopyVia::Button))
}

fn copied(copied: &str, source: Source<'_>, via: CopyVia) -> Signal {
    let share = if via == CopyVia::Button {
        // Markdown marks make the copy longer than the page's text.
        text::coverage(&text::letters(source.text), &text::letters(copied))
    } else {
        let count = |text| text::chars(&text::dense(text)).into();
        Share::of(count(copied), count(source.text))
    };
    let span = Span {
        chars: text::chars(copied),
        share,
    };
    Signal::Copied { span, via }
}

fn is_code(copied: &str, code: &[String]) -> bool {
    let copied = text::dense(copied);
    !copied.is_empty() && code.iter().any(|block| text::dense(block) == copied)
}

/// How a copy showed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trace {
    /// As a `copy` event.
    Event,
    /// As a clipboard write by a script.
    Write,
}

/// Lets one act through once: a page that handles `copy` by writing to the
/// clipboard leaves both traces.
#[derive(Debug, Clone, Default)]
pub struct OneAct {
    last: Option<(Id, Trace, Ms)>,
}

impl OneAct {
    /// Whether a copy of `output` at `now` is an act of its own.
    pub fn is_new(&mut self, now: Ms, output: &Id, trace: Trace) -> bool {
        let again = self.last.as_ref().is_some_and(|(id, other, at)| {
            id == output && *other != trace && now.saturating_sub(*at) < SAME_ACT_MS
        });
        self.last = Some((output.clone(), trace, now));
        !again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "Use retain to filter in place:\nnumbers.retain(|n| n % 2 == 0);\nIt keeps the order.";
    const MARKDOWN: &str = "Use `retain` to **filter** in place:\n\n```rust\nnumbers.retain(|n| n % 2 == 0);\n```\n\nIt keeps the order.";

    fn told(signal: Option<Signal>) -> (u32, u16, CopyVia) {
        match signal {
            Some(Signal::Copied { span, via }) => (span.chars, span.share.thousandths(), via),
            other => panic!("{other:?}"),
        }
    }

    fn source(code: &[String]) -> Source<'_> {
        Source { text: PAGE, code }
    }

    #[test]
    fn part_of_the_text() {
        let got = told(by_selection(
            " Use retain to filter in place:\n",
            source(&[]),
        ));
        assert_eq!(got, (30, 373, CopyVia::Selection));
        assert_eq!(told(by_selection(PAGE, source(&[]))).1, 1_000);
        assert_eq!(by_selection(" \n ", source(&[])), None);
    }

    #[test]
    fn a_copy_button_writes_markdown() {
        let got = told(by_write(MARKDOWN, source(&[])));
        // Only the grams across the fence's info string are missing.
        assert_eq!((got.1, got.2), (943, CopyVia::Button));
    }

    #[test]
    fn a_code_block_is_known_by_its_text() {
        let code = ["numbers.retain(|n| n % 2 == 0);\n".to_owned()];
        let bare = "numbers.retain(|n| n % 2 == 0);";
        assert_eq!(told(by_write(bare, source(&code))).2, CopyVia::Code);
        assert_eq!(
            told(by_selection(bare, source(&code))),
            (31, 388, CopyVia::Code)
        );
    }

    #[test]
    fn somebody_elses_text_is_not_a_copy_of_this_output() {
        assert_eq!(by_write("https://example.org/share/42", source(&[])), None);
        assert_eq!(by_write("", source(&[String::new()])), None);
    }

    #[test]
    fn one_act_counts_once() {
        let mut one_act = OneAct::default();
        let id = |name| Id::parse("output", name).unwrap();
        assert!(one_act.is_new(1_000, &id("a"), Trace::Event));
        assert!(!one_act.is_new(1_020, &id("a"), Trace::Write));
        assert!(one_act.is_new(1_030, &id("b"), Trace::Event));
        assert!(one_act.is_new(3_000, &id("b"), Trace::Write));
        assert!(
            one_act.is_new(3_100, &id("b"), Trace::Write),
            "two clicks are two acts"
        );
    }
}
