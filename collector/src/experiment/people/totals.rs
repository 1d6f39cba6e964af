//! Sums over people, exact: in whole thousandths, so that no order of people and no
//! way of splitting them gives another result, and so that a person can be taken out
//! again when a later look knows more of them.

use serde::{Deserialize, Serialize};

use crate::experiment::{metric::Sums, stats::Moments};

/// Numerator, denominator, whether there is a pre-period, and the numerator and
/// denominator of it.
pub(crate) const VARIABLES: usize = 5;

/// Pairs of variables, each with itself as well.
const PAIRS: usize = VARIABLES * (VARIABLES + 1) / 2;

/// Largest magnitude of one person's sum, in thousandths: with ten million people
/// their squares, times the people, still fit into 128 bits. Nobody reads a billion
/// characters.
const SUM_MAX: i64 = 1_000_000_000_000;

/// What one person adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Entry {
    /// Since the exposure.
    pub(crate) sums: Sums,
    /// Before the start; `None` of who had nothing to measure then.
    pub(crate) before: Option<Sums>,
}

/// Sums over the people of one arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Totals {
    people: i64,
    measured: i64,
    did: i64,
    left_undone: i64,
    sums: [i128; VARIABLES],
    products: [i128; PAIRS],
}

impl Entry {
    /// Of the time since exposure alone.
    pub(crate) const fn of(sums: Sums) -> Self {
        Self { sums, before: None }
    }

    fn vector(&self) -> [i128; VARIABLES] {
        let clamped = |value: i64| i128::from(value.clamp(-SUM_MAX, SUM_MAX));
        let before = self.before.unwrap_or_default();
        [
            clamped(self.sums.numerator),
            clamped(self.sums.denominator),
            // In thousandths as everything.
            if self.before.is_some() { 1_000 } else { 0 },
            clamped(before.numerator),
            clamped(before.denominator),
        ]
    }
}

impl Totals {
    /// One more person.
    pub(crate) fn add(&mut self, entry: &Entry) {
        self.count(entry, 1);
    }

    /// A person who is counted as `old` by now is `new`.
    pub(crate) fn replace(&mut self, old: &Entry, new: &Entry) {
        self.count(old, -1);
        self.count(new, 1);
    }

    fn count(&mut self, entry: &Entry, times: i64) {
        self.people += times;
        self.measured += times * i64::from(entry.sums.denominator != 0);
        self.did += times * i64::from(entry.sums.numerator != 0);
        self.left_undone += times * i64::from(entry.sums.numerator != entry.sums.denominator);
        let vector = entry.vector();
        let times = i128::from(times);
        if entry.before.is_none() {
            // Everything else is 0.
            let [numerator, denominator, ..] = vector;
            self.sums[0] += times * numerator;
            self.sums[1] += times * denominator;
            self.products[0] += times * numerator * numerator;
            self.products[1] += times * numerator * denominator;
            self.products[VARIABLES] += times * denominator * denominator;
            return;
        }
        for (sum, value) in self.sums.iter_mut().zip(vector) {
            *sum += times * value;
        }
        for (product, (left, right)) in self.products.iter_mut().zip(pairs()) {
            *product += times * vector[left] * vector[right];
        }
    }

    /// The people of `other` as well, or what changed of them.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.people += other.people;
        self.measured += other.measured;
        self.did += other.did;
        self.left_undone += other.left_undone;
        for (sum, more) in self.sums.iter_mut().zip(other.sums) {
            *sum += more;
        }
        for (product, more) in self.products.iter_mut().zip(other.products) {
            *product += more;
        }
    }

    /// How many people.
    pub(crate) fn people(&self) -> u64 {
        u64::try_from(self.people).unwrap_or_default()
    }

    /// Whose denominator is not 0.
    pub(crate) fn measured(&self) -> u64 {
        u64::try_from(self.measured).unwrap_or_default()
    }

    /// People who were measured before the start.
    pub(crate) fn with_before(&self) -> u64 {
        u64::try_from(self.sums[2] / 1_000).unwrap_or_default()
    }

    /// Σ numerators ÷ Σ denominators; `None` where there is nothing to divide by.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let [numerator, denominator, ..] = self.sums;
        (denominator != 0).then(|| float(numerator) / float(denominator))
    }

    /// Σ numerators and Σ denominators, in units.
    pub(crate) fn sums(&self) -> (f64, f64) {
        let [numerator, denominator, ..] = self.sums;
        (float(numerator) / 1_000.0, float(denominator) / 1_000.0)
    }

    /// As statistics take them.
    pub(crate) fn moments(&self) -> Moments {
        let count = |people: i64| u64::try_from(people).unwrap_or_default();
        let counts = [
            self.people(),
            self.measured(),
            self.with_before(),
            count(self.did),
            count(self.left_undone),
        ];
        Moments::added_up(counts, self.means(), self.co_moments())
    }

    /// Means over people, in units.
    pub(crate) fn means(&self) -> [f64; VARIABLES] {
        self.sums
            .map(|sum| float(sum) / float(i128::from(self.people.max(1))) / 1_000.0)
    }

    /// Σ (xᵢ − x̄ᵢ)(xⱼ − x̄ⱼ) over people, in units: Σxᵢxⱼ − ΣxᵢΣxⱼ/n, subtracted
    /// before anything is rounded.
    pub(crate) fn co_moments(&self) -> [[f64; VARIABLES]; VARIABLES] {
        let people = i128::from(self.people.max(1));
        let mut co = [[0.0; VARIABLES]; VARIABLES];
        for (product, (left, right)) in self.products.iter().zip(pairs()) {
            let apart = product
                .saturating_mul(people)
                .saturating_sub(self.sums[left].saturating_mul(self.sums[right]));
            let moment = float(apart) / float(people) / 1_000_000.0;
            co[left][right] = moment;
            co[right][left] = moment;
        }
        co
    }
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..VARIABLES).flat_map(|left| (left..VARIABLES).map(move |right| (left, right)))
}

