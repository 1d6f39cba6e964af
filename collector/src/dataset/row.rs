//! A row, whatever its format.

use super::{
    format::{Format, Shape},
    provenance::Provenance,
    text::Turn,
};

/// What every format writes in its own shape.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) prompt: Vec<Turn>,
    /// The good text or, of a verdict, the text it is about.
    pub(super) completion: String,
    /// Of a pair the other one.
    pub(super) rejected: Option<String>,
    /// What was retrieved for the answer.
    pub(super) documents: Vec<Document>,
    /// Of an answer to documents: what the person kept or wrote.
    pub(super) reference: Option<String>,
    /// Pieces of its texts that were taken out.
    pub(super) redacted: u64,
    pub(super) provenance: Provenance,
}

/// Something retrieved, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) id: Option<String>,
    pub(crate) score: Option<crate::label::Milli>,
    pub(crate) content: Option<String>,
}

impl Row {
    pub(super) fn new(prompt: Vec<Turn>, completion: String, provenance: Provenance) -> Self {
        let chars = |text: &str| text.chars().count() as u64;
        let prompt_chars = prompt.iter().map(|turn| chars(&turn.content)).sum();
        Self {
            provenance: Provenance {
                prompt_chars,
                completion_chars: chars(&completion),
                ..provenance
            },
            prompt,
            completion,
            rejected: None,
            documents: Vec::new(),
            reference: None,
            redacted: 0,
        }
    }

    /// Of a pair the other text.
    pub(super) fn reject(&mut self, text: String) {
        self.provenance.rejected_chars = Some(text.chars().count() as u64);
        self.rejected = Some(text);
    }

    /// The texts that tell it from other rows: what was asked last, the answer and,
    /// of a pair, the other answer. System prompts and histories are alike in rows
    /// that have nothing else in common.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        let question = self.question().1;
        let answers = [Some(&*self.completion), self.rejected.as_deref()];
        [question].into_iter().chain(answers.into_iter().flatten())
    }

    /// The row as a line of `format`, without its end. Labels are made of no rows.
    pub(super) fn line(&self, format: Format) -> String {
        match format.shape() {
            Shape::Labels(_) => String::new(),
            Shape::Rows(_, line) => line(self),
        }
    }

    /// The good text as a message.
    pub(super) fn completion(&self) -> Turn {
        Turn::assistant(&self.completion)
    }

    /// The other text as a message.
    pub(super) fn rejected(&self) -> Turn {
        Turn::assistant(self.rejected.as_deref().unwrap_or_default())
    }

    /// The prompt and an answer to it.
    pub(super) fn conversation<'a>(&'a self, answer: &'a Turn) -> Vec<&'a Turn> {
        self.prompt.iter().chain([answer]).collect()
    }

    /// What the person asked last, and what stands before it.
    pub(super) fn question(&self) -> (&[Turn], &str) {
        self.prompt
            .split_last()
            .map_or((&[], ""), |(last, before)| (before, &last.content))
    }
}
