//! What is kept of an arm's people: counts, means and co-moments.
//!
//! Co-moments are about the mean (Welford 1962 for one more person, Chan, Golub &
//! LeVeque 1979 for two groups): sums of squares would lose every digit of a
//! small variance around a large mean.

use super::observation::Observation;

/// Numerator, denominator, whether there is a pre-period, and the numerator and
/// denominator of it.
pub(super) const VARIABLES: usize = 5;
/// Place of the numerator.
pub(super) const NUMERATOR: usize = 0;
/// Place of the denominator.
pub(super) const DENOMINATOR: usize = 1;
/// Place of the indicator of a pre-period.
pub(super) const KNOWN: usize = 2;
/// Place of the numerator before.
pub(super) const NUMERATOR_BEFORE: usize = 3;
/// Place of the denominator before.
pub(super) const DENOMINATOR_BEFORE: usize = 4;

/// A weight per variable: a linear combination of what is known of a person.
pub(super) type Weights = [f64; VARIABLES];

/// The people of one arm.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    people: u64,
    measured: u64,
    measured_before: u64,
    did: u64,
    left_undone: u64,
    means: [f64; VARIABLES],
    /// Σ (xᵢ − x̄ᵢ)(xⱼ − x̄ⱼ) over people.
    co: [[f64; VARIABLES]; VARIABLES],
}

impl Moments {
    /// One more person.
    pub fn add(&mut self, person: &Observation) {
        let (known, (numerator_before, denominator_before)) = match person.before {
            Some(before) => (1.0, before),
            None => (0.0, (0.0, 0.0)),
        };
        let one = Self {
            people: 1,
            measured: u64::from(person.denominator != 0.0),
            measured_before: u64::from(denominator_before != 0.0),
            did: u64::from(person.numerator != 0.0),
            left_undone: u64::from(person.numerator != person.denominator),
            means: [
                person.numerator,
                person.denominator,
                known,
                numerator_before,
                denominator_before,
            ],
            co: [[0.0; VARIABLES]; VARIABLES],
        };
        self.merge(&one);
    }

    /// People who were added up elsewhere: how many, how many measured, how many
    /// measured before, how many with a numerator other than 0, and with one other than
    /// their denominator; the means of all variables and their co-moments about them.
    pub(in crate::experiment) const fn added_up(
        [people, measured, measured_before, did, left_undone]: [u64; 5],
        means: [f64; VARIABLES],
        co: [[f64; VARIABLES]; VARIABLES],
    ) -> Self {
        Self {
            people,
            measured,
            measured_before,
            did,
            left_undone,
            means,
            co,
        }
    }

    /// The people of another group as well; nobody may be in both.
    pub fn merge(&mut self, other: &Self) {
        if other.people == 0 {
            return;
        }
        let (here, there) = (self.people as f64, other.people as f64);
        let both = here + there;
        let mut apart = other.means;
        for (apart, mean) in apart.iter_mut().zip(self.means) {
            *apart -= mean;
        }
        for (i, row) in self.co.iter_mut().enumerate() {
            for (j, co) in row.iter_mut().enumerate() {
                *co += other.co[i][j] + apart[i] * apart[j] * (here / both * there);
            }
        }
        for (mean, apart) in self.means.iter_mut().zip(apart) {
            *mean += apart * (there / both);
        }
        self.people += other.people;
        self.measured += other.measured;
        self.measured_before += other.measured_before;
        self.did += other.did;
        self.left_undone += other.left_undone;
    }

    /// How many people.
    #[must_use]
    pub const fn people(&self) -> u64 {
        self.people
    }

    /// How many of them had an occasion to be measured: a denominator other than 0.
    #[must_use]
    pub const fn measured(&self) -> u64 {
        self.measured
    }

    /// How many of them were measured before.
    #[must_use]
    pub const fn measured_before(&self) -> u64 {
        self.measured_before
    }

    /// The fewer of those who did any of what is measured, whose numerator is not 0, and
    /// of those who did not do all of it, whose numerator is not their denominator: of a
    /// rare event those it happened to, of a near certain one those it did not happen to.
    #[must_use]
    pub fn either(&self) -> u64 {
        self.did.min(self.left_undone)
    }

    /// Mean of a combination over people.
    pub(super) fn mean(&self, weights: &Weights) -> f64 {
        weights.iter().zip(self.means).map(|(w, m)| w * m).sum()
    }

    /// Covariance of two combinations over people; 0 of fewer than two people.
    pub(super) fn covariance(&self, left: &Weights, right: &Weights) -> f64 {
        if self.people < 2 {
            return 0.0;
        }
        let mut sum = 0.0;
        for (row, left) in self.co.iter().zip(left) {
            for (co, right) in row.iter().zip(right) {
                sum += left * right * co;
            }
        }
        sum / (self.people as f64 - 1.0)
    }