#[expect(clippy::cast_precision_loss, reason = "rounds to the nearest double")]
fn float(value: i128) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::stats::{Observation, ratio};

    fn entry(numerator: i64, denominator: i64, before: Option<(i64, i64)>) -> Entry {
        let sums = |(numerator, denominator)| Sums {
            numerator,
            denominator,
        };
        Entry {
            sums: sums((numerator * 1_000, denominator * 1_000)),
            before: before.map(|(n, d)| sums((n * 1_000, d * 1_000))),
        }
    }

    #[test]
    fn means_and_moments_by_hand() {
        let mut totals = Totals::default();
        for one in [
            entry(1, 2, Some((1, 4))),
            entry(0, 1, None),
            entry(5, 0, Some((2, 2))),
        ] {
            totals.add(&one);
        }
        assert_eq!((totals.people(), totals.measured()), (3, 2));
        assert_eq!(totals.with_before(), 2);
        assert_eq!(totals.means(), [2.0, 1.0, 2.0 / 3.0, 1.0, 2.0]);
        let co = totals.co_moments();
        // Numerators −1, −2, 3; denominators 1, 0, −1.
        assert_eq!(
            (co[0][0], co[0][1], co[1][0], co[1][1]),
            (14.0, -4.0, -4.0, 2.0)
        );
        // Indicators 1/3, −2/3, 1/3; before 0, −1, 1.
        assert!((co[2][2] - 2.0 / 3.0).abs() < 1e-15);
        assert_eq!((co[0][3], co[3][3]), (5.0, 2.0));
    }

    #[test]
    fn as_statistics_take_them_they_are_the_people_one_by_one() {
        let mut totals = Totals::default();
        let mut moments = Moments::default();
        for (numerator, denominator, before) in [
            (1, 2, Some((1, 4))),
            (0, 3, None),
            (5, 5, Some((2, 2))),
            (4, 4, None),
            (0, 0, None),
        ] {
            totals.add(&entry(numerator, denominator, before));
            let float = |value: i64| value as f64;
            moments.add(&Observation {
                numerator: float(numerator),
                denominator: float(denominator),
                before: before.map(|(n, d)| (float(n), float(d))),
            });
        }
        let of = totals.moments();
        assert_eq!((of.people(), of.measured()), (5, moments.measured()));
        assert_eq!((of.measured_before(), of.either()), (2, 2));
        assert_eq!(moments.either(), 2);
        let (found, wanted) = (ratio(&of).unwrap(), ratio(&moments).unwrap());
        assert!((found.value - wanted.value).abs() < 1e-12);
        assert!((found.variance_per_person - wanted.variance_per_person).abs() < 1e-12);
    }

    #[test]
    fn who_is_replaced_leaves_no_trace() {
        let (old, new) = (entry(1, 2, Some((3, 4))), entry(7, 0, Some((3, 4))));
        let (mut replaced, mut added) = (Totals::default(), Totals::default());
        replaced.add(&old);
        replaced.replace(&old, &new);
        added.add(&new);
        assert_eq!(replaced, added);
        let mut both = added;
        both.merge(&replaced);
        added.add(&new);
        assert_eq!(both, added);
    }

    #[test]
    fn a_small_variance_around_a_large_mean_is_kept() {
        let mut totals = Totals::default();
        for x in [4, 7, 13, 16] {
            totals.add(&entry(100_000_000 + x, 1, None));
        }
        assert_eq!(totals.co_moments()[0][0], 90.0);
    }
}
