//! The figures a gate may ask for, by name.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{estimate::Estimate, summary::Summary, tally::Proportion};
use crate::{
    label::Milli,
    replay::{Answer, Outcome, judge::Judged},
};

/// What became of the cases that were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ran {
    /// Cases of the plan.
    pub cases: u64,
    /// With a new answer, refusals included.
    pub answered: u64,
    /// Of them declined by the provider, by its own word.
    pub refused: u64,
    /// Not asked yet: the run did not end.
    pub open: u64,
    /// No answer, for good, by code.
    pub failed: BTreeMap<String, u64>,
    /// Of those that ended.
    pub failed_share: Proportion,
}

impl Ran {
    /// Counts the answers to `cases` cases.
    #[must_use]
    pub fn of<'a>(cases: u64, answers: impl IntoIterator<Item = &'a Answer>) -> Self {
        let (mut answered, mut refused) = (0, 0);
        let mut failed: BTreeMap<String, u64> = BTreeMap::new();
        for answer in answers {
            match &answer.outcome {
                Outcome::Answered(_) => answered += 1,
                Outcome::Refused(_) => {
                    answered += 1;
                    refused += 1;
                }
                Outcome::Failed(failure) => *failed.entry(failure.code.clone()).or_default() += 1,
            }
        }
        let failures: u64 = failed.values().sum();
        Self {
            cases,
            answered,
            refused,
            open: cases.saturating_sub(answered + failures),
            failed,
            failed_share: Proportion::plain(failures, answered + failures),
        }
    }
}

/// A figure as a gate sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// The figure.
    pub value: Milli,
    /// Its 95 % interval; `None` of a plain count, or of one person.
    pub interval: Option<[Milli; 2]>,
}

/// Names, and what they mean.
pub(super) const NAMES: [(&str, &str); 24] = [
    ("answered", "cases with a new answer"),
    ("open", "cases not asked yet"),
    (
        "failed_share",
        "cases without an answer, for good, of those that ended",
    ),
    ("empty_share", "new answers with nothing in them"),
    (
        "truncated_share",
        "new answers that stopped at the limit of tokens",
    ),
    ("refusal_share", "new answers that decline"),
    (
        "refusal_increase",
        "share of new answers that decline minus that of old ones",
    ),
    (
        "format_lost_share",
        "of old answers with JSON, code or a table: new ones that lost some of it",
    ),
    ("similarity", "mean likeness of old and new"),
    (
        "length_ratio",
        "typical length of the new answer by that of the old one",
    ),
    ("win_rate", "races won"),
    ("tie_rate", "races within the margin"),
    ("loss_rate", "races lost"),
    ("win_minus_loss", "share of races won minus share lost"),
    ("gain", "mean gain in likeness with what people kept"),
    (
        "gain_at_equal_length",
        "the same, as if new answers were as long as old ones",
    ),
    (
        "held_share",
        "of kept old answers: new ones that hold at least 0.7 of it",
    ),
    (
        "lost_share",
        "of kept old answers: new ones that hold less than 0.3 of it",
    ),
    (
        "kept_minus_rejected",
        "share of new answers that side with what people kept minus share that side with what they rejected",
    ),
    (
        "again_share",
        "new answers that say again what people rejected",
    ),
    (
        "judge_win_minus_loss",
        "the same as win_minus_loss, by the judge",
    ),
    (
        "judge_position_bias",
        "pairs in which the judge went by position",
    ),
    (
        "judge_agreement",
        "pairs of people's in which the judge sides with what they kept",
    ),
    ("judge_unparsable_share", "judgements without a verdict"),
];

/// All that figures are of.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// What became of the cases.
    pub ran: &'a Ran,
    /// What was found of the answers.
    pub summary: &'a Summary,
    /// What the judge said, if one was asked.
    pub judged: Option<&'a Judged>,
}

/// A figure by name; `None` where it was not measured: nothing of its kind was there.
#[must_use]
pub fn figure(found: &Found<'_>, name: &str) -> Option<Figure> {
    let ran = found.ran;
    let all = &found.summary.all;
    let (texts, races) = (&all.texts, &all.races);
    match name {
        "answered" => Some(count(ran.answered)),
        "open" => Some(count(ran.open)),
        "failed_share" => share(&ran.failed_share),
        "empty_share" => share(&texts.empty),
        "truncated_share" => share(&texts.truncated),
        "refusal_share" => share(&texts.new_refusals),
        "refusal_increase" => estimated(texts.refusal_increase),
        "format_lost_share" => share(&texts.format_lost),
        "similarity" => estimated(texts.similarity),
        "length_ratio" => estimated(texts.length.ratio),
        "win_rate" => share(&races.wins),
        "tie_rate" => share(&races.ties),
        "loss_rate" => share(&races.losses),
        "win_minus_loss" => estimated(races.win_minus_loss),
        "gain" => estimated(races.gain),
        "gain_at_equal_length" => estimated(found.summary.lengths.at_equal_length.gain),
        "held_share" => share(&all.checks.held),
        "lost_share" => share(&all.checks.lost),
        "kept_minus_rejected" => estimated(all.sides.kept_minus_rejected),
        "again_share" => share(&all.again),
        _ => judged(found.judged?, name),
    }
}

fn judged(judged: &Judged, name: &str) -> Option<Figure> {
    match name {
        "judge_win_minus_loss" => estimated(judged.win_minus_loss),
        "judge_position_bias" => share(&judged.swayed),
        "judge_agreement" => share(&judged.people.agrees),
        "judge_unparsable_share" => share(&judged.unparsable),
        _ => None,
    }
}

fn count(count: u64) -> Figure {
    let whole = i64::try_from(count).unwrap_or(i64::MAX);
    Figure {
        value: Milli::new(whole.saturating_mul(1_000)),
        interval: None,
    }
}

fn share(proportion: &Proportion) -> Option<Figure> {
    let (value, interval) = proportion.known()?;
    Some(Figure {
        value,
        interval: Some(interval),
    })
}

fn estimated(estimate: Option<Estimate>) -> Option<Figure> {
    let estimate = estimate?;
    Some(Figure {
        value: estimate.value,
        interval: estimate.interval,
    })
}
