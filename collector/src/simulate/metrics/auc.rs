//! The area under the ROC curve: the chance that a label puts an answer that
//! satisfied above one that did not, ties counting a half.
//!
//! Intervals are DeLong's (1988) with Obuchowski's (1997) sums over clusters: a
//! person's answers are not independent. With one answer per person they are
//! DeLong's own.

use std::collections::BTreeMap;

use super::{Judged, real};

/// The normal distribution's 97.5 % point.
const Z: f64 = 1.959_963_984_540_054;

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Standard error; NaN where there are too few people to tell.
    pub error: f64,
}

impl Estimate {
    /// The 95 % interval, without bounds.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        (self.value - Z * self.error, self.value + Z * self.error)
    }
}

/// The area under the curve over all of `judged`, the undecided in the middle.
/// `None` where all satisfied, or none.
#[must_use]
pub fn auc(judged: &[Judged]) -> Option<Estimate> {
    let parts = parts(judged)?;
    let shares = parts.shares.iter().map(|share| share - parts.value);
    Some(Estimate {
        value: parts.value,
        error: error(judged, &shares.collect::<Vec<_>>(), &parts),
    })
}

/// How much larger the area is under `a` than under `b`, two judgements of the
/// same outputs in the same order.
#[must_use]
pub fn auc_difference(a: &[Judged], b: &[Judged]) -> Option<Estimate> {
    let (of_a, of_b) = (parts(a)?, parts(b)?);
    let value = of_a.value - of_b.value;
    let shares = of_a.shares.iter().zip(&of_b.shares);
    let shares: Vec<_> = shares.map(|(a, b)| a - b - value).collect();
    Some(Estimate {
        value,
        error: error(a, &shares, &of_a),
    })
}

/// The area, and what each output adds to it.
struct Parts {
    value: f64,
    /// Of one that satisfied: the share of those that did not which lie below;
    /// of one that did not: the share of those that did which lie above.
    shares: Vec<f64>,
    satisfied: usize,
    not: usize,
}

fn parts(judged: &[Judged]) -> Option<Parts> {
    let mut counts: BTreeMap<_, [usize; 2]> = BTreeMap::new();
    for one in judged {
        counts.entry(one.said).or_default()[usize::from(one.satisfied)] += 1;
    }
    let satisfied = judged.iter().filter(|one| one.satisfied).count();
    let not = judged.len() - satisfied;
    if satisfied == 0 || not == 0 {
        return None;
    }
    let mut below = [0, 0];
    let mut share_of = BTreeMap::new();
    for (said, at) in counts {
        let under = (real(below[0]) + real(at[0]) / 2.0) / real(not);
        let over = (real(satisfied - below[1] - at[1]) + real(at[1]) / 2.0) / real(satisfied);
        share_of.insert(said, [over, under]);
        below = [below[0] + at[0], below[1] + at[1]];
    }
    let share = |one: &Judged| {
        share_of
            .get(&one.said)
            .map_or(0.5, |of| of[usize::from(one.satisfied)])
    };
    let shares: Vec<f64> = judged.iter().map(share).collect();
    let of_satisfied = judged.iter().zip(&shares).filter(|(one, _)| one.satisfied);
    let sum: f64 = of_satisfied.map(|(_, share)| share).sum();
    Some(Parts {
        value: sum / real(satisfied),
        shares,
        satisfied,
        not,
    })
}

