//! A few outputs to look at.

use std::{cmp::Reverse, collections::BTreeMap};

use super::Ids;
use crate::{
    experiment::metric::{Better, Sums},
    sights::{Output, Sight},
    store::StoreError,
};

/// Outputs that are kept of one slice and pair.
const EXAMPLES_MAX: usize = 3;

/// The worst outputs by slice and pair: those that the metric liked first, then those
/// its guard liked least, then the latest.
#[derive(Debug, Default)]
pub(super) struct Examples(BTreeMap<u32, Vec<Worst>>);

/// Of one slice and pair.
#[derive(Debug, Clone, Default)]
pub(super) struct Worst(BTreeMap<Place, Output>);

/// Smaller is the better example.
type Place = (Reverse<bool>, i64, Reverse<u64>, u32);

impl Examples {
    /// Those of a slice, by pair.
    pub(super) fn slice(&mut self, slice: u32, pairs: usize) -> &mut [Worst] {
        let new = || vec![Worst::default(); pairs];
        self.0.entry(slice).or_insert_with(new)
    }

    /// The ids of those of a slice and pair.
    pub(super) fn of(
        &self,
        (slice, pair): (u32, usize),
        id: &Ids<'_>,
    ) -> Result<Vec<String>, StoreError> {
        let kept = self.0.get(&slice).and_then(|pairs| pairs.get(pair));
        let outputs = kept.into_iter().flat_map(|kept| kept.0.values());
        let ids: Result<Vec<_>, _> = outputs.map(id).collect();
        Ok(ids?.into_iter().flatten().collect())
    }
}

impl Worst {
    /// Takes an output that was shown at a moment, if its guard is not as good as it can be.
    /// Values are in thousandths.
    pub(super) fn offer(
        &mut self,
        (sight, shown_at): (&Sight<'_>, u64),
        (metric, guard): (Option<i64>, Option<i64>),
        better: Better,
    ) {
        let Some(guard) = guard else { return };
        // Of what should fall, 0 is best; of shares that should rise, 1 is.
        let (bad, rank) = match better {
            Better::Higher => (guard < 1_000, guard),
            Better::Lower => (guard > 0, -guard),
        };
        if !bad {
            return;
        }
        let liked = metric.is_some_and(|value| value > 0);
        let place = |tie| (Reverse(liked), rank, Reverse(shown_at), tie);
        let is_full = self.0.len() >= EXAMPLES_MAX;
        let last = self.0.last_key_value().map(|(place, _)| *place);
        if is_full && last.is_some_and(|last| last <= place(0)) {
            return;
        }
        self.0.insert(place(sight.tie()), sight.name.into());
        if self.0.len() > EXAMPLES_MAX {
            self.0.pop_last();
        }
    }
}

/// In thousandths of the metric's unit.
pub(super) fn value(sums: Sums) -> Option<i64> {
    sums.numerator
        .saturating_mul(1_000)
        .checked_div(sums.denominator)
}
