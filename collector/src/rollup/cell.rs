//! Sums over outputs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::{
    experiment::{metric::Metric, people::Totals},
    export::Fates,
};

/// The shape of cells, and what their numbers mean: counted up with every change of either.
pub(super) const SHAPE: u32 = 3;

/// What is measured of outputs, in the order cells have it: every metric that asks about
/// outputs. Whether people come back cannot be told from one conversation.
pub const METRICS: [Metric; 14] = [
    Metric::CaptureRate,
    Metric::UseRate,
    Metric::PositiveRate,
    Metric::NegativeRate,
    Metric::Score,
    Metric::RegenerateRate,
    Metric::CorrectionRate,
    Metric::EditDepth,
    Metric::Survival,
    Metric::DwellSeconds,
    Metric::LengthChars,
    Metric::ThumbsUpRate,
    Metric::AgreementRate,
    Metric::FlipRate,
];

/// The place of a metric in [`METRICS`].
pub(crate) const fn metric_place(metric: &Metric) -> Option<usize> {
    match metric {
        Metric::CaptureRate => Some(0),
        Metric::UseRate => Some(1),
        Metric::PositiveRate => Some(2),
        Metric::NegativeRate => Some(3),
        Metric::Score => Some(4),
        Metric::RegenerateRate => Some(5),
        Metric::CorrectionRate => Some(6),
        Metric::EditDepth => Some(7),
        Metric::Survival => Some(8),
        Metric::DwellSeconds => Some(9),
        Metric::LengthChars => Some(10),
        Metric::ThumbsUpRate => Some(11),
        Metric::AgreementRate => Some(12),
        Metric::FlipRate => Some(13),
        Metric::ReturnRate | Metric::External(_) => None,
    }
}

/// Cells of a bucket, or of everything.
pub type Cells = BTreeMap<Key, Cell>;

/// Sums over the outputs of one key; all whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cell {
    /// Outputs that count: not driven by a program, nor screened.
    pub outputs: u64,
    /// Of them registered by a server.
    pub registered: u64,
    /// Of them a person saw: active dwell of at least a second, or any act.
    pub seen: u64,
    /// Of the seen ones whose label may still change.
    pub immature: u64,
    /// Outputs that a program drove.
    pub automated: u64,
    /// Outputs all of whose signals came from people the screen found.
    pub screened: u64,
    /// Stored signals of all outputs by what became of them.
    pub fates: Fates,
    /// Signals by the number of their kind, of all outputs.
    pub signals: BTreeMap<u8, Signals>,
    /// Labels by state, in the order of [`State::ALL`], each immature and mature.
    ///
    /// [`State::ALL`]: crate::label::State::ALL
    pub labels: [[u64; 2]; 5],
    /// Labels by rule and polarity that counted.
    pub reasons: BTreeMap<(String, i8), u64>,
    /// How far outputs got.
    pub funnel: Funnel,
    /// Turns by how often another answer was asked for: 0, 1, 2, 3 or more.
    pub regenerations: [u64; 4],
    /// Edited outputs by the share that was changed, in tenths; all of it is in the last.
    pub edit_depth: [u64; 10],
    /// Seen of registered outputs, by group.
    pub(crate) reach: Totals,
    /// The sums of [`METRICS`] over mature outputs, by group.
    pub(crate) metrics: [Totals; METRICS.len()],
}

/// Signals of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signals {
    /// How many.
    pub count: u64,
    /// When the first happened, in corrected time, Unix ms.
    pub first_at: u64,
    /// When the last did.
    pub last_at: u64,
}

/// How far outputs got; each step is of those of the step before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Funnel {
    /// A page showed it.
    pub shown: u64,
    /// A person saw it: active reading of a second or more, or any act.
    pub read: u64,
    /// Accepted, pasted, copied, shared or downloaded.
    pub used: u64,
    /// No other answer was asked for in its place, and its label is not negative.
    pub kept: u64,
    /// Of the kept ones whose text was accepted or pasted and looked at again later.
    pub looked_at: u64,
    /// Half of that text or more was there at the last look.
    pub survived: u64,
}

impl Cell {
    /// The outputs of `other` as well; no output, and no group of one key, may be in both.
    pub fn merge(&mut self, other: &Self) {
        let Self {
            outputs,
            registered,
            seen,
            immature,
            automated,
            screened,
            fates,
            signals,
            labels,
            reasons,
            funnel,
            regenerations,
            edit_depth,
            reach,
            metrics,
        } = other;
        self.outputs += outputs;
        self.registered += registered;
        self.seen += seen;
        self.immature += immature;
        self.automated += automated;
        self.screened += screened;
        self.fates.merge(fates);
        for (&kind, more) in signals {
            self.add_signals(kind, *more);
        }
        for (own, more) in self.labels.iter_mut().zip(labels) {
            add(own, more);
        }
        for (reason, more) in reasons {
            // A name is only copied where it is new.
            match self.reasons.get_mut(reason) {
                Some(own) => *own += more,
                None => drop(self.reasons.insert(reason.clone(), *more)),
            }
        }
        self.funnel.merge(funnel);
        add(&mut self.regenerations, regenerations);
        add(&mut self.edit_depth, edit_depth);
        self.reach.merge(reach);
        for (own, more) in self.metrics.iter_mut().zip(metrics) {
            own.merge(more);
        }
    }

    /// More signals of a kind.
    pub(super) fn add_signals(&mut self, kind: u8, more: Signals) {
        let own = self
            .signals
            .entry(kind)
            .or_insert(Signals { count: 0, ..more });
        own.count += more.count;
        own.first_at = own.first_at.min(more.first_at);
        own.last_at = own.last_at.max(more.last_at);
    }
}

impl Funnel {
    const fn merge(&mut self, other: &Self) {
        self.shown += other.shown;
        self.read += other.read;
        self.used += other.used;
        self.kept += other.kept;
        self.looked_at += other.looked_at;
        self.survived += other.survived;
    }
}

fn add<const N: usize>(own: &mut [u64; N], more: &[u64; N]) {
    for (own, more) in own.iter_mut().zip(more) {
        *own += more;
    }
}
