//! `copied`: what was copied, held against the outputs it may come from.
//!
//! What was written is the truth and the control's name only a hint: a copy
//! button writes the answer's Markdown, a code button the bare code, a selection
//! the rendered text.

use tacit_signals::{
    Share,
    signal::{CopyVia, Signal, Span},
    text,
};

use super::Ms;

/// One act can show up twice: as an event and as a clipboard write.
const SAME_ACT_MS: Ms = 500;

/// Text belongs to an output when at least this share of it was taken from there,
/// or of the output is in it.
const COVERAGE_MIN: u16 = 500;

/// Fewer letters than these are in many texts.
const LETTERS_MIN: u32 = 20;

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
    let span = part(selected, source)?;
    let via = if is_code(selected, source.code) {
        CopyVia::Code
    } else {
        CopyVia::Selection
    };
    Some(Signal::Copied { span, via })
}

/// Text that may come from anywhere went to the clipboard, in the way `via`
/// unless it is code; `None` when it is not this output's. `is_own` when one of
/// the output's own controls was used.
#[must_use]
pub fn by_write(written: &str, source: Source<'_>, via: CopyVia, is_own: bool) -> Option<Signal> {
    if is_code(written, source.code) {
        let (span, via) = (part(written, source)?, CopyVia::Code);
        return Some(Signal::Copied { span, via });
    }
    let span = taken(written, source, is_own)?;
    Some(Signal::Copied { span, via })
}

/// Rendered text as part of the whole.
#[must_use]
pub(super) fn part(selected: &str, source: Source<'_>) -> Option<Span> {
    let selected = text::clean(selected);
    let count = |text| text::chars(&text::dense(text)).into();
    (!selected.is_empty()).then(|| Span {
        chars: text::chars(&selected),
        share: Share::of(count(&selected), count(source.text)),
    })
}

/// Text from elsewhere, which may be Markdown, as part of the output; `None` when
/// it was not taken from there. A short one may be anybody's unless it `is_sure`.
#[must_use]
pub(super) fn taken(taken: &str, source: Source<'_>, is_sure: bool) -> Option<Span> {
    let taken = text::clean(taken);
    let (letters, whole) = (text::letters(&taken), text::letters(source.text));
    let all = text::chars(&whole);
    if letters.is_empty() || (!is_sure && text::chars(&letters).min(all) < LETTERS_MIN) {
        return None;
    }
    let covered = text::coverage(&whole, &letters);
    let from_here = text::coverage(&letters, &whole).max(covered);
    if from_here.thousandths() < COVERAGE_MIN {
        return None;
    }
    // Markdown says more than the page shows: fence info, link targets, numbers of
    // lists. What both have in common passes over them, where each breaks a gram: as
    // much as matters only in a text that is short enough for it.
    let left = text::in_common(&whole, &letters).unwrap_or_default();
    Some(Span {
        chars: text::chars(&taken),
        share: covered.max(Share::of(left.into(), all.into())),
    })
}

fn is_code(copied: &str, code: &[String]) -> bool {
    let copied = text::dense(copied);
    !copied.is_empty() && code.iter().any(|block| text::dense(block) == copied)
}

/// By which the same text is known again; white space aside.
pub(super) fn print(text: &str) -> u64 {
    super::shown::fingerprint(&text::dense(text))
}

/// How a copy showed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trace {
    /// As a `copy` event.
    Event,
    /// As a clipboard write by a script.
    Write,
}

/// Lets one act of an output through once: a page that handles `copy` by
/// writing to the clipboard leaves both traces.
#[derive(Debug, Clone, Copy, Default)]
pub struct OneAct(Option<(Trace, Ms)>);

impl OneAct {
    /// Whether a copy at `now` is an act of its own; `clicked_at` is when the
    /// output's own control was used for it, if one was.
    pub fn is_new(&mut self, now: Ms, trace: Trace, clicked_at: Option<Ms>) -> bool {
        let Some((other, at)) = self.0.replace((trace, now)) else {
            return true;
        };
        let is_again = other != trace && now.saturating_sub(at) < SAME_ACT_MS;
        !is_again || clicked_at.is_some_and(|clicked_at| clicked_at > at)
    }

    /// Whether it was copied at `clicked_at` or after.
    #[must_use]
    pub fn since(self, clicked_at: Ms) -> bool {
        self.0.is_some_and(|(_, at)| at >= clicked_at)
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
        let got = told(by_write(MARKDOWN, source(&[]), CopyVia::Button, true));
        assert_eq!((got.1, got.2), (1_000, CopyVia::Button));
    }

    #[test]
    fn a_code_block_is_known_by_its_text() {
        let code = ["numbers.retain(|n| n % 2 == 0);\n".to_owned()];
        let bare = "numbers.retain(|n| n % 2 == 0);";
        assert_eq!(
            told(by_write(bare, source(&code), CopyVia::Button, false)).2,
            CopyVia::Code
        );
        assert_eq!(
            told(by_selection(bare, source(&code))),
            (31, 388, CopyVia::Code)
        );
    }

    #[test]
    fn somebody_elses_text_is_not_a_copy_of_this_output() {
        let written = |text, code| by_write(text, source(code), CopyVia::Button, false);
        assert_eq!(written("https://example.org/share/42", &[]), None);
        assert_eq!(written("retain", &[]), None, "a word that many texts have");
        assert!(by_write("retain", source(&[]), CopyVia::Button, true).is_some());
        let empty = [String::new()];
        assert_eq!(by_write("", source(&empty), CopyVia::Button, true), None);
    }

    #[test]
    fn what_markdown_says_besides_does_not_count() {
        let page = "Three steps\nOpen the settings\nPick a plan from the list\nSave it\nThe docs say more.";
        let markdown = "## Three steps\n\n1. Open the **settings**\n2. Pick a plan from [the list](https://example.org/plans?from=answers)\n3. Save it\n\nThe [docs](https://example.org/docs) say more.";
        let source = Source {
            text: page,
            code: &[],
        };
        assert_eq!(
            told(by_write(markdown, source, CopyVia::Button, true)).1,
            1_000
        );
        let half = "## Three steps\n\n1. Open the **settings**\n2. Pick a plan from";
        assert_eq!(told(by_write(half, source, CopyVia::Button, true)).1, 585);
    }

    #[test]
    fn a_copied_field_is_a_selection() {
        let part = &PAGE[..40];
        let got = told(by_write(part, source(&[]), CopyVia::Selection, false));
        assert_eq!((got.0, got.2), (40, CopyVia::Selection));
    }

    #[test]
    fn one_act_counts_once() {
        let mut one_act = OneAct::default();
        assert!(one_act.is_new(1_000, Trace::Event, None));
        assert!(!one_act.is_new(1_020, Trace::Write, None));
        assert!(
            one_act.is_new(1_600, Trace::Event, None),
            "copied again by key"
        );
        assert!(
            one_act.is_new(1_700, Trace::Write, Some(1_650)),
            "and by the button right after"
        );
        assert!(
            !one_act.is_new(1_710, Trace::Event, Some(1_650)),
            "which left both traces"
        );
        assert!(one_act.is_new(3_000, Trace::Write, Some(2_990)));
        assert!(
            one_act.is_new(3_100, Trace::Write, Some(3_090)),
            "two clicks are two acts"
        );
        assert!(one_act.since(3_100));
        assert!(!one_act.since(3_101));
    }
}
