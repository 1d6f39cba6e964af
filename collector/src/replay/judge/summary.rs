//! What a judge found in all, and whether to believe it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    ask::{Asked, ORDERS, id},
    ruling::{Preferred, Ruling, both, read},
};
use crate::{
    label::Milli,
    replay::{
        Answer,
        compare::{Estimate, Proportion, Weighed, net},
    },
};

/// Pairs of people's that a judge must have decided before its agreement says anything:
/// of twenty, fifteen right are needed for an interval above a coin's.
const DECIDED_MIN: u64 = 20;

/// What a judge found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Old and new are the same text: a tie, and nobody was asked.
    pub same: u64,
    /// Questions without an answer of the endpoint, for good or not yet, of both kinds.
    pub unanswered: u64,
    /// Answers without a verdict, of those of both kinds.
    pub unparsable: Proportion,
    /// The new answer, in both orders; of pairs with two verdicts, the same included.
    pub wins: Proportion,
    /// Neither.
    pub ties: Proportion,
    /// The old answer, in both orders.
    pub losses: Proportion,
    /// Share of wins minus share of losses.
    pub win_minus_loss: Option<Estimate>,
    /// Of the pairs that were asked: the judge went by position. Counted as ties.
    pub swayed: Proportion,
    /// Of those, whichever stood first.
    pub swayed_to_first: u64,
    /// On pairs that people decided.
    pub people: People,
    /// By case.
    pub rulings: BTreeMap<String, Ruling>,
}

/// What a judge makes of pairs that people decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct People {
    /// Pairs with two verdicts.
    pub pairs: u64,
    /// The judge sides with people; of the pairs it decided.
    pub agrees: Proportion,
    /// A tie, or by position.
    pub undecided: u64,
    /// At least 20 pairs were decided, and the whole interval lies above a half: better
    /// than a coin.
    pub believable: bool,
}

/// Reads the answers of a judge. `answers` are named as questions are.
#[must_use]
pub fn judged<'a>(
    cases: &[Weighed<'_>],
    questions: u64,
    answers: impl IntoIterator<Item = &'a Answer>,
) -> Judged {
    let answers: BTreeMap<&str, Option<Preferred>> = answers
        .into_iter()
        .filter_map(|answer| Some((answer.output.as_str(), read(answer.text()?))))
        .collect();
    let unread = answers.values().filter(|read| read.is_none()).count() as u64;
    let answered = answers.len() as u64;
    let rule = |output: &str, asked| {
        let [worse, better] = ORDERS.map(|order| answers.get(id(output, asked, order).as_str()));
        Some((both((*worse?)?, (*better?)?), (*worse?)?))
    };
    let mut rulings = BTreeMap::new();
    let mut swayed_to_first = 0;
    let mut people = Tally::default();
    for case in cases {
        let output = case.case.output.as_str();
        if let Some((ruling, worse_first)) = rule(output, Asked::Replay) {
            rulings.insert(output.to_owned(), ruling);
            let first = ruling == Ruling::Swayed && worse_first == Preferred::First;
            swayed_to_first += u64::from(first);
        }
        if let Some((ruling, _)) = rule(output, Asked::People) {
            people.add(ruling);
        }
    }
    let ruling = |case: &Weighed<'_>| {
        let same = case.case.same.then_some(Ruling::Tie);
        rulings.get(&case.case.output).copied().or(same)
    };
    let share =
        |holds: fn(Ruling) -> bool| Proportion::of(cases, |case| Some(holds(ruling(case)?)));
    let sign = |ruling| match ruling {
        Ruling::Better => 1,
        Ruling::Worse => -1,
        Ruling::Tie | Ruling::Swayed => 0,
    };
    Judged {
        same: cases.iter().filter(|case| case.case.same).count() as u64,
        unanswered: questions.saturating_sub(answered),
        unparsable: Proportion::plain(unread, answered),
        wins: share(|ruling| ruling == Ruling::Better),
        ties: share(|ruling| matches!(ruling, Ruling::Tie | Ruling::Swayed)),
        losses: share(|ruling| ruling == Ruling::Worse),
        win_minus_loss: net(cases, |case| Some(sign(ruling(case)?))),
        swayed: Proportion::of(cases, |case| {
            Some(*rulings.get(&case.case.output)? == Ruling::Swayed)
        }),
        swayed_to_first,
        people: people.finish(),
        rulings,
    }
}

#[derive(Default)]
struct Tally {
    agrees: u64,
    disagrees: u64,
    undecided: u64,
}

impl Tally {
    fn add(&mut self, ruling: Ruling) {
        match ruling {
            Ruling::Better => self.agrees += 1,
            Ruling::Worse => self.disagrees += 1,
            Ruling::Tie | Ruling::Swayed => self.undecided += 1,
        }
    }

    fn finish(self) -> People {
        let decided = self.agrees + self.disagrees;
        let agrees = Proportion::plain(self.agrees, decided);
        People {
            pairs: decided + self.undecided,
            agrees,
            undecided: self.undecided,
            believable: decided >= DECIDED_MIN && agrees.interval[0] > Milli::new(500),
        }
    }
}
