//! What another policy would change, before it changes anything: labels, what
//! flips them, and the rows they would give.
//!
//! One pass over the groups; what is kept are counts, and so many examples per
//! kind of change. Labels are made by [`label_group`], rows by what makes every
//! dataset, so nothing is guessed.

mod examples;
mod rows;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::{examples::Examples, rows::Rows};
pub use self::{
    examples::{Example, Side},
    rows::RowChanges,
};
use super::Filter;
use crate::{
    label::{Labelled, Milli, Policy, Reason, State, label_group},
    store::rows::Group,
};

/// What a policy changes against another. Outputs are those whose labels it says
/// `all` of; rows are those before near-duplicates and caps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changes {
    /// The policy that holds, `name@version#hash`.
    pub old: String,
    /// The other one.
    pub new: String,
    /// The moment both label as of, Unix ms.
    pub as_of: u64,
    /// Outputs labelled.
    pub outputs: u64,
    /// Outputs whose state is another.
    pub flipped: u64,
    /// Outputs whose state is the same and whose score is another.
    pub rescored: u64,
    /// Outputs whose training weight is another.
    pub reweighted: u64,
    /// Sum of all training weights, before and after.
    pub weight: Weights,
    /// Every change of state that occurs and every state that stays, by state
    /// before, then after.
    pub transitions: Vec<Transition>,
    /// Outputs that flip though every rule counts as before: another score decides,
    /// or the label waits for longer or shorter.
    pub by_no_rule: u64,
    /// Rules whose part in labels that flip is another, most flips first.
    pub rules: Vec<RuleChange>,
    /// Rows of each kind of dataset, by its name.
    pub rows: BTreeMap<&'static str, RowChanges>,
}

/// Sums of training weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Weights {
    /// By the old policy.
    pub before: Milli,
    /// By the new one.
    pub after: Milli,
}

/// One change of state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transition {
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// How many outputs.
    pub outputs: u64,
    /// Some of them, the same on every machine.
    pub examples: Vec<Example>,
}

/// What a rule has to do with flips.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    /// Its name.
    pub rule: String,
    /// Outputs that flip and in which it counts otherwise than before.
    pub flips: u64,
    /// Outputs in which it counts only by the new policy.
    pub gained: u64,
    /// Outputs in which it counts only by the old one.
    pub lost: u64,
    /// Outputs in which it counts for more or less.
    pub rescored: u64,
}

/// Compares two policies on one group after the other.
#[derive(Debug)]
pub struct Relabel<'p> {
    old: &'p Policy,
    new: &'p Policy,
    filter: Filter,
    as_of: u64,
    outputs: u64,
    rescored: u64,
    reweighted: u64,
    weight: (i64, i64),
    states: BTreeMap<(State, State), u64>,
    examples: Examples,
    by_no_rule: u64,
    rules: BTreeMap<String, RuleChange>,
    rows: Rows<'p>,
}

impl<'p> Relabel<'p> {
    /// `examples` per change of state, chosen by `seed`. Of `filter` the times count
    /// for labels and all of it for rows.
    #[must_use]
    pub fn new(
        (old, new): (&'p Policy, &'p Policy),
        filter: Filter,
        as_of: u64,
        (examples, seed): (usize, u64),
    ) -> Self {
        Self {
            old,
            new,
            filter,
            as_of,
            outputs: 0,
            rescored: 0,
            reweighted: 0,
            weight: (0, 0),
            states: BTreeMap::new(),
            examples: Examples::new(examples, seed),
            by_no_rule: 0,
            rules: BTreeMap::new(),
            rows: Rows::new((old, new), filter),
        }
    }

    /// Takes a group.
    pub fn add(&mut self, group: &Group) {
        self.add_screened(group, group);
    }

    /// Takes a group as the screen of each policy leaves it.
    pub fn add_screened(&mut self, group: &Group, then: &Group) {
        let before = label_group(group, self.old, self.as_of);
        let after = label_group(then, self.new, self.as_of);
        for (before, after) in before.outputs.iter().zip(&after.outputs) {
            if self.filter.has_time(before.shown_at) {
                self.output(before, after);
            }
        }
        self.rows.add(group, (&before, &after));
    }

    fn output(&mut self, before: &Labelled, after: &Labelled) {
        let change = (before.state, after.state);
        let flips = before.state != after.state;
        self.outputs += 1;
        self.rescored += u64::from(!flips && before.score != after.score);
        self.reweighted += u64::from(before.weight != after.weight);
        self.weight.0 += before.weight.thousandths();
        self.weight.1 += after.weight.thousandths();
        *self.states.entry(change).or_default() += 1;
        self.by_rule(before, after, flips);
        if flips {
            self.examples.offer(change, before, after);
        }
    }

    /// Notes every rule that counts otherwise than before.
    fn by_rule(&mut self, before: &Labelled, after: &Labelled, flips: bool) {
        let (before, after) = (scores(&before.reasons), scores(&after.reasons));
        self.by_no_rule += u64::from(flips && before == after);
        let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        for name in names {
            let (was, is) = (before.get(name), after.get(name));
            if was == is {
                continue;
            }
            let change = self
                .rules
                .entry(name.to_owned())
                .or_insert_with(|| RuleChange {
                    rule: name.to_owned(),
                    flips: 0,
                    gained: 0,
                    lost: 0,
                    rescored: 0,
                });
            change.flips += u64::from(flips);
            match (was, is) {
                (None, _) => change.gained += 1,
                (_, None) => change.lost += 1,
                _ => change.rescored += 1,
            }
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(mut self) -> Changes {
        let flipped = self.states.iter().filter(|((from, to), _)| from != to);
        let flipped = flipped.map(|(_, count)| count).sum();
        let transitions = self
            .states
            .iter()
            .map(|(&(from, to), &outputs)| Transition {
                from,
                to,
                outputs,
                examples: self.examples.of((from, to)),
            });
        let transitions = transitions.collect();
        let mut rules: Vec<_> = self.rules.into_values().collect();
        // Names ascend already.
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.flips));
        Changes {
            old: self.old.reference(),
            new: self.new.reference(),
            as_of: self.as_of,
            outputs: self.outputs,
            flipped,
            rescored: self.rescored,
            reweighted: self.reweighted,
            weight: Weights {
                before: Milli::new(self.weight.0),
                after: Milli::new(self.weight.1),
            },
            transitions,
            by_no_rule: self.by_no_rule,
            rules,
            rows: self.rows.finish(),
        }
    }
}

/// What each rule that counts adds, by name.
fn scores(reasons: &[Reason]) -> BTreeMap<&str, i64> {
    let signed = |reason: &Reason| i64::from(reason.polarity) * reason.weight.thousandths();
    let reasons = reasons.iter();
    reasons
        .map(|reason| (&*reason.rule, signed(reason)))
        .collect()
}

#[cfg(test)]
mod tests;
