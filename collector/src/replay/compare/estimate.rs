//! Figures over people, and how sure they are.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::tally::Weighed;
use crate::{brief::rate::milli, label::Milli};

/// What each person adds to the sums a figure is made of.
pub(super) type Sums<const N: usize> = [f64; N];

/// Times people are drawn again: the ends of a 95 % interval are then about as noisy as
/// a twentieth of its width.
const DRAWS: u32 = 2_000;

/// A figure and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// The figure, each case standing for the outputs it was drawn from.
    pub value: Milli,
    /// The middle 95 % of 2,000 draws of as many people, with replacement (Efron 1979,
    /// percentiles; Field and Welsh 2007 for clusters). `None` of fewer than two people.
    pub interval: Option<[Milli; 2]>,
    /// Cases it is made of.
    pub cases: u64,
    /// People they are of; a case of nobody known is a person of its own.
    pub people: u64,
}

/// The sums of each person. `of` says what a case adds; `None` leaves it out.
pub(super) fn by_person<const N: usize>(
    cases: &[Weighed<'_>],
    of: impl Fn(&Weighed<'_>) -> Option<Sums<N>>,
) -> (Vec<Sums<N>>, u64) {
    let mut people: BTreeMap<&str, Sums<N>> = BTreeMap::new();
    let mut counted = 0;
    for case in cases {
        let Some(more) = of(case) else { continue };
        counted += 1;
        let sums = people.entry(case.person).or_insert([0.0; N]);
        add(sums, &more);
    }
    (people.into_values().collect(), counted)
}

/// The figure that `of` makes of everybody's sums, with its interval.
pub(super) fn estimate<const N: usize>(
    (people, cases): (Vec<Sums<N>>, u64),
    seed: u64,
    of: impl Fn(&Sums<N>) -> Option<f64>,
) -> Option<Estimate> {
    let value = of(&total(people.iter()))?;
    Some(Estimate {
        value: milli(value),
        interval: interval(&people, seed, of),
        cases,
        people: people.len() as u64,
    })
}

/// A weighted mean of what `of` says of each case, with its interval.
pub(crate) fn mean(
    cases: &[Weighed<'_>],
    seed: u64,
    of: impl Fn(&Weighed<'_>) -> Option<f64>,
) -> Option<Estimate> {
    let sums = by_person(cases, |case| {
        let value = of(case)?;
        Some([case.weight, case.weight * value])
    });
    estimate(sums, seed, |[weight, sum]| {
        (*weight > 0.0).then(|| sum / weight)
    })
}

fn interval<const N: usize>(
    people: &[Sums<N>],
    seed: u64,
    of: impl Fn(&Sums<N>) -> Option<f64>,
) -> Option<[Milli; 2]> {
    let count = u32::try_from(people.len())
        .ok()
        .filter(|count| *count > 1)?;
    let mut draw = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn: Vec<f64> = (0..DRAWS)
        .filter_map(|_| {
            let mut sums = [0.0; N];
            for _ in 0..count {
                add(&mut sums, &people[draw.random_range(0..count) as usize]);
            }
            of(&sums)
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    // The 50th from each end of 2,000; a draw without a value is left out.
    let cut = drawn.len() / 40;
    let low = drawn.get(cut)?;
    let high = drawn.get(drawn.len() - 1 - cut)?;
    Some([milli(*low), milli(*high)])
}

fn total<'a, const N: usize>(people: impl Iterator<Item = &'a Sums<N>>) -> Sums<N> {
    people.fold([0.0; N], |mut sums, more| {
        add(&mut sums, more);
        sums
    })
}

fn add<const N: usize>(sums: &mut Sums<N>, more: &Sums<N>) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}

/// A ratio of its logarithm.
pub(super) fn exp(logarithm: Milli) -> Milli {
    milli(libm::exp(logarithm.to_f64()))
}
