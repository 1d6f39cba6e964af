//! From evidence to a verdict.

use serde::{Deserialize, Serialize};

use super::{
    evidence::Item,
    facts::Facts,
    milli::Milli,
    policy::{Dwell, Family, Policy, Terms},
    reading::Reading,
    weight::Weight,
};

/// What an output turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Good, at least as much as decides.
    Positive,
    /// Bad, at least as much as decides.
    Negative,
    /// Evidence of both signs, and neither decides.
    Conflict,
    /// Every window is over and nothing decided.
    Neutral,
    /// Not decided yet.
    Pending,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Positive,
        Self::Negative,
        Self::Conflict,
        Self::Neutral,
        Self::Pending,
    ];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Conflict => "conflict",
            Self::Neutral => "neutral",
            Self::Pending => "pending",
        }
    }

    /// By its name in files.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A verdict and what it rests on.
pub(crate) struct Verdict<'i, 'p, 'a> {
    pub(crate) state: State,
    pub(crate) score: Milli,
    /// Training weight; 0 where nothing was decided.
    pub(crate) weight: Weight,
    pub(crate) confidence: Confidence,
    /// What counted and the notes, by |score| falling, then by name.
    pub(crate) reasons: Vec<&'i Item<'p, 'a>>,
}

/// How sure a score makes, and what reading leaves of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Confidence {
    /// Of the score alone.
    pub(crate) unread: Milli,
    pub(crate) reading: Option<Reading>,
    /// What reading leaves of the distance from 0.5.
    pub(crate) scale: Milli,
    pub(crate) value: Milli,
}

/// Adds up and decides.
///
/// Within a family only the strongest item of each sign counts (a copy and an
/// accept of one answer are one act), bonuses apart; items of score 0 are notes.
/// The training weight is the largest among the items that agree with the
/// verdict, 0 where nothing was decided: so a rating alone weighs 1.
pub(crate) fn judge<'i, 'p, 'a>(
    items: &'i [Item<'p, 'a>],
    facts: &Facts<'_>,
    by: &By<'_>,
    mature: bool,
) -> Verdict<'i, 'p, 'a> {
    let mut reasons = counting(items);
    let mut score = Milli::default();
    for item in &reasons {
        score += item.rule.score;
    }
    let state = state(score, &reasons, by.terms.decide, mature);
    let agrees = |item: &&&Item<'_, '_>| match state {
        State::Positive => item.rule.score > Milli::default(),
        State::Negative => item.rule.score < Milli::default(),
        _ => false,
    };
    let weights = reasons.iter().filter(agrees).map(|item| item.rule.weight);
    let weight = weights.max().unwrap_or_default();
    reasons.sort_by_key(|item| (std::cmp::Reverse(item.rule.score.abs()), &item.rule.name));
    Verdict {
        state,
        score,
        weight: Weight::of(weight, by.age_ms(facts), by.policy.half_life_ms),
        confidence: Confidence::of(score, by.terms.temperature, facts, &by.policy.dwell),
        reasons,
    }
}

/// By what is judged, and when.
#[derive(Clone, Copy)]
pub(crate) struct By<'s> {
    pub(crate) policy: &'s Policy,
    pub(crate) terms: &'s Terms,
    pub(crate) as_of: u64,
}

impl By<'_> {
    /// Age of an output at `as_of`, in ms.
    pub(crate) fn age_ms(&self, facts: &Facts<'_>) -> u64 {
        let age = |start| self.as_of.saturating_sub(start);
        facts.start.map_or(0, age)
    }
}

/// The items that count, and the notes.
fn counting<'i, 'p, 'a>(items: &'i [Item<'p, 'a>]) -> Vec<&'i Item<'p, 'a>> {
    let sides = |family| [(family, 1), (family, -1)];
    let strongest = Family::ALL.into_iter().flat_map(sides).filter_map(|side| {
        let of_side = |item: &&Item<'_, '_>| !item.rule.bonus && self::side(item) == side;
        // Of equals the one that trains heavier, then the earlier rule.
        let strength = |item: &&Item<'_, '_>| (item.rule.score.abs(), item.rule.weight);
        items.iter().filter(of_side).rev().max_by_key(strength)
    });
    let apart = |item: &&Item<'_, '_>| item.rule.bonus || side(item).1 == 0;
    strongest.chain(items.iter().filter(apart)).collect()
}

/// The family and sign within which only one item counts.
pub(crate) fn side(item: &Item<'_, '_>) -> (Family, i64) {
    (item.rule.family, item.rule.score.thousandths().signum())
}

fn state(score: Milli, counted: &[&Item<'_, '_>], decide: Milli, mature: bool) -> State {
    let has = |sign| counted.iter().any(|item| side(item).1 == sign);
    if score.abs() >= decide {
        if score > Milli::default() {
            State::Positive
        } else {
            State::Negative
        }
    } else if has(1) && has(-1) {
        State::Conflict
    } else if mature {
        State::Neutral
    } else {
        State::Pending
    }
}

impl Confidence {
    fn of(score: Milli, temperature: Milli, facts: &Facts<'_>, dwell: &Dwell) -> Self {
        let reading = Reading::of(facts, dwell);
        let scale = Reading::scale(reading.as_ref(), dwell);
        Self {
            unread: confidence(score, temperature, Milli::new(1_000)),
            value: confidence(score, temperature, scale),
            reading,
            scale,
        }
    }
}

/// `0.5 + (1 / (1 + exp(−|score| / temperature)) − 0.5) · scale`, in thousandths.
///
/// `libm::exp` rather than the platform's: the same bytes on every machine.
fn confidence(score: Milli, temperature: Milli, scale: Milli) -> Milli {
    let odds = libm::exp(-score.abs().to_f64() / temperature.to_f64());
    let sure = libm::round(1_000.0 / (1.0 + odds));
    #[expect(clippy::cast_possible_truncation, reason = "between 500 and 1000")]
    let above = sure as i64 - 500;
    Milli::new(500 + (above * scale.thousandths() + 500) / 1_000)
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
