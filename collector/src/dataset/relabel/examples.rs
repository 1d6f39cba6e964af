//! So many examples of each change, whatever the order outputs come in.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::label::{Labelled, Milli, Reason, State};

/// An output whose state another policy would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    /// The output.
    pub output: String,
    /// By the old policy.
    pub before: Side,
    /// By the new one.
    pub after: Side,
}

/// What one policy says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The sum.
    pub score: Milli,
    /// What it must reach to decide.
    pub decide: Milli,
    /// Training weight.
    pub weight: Milli,
    /// 0.5 to 1.
    pub confidence: Milli,
    /// What counted, and notes.
    pub reasons: Vec<Reason>,
}

impl Side {
    fn of(label: &Labelled) -> Self {
        Self {
            score: label.score,
            decide: label.decide,
            weight: label.weight,
            confidence: label.confidence,
            reasons: label.reasons.clone(),
        }
    }
}

/// The outputs with the smallest blake3(seed, output id) of each change: a choice
/// that no order of arrival can bend, and that holds no more than it shows.
#[derive(Debug)]
pub(super) struct Examples {
    limit: usize,
    seed: u64,
    by_change: BTreeMap<(State, State), BTreeMap<[u8; 32], Example>>,
}

impl Examples {
    pub(super) const fn new(limit: usize, seed: u64) -> Self {
        Self {
            limit,
            seed,
            by_change: BTreeMap::new(),
        }
    }

    pub(super) fn offer(&mut self, change: (State, State), before: &Labelled, after: &Labelled) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(before.output.as_str().as_bytes());
        let place = *hasher.finalize().as_bytes();
        let chosen = self.by_change.entry(change).or_default();
        let full = chosen.len() >= self.limit;
        let last = chosen.last_key_value().map(|(last, _)| *last);
        if full && last.is_none_or(|last| last < place) {
            return;
        }
        let example = Example {
            output: before.output.to_string(),
            before: Side::of(before),
            after: Side::of(after),
        };
        chosen.insert(place, example);
        if chosen.len() > self.limit {
            chosen.pop_last();
        }
    }

    pub(super) fn of(&mut self, change: (State, State)) -> Vec<Example> {
        let chosen = self.by_change.remove(&change).unwrap_or_default();
        chosen.into_values().collect()
    }
}
