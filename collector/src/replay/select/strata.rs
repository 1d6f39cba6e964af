//! How many cases each stratum gives.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    label::Labelled,
    replay::{Allocation, Dimension, Stratum},
};

/// Strata that are counted at a time: beyond it a dimension is given up at once, so
/// that memory does not grow with the number of prompt versions.
const STRATA_MAX: usize = 10_000;

/// Outputs by stratum.
#[derive(Debug)]
pub(super) struct Strata {
    /// What strata are told apart by; the last is given up first.
    pub(super) by: Vec<Dimension>,
    pub(super) counts: BTreeMap<Stratum, u64>,
}

impl Strata {
    pub(super) const fn new(by: Vec<Dimension>) -> Self {
        let counts = BTreeMap::new();
        Self { by, counts }
    }

    pub(super) fn add(&mut self, label: &Labelled) {
        *self.counts.entry(stratum(label, &self.by)).or_default() += 1;
        self.coarsen(STRATA_MAX);
    }

    /// Gives up dimensions until there are at most so many strata.
    pub(super) fn coarsen(&mut self, max: usize) {
        while self.counts.len() > max {
            let Some(given_up) = self.by.pop() else {
                return;
            };
            for (mut stratum, count) in std::mem::take(&mut self.counts) {
                forget(&mut stratum, given_up);
                *self.counts.entry(stratum).or_default() += count;
            }
        }
    }

    /// Cases by stratum; at least one each where there are enough.
    pub(super) fn allocate(&self, sample: u64, how: Allocation) -> BTreeMap<Stratum, u64> {
        let sizes: Vec<u64> = self.counts.values().copied().collect();
        let shares = allocate(&sizes, sample, how);
        self.counts.keys().cloned().zip(shares).collect()
    }
}

/// The stratum of an output.
pub(super) fn stratum(label: &Labelled, by: &[Dimension]) -> Stratum {
    let tells = |dimension| by.contains(&dimension);
    Stratum {
        state: tells(Dimension::Label).then_some(label.state),
        prompt_version: label
            .prompt_version
            .clone()
            .filter(|_| tells(Dimension::PromptVersion)),
        month: label
            .shown_at
            .filter(|_| tells(Dimension::Month))
            .and_then(month),
    }
}

fn forget(stratum: &mut Stratum, dimension: Dimension) {
    match dimension {
        Dimension::Label => stratum.state = None,
        Dimension::PromptVersion => stratum.prompt_version = None,
        Dimension::Month => stratum.month = None,
    }
}

/// The month of a moment, UTC.
fn month(at: u64) -> Option<String> {
    let at = Timestamp::from_millisecond(i64::try_from(at).ok()?).ok()?;
    let day = at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    Some(format!("{:04}-{:02}", day.year(), day.month()))
}

/// Shares `sample` out among strata of these sizes; none gets more than it has.
fn allocate(sizes: &[u64], sample: u64, how: Allocation) -> Vec<u64> {
    let total: u64 = sizes.iter().sum();
    if sample >= total {
        return sizes.to_vec();
    }
    match how {
        Allocation::Proportional => proportional(sizes, sample, total),
        Allocation::Equal => equal(sizes, sample),
    }
}

/// One each, and the rest in proportion to what is left of each stratum (Hamilton's
/// largest remainders; of equal ones the first). Strata must be at most `sample`.
fn proportional(sizes: &[u64], sample: u64, total: u64) -> Vec<u64> {
    let strata = sizes.len() as u64;
    let (rest, left) = (sample.saturating_sub(strata), (total - strata).max(1));
    let quota = |size: u64| u128::from(size - 1) * u128::from(rest);
    let whole = |size: u64| u64::try_from(quota(size) / u128::from(left)).unwrap_or(u64::MAX);
    let mut shares: Vec<u64> = sizes.iter().map(|&size| 1 + whole(size)).collect();
    let mut places: Vec<usize> = (0..sizes.len()).collect();
    places.sort_by_key(|&at| (std::cmp::Reverse(quota(sizes[at]) % u128::from(left)), at));
    let missing = sample.saturating_sub(shares.iter().sum());
    for at in places
        .into_iter()
        .take(usize::try_from(missing).unwrap_or_default())
    {
        shares[at] += 1;
    }
    shares
}

