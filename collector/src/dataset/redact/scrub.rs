//! The texts of one row.

use super::Redactor;
use crate::dataset::{row::Document, text::Turn};

/// Takes what is private out of a row's texts and counts it.
#[derive(Debug)]
pub(in crate::dataset) struct Scrub<'a> {
    redactor: Option<&'a Redactor>,
    /// Pieces taken out.
    pub(in crate::dataset) found: u64,
}

impl<'a> Scrub<'a> {
    /// Without a redactor nothing is taken out.
    pub(in crate::dataset) const fn with(redactor: Option<&'a Redactor>) -> Self {
        Self { redactor, found: 0 }
    }

    pub(in crate::dataset) fn text(&mut self, text: &str) -> String {
        let Some(redactor) = self.redactor else {
            return text.into();
        };
        let redacted = redactor.redact(text);
        self.found += redacted.found;
        redacted.text.into_owned()
    }

    pub(in crate::dataset) fn turns(&mut self, turns: Vec<Turn>) -> Vec<Turn> {
        let turn = |turn: Turn| Turn {
            content: self.text(&turn.content),
            ..turn
        };
        turns.into_iter().map(turn).collect()
    }

    /// Contents alone: an id says where to look the document up.
    pub(in crate::dataset) fn documents(&mut self, documents: Vec<Document>) -> Vec<Document> {
        let document = |document: Document| Document {
            content: document.content.map(|content| self.text(&content)),
            ..document
        };
        documents.into_iter().map(document).collect()
    }
}
