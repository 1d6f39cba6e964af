//! One output as a metric sees it.

use std::collections::BTreeMap;

use super::phrases::{Kind, Phrases};
use crate::{
    dataset::{answered, last_asked},
    label::{Labelled, LabelledGroup},
    store::rows::{Group, OutputRows},
};

/// An output with its label, and what the turn before it says of it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The output's label.
    pub label: &'a Labelled,
    /// What is stored of it.
    pub rows: &'a OutputRows,
    /// What became of the turn before; `None` where the conversation has none.
    pub before: Option<Before>,
}

/// What became of the turn before an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Before {
    /// The person corrected one of its answers.
    pub corrected: bool,
}

impl<'a> Seen<'a> {
    /// The outputs of a group, in its order.
    pub fn of(group: &'a Group, labels: &'a LabelledGroup) -> impl Iterator<Item = Self> {
        let mut turns: BTreeMap<u32, Before> = BTreeMap::new();
        for label in &labels.outputs {
            if let Some(turn) = label.turn {
                turns.entry(turn).or_default().corrected |= label.acts.corrected;
            }
        }
        group
            .outputs
            .iter()
            .zip(&labels.outputs)
            .map(move |(rows, label)| {
                let earlier = label.turn.and_then(|turn| turns.range(..turn).next_back());
                Self {
                    label,
                    rows,
                    before: earlier.map(|(_, before)| *before),
                }
            })
    }

    /// Whether the answer opens by agreeing or praising; `None` where its text is not
    /// known.
    pub(super) fn agrees(&self) -> Option<bool> {
        let answer = answered(self.rows, self.label)?;
        Some(Phrases::standard().opens(answer, &[Kind::Praise, Kind::Agree]))
    }

    /// Whether the answer gives in; `None` where its text is not known, or where the
    /// person had not pushed back against an answer before it.
    pub(super) fn flips(&self) -> Option<bool> {
        let answer = answered(self.rows, self.label)?;
        let pushed = self.before.is_some_and(|before| before.corrected)
            || (self.follows_an_answer() && self.is_pushed_back());
        pushed.then(|| Phrases::standard().concedes(answer))
    }

    fn follows_an_answer(&self) -> bool {
        let registered = self.rows.registered.as_ref();
        let input = registered.and_then(|server| server.input.as_ref());
        let said = |role: &str| role == "assistant";
        self.before.is_some()
            || input.is_some_and(|input| input.iter().any(|message| said(&message.role)))
    }

    fn is_pushed_back(&self) -> bool {
        let asked = last_asked(self.rows, self.label);
        asked.is_some_and(|asked| Phrases::standard().pushes_back(&asked))
    }
}
