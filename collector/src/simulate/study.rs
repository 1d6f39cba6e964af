//! What a study of a world found, as numbers for a page and for a file. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    evaluate::{Seen, Study, judged, watch},
    metrics::{
        Calibration, Coverage, Estimate, Judged, auc, auc_difference, calibration, coverage,
    },
    policies::{Candidate, VariantError, each_alone, thumbs_only, with_ratings},
    world::World,
};
use crate::label::{Policy, State};

/// How much less a rating counts than a copy, in the sensitivity report.
const TIMES: [f64; 6] = [1.0, 2.0, 5.0, 7.0, 10.0, 20.0];

/// What was found in one world.
#[derive(Debug, Clone)]
pub struct Found {
    /// Seen outputs.
    pub outputs: usize,
    /// People who saw them.
    pub people: usize,
    /// Share of seen outputs that satisfied.
    pub satisfied: f64,
    /// The policy in question first, then ratings alone, then each signal alone.
    pub scored: Vec<Scored>,
    /// When ratings count more or less.
    pub sensitivity: Vec<Sensitivity>,
}

/// How good one policy's labels are.
#[derive(Debug, Clone)]
pub struct Scored {
    /// Its name.
    pub name: String,
    /// Over all seen outputs.
    pub auc: Estimate,
    /// How much larger the policy's area is; nothing for the policy itself.
    pub behind: Option<Estimate>,
    /// How much is labelled, and how well.
    pub coverage: Coverage,
    /// Whether confidence is what it says; nothing where nothing is decided.
    pub calibration: Option<Calibration>,
}

/// What changes when a rating counts a `times`th of a copy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitivity {
    /// So many times less than a copy.
    pub times: f64,
    /// By score: the area under the curve.
    pub auc: f64,
    /// By score: the share of seen outputs with a label.
    pub coverage: f64,
    /// By score: labels that turn from positive to negative or back.
    pub turned: usize,
    /// By score: outputs that gain a label.
    pub gained: usize,
    /// By score: outputs that lose theirs.
    pub lost: usize,
    /// By weight: the share of the training weight that rests on ratings alone.
    pub rating_share: f64,
    /// By weight: the share of the training weight that is right.
    pub weighted_accuracy: f64,
}

/// Studies a world: the policy of `toml` against ratings alone and each signal alone.
pub fn study(toml: &str, world: &World, rounds: &Study) -> Result<Option<Found>, VariantError> {
    let mut candidates = vec![Candidate {
        name: "policy".into(),
        policy: Policy::parse(toml)?,
    }];
    candidates.push(thumbs_only(toml)?);
    candidates.extend(
        each_alone(toml)?
            .into_iter()
            .filter(|alone| alone.name != "rated"),
    );
    let compared = candidates.len();
    for times in TIMES {
        candidates.push(with_ratings(toml, times, true, false)?);
        candidates.push(with_ratings(toml, times, false, true)?);
    }
    let policies: Vec<&Policy> = candidates
        .iter()
        .map(|candidate| &candidate.policy)
        .collect();
    let seen = watch(world, rounds, &policies);
    let (seen, varied) = seen.split_at(compared);
    let Some(base) = seen.first() else {
        return Ok(None);
    };
    let of_policy = judged(base);
    let scored = candidates
        .iter()
        .zip(seen)
        .enumerate()
        .map(|(place, (candidate, seen))| {
            let judged = judged(seen);
            Some(Scored {
                name: candidate.name.clone(),
                auc: auc(&judged)?,
                behind: if place == 0 {
                    None
                } else {
                    auc_difference(&of_policy, &judged)
                },
                coverage: coverage(&judged),
                calibration: calibration(&judged),
            })
        });
    let Some(scored) = scored.collect::<Option<Vec<_>>>() else {
        return Ok(None);
    };
    let (pairs, _) = varied.as_chunks::<2>();
    let sensitivity = TIMES
        .into_iter()
        .zip(pairs)
        .map(|(times, [by_score, by_weight])| sensitivity(times, base, by_score, by_weight));
    Ok(Some(Found {
        outputs: base.len(),
        people: people(&of_policy),
        satisfied: share(
            base.iter()
                .map(|one| (f64::from(u8::from(one.judged.satisfied)), 1.0)),
        ),
        scored,
        sensitivity: sensitivity.collect(),
    }))
}

fn people(judged: &[Judged]) -> usize {
    let people: BTreeMap<u64, ()> = judged.iter().map(|one| (one.person, ())).collect();
    people.len()
}

fn sensitivity(times: f64, base: &[Seen], by_score: &[Seen], by_weight: &[Seen]) -> Sensitivity {
    let decided = |one: &Seen| one.judged.decided;
    let count =
        |of: fn(&Seen, &Seen) -> bool| base.iter().zip(by_score).filter(|(a, b)| of(a, b)).count();
    let of_score = judged(by_score);
    let weights = by_weight.iter().filter(|one| decided(one));
    Sensitivity {
        times,
        auc: auc(&of_score).map_or(f64::NAN, |found| found.value),
        coverage: coverage(&of_score).coverage,
        turned: count(|a, b| {
            matches!(
                (a.state, b.state),
                (State::Positive, State::Negative) | (State::Negative, State::Positive)
            )
        }),
        gained: count(|a, b| !a.judged.decided && b.judged.decided),
        lost: count(|a, b| a.judged.decided && !b.judged.decided),
        rating_share: share(
            weights
                .clone()
                .map(|one| (f64::from(u8::from(one.by_rating)), one.weight.to_f64())),
        ),
        weighted_accuracy: share(weights.map(|one| {
            (
                f64::from(u8::from(one.judged.is_right())),
                one.weight.to_f64(),
            )
        })),
    }
}

/// Σ value · weight ÷ Σ weight.
fn share(of: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (sum, weight) = of.fold((0.0, 0.0), |(sum, all), (value, weight)| {
        (sum + value * weight, all + weight)
    });
    sum / weight
}
