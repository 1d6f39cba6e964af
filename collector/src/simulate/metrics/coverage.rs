//! How wrong labels are as one takes more of them, the surest first
//! (El-Yaniv and Wiener 2010).

use std::{cmp::Reverse, collections::BTreeMap};

use super::{Judged, real};

/// Coverage and what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Outputs.
    pub outputs: usize,
    /// Share of them with a label.
    pub coverage: f64,
    /// Share of the labels that are right; NaN without any.
    pub accuracy: f64,
    /// Mean share wrong over all coverages from nothing to all, where what has
    /// no label is a coin toss: 0 is perfect, 0.5 knows nothing.
    pub area: f64,
    /// The curve up to the coverage, one point per degree of confidence.
    pub curve: Vec<Point>,
}

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Share of outputs taken.
    pub coverage: f64,
    /// Share of those taken that is wrong.
    pub risk: f64,
}

impl Coverage {
    /// Outputs, as a number.
    pub(crate) fn outputs_f64(&self) -> f64 {
        real(self.outputs)
    }
}

/// The risk–coverage curve of `judged`. Labels as sure as each other are taken
/// evenly: the mean over all orders they could come in.
#[must_use]
pub fn coverage(judged: &[Judged]) -> Coverage {
    // Surest first; per confidence how many, and how many of them wrong.
    let mut groups: BTreeMap<Reverse<_>, (usize, f64)> = BTreeMap::new();
    for one in judged {
        let group = groups
            .entry(Reverse((one.decided, one.confidence())))
            .or_default();
        group.0 += 1;
        group.1 += match (one.decided, one.is_right()) {
            (false, _) => 0.5,
            (true, right) => f64::from(u8::from(!right)),
        };
    }
    let all = real(judged.len());
    let (mut taken, mut wrong) = (0, 0.0);
    let (mut area, mut curve) = (0.0, Vec::new());
    let (mut decided, mut decided_wrong) = (0, 0.0);
    for (Reverse((is_decided, _)), (count, of_wrong)) in groups {
        let each = of_wrong / real(count);
        for more in 1..=count {
            area += (wrong + each * real(more)) / real(taken + more);
        }
        taken += count;
        wrong += of_wrong;
        if is_decided {
            (decided, decided_wrong) = (taken, wrong);
            curve.push(Point {
                coverage: real(taken) / all,
                risk: wrong / real(taken),
            });
        }
    }
    Coverage {
        outputs: judged.len(),
        coverage: real(decided) / all,
        accuracy: 1.0 - decided_wrong / real(decided),
        area: area / all,
        curve,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Milli;

    fn judged(all: &[(i64, bool)]) -> Vec<Judged> {
        let one = |&(said, satisfied)| Judged {
            person: 0,
            said: Milli::new(said),
            decided: said != 500,
            satisfied,
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn the_curve_takes_the_surest_first() {
        // By hand: right at 0.9, wrong at 0.8 (said bad), no label.
        let found = coverage(&judged(&[(500, true), (200, true), (900, true)]));
        let points: Vec<_> = found
            .curve
            .iter()
            .map(|point| (point.coverage, point.risk))
            .collect();
        assert_eq!(points, [(1.0 / 3.0, 0.0), (2.0 / 3.0, 0.5)]);
        assert_eq!(found.accuracy, 0.5);
        assert!((found.coverage - 2.0 / 3.0).abs() < 1e-12);
        // Risks at 1, 2, 3 taken: 0, 1/2, 1.5/3.
        assert!((found.area - (0.0 + 0.5 + 0.5) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn labels_as_sure_as_each_other_are_taken_evenly() {
        let found = coverage(&judged(&[(900, true), (900, false)]));
        assert_eq!(
            found.curve,
            [Point {
                coverage: 1.0,
                risk: 0.5
            }]
        );
        assert!(
            (found.area - 0.5).abs() < 1e-12,
            "half wrong from the first on"
        );
        let turned = coverage(&judged(&[(900, false), (900, true)]));
        assert_eq!(found, turned);
    }

    #[test]
    fn knowing_nothing_is_a_coin_toss_and_knowing_all_is_none() {
        let nothing = coverage(&judged(&[(500, true), (500, false)]));
        assert_eq!((nothing.area, nothing.coverage), (0.5, 0.0));
        assert!(nothing.accuracy.is_nan() && nothing.curve.is_empty());
        let all = coverage(&judged(&[(900, true), (100, false)]));
        assert_eq!((all.area, all.accuracy), (0.0, 1.0));
    }
}
