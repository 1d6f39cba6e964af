//! Figures over people, and how sure they are.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::tally::Weighed;
use crate::{
    brief::rate::{milli, wilson},
    label::Milli,
};

/// What each person adds to the sums a figure is made of.
pub(super) type Sums<const N: usize> = [f64; N];

/// Times people are drawn again: the ends of a 95 % interval are then about as noisy as
/// a twentieth of its width.
const DRAWS: u32 = 2_000;

/// People that draws say anything of.
const PEOPLE_MIN: u32 = 10;

/// A figure and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// The figure, each case standing for the outputs it was drawn from.
    pub value: Milli,
    /// Of a difference of shares: made of both Wilson intervals ([`net`]). Else the middle
    /// 95 % of 2,000 draws of as many people, with replacement (Efron 1979, percentiles;
    /// Field and Welsh 2007 for clusters); `None` of fewer than ten people, whom drawing
    /// again makes look much surer than they are.
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

/// The share of cases that `of` gives a plus minus the share it gives a minus; what it
/// gives nothing is neither, and of `None` the case is not counted.
///
/// The interval is made of the Wilson intervals (l, u) of both shares p and q, at the
/// effective number of people, and their correlation as parts of one whole,
/// r = −√(pq / ((1−p)(1−q))): p − q ∓ √(a² − 2rab + b²) with a = p − l, b = u − q below
/// and the other ends above (Newcombe 1998b, method 10; Zou and Donner 2008). So it says
/// something where all are of one mind, which drawing people again does not.
pub(crate) fn net(
    cases: &[Weighed<'_>],
    of: impl Fn(&Weighed<'_>) -> Option<i8>,
) -> Option<Estimate> {
    let (people, counted) = by_person(cases, |case| {
        let sign = of(case)?;
        let part = |wanted| case.weight * f64::from(u8::from(sign.signum() == wanted));
        Some([case.weight, part(1), part(-1)])
    });
    let [weight, up, down] = total(people.iter());
    if weight <= 0.0 {
        return None;
    }
    let squares: f64 = people.iter().map(|sums| sums[0] * sums[0]).sum();
    let n = weight * weight / squares;
    let (p, q) = (
        (up / weight).clamp(0.0, 1.0),
        (down / weight).clamp(0.0, 1.0),
    );
    let (of_p, of_q) = (wilson(p, n), wilson(q, n));
    let both = (1.0 - p) * (1.0 - q);
    let r = if both > 0.0 {
        -libm::sqrt(p * q / both)
    } else {
        0.0
    };
    let apart = |a: f64, b: f64| libm::sqrt((a * a - 2.0 * r * a * b + b * b).max(0.0));
    let low = p - q - apart(p - of_p.0, of_q.1 - q);
    let high = p - q + apart(of_p.1 - p, q - of_q.0);
    Some(Estimate {
        value: milli(p - q),
        interval: Some([milli(low.max(-1.0)), milli(high.min(1.0))]),
        cases: counted,
        people: people.len() as u64,
    })
}

fn interval<const N: usize>(
    people: &[Sums<N>],
    seed: u64,
    of: impl Fn(&Sums<N>) -> Option<f64>,
) -> Option<[Milli; 2]> {
    let count = u32::try_from(people.len()).ok();
    let count = count.filter(|count| *count >= PEOPLE_MIN)?;
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
