//! Cases added up: of everything, and of each stratum.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    case::Compared,
    estimate::{Estimate, mean, net},
    length::{Lengths, lengths, race},
    score::{Score, Still, Verdict},
    sides::Side,
    tally::{Proportion, Weighed, sign_test},
};
use crate::{label::Milli, replay::How};

/// What was found of all cases with a new answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Of all of them.
    pub all: Totals,
    /// Races by length.
    pub lengths: Lengths,
    /// Chance that wins and losses are so uneven when neither is better: a sign test over
    /// people.
    pub sign_test: Option<Milli>,
    /// By dimension (`kept`, `label`, `prompt_version`, `month`) and value.
    pub strata: BTreeMap<&'static str, BTreeMap<String, Totals>>,
}

/// Figures of some cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Cases with a new answer.
    pub cases: u64,
    /// People they are of, as far as they are known.
    pub people: u64,
    /// Towards what people kept.
    pub races: Races,
    /// Where they kept the old answer itself.
    pub checks: Checks,
    /// Where they kept one text and not another.
    pub sides: Sided,
    /// Among those with a rejected text: it is said again.
    pub again: Proportion,
    /// Mean distance from the nearest rejected text.
    pub away: Option<Estimate>,
    /// Nobody kept anything.
    pub no_reference: u64,
    /// What texts are by themselves.
    pub texts: Texts,
}

/// Races.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Races {
    /// The new answer is nearer.
    pub wins: Proportion,
    /// Within the margin.
    pub ties: Proportion,
    /// The old one is.
    pub losses: Proportion,
    /// Share of wins minus share of losses.
    pub win_minus_loss: Option<Estimate>,
    /// Mean of c.
    pub gain: Option<Estimate>,
}

/// Checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// Survival of at least 0.7.
    pub held: Proportion,
    /// From 0.3.
    pub partly: Proportion,
    /// Less.
    pub lost: Proportion,
    /// Mean survival.
    pub survival: Option<Estimate>,
}

/// With whom new answers side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sided {
    /// With what people kept.
    pub kept: Proportion,
    /// With neither.
    pub neither: Proportion,
    /// With what they rejected.
    pub rejected: Proportion,
    /// Share of the first minus share of the last.
    pub kept_minus_rejected: Option<Estimate>,
    /// Mean of a − b.
    pub difference: Option<Estimate>,
}

/// Texts by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Texts {
    /// Likeness of old and new.
    pub similarity: Option<Estimate>,
    /// Word for word the same.
    pub same: Proportion,
    /// Length of the new answer by that of the old one.
    pub length: Likeness,
    /// Old answers that decline.
    pub old_refusals: Proportion,
    /// New ones.
    pub new_refusals: Proportion,
    /// How many more.
    pub refusal_increase: Option<Estimate>,
    /// New answers with nothing in them.
    pub empty: Proportion,
    /// New answers that stopped at the limit of tokens.
    pub truncated: Proportion,
    /// Of the old answers with a format that somebody relies on (JSON, code, a table):
    /// those whose new answer lost some of it.
    pub format_lost: Proportion,
    /// By kind of format: of the old answers that had it, those that lost it.
    pub lost: BTreeMap<&'static str, u64>,
    /// By kind of format: of the new answers, those that have it anew.
    pub gained: BTreeMap<&'static str, u64>,
}

/// Lengths, new by old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Likeness {
    /// exp of the mean of ln(new / old characters): twice as long and half as long even
    /// out. Of cases in which neither is empty.
    pub ratio: Option<Estimate>,
    /// Mean words of the old answers.
    pub old_words: Option<Estimate>,
    /// Of the new ones.
    pub new_words: Option<Estimate>,
}

/// Adds cases up. Their order does not matter.
#[must_use]
pub fn summarise(cases: &[Weighed<'_>], seed: u64) -> Summary {
    let mut cases = cases.to_vec();
    // Sums of doubles depend on their order.
    cases.sort_by(|a, b| a.case.output.cmp(&b.case.output));
    let mut strata: BTreeMap<_, BTreeMap<String, Vec<Weighed<'_>>>> = BTreeMap::new();
    for case in &cases {
        for (dimension, value) in dimensions(case.case) {
            let values = strata.entry(dimension).or_default();
            values.entry(value).or_default().push(*case);
        }
    }
    let totals = |values: BTreeMap<String, Vec<Weighed<'_>>>| {
        let each = values.into_iter();
        each.map(|(value, cases)| (value, Totals::of(&cases, seed)))
            .collect()
    };
    Summary {
        all: Totals::of(&cases, seed),
        lengths: lengths(&cases, seed),
        sign_test: sign_test(&cases, |case| Some(race(case)?.verdict.sign())),
        strata: strata
            .into_iter()
            .map(|(dimension, values)| (dimension, totals(values)))
            .collect(),
    }
}

/// What a case is told apart by: its label and prompt version whatever it was drawn by.
fn dimensions(case: &Compared) -> Vec<(&'static str, String)> {
    let version = case.prompt_version.clone();
    let mut dimensions = vec![
        ("kept", case.kept.map_or("none", How::name).to_owned()),
        ("label", case.state.name().to_owned()),
        ("prompt_version", version.unwrap_or_else(|| "none".into())),
    ];
    if let Some(month) = &case.stratum.month {
        dimensions.push(("month", month.clone()));
    }
    dimensions
}