/// The standard error from what outputs add beyond the mean, summed by person.
fn error(judged: &[Judged], beyond: &[f64], parts: &Parts) -> f64 {
    // Per person: sums and counts of those that did not satisfy and those that did.
    let mut people: BTreeMap<u64, ([f64; 2], [bool; 2])> = BTreeMap::new();
    for (one, beyond) in judged.iter().zip(beyond) {
        let of = people.entry(one.person).or_default();
        of.0[usize::from(one.satisfied)] += beyond;
        of.1[usize::from(one.satisfied)] = true;
    }
    let count = |side: usize| real(people.values().filter(|(_, has)| has[side]).count());
    let sum = |a: usize, b: usize| {
        people
            .values()
            .map(|(sums, _)| sums[a] * sums[b])
            .sum::<f64>()
    };
    let scale = |people: f64| people / (people - 1.0);
    let (m, n) = (real(parts.satisfied), real(parts.not));
    let variance = scale(count(1)) * sum(1, 1) / (m * m)
        + scale(count(0)) * sum(0, 0) / (n * n)
        + 2.0 * scale(real(people.len())) * sum(0, 1) / (m * n);
    libm::sqrt(variance.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Milli;

    fn judged(all: &[(u64, i64, bool)]) -> Vec<Judged> {
        let one = |&(person, said, satisfied)| Judged {
            person,
            said: Milli::new(said),
            decided: said != 500,
            satisfied,
        };
        all.iter().map(one).collect()
    }

    /// Satisfied at 3, 2, 1; not at 2, 0.
    const SMALL: [(u64, i64, bool); 5] = [
        (1, 3, true),
        (2, 2, true),
        (3, 1, true),
        (4, 2, false),
        (5, 0, false),
    ];

    #[test]
    fn pairs_in_order_count_one_and_ties_a_half() {
        // By hand: pairs won are 3>2, 3>0, 2=2 (half), 2>0, 1<2 (none), 1>0.
        let found = auc(&judged(&SMALL)).unwrap();
        assert!((found.value - 4.5 / 6.0).abs() < 1e-12);
        // DeLong by hand: S10 = 0.0625, S01 = 0.125; 0.0625 / 3 + 0.125 / 2.
        assert!((found.error * found.error - (0.0625 / 3.0 + 0.125 / 2.0)).abs() < 1e-12);
    }

    #[test]
    fn what_tells_nothing_is_worth_a_half() {
        let found = auc(&judged(&[(1, 500, true), (2, 500, false), (3, 500, true)])).unwrap();
        assert!((found.value - 0.5).abs() < 1e-12 && found.error.abs() < 1e-12);
        assert_eq!(auc(&judged(&[(1, 3, true), (2, 2, true)])), None);
    }

    #[test]
    fn a_right_order_is_worth_one_and_a_wrong_one_nothing() {
        let up = judged(&[(1, 1, false), (2, 2, false), (3, 3, true), (4, 4, true)]);
        assert_eq!(auc(&up).unwrap().value, 1.0);
        let down: Vec<_> = up
            .iter()
            .map(|one| Judged {
                satisfied: !one.satisfied,
                ..*one
            })
            .collect();
        assert_eq!(auc(&down).unwrap().value, 0.0);
    }

    #[test]
    fn a_person_counted_twice_is_still_one_person() {
        let once = judged(&SMALL);
        let twice: Vec<_> = once.iter().chain(&once).copied().collect();
        let (once, twice) = (auc(&once).unwrap(), auc(&twice).unwrap());
        assert!((once.value - twice.value).abs() < 1e-12);
        assert!(
            (once.error - twice.error).abs() < 1e-12,
            "{once:?} {twice:?}"
        );
        let strangers = SMALL.map(|(person, said, satisfied)| (person + 10, said, satisfied));
        let more = auc(&judged(&[SMALL, strangers].concat())).unwrap();
        assert!(more.error < 0.8 * once.error, "others do add something");
    }

    #[test]
    fn the_order_of_outputs_does_not_matter() {
        let mut turned = SMALL;
        turned.reverse();
        let (there, back) = (
            auc(&judged(&SMALL)).unwrap(),
            auc(&judged(&turned)).unwrap(),
        );
        assert!(
            (there.value - back.value).abs() < 1e-12 && (there.error - back.error).abs() < 1e-12
        );
    }

    #[test]
    fn a_judgement_does_not_differ_from_itself() {
        let a = judged(&SMALL);
        let none = auc_difference(&a, &a).unwrap();
        assert!(none.value.abs() < 1e-12 && none.error < 1e-9);
        let flat: Vec<_> = a
            .iter()
            .map(|one| Judged {
                said: Judged::UNSURE,
                ..*one
            })
            .collect();
        let some = auc_difference(&a, &flat).unwrap();
        let whole = auc(&a).unwrap();
        assert!((some.value - 0.25).abs() < 1e-12);
        assert!(
            (some.error - whole.error).abs() < 1e-12,
            "a coin toss has no error of its own"
        );
    }
}
