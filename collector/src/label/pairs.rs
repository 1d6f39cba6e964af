//! Pairs of one turn: which of two texts a person preferred.
//!
//! An edit is preferred to the output it started from; the answer a person kept
//! to those regenerated in its place. Sibling pairs come from verdicts alone, and
//! all of a turn share one chosen output which is never rejected: so no two pairs
//! contradict each other, and a turn of n answers makes at most n − 1 of them.

use std::collections::BTreeMap;

use tacit_signals::Id;

use super::{labelled::Labelled, milli::Milli, policy::Policy, trust::Trust, verdict::State};

/// One preference.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Which side is which kind of text.
    pub kind: PairKind,
    /// The preferred output; for an edit, the output that was edited.
    pub chosen: Id,
    /// The other output.
    pub rejected: Id,
    /// How strong: the score difference of siblings; 1 − survival of an edit.
    pub margin: Milli,
    /// Training weight.
    pub weight: Milli,
    /// Both labels are mature.
    pub mature: bool,
    /// The weaker of both.
    pub trust: Trust,
    /// Place of `chosen` among the group's outputs.
    pub chosen_index: usize,
    /// Place of `rejected` among the group's outputs.
    pub rejected_index: usize,
}

/// Where the chosen text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PairKind {
    /// What a person made of the rejected output.
    Edit,
    /// Another answer to the same prompt.
    Sibling,
}

impl PairKind {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Sibling => "sibling",
        }
    }
}

impl Pair {
    /// The pair as a JSON value.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "kind": self.kind.name(),
            "chosen": self.chosen.as_str(),
            "rejected": self.rejected.as_str(),
            "margin": self.margin,
            "weight": self.weight,
            "mature": self.mature,
            "trust": self.trust,
        })
    }
}

/// The pairs of a group: first edits, in the outputs' order, then siblings by turn.
pub(crate) fn pairs(outputs: &[Labelled], policy: &Policy) -> Vec<Pair> {
    let edits = (0..outputs.len()).filter_map(|index| edit(outputs, index, policy));
    let mut pairs: Vec<_> = edits.collect();
    let mut turns: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, output) in outputs.iter().enumerate() {
        if let (Some(conversation), Some(turn)) = (&output.conversation, output.turn) {
            turns.entry((conversation, turn)).or_default().push(index);
        }
    }
    for siblings in turns.values() {
        pairs.extend(kept_over_regenerated(outputs, siblings, policy));
    }
    pairs
}

/// The edited text over the output, when the text is known and differs enough.
fn edit(outputs: &[Labelled], index: usize, policy: &Policy) -> Option<Pair> {
    let output = &outputs[index];
    let edit = output.edit?;
    let survival = Milli::new(edit.survival.thousandths().into());
    output.texts.edit.as_ref()?;
    if survival >= policy.pairs.same {
        return None;
    }
    Some(Pair {
        kind: PairKind::Edit,
        chosen: output.output.clone(),
        rejected: output.output.clone(),
        margin: Milli::new(1_000 - survival.thousandths()),
        weight: edit.weight,
        mature: output.mature,
        trust: output.trust,
        chosen_index: index,
        rejected_index: index,
    })
}

/// The best answer of a turn over those a person had replaced or judged bad.
fn kept_over_regenerated<'a>(
    outputs: &'a [Labelled],
    siblings: &'a [usize],
    policy: &'a Policy,
) -> impl Iterator<Item = Pair> + 'a {
    // Of equally good answers the one seen last: there the person ended.
    let strength = |index: &&usize| {
        let output = &outputs[**index];
        (output.score, output.shown_at, &output.output)
    };
    let positive = |index: &&usize| outputs[**index].state == State::Positive;
    let kept = siblings.iter().filter(positive).max_by_key(strength);
    kept.into_iter().flat_map(move |&kept| {
        let others = siblings.iter().filter(move |other| **other != kept);
        others.filter_map(move |&other| sibling(outputs, kept, other, policy))
    })
}

fn sibling(outputs: &[Labelled], kept: usize, other: usize, policy: &Policy) -> Option<Pair> {
    let (chosen, rejected) = (&outputs[kept], &outputs[other]);
    let replaced = match rejected.state {
        State::Negative => true,
        // Undecided, but the person asked for another and kept that one.
        State::Neutral | State::Pending => rejected.regenerated,
        State::Positive | State::Conflict => false,
    };
    let margin = Milli::new(chosen.score.thousandths() - rejected.score.thousandths());
    if !replaced || margin < policy.pairs.margin {
        return None;
    }
    Some(Pair {
        kind: PairKind::Sibling,
        chosen: chosen.output.clone(),
        rejected: rejected.output.clone(),
        margin,
        weight: chosen.weight.max(rejected.weight),
        mature: chosen.mature && rejected.mature,
        trust: chosen.trust.min(rejected.trust),
        chosen_index: kept,
        rejected_index: other,
    })
}

#[cfg(test)]
#[path = "pairs_tests.rs"]
mod tests;
