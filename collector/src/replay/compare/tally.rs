//! Shares of cases, each standing for the outputs it was drawn from.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{case::Compared, estimate::by_person};
use crate::{
    brief::rate::{float, milli, wilson},
    label::Milli,
};

/// A case, and what it stands for.
#[derive(Debug, Clone, Copy)]
pub struct Weighed<'a> {
    /// The case.
    pub case: &'a Compared,
    /// Outputs it stands for.
    pub weight: f64,
    /// Whose it is: intervals are over people. The output itself where nobody is known.
    pub person: &'a str,
}

/// So many cases of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Proportion {
    /// Cases.
    pub count: u64,
    /// Of so many cases.
    pub of: u64,
    /// The share of the outputs they stand for, 0 to 1; 0 of none.
    pub share: Milli,
    /// Wilson's 95 % interval (1927) at the effective number of people,
    /// n = (Σw)² / Σ(Σw of a person)² (Kish 1965): everything of one person counts as one.
    pub interval: [Milli; 2],
}

impl Proportion {
    /// The share of `cases` for which `holds` says yes; where it says nothing, a case is
    /// not counted.
    pub(crate) fn of(cases: &[Weighed<'_>], holds: impl Fn(&Weighed<'_>) -> Option<bool>) -> Self {
        let (people, of) = by_person(cases, |case| {
            let part = f64::from(u8::from(holds(case)?));
            Some([case.weight, case.weight * part, part])
        });
        let mut sums = [0.0; 3];
        let mut squares = 0.0;
        for person in &people {
            for (sum, more) in sums.iter_mut().zip(person) {
                *sum += more;
            }
            squares += person[0] * person[0];
        }
        let [weight, part, count] = sums;
        if weight <= 0.0 {
            return Self::plain(0, 0);
        }
        let share = (part / weight).clamp(0.0, 1.0);
        let (low, high) = wilson(share, weight * weight / squares);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of cases"
        )]
        let count = count as u64;
        Self {
            count,
            of,
            share: milli(share),
            interval: [milli(low), milli(high)],
        }
    }

    /// Of cases that stand for themselves alone, all of different people.
    #[must_use]
    pub fn plain(count: u64, of: u64) -> Self {
        if of == 0 {
            let interval = [Milli::default(), Milli::new(1_000)];
            return Self {
                interval,
                ..Self::default()
            };
        }
        let share = float(count) / float(of);
        let (low, high) = wilson(share, float(of));
        Self {
            count,
            of,
            share: milli(share),
            interval: [milli(low), milli(high)],
        }
    }

    /// With an interval like any other figure, if it is of anything.
    pub(super) fn known(&self) -> Option<(Milli, [Milli; 2])> {
        (self.of > 0).then_some((self.share, self.interval))
    }
}

/// How likely people are at least so one-sided when each toss is fair: the two-sided sign
/// test (exact), a person counting once by the sign of their sum. Rounded up to a
/// thousandth: no figure says that something cannot be chance. `None` where all are even.
pub(super) fn sign_test(
    cases: &[Weighed<'_>],
    sign: impl Fn(&Compared) -> Option<i8>,
) -> Option<Milli> {
    let mut people: BTreeMap<&str, i64> = BTreeMap::new();
    for case in cases {
        if let Some(sign) = sign(case.case) {
            *people.entry(case.person).or_default() += i64::from(sign);
        }
    }
    let count = |wanted: i64| people.values().filter(|sum| sum.signum() == wanted).count();
    let (up, down) = (count(1), count(-1));
    let all = up + down;
    if all == 0 {
        return None;
    }
    let tail: f64 = (up.max(down)..=all).map(|k| chance(k, all)).sum();
    let thousandths = libm::ceil((2.0 * tail).min(1.0) * 1_000.0 - 1e-9);
    Some(milli(thousandths / 1_000.0))
}

/// The chance of `k` heads in `n` fair tosses.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn chance(k: usize, n: usize) -> f64 {
    let factorial = |n: usize| libm::lgamma(n as f64 + 1.0);
    let ways = factorial(n) - factorial(k) - factorial(n - k);
    libm::exp(ways - n as f64 * std::f64::consts::LN_2)
}