/// The same for each; the smallest strata first, so that what they lack is shared
/// among those that have more.
fn equal(sizes: &[u64], sample: u64) -> Vec<u64> {
    let mut shares = vec![0; sizes.len()];
    let mut places: Vec<usize> = (0..sizes.len()).collect();
    places.sort_by_key(|&at| (sizes[at], at));
    let (mut left, mut strata) = (sample, sizes.len() as u64);
    for at in places {
        // What does not divide goes to the largest, which come last.
        let share = (left / strata).min(sizes[at]);
        shares[at] = share;
        left -= share;
        strata -= 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::label::State;

    #[test]
    fn proportions_are_kept_and_nobody_is_left_out() {
        let shares = |sizes: &[u64], sample| allocate(sizes, sample, Allocation::Proportional);
        // One each and 97 more: 58.3, 29.1 and 9.6.
        assert_eq!(shares(&[600, 300, 100], 100), [59, 30, 11]);
        // 1 + 7 · 9 989 / 9 990 and 1 + 7 · 1 / 9 990: the tiny one has its one.
        assert_eq!(shares(&[9_990, 2, 1], 10), [8, 1, 1]);
        assert_eq!(shares(&[3, 2], 10), [3, 2]);
    }

    #[test]
    fn equal_shares_fill_up_small_strata() {
        let shares = |sizes: &[u64], sample| allocate(sizes, sample, Allocation::Equal);
        assert_eq!(shares(&[600, 300, 100], 90), [30, 30, 30]);
        assert_eq!(shares(&[600, 300, 4], 100), [48, 48, 4]);
        assert_eq!(shares(&[600, 300, 4], 101), [49, 48, 4]);
    }

    proptest! {
        #[test]
        fn a_sample_is_given_out_whole(sizes in prop::collection::vec(1_u64..5_000, 1..40),
                                       sample in 40_u64..4_000, equal in any::<bool>()) {
            let how = if equal { Allocation::Equal } else { Allocation::Proportional };
            let shares = allocate(&sizes, sample, how);
            let total: u64 = sizes.iter().sum();
            prop_assert_eq!(shares.iter().sum::<u64>(), sample.min(total));
            for (share, size) in shares.iter().zip(&sizes) {
                prop_assert!(*share >= 1 && share <= size, "{:?} of {:?}", shares, sizes);
            }
        }
    }

    #[test]
    fn the_last_dimension_is_given_up_first() {
        let of = |state, version: &str, month: &str| Stratum {
            state: Some(state),
            prompt_version: Some(version.into()),
            month: Some(month.into()),
        };
        let mut strata = Strata::new(vec![
            Dimension::Label,
            Dimension::PromptVersion,
            Dimension::Month,
        ]);
        strata.counts = BTreeMap::from([
            (of(State::Positive, "a", "2026-01"), 3),
            (of(State::Positive, "a", "2026-02"), 4),
            (of(State::Negative, "a", "2026-02"), 5),
            (of(State::Negative, "b", "2026-02"), 6),
        ]);
        strata.coarsen(3);
        assert_eq!(strata.by, [Dimension::Label, Dimension::PromptVersion]);
        let counts: Vec<u64> = strata.counts.values().copied().collect();
        assert_eq!(counts, [7, 5, 6]);
        strata.coarsen(0);
        assert!(strata.by.is_empty());
        assert_eq!(strata.counts.len(), 1, "one stratum is all there can be");
    }

    #[test]
    fn months_are_of_utc() {
        assert_eq!(month(1_763_889_990_000).as_deref(), Some("2025-11"));
        assert_eq!(month(1_767_225_599_999).as_deref(), Some("2025-12"));
        assert_eq!(month(1_767_225_600_000).as_deref(), Some("2026-01"));
        assert_eq!(month(u64::MAX), None);
    }
}
