//! `selected`: a selection in an output came to rest.
//!
//! Repeats fold by the largest share, so only a larger part is told.

use tacit_signals::{Share, Signal};

use super::copied::{self, Source};

/// The largest part of an output that was told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Largest(Share);

impl Largest {
    /// `selected` of the output is selected and stays so for now.
    pub fn rested(&mut self, selected: &str, source: Source<'_>) -> Option<Signal> {
        let span = copied::part(selected, source)?;
        if span.share <= self.0 {
            return None;
        }
        self.0 = span.share;
        Some(Signal::Selected(span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_larger_part_is_told_again() {
        let mut largest = Largest::default();
        let source = Source {
            text: "The sky is blue today.",
            code: &[],
        };
        let mut rested = |selected| match largest.rested(selected, source) {
            Some(Signal::Selected(span)) => Some((span.chars, span.share.thousandths())),
            _ => None,
        };
        assert_eq!(rested(" \n"), None);
        assert_eq!(rested("The sky"), Some((7, 333)));
        assert_eq!(rested("sky"), None);
        assert_eq!(rested("is blue today."), Some((14, 667)));
        assert_eq!(rested("The sky is blue today."), Some((22, 1_000)));
        assert_eq!(rested("The sky is blue today."), None);
    }
}
