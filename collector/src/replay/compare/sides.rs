//! Where people kept one text and not another, with whom does the new answer side?
//!
//! The race of `score` starts unevenly: an edit is made of the old answer and a variant
//! comes of the old model, so both are like the old answer whatever they are worth, and
//! an answer in other words loses. Here neither text is ahead. Of the 4-grams that only
//! the kept text has, the new answer has a share a; of those that only the rejected text
//! has, a share b. What both have in common plays no part.
//!
//! a − b of an answer that knows neither is not 0: what only the longer text has are
//! commoner 4-grams. So the same difference of new answers to *other* questions, which
//! know neither, is taken off: d = (a − b) − mean(a′ − b′). With people: d ≥ [`MARGIN`];
//! with what they rejected: d ≤ −[`MARGIN`].

use serde::Serialize;
use tacit_signals::text::{Apart, Distinct, apart, clean};

use super::score::References;
use crate::{
    label::Milli,
    replay::{Answer, Case, Message, Outcome},
};

/// Sides closer than this are none: a word of four letters that happens to be in the new
/// answer makes up as much where texts differ by a sentence of ten words.
const MARGIN: Milli = Milli::new(100);

/// Answers to other questions that chance is told by.
const PANEL: usize = 32;

/// Texts must differ by so many 4-grams on each side, about two words: fewer say
/// nothing, and of words that were only put in, or only taken out, one side is missing.
const APART: u32 = 8;

/// With whom the new answer sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sides {
    /// a: share of what only the kept text says.
    pub kept: Milli,
    /// b: share of what only the rejected text says.
    pub rejected: Milli,
    /// a − b of new answers to other questions: chance.
    pub chance: Milli,
    /// d = a − b, less chance.
    pub difference: Milli,
    /// In a word.
    pub with: Side,
}

/// With whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// With what people kept.
    Kept,
    /// With neither, by more than the margin.
    Neither,
    /// With what they rejected.
    Rejected,
}

/// New answers to questions of which nothing is known here.
#[derive(Debug, Clone, Default)]
pub struct Panel(Vec<(Vec<Message>, Distinct)>);

impl Panel {
    /// At most 32 of these answers, drawn by the hash of their outputs: the same ones
    /// whatever their order.
    #[must_use]
    pub fn of<'a>(answered: impl IntoIterator<Item = (&'a Case, &'a Answer)>) -> Self {
        let mut drawn: Vec<_> = answered
            .into_iter()
            .filter_map(|(case, answer)| match &answer.outcome {
                Outcome::Answered(reply) => Some((case, reply)),
                Outcome::Refused(_) | Outcome::Failed(_) => None,
            })
            .collect();
        drawn.sort_by_cached_key(|(case, _)| *blake3::hash(case.output.as_bytes()).as_bytes());
        let drawn = drawn.into_iter().take(PANEL);
        let known = drawn.map(|(case, reply)| {
            let text = Distinct::of(&clean(&reply.text));
            (case.input.clone(), text)
        });
        Self(known.collect())
    }

    /// Answers to other questions than this.
    fn others<'a>(&'a self, input: &'a [Message]) -> impl Iterator<Item = &'a Distinct> {
        let others = self.0.iter().filter(move |(asked, _)| asked != input);
        others.map(|(_, text)| text)
    }
}

/// What two texts say alone, and what of it other texts have; of all pairs, summed.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    of_kept: u64,
    only_kept: u64,
    of_rejected: u64,
    only_rejected: u64,
}

impl Sums {
    fn add(&mut self, apart: &Apart) {
        self.of_kept += u64::from(apart.of_first);
        self.only_kept += u64::from(apart.only_first);
        self.of_rejected += u64::from(apart.of_second);
        self.only_rejected += u64::from(apart.only_second);
    }

    fn of(pairs: &[[Distinct; 2]], text: &Distinct) -> Self {
        let mut sums = Self::default();
        for [kept, rejected] in pairs {
            sums.add(&apart(text, kept, rejected));
        }
        sums
    }

    /// a and b.
    fn shares(self) -> Option<[Milli; 2]> {
        let kept = Milli::share(self.of_kept, self.only_kept)?;
        Some([kept, Milli::share(self.of_rejected, self.only_rejected)?])
    }

    /// a − b in thousandths.
    fn difference(self) -> Option<i64> {
        let [kept, rejected] = self.shares()?;
        Some(kept.thousandths() - rejected.thousandths())
    }
}

/// With whom the new answer sides: of all pairs of a kept and a rejected text, summed.
/// An edit is kept against the answer it was made of. `None` without two such texts.
pub(super) fn sides(
    references: &References,
    input: &[Message],
    new: &str,
    panel: &Panel,
) -> Option<Sides> {
    let pairs = apart_enough(references);
    let sums = Sums::of(&pairs, &Distinct::of(new));
    let [kept, rejected] = sums.shares()?;
    let others = panel.others(input);
    let chances: Vec<i64> = others
        .filter_map(|other| Sums::of(&pairs, other).difference())
        .collect();
    let count = i64::try_from(chances.len()).unwrap_or(i64::MAX);
    let chance = chances.iter().sum::<i64>().checked_div(count).unwrap_or(0);
    let difference = Milli::new(sums.difference()? - chance);
    let with = if difference.abs() < MARGIN {
        Side::Neither
    } else if difference > Milli::default() {
        Side::Kept
    } else {
        Side::Rejected
    };
    Some(Sides {
        kept,
        rejected,
        chance: Milli::new(chance),
        difference,
        with,
    })
}

/// The pairs whose texts differ enough on both sides.
fn apart_enough(references: &References) -> Vec<[Distinct; 2]> {
    let pairs = pairs(references).into_iter();
    let pairs = pairs.map(|(kept, rejected)| [Distinct::of(kept), Distinct::of(rejected)]);
    pairs
        .filter(|[kept, rejected]| {
            let apart = apart(kept, kept, rejected);
            apart.only_first >= APART && apart.only_second >= APART
        })
        .collect()
}

/// The pairs of a text that people kept and one that they rejected.
pub(crate) fn pairs(references: &References) -> Vec<(&str, &str)> {
    let old = &references.old;
    let replaced = (!references.kept_old).then_some(old);
    let mut rejected: Vec<&str> = references.rejected.iter().map(String::as_str).collect();
    // Who edits an answer, or keeps another, did not keep it.
    if let Some(old) = replaced
        && !rejected.contains(&old.as_str())
    {
        rejected.push(old);
    }
    let old = references.kept_old.then_some(old);
    let kept = references.kept.iter().chain(old);
    kept.flat_map(|kept| {
        let others = rejected.iter().filter(move |other| *other != kept);
        others.map(move |other| (kept.as_str(), *other))
    })
    .collect()
}

#[cfg(test)]
#[path = "sides_tests.rs"]
mod tests;