impl Totals {
    fn of(cases: &[Weighed<'_>], seed: u64) -> Self {
        let people: BTreeSet<_> = cases.iter().map(|case| case.person).collect();
        let unscored = |case: &&Weighed<'_>| case.case.score == Score::NoReference;
        Self {
            cases: cases.len() as u64,
            people: people.len() as u64,
            races: Races::of(cases, seed),
            checks: Checks::of(cases, seed),
            sides: Sided::of(cases, seed),
            again: Proportion::of(cases, |case| {
                case.case.away.is_some().then_some(case.case.again)
            }),
            away: mean(cases, seed, |case| Some(case.case.away?.to_f64())),
            no_reference: cases.iter().filter(unscored).count() as u64,
            texts: Texts::of(cases, seed),
        }
    }
}

impl Races {
    fn of(cases: &[Weighed<'_>], seed: u64) -> Self {
        let verdict =
            |wanted| Proportion::of(cases, |case| Some(race(case.case)?.verdict == wanted));
        Self {
            wins: verdict(Verdict::Win),
            ties: verdict(Verdict::Tie),
            losses: verdict(Verdict::Loss),
            win_minus_loss: net(cases, |case| Some(race(case.case)?.verdict.sign())),
            gain: mean(cases, seed, |case| Some(race(case.case)?.counted.to_f64())),
        }
    }
}

impl Checks {
    fn of(cases: &[Weighed<'_>], seed: u64) -> Self {
        let check = |case: &Compared| match case.score {
            Score::Check { survival, still } => Some((survival, still)),
            Score::Race(_) | Score::NoReference => None,
        };
        let still = |wanted| Proportion::of(cases, |case| Some(check(case.case)?.1 == wanted));
        Self {
            held: still(Still::Held),
            partly: still(Still::Partly),
            lost: still(Still::Lost),
            survival: mean(cases, seed, |case| Some(check(case.case)?.0.to_f64())),
        }
    }
}

impl Sided {
    fn of(cases: &[Weighed<'_>], seed: u64) -> Self {
        let with = |wanted| Proportion::of(cases, |case| Some(case.case.sides?.with == wanted));
        let sign = |side| match side {
            Side::Kept => 1,
            Side::Neither => 0,
            Side::Rejected => -1,
        };
        Self {
            kept: with(Side::Kept),
            neither: with(Side::Neither),
            rejected: with(Side::Rejected),
            kept_minus_rejected: net(cases, |case| Some(sign(case.case.sides?.with))),
            difference: mean(cases, seed, |case| {
                Some(case.case.sides?.difference.to_f64())
            }),
        }
    }
}

impl Texts {
    fn of(cases: &[Weighed<'_>], seed: u64) -> Self {
        let share =
            |holds: fn(&Compared) -> bool| Proportion::of(cases, |case| Some(holds(case.case)));
        Self {
            similarity: mean(cases, seed, |case| Some(case.case.similarity.to_f64())),
            same: share(|case| case.same),
            length: Likeness::of(cases, seed),
            old_refusals: share(|case| case.old.refusal),
            new_refusals: share(|case| case.new.refusal),
            refusal_increase: net(cases, |case| {
                Some(i8::from(case.case.new.refusal) - i8::from(case.case.old.refusal))
            }),
            empty: share(|case| case.new.is_empty()),
            truncated: share(|case| case.truncated),
            format_lost: Proportion::of(cases, |case| {
                let relied_on = case.case.old.format.is_relied_on();
                relied_on.then(|| case.case.lost.iter().any(super::Feature::is_relied_on))
            }),
            lost: kinds(cases.iter().map(|case| &case.case.lost)),
            gained: kinds(cases.iter().map(|case| &case.case.gained)),
        }
    }
}

impl Likeness {
    fn of(cases: &[Weighed<'_>], seed: u64) -> Self {
        let longer = |case: &Weighed<'_>| {
            let ratio = case.case.length_ratio?.to_f64();
            (ratio > 0.0).then(|| libm::log(ratio))
        };
        let exp = |value: Milli| super::estimate::exp(value);
        let ratio = mean(cases, seed, longer).map(|mean| Estimate {
            value: exp(mean.value),
            interval: mean.interval.map(|bounds| bounds.map(exp)),
            ..mean
        });
        Self {
            ratio,
            old_words: mean(cases, seed, |case| Some(case.case.old.words.into())),
            new_words: mean(cases, seed, |case| Some(case.case.new.words.into())),
        }
    }
}

/// In how many cases each kind occurs.
fn kinds<'a>(cases: impl Iterator<Item = &'a Vec<super::Feature>>) -> BTreeMap<&'static str, u64> {
    let mut kinds = BTreeMap::new();
    for features in cases {
        let of_case: BTreeSet<_> = features.iter().map(super::Feature::kind).collect();
        for kind in of_case {
            *kinds.entry(kind).or_default() += 1;
        }
    }
    kinds
}
