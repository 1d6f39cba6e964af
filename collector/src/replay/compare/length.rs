//! Whether longer answers win because they are longer.

use serde::Serialize;

use super::{
    case::Compared,
    estimate::{Estimate, by_person, estimate, mean},
    score::{Race, Score},
    tally::{Proportion, Weighed},
};
use crate::label::Milli;

/// Bounds of the classes of length, new by old, in thousandths. Within a quarter, texts
/// are about as long.
const BOUNDS: [i64; 4] = [500, 800, 1_250, 2_000];
const NAMES: [&str; 5] = [
    "under half",
    "half to 0.8",
    "about as long",
    "1.25 to twice",
    "twice or more",
];

/// Lengths beyond four times, or a quarter, count as that: a few very long answers must
/// not decide the slope.
const RATIO_MAX: f64 = 4.0;

/// Races by length, and what is left of the gain at equal length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lengths {
    /// From much shorter to much longer.
    pub buckets: Vec<Bucket>,
    /// As if all answers were as long as the old ones.
    pub at_equal_length: AtEqualLength,
}

/// Races of new answers of one class of length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// Which.
    pub name: &'static str,
    /// Won.
    pub wins: Proportion,
    /// Lost.
    pub losses: Proportion,
    /// Mean of c.
    pub gain: Option<Estimate>,
}

/// Where a line through the races (least squares, weighted) meets ln(new / old length) = 0,
/// as in length-controlled AlpacaEval (Dubois et al. 2024). `None` where no race lies
/// there: all new answers are longer by a quarter and more, or all shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AtEqualLength {
    /// Of c.
    pub gain: Option<Estimate>,
    /// Of wins minus losses.
    pub win_minus_loss: Option<Estimate>,
}

/// The race of a case.
pub(super) const fn race(case: &Compared) -> Option<&Race> {
    match &case.score {
        Score::Race(race) => Some(race),
        Score::Check { .. } | Score::NoReference => None,
    }
}

pub(super) fn lengths(cases: &[Weighed<'_>], seed: u64) -> Lengths {
    let bucket = |(number, name): (usize, &'static str)| {
        let within: Vec<_> = cases
            .iter()
            .filter(|case| class(case.case) == Some(number))
            .copied()
            .collect();
        let sign = |wanted| {
            Proportion::of(&within, |case| {
                Some(race(case.case)?.verdict.sign() == wanted)
            })
        };
        Bucket {
            name,
            wins: sign(1),
            losses: sign(-1),
            gain: mean(&within, seed, |case| {
                Some(race(case.case)?.counted.to_f64())
            }),
        }
    };
    let at_zero = |value: fn(&Race) -> f64| at_zero(cases, seed, value);
    Lengths {
        buckets: NAMES.into_iter().enumerate().map(bucket).collect(),
        at_equal_length: AtEqualLength {
            gain: at_zero(|race| race.counted.to_f64()),
            win_minus_loss: at_zero(|race| race.verdict.sign().into()),
        },
    }
}

fn class(case: &Compared) -> Option<usize> {
    let ratio = case.length_ratio?.thousandths();
    Some(BOUNDS.iter().filter(|bound| ratio >= **bound).count())
}

/// ln(new / old length), within bounds.
fn longer(case: &Compared) -> Option<f64> {
    let ratio = case.length_ratio?.to_f64();
    Some(libm::log(ratio.clamp(1.0 / RATIO_MAX, RATIO_MAX)))
}

fn at_zero(cases: &[Weighed<'_>], seed: u64, value: fn(&Race) -> f64) -> Option<Estimate> {
    let points = cases
        .iter()
        .filter(|case| race(case.case).is_some())
        .filter_map(|case| longer(case.case));
    let (low, high) = points.fold((f64::MAX, f64::MIN), |(low, high), x| {
        (low.min(x), high.max(x))
    });
    let near = libm::log(Milli::new(BOUNDS[2]).to_f64());
    if low > near || high < -near {
        return None;
    }
    let sums = by_person(cases, |case| {
        let (x, y, w) = (longer(case.case)?, value(race(case.case)?), case.weight);
        Some([w, w * x, w * y, w * x * x, w * x * y])
    });
    estimate(sums, seed, |[w, x, y, xx, xy]| {
        if *w <= 0.0 {
            return None;
        }
        let spread = w * xx - x * x;
        // All of one length: there is no slope to correct for.
        let slope = if spread > 1e-9 * w * w {
            (w * xy - x * y) / spread
        } else {
            0.0
        };
        Some((y - slope * x) / w)
    })
}
