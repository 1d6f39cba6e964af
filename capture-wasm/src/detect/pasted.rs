//! `pasted`: text of an output arrived in an editor of the page.

use tacit_signals::{Id, Signal};

use super::copied::{self, Source};

/// What was copied last, so that its paste is known however short it is.
#[derive(Debug, Clone, Default)]
pub struct Clipboard {
    last: Option<(Id, u64)>,
}

impl Clipboard {
    /// Text of `output` is on the clipboard.
    pub fn copied(&mut self, output: &Id, text: &str) {
        self.last = Some((output.clone(), copied::print(text)));
    }

    /// The output that this very text was copied from, if it was the last copy.
    #[must_use]
    pub fn source_of(&self, text: &str) -> Option<&Id> {
        let (id, print) = self.last.as_ref()?;
        (*print == copied::print(text)).then_some(id)
    }
}

/// `pasted` came from `source`; `is_sure` when it is known to be what was copied there.
#[must_use]
pub fn signal(pasted: &str, source: Source<'_>, is_sure: bool) -> Option<Signal> {
    copied::taken(pasted, source, is_sure).map(Signal::Pasted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Source<'static> = Source {
        text: "The sky is blue today, and the grass is as green as ever.",
        code: &[],
    };

    #[test]
    fn a_long_piece_is_known_by_itself() {
        let pasted = |text| match signal(text, SOURCE, false) {
            Some(Signal::Pasted(span)) => Some((span.chars, span.share.thousandths())),
            _ => None,
        };
        assert_eq!(pasted("the grass is as green as ever."), Some((30, 535)));
        assert_eq!(pasted("green"), None, "a word may come from anywhere");
        assert_eq!(pasted("Something else that a person has at hand."), None);
    }

    #[test]
    fn a_short_one_if_it_was_copied_before() {
        let mut clipboard = Clipboard::default();
        let id = Id::parse("output", "a").unwrap();
        assert_eq!(clipboard.source_of("green"), None);
        clipboard.copied(&id, "green ");
        assert_eq!(clipboard.source_of("green"), Some(&id));
        assert_eq!(clipboard.source_of("blue"), None);
        assert!(signal("green", SOURCE, true).is_some());
        assert_eq!(signal("", SOURCE, true), None);
    }
}
