//! A few outputs to look at.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use tacit_signals::Id;

use crate::experiment::metric::{Better, Sums};

/// Outputs that are kept of one slice and pair.
const EXAMPLES_MAX: usize = 3;

/// The worst outputs by slice and pair: those that the metric liked first, then those
/// its guard liked least, then by id.
#[derive(Debug, Default)]
pub(super) struct Examples(BTreeMap<(u32, usize), BTreeSet<Place>>);

/// Smaller is the better example.
type Place = (Reverse<bool>, i64, Id);

impl Examples {
    /// Takes an output if its guard is not as good as it can be.
    pub(super) fn offer(
        &mut self,
        key: (u32, usize),
        output: &Id,
        (metric, guard): (Option<Sums>, Option<Sums>),
        better: Better,
    ) {
        let Some(guard) = guard.and_then(value) else {
            return;
        };
        // Of what should fall, 0 is best; of shares that should rise, 1 is.
        let (bad, rank) = match better {
            Better::Higher => (guard < 1_000, guard),
            Better::Lower => (guard > 0, -guard),
        };
        if !bad {
            return;
        }
        let liked = metric.and_then(value).is_some_and(|value| value > 0);
        let kept = self.0.entry(key).or_default();
        let full = kept.len() >= EXAMPLES_MAX;
        let place = (Reverse(liked), rank, output);
        let last = kept.last().map(|(liked, rank, id)| (*liked, *rank, id));
        if full && last.is_some_and(|last| last <= place) {
            return;
        }
        kept.insert((Reverse(liked), rank, output.clone()));
        if full {
            kept.pop_last();
        }
    }

    /// Their ids.
    pub(super) fn of(&self, key: (u32, usize)) -> Vec<String> {
        let kept = self.0.get(&key).into_iter().flatten();
        kept.map(|(_, _, id)| id.to_string()).collect()
    }
}

/// In thousandths of the metric's unit.
fn value(sums: Sums) -> Option<i64> {
    sums.numerator
        .saturating_mul(1_000)
        .checked_div(sums.denominator)
}
