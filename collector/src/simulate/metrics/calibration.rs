//! Whether labels are as often right as they say.

use std::collections::BTreeMap;

use super::{Judged, real};

/// Bins of equal mass.
const BINS: usize = 10;

/// What was said against what was so.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Expected calibration error: the mean distance of confidence and share
    /// right over bins of equal mass.
    pub error: f64,
    /// Mean negative log-likelihood of the truth, in nats.
    pub loss: f64,
    /// From the least sure to the surest.
    pub bins: Vec<Bin>,
}

/// A tenth of the labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// How many labels; shared between bins where labels are equally sure.
    pub mass: f64,
    /// Mean confidence.
    pub said: f64,
    /// Share that was right.
    pub was: f64,
}

/// The calibration of those of `judged` that are decided; `None` without any.
///
/// Labels as sure as each other are spread evenly over the bins they reach
/// into: the mean over all orders they could come in.
#[must_use]
pub fn calibration(judged: &[Judged]) -> Option<Calibration> {
    let mut by_confidence: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for one in judged.iter().filter(|one| one.decided) {
        let group = by_confidence.entry(one.confidence()).or_default();
        group.0 += 1;
        group.1 += usize::from(one.is_right());
    }
    let count: usize = by_confidence.values().map(|group| group.0).sum();
    if count == 0 {
        return None;
    }
    let mass = real(count) / real(BINS);
    let mut bins = Vec::with_capacity(BINS);
    // Of the bin in the making: mass, sum of confidence, sum right.
    let mut open = [0.0; 3];
    let mut loss = 0.0;
    for (confidence, (all, right)) in by_confidence {
        let said = confidence.to_f64();
        let was = real(right) / real(all);
        let sure = said.clamp(0.000_5, 0.999_5);
        loss -= real(right) * libm::log(sure) + real(all - right) * libm::log(1.0 - sure);
        let mut left = real(all);
        while left > 0.0 {
            let last = bins.len() + 1 == BINS;
            let part = if last { left } else { left.min(mass - open[0]) };
            open = [open[0] + part, open[1] + part * said, open[2] + part * was];
            left -= part;
            if !last && open[0] >= mass - 1e-9 {
                bins.push(closed(open));
                open = [0.0; 3];
            }
        }
    }
    if open[0] > 1e-9 {
        bins.push(closed(open));
    }
    let off = |bin: &Bin| bin.mass * (bin.said - bin.was).abs();
    Some(Calibration {
        error: bins.iter().map(off).sum::<f64>() / real(count),
        loss: loss / real(count),
        bins,
    })
}

impl Calibration {
    /// Mean confidence less the share right: above 0 labels say too much.
    #[must_use]
    pub fn too_sure_by(&self) -> f64 {
        let (off, mass) = self.bins.iter().fold((0.0, 0.0), |(off, mass), bin| {
            (off + bin.mass * bin.too_sure_by(), mass + bin.mass)
        });
        off / mass
    }
}

impl Bin {
    /// Mean confidence less the share right.
    #[must_use]
    pub fn too_sure_by(&self) -> f64 {
        self.said - self.was
    }
}

fn closed([mass, said, was]: [f64; 3]) -> Bin {
    Bin {
        mass,
        said: said / mass,
        was: was / mass,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Milli;

    /// `count` labels of one confidence, `right` of them right, half of either sign.
    fn labels(confidence: i64, count: usize, right: usize) -> Vec<Judged> {
        let one = |number: usize| {
            let positive = number.is_multiple_of(2);
            Judged {
                person: number as u64,
                said: Milli::new(if positive {
                    confidence
                } else {
                    1_000 - confidence
                }),
                decided: true,
                satisfied: positive == (number < right),
            }
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn labels_that_are_as_right_as_they_say_have_no_error() {
        let judged = [labels(800, 50, 40), labels(900, 50, 45)].concat();
        let found = calibration(&judged).unwrap();
        assert!(found.error < 1e-9, "{found:?}");
        assert_eq!(found.bins.len(), 10);
        assert!(found.bins.iter().all(|bin| (bin.mass - 10.0).abs() < 1e-9));
    }

    #[test]
    fn the_error_is_the_mean_distance() {
        // By hand: half says 0.8 and is right 0.6, half says 0.9 and is right 1.0.
        let judged = [labels(800, 50, 30), labels(900, 50, 50)].concat();
        let found = calibration(&judged).unwrap();
        assert!((found.error - 0.15).abs() < 1e-9, "{found:?}");
        assert!(
            (found.too_sure_by() - 0.05).abs() < 1e-9,
            "too sure by 0.2 in one half, not sure enough by 0.1 in the other"
        );
        let loss = -(30.0 * 0.8_f64.ln() + 20.0 * 0.2_f64.ln() + 50.0 * 0.9_f64.ln()) / 100.0;
        assert!((found.loss - loss).abs() < 1e-9);
    }

    #[test]
    fn labels_as_sure_as_each_other_may_come_in_any_order() {
        let mut judged = [labels(700, 33, 20), labels(950, 17, 16)].concat();
        let there = calibration(&judged).unwrap();
        judged.reverse();
        assert_eq!(calibration(&judged).unwrap(), there);
        let mass: f64 = there.bins.iter().map(|bin| bin.mass).sum();
        assert!((mass - 50.0).abs() < 1e-9);
        assert!(
            (there.bins[6].said - (3.0 * 0.7 + 2.0 * 0.95) / 5.0).abs() < 1e-9,
            "{there:?}"
        );
    }

    #[test]
    fn what_is_not_decided_is_not_asked() {
        let unsure = Judged {
            person: 1,
            said: Judged::UNSURE,
            decided: false,
            satisfied: true,
        };
        assert_eq!(calibration(&[unsure]), None);
    }
}
