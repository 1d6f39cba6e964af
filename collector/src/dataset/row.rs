//! The lines of datasets, exactly as loaders take them: no further columns, since
//! strict ones refuse them.

use serde::Serialize;

use super::{format::Format, provenance::Provenance, text::Turn};
use crate::label::State;

/// What every format writes in its own shape.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) prompt: Vec<Turn>,
    /// The good text or, of a verdict, the text it is about.
    pub(super) completion: String,
    /// Of a pair the other one.
    pub(super) rejected: Option<String>,
    pub(super) provenance: Provenance,
}

impl Row {
    pub(super) fn new(
        prompt: Vec<Turn>,
        completion: &str,
        rejected: Option<&str>,
        provenance: Provenance,
    ) -> Self {
        let chars = |text: &str| text.chars().count() as u64;
        let prompt_chars = prompt.iter().map(|turn| chars(&turn.content)).sum();
        Self {
            completion: completion.into(),
            rejected: rejected.map(String::from),
            provenance: Provenance {
                prompt_chars,
                completion_chars: chars(completion),
                rejected_chars: rejected.map(chars),
                ..provenance
            },
            prompt,
        }
    }

    /// The texts that tell it from other rows: what was asked last, the answer and,
    /// of a pair, the other answer. System prompts and histories are alike in rows
    /// that have nothing else in common.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        let question = self.prompt.last().map_or("", |turn| &turn.content);
        let answers = [Some(&*self.completion), self.rejected.as_deref()];
        [question].into_iter().chain(answers.into_iter().flatten())
    }

    /// The row as a line of `format`, without its end. Rows of labels have none.
    pub(super) fn line(&self, format: Format) -> String {
        let prompt = &self.prompt;
        let completion = [Turn::assistant(&self.completion)];
        match format {
            Format::Labels => String::new(),
            Format::TrlSft => line(&Sft { prompt, completion }),
            Format::TrlKto => line(&Kto {
                prompt,
                completion,
                label: self.provenance.state == State::Positive,
            }),
            Format::TrlDpo => line(&Dpo {
                prompt,
                chosen: completion,
                rejected: [Turn::assistant(
                    self.rejected.as_deref().unwrap_or_default(),
                )],
            }),
        }
    }
}

/// TRL SFT, prompt-completion, conversational: the loss is on the completion only.
#[derive(Serialize)]
struct Sft<'a> {
    prompt: &'a [Turn],
    completion: [Turn; 1],
}

/// TRL DPO, explicit prompt, conversational.
#[derive(Serialize)]
struct Dpo<'a> {
    prompt: &'a [Turn],
    chosen: [Turn; 1],
    rejected: [Turn; 1],
}

/// TRL KTO, conversational.
#[derive(Serialize)]
struct Kto<'a> {
    prompt: &'a [Turn],
    completion: [Turn; 1],
    label: bool,
}

/// A row as its line. These shapes always have one.
fn line(row: &impl Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default()
}
