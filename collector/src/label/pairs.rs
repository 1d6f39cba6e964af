//! Pairs of one turn: which of two texts a person preferred.
//!
//! An edit is preferred to the output it started from; the answer a person kept
//! to those they had replaced or went away from. Which of a turn's answers that is
//! come from verdicts, and from where the person ended: an answer they went back
//! to is never rejected, though they once asked for another. All pairs of a turn
//! share one chosen output which is never rejected: so no two pairs contradict
//! each other, and a turn of n answers makes at most n − 1 of them. What a program
//! did is no preference.

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
    let by_people = outputs.iter().enumerate().filter(|(_, o)| !o.automated);
    for (index, output) in by_people {
        if let (Some(conversation), Some(turn)) = (&output.conversation, output.turn) {
            turns.entry((conversation, turn)).or_default().push(index);
        }
    }
    for siblings in turns.values() {
        pairs.extend(Turn::of(outputs, siblings).pairs(policy));
    }
    pairs
}

/// The answers of the turn that the output at `place` is one of, in the group's order, and
/// the one among them where the person ended.
#[must_use]
pub fn turn_of(outputs: &[Labelled], place: usize) -> (Vec<usize>, Option<usize>) {
    let turn = |output: &Labelled| output.conversation.clone().zip(output.turn);
    let Some(own) = outputs.get(place).and_then(turn) else {
        return (vec![place], None);
    };
    let here = outputs.iter().enumerate();
    let here = here.filter(|(_, output)| turn(output).as_ref() == Some(&own));
    let siblings: Vec<usize> = here.map(|(index, _)| index).collect();
    let by_people = siblings.iter().copied().filter(|s| !outputs[*s].automated);
    let by_people: Vec<usize> = by_people.collect();
    let ended = Turn::of(outputs, &by_people).ended;
    (siblings, ended)
}

/// The edited text over the output, when the text is known and differs enough.
fn edit(outputs: &[Labelled], index: usize, policy: &Policy) -> Option<Pair> {
    let output = &outputs[index];
    let edit = output.edit?;
    let survival = Milli::new(edit.survival.thousandths().into());
    output.texts.edit.as_ref()?;
    if output.automated || survival >= policy.pairs.same {
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

/// The answers of one turn, as a person went through them.
struct Turn<'a> {
    outputs: &'a [Labelled],
    siblings: &'a [usize],
    /// Where the person ended: at the answer shown last or, later, gone back to.
    ended: Option<usize>,
    /// Whether they went back there.
    returned: bool,
}

impl<'a> Turn<'a> {
    fn of(outputs: &'a [Labelled], siblings: &'a [usize]) -> Self {
        let place = |id: &Id| siblings.iter().copied().find(|s| outputs[*s].output == *id);
        let shown = siblings
            .iter()
            .filter_map(|&sibling| Some((outputs[sibling].shown_at?, false, sibling)));
        let switched = siblings.iter().filter_map(|&sibling| {
            let switch = outputs[sibling].switched.as_ref()?;
            Some((switch.at, true, place(&switch.to)?))
        });
        let last = shown.chain(switched).max();
        Self {
            outputs,
            siblings,
            ended: last.map(|(_, _, sibling)| sibling),
            returned: last.is_some_and(|(_, returned, _)| returned),
        }
    }

    /// The best answer over those the person had replaced, left or judged bad.
    fn pairs(&self, policy: &Policy) -> Vec<Pair> {
        // Of equally good answers the one the person ended at, else seen last.
        let strength = |index: &&usize| {
            let output = &self.outputs[**index];
            let ended = self.ended == Some(**index);
            (output.score, ended, output.shown_at, &output.output)
        };
        let positive = |index: &&usize| self.outputs[**index].state == State::Positive;
        let Some(&kept) = self.siblings.iter().filter(positive).max_by_key(strength) else {
            return Vec::new();
        };
        let others = self.siblings.iter().filter(|other| **other != kept);
        others
            .filter_map(|&other| self.pair(kept, other, policy))
            .collect()
    }

    fn pair(&self, kept: usize, other: usize, policy: &Policy) -> Option<Pair> {
        let (chosen, rejected) = (&self.outputs[kept], &self.outputs[other]);
        let went_back_to_it = self.returned && self.ended == Some(other);
        let judged = match rejected.state {
            State::Negative => true,
            // Undecided, but the person asked for another and kept that one.
            State::Neutral | State::Pending => self.is_left(other),
            State::Positive | State::Conflict => false,
        };
        let margin = Milli::new(chosen.score.thousandths() - rejected.score.thousandths());
        if went_back_to_it || !judged || margin < policy.pairs.margin {
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

    /// Whether the person had an answer replaced, or went to another from it.
    fn is_left(&self, index: usize) -> bool {
        let output = &self.outputs[index];
        let replaces = |s: &usize| self.outputs[*s].replaces.as_ref() == Some(&output.output);
        output.regenerated || output.switched.is_some() || self.siblings.iter().any(replaces)
    }
}

#[cfg(test)]
#[path = "pairs_tests.rs"]
mod tests;
