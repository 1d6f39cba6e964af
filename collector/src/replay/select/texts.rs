//! What people kept and what they rejected in the turn of an output.

use crate::{
    dataset::{answered, filled, redact::Redactor},
    label::{Labelled, LabelledGroup, PairKind, Policy, State},
    replay::{How, Kept},
    store::rows::{Group, OutputRows},
};

/// A labelled group.
#[derive(Clone, Copy)]
pub(super) struct Turns<'a> {
    pub(super) group: &'a Group,
    pub(super) labelled: &'a LabelledGroup,
    pub(super) policy: &'a Policy,
}

impl<'a> Turns<'a> {
    fn of(self, index: usize) -> (&'a OutputRows, &'a Labelled) {
        (&self.group.outputs[index], &self.labelled.outputs[index])
    }

    /// Whether two outputs answer the same question.
    fn same_turn(self, one: usize, other: usize) -> bool {
        let [(_, one), (_, other)] = [one, other].map(|index| self.of(index));
        one.turn.is_some() && one.conversation.is_some() && one.turn == other.turn
    }

    /// The variants that a person kept or rejected in the turn of `index`, by pairs.
    fn paired(self, index: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
        let siblings = self.labelled.pairs.iter();
        let siblings = siblings.filter(|pair| pair.kind == PairKind::Sibling);
        siblings
            .map(|pair| (pair.chosen_index, pair.rejected_index))
            .filter(move |(chosen, _)| *chosen == index || self.same_turn(*chosen, index))
    }

    /// What the person made of an output.
    fn edit(self, index: usize) -> Option<&'a str> {
        let (_, label) = self.of(index);
        label.edit?;
        filled(label.texts.edit.as_deref())
    }

    /// The answer, if the person took it as it was.
    fn as_it_was(self, index: usize) -> Option<&'a str> {
        let (rows, label) = self.of(index);
        let same = self.policy.pairs.same.thousandths();
        let unchanged = label
            .edit
            .is_none_or(|edit| i64::from(edit.survival.thousandths()) >= same);
        answered(rows, label).filter(|_| unchanged)
    }

    /// What people kept or wrote themselves, the strongest first.
    pub(super) fn kept(self, index: usize) -> Vec<(How, &'a str)> {
        let mut chosen = self.paired(index).map(|(chosen, _)| chosen);
        let chosen = chosen.find(|chosen| *chosen != index);
        let good = self.of(index).1.state == State::Positive;
        let edits = [Some(index), chosen].into_iter().flatten();
        let edits = edits.filter_map(|one| Some((How::Edit, self.edit(one)?)));
        let sibling = chosen.and_then(|one| Some((How::Sibling, self.as_it_was(one)?)));
        let own = good.then(|| self.as_it_was(index)).flatten();
        edits
            .chain(sibling)
            .chain(own.map(|text| (How::Output, text)))
            .collect()
    }

    /// What they rejected: this answer first, then variants in the group's order.
    pub(super) fn rejected(self, index: usize) -> Vec<&'a str> {
        let mut outputs: Vec<usize> = self.paired(index).map(|(_, rejected)| rejected).collect();
        outputs.extend((0..self.labelled.outputs.len()).filter(|&other| {
            let (_, label) = self.of(other);
            let bad = label.state == State::Negative && !label.automated;
            bad && (other == index || self.same_turn(other, index))
        }));
        outputs.sort_unstable_by_key(|other| (*other != index, *other));
        outputs.dedup();
        let answer = |other: usize| {
            let (rows, label) = self.of(other);
            answered(rows, label)
        };
        outputs.into_iter().filter_map(answer).collect()
    }
}

/// Takes what is private out of texts, and counts it.
pub(super) struct Scrub {
    pub(super) redact: bool,
    pub(super) found: u64,
}

impl Scrub {
    pub(super) fn text(&mut self, text: &str) -> String {
        if !self.redact {
            return text.into();
        }
        let redacted = Redactor::standard().redact(text);
        self.found += redacted.found;
        redacted.text.into_owned()
    }

    /// Every text once, under the strongest way it is known to be good.
    pub(super) fn kept(&mut self, texts: Vec<(How, &str)>) -> Vec<Kept> {
        let mut kept: Vec<Kept> = Vec::new();
        for (how, text) in texts {
            let text = self.text(text);
            if kept.iter().all(|known| known.text.trim() != text.trim()) {
                kept.push(Kept { text, how });
            }
        }
        kept
    }

    /// Every text once, without what was kept all the same.
    pub(super) fn rejected(&mut self, texts: Vec<&str>, kept: &[Kept]) -> Vec<String> {
        let mut rejected: Vec<String> = Vec::new();
        for text in texts {
            let text = self.text(text);
            let is = |known: &str| known.trim() == text.trim();
            let known = kept.iter().any(|kept| is(&kept.text));
            if !known && !rejected.iter().any(|known| is(known)) {
                rejected.push(text);
            }
        }
        rejected
    }
}