    /// Variance of a combination over people, which rounding cannot make negative.
    pub(super) fn variance(&self, weights: &Weights) -> f64 {
        not_negative(self.covariance(weights, weights))
    }
}

/// What rounding made of 0 is 0; what is no number stays none.
pub(super) fn not_negative(variance: f64) -> f64 {
    if variance < 0.0 { 0.0 } else { variance }
}

/// The combination that is one variable alone.
pub(super) const fn only(place: usize) -> Weights {
    let mut weights = [0.0; VARIABLES];
    weights[place] = 1.0;
    weights
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(people: &[Observation]) -> Moments {
        let mut moments = Moments::default();
        people.iter().for_each(|person| moments.add(person));
        moments
    }

    fn near(found: f64, wanted: f64, scale: f64) -> bool {
        (found - wanted).abs() <= 1e-9 * scale.max(1.0)
    }

    #[test]
    fn a_small_variance_around_a_large_mean_is_kept() {
        let moments = of(&[4.0, 7.0, 13.0, 16.0].map(|x| Observation::new(1e9 + x, 1.0)));
        assert_eq!(moments.variance(&only(NUMERATOR)), 30.0);
        assert_eq!(moments.mean(&only(NUMERATOR)), 1e9 + 10.0);
        assert_eq!((moments.people(), moments.measured()), (4, 4));
    }

    #[test]
    fn who_was_measured_is_counted_apart_from_who_is_there() {
        let moments = of(&[
            Observation::new(0.0, 0.0).with_before(1.0, 2.0),
            Observation::new(0.0, 3.0).with_before(0.0, 0.0),
            Observation::new(1.0, 1.0),
        ]);
        let counts = (
            moments.people(),
            moments.measured(),
            moments.measured_before(),
        );
        assert_eq!(counts, (3, 2, 1));
        assert!((moments.mean(&only(KNOWN)) - 2.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn the_rarer_of_done_and_left_undone_is_counted() {
        let one = |numerator| Observation::new(numerator, 2.0);
        assert_eq!(of(&[0.0, 0.0, 1.0, 2.0, 2.0].map(one)).either(), 3);
        assert_eq!(of(&[0.0, 0.0, 0.0, 2.0].map(one)).either(), 1);
        assert_eq!(of(&[2.0, 2.0, 0.0].map(one)).either(), 1);
        assert_eq!(of(&[Observation::new(0.0, 0.0)]).either(), 0);
    }

    #[test]
    fn one_person_has_no_variance_and_nobody_no_mean() {
        assert_eq!(of(&[Observation::new(3.0, 2.0)]).variance(&only(0)), 0.0);
        assert_eq!(Moments::default().mean(&only(0)), 0.0);
    }

    fn person() -> impl Strategy<Value = Observation> {
        let before = proptest::option::of((-50.0..50.0, 0.0..20.0));
        (-1e3..1e3, 0.0..30.0, before).prop_map(|(numerator, denominator, before)| Observation {
            numerator,
            denominator,
            before,
        })
    }

    proptest! {
        #[test]
        fn merging_groups_is_adding_their_people(
            people in proptest::collection::vec(person(), 0..60),
            cut in 0_usize..60,
        ) {
            let cut = cut.min(people.len());
            let whole = of(&people);
            let mut merged = of(&people[..cut]);
            merged.merge(&of(&people[cut..]));
            prop_assert_eq!(merged.people(), whole.people());
            prop_assert_eq!(merged.measured_before(), whole.measured_before());
            prop_assert_eq!(merged.either(), whole.either());
            for i in 0..VARIABLES {
                let scale = whole.variance(&only(i));
                prop_assert!(near(merged.mean(&only(i)), whole.mean(&only(i)), scale));
                prop_assert!(near(merged.variance(&only(i)), scale, scale));
            }
        }

        #[test]
        fn covariances_are_those_of_the_textbook(
            people in proptest::collection::vec(person(), 2..60),
        ) {
            let moments = of(&people);
            let n = people.len() as f64;
            let mean = |f: fn(&Observation) -> f64| people.iter().map(f).sum::<f64>() / n;
            let (x, y) = (mean(|p| p.numerator), mean(|p| p.denominator));
            let products = people.iter().map(|p| (p.numerator - x) * (p.denominator - y));
            let wanted = products.sum::<f64>() / (n - 1.0);
            let found = moments.covariance(&only(NUMERATOR), &only(DENOMINATOR));
            prop_assert!(near(found, wanted, 1e4), "{} {}", found, wanted);
        }
    }
}
