//! What an output, or a person, adds to a metric.

use super::{Metric, Sums, seen::Seen};
use crate::label::{Labelled, Milli, State};

/// Thousandths of 1.
const ONE: i64 = 1_000;

/// Least share of conversations that is believed to be captured, in thousandths: the
/// browser says it, and what it says weighs an output by up to a hundred.
const SAMPLE_MIN: i64 = 10;

/// Most active reading of one output that counts, in ms: ten minutes, after which a
/// reader counts as idle (LABELS: "cap at 10 min idle"). A page left open, or one
/// forged signal, would weigh as much as hundreds of readers.
const DWELL_MS_MAX: u64 = 600_000;

/// Days after a person's first day in which they may come back.
pub const RETURN_DAYS: u64 = 8;

const DAY_MS: u64 = 86_400_000;

impl Metric {
    /// What one output adds to its person's sums; `None` where the metric does not ask
    /// about it: not seen, driven by a program, without what is measured.
    ///
    /// Whether its time has come is for the caller to say: a capture rate counts mature
    /// labels, an experiment what has settled. An output stands for 1 / sample outputs,
    /// where its browser captured that share of conversations.
    #[must_use]
    pub fn measure(&self, seen: &Seen<'_>) -> Option<Sums> {
        let value = self.value(seen)?;
        Some(Sums::of(value, sample(seen.label)))
    }

    /// The value [`Metric::measure`] is made of, in thousandths of the metric's unit.
    pub(crate) fn value(&self, seen: &Seen<'_>) -> Option<i64> {
        if seen.label.automated {
            return None;
        }
        self.of_output(seen)
    }

    /// Its value for one output, in thousandths of its unit.
    fn of_output(&self, seen: &Seen<'_>) -> Option<i64> {
        let label = seen.label;
        if let Self::External(name) = self {
            return label.acts.external.get(name).map(|v| v.thousandths());
        }
        if !label.seen {
            return None;
        }
        let acts = &label.acts;
        match self {
            Self::CaptureRate => share(acts.implicit_positive),
            Self::UseRate => share(acts.used),
            Self::PositiveRate => share(label.state == State::Positive),
            Self::NegativeRate => share(label.state == State::Negative),
            Self::Score => Some(label.score.thousandths()),
            Self::RegenerateRate => share(label.regenerated),
            Self::CorrectionRate => share(acts.rephrased || acts.corrected),
            Self::EditDepth => label.edit.map(|edit| ONE - thousandths(edit.survival)),
            Self::Survival => acts.survival.map(thousandths),
            // Milliseconds are thousandths of seconds.
            Self::DwellSeconds => Some(whole(acts.dwell_ms.min(DWELL_MS_MAX))),
            Self::LengthChars => label.chars.map(|chars| whole(chars).saturating_mul(ONE)),
            Self::ThumbsUpRate => acts.rating.and_then(|value| share(value.thousandths() > 0)),
            Self::AgreementRate => share(seen.agrees()?),
            Self::FlipRate => share(seen.flips()?),
            Self::ReturnRate | Self::External(_) => None,
        }
    }

    /// What one person adds to a metric that asks about people: [`Self::ReturnRate`].
    /// `seen_at` are the moments they saw an output first, Unix ms, in any order. `None`
    /// for any other metric, and for people whose time to come back is not over at
    /// `as_of`: days are UTC, and the days 1 to [`RETURN_DAYS`] after their first must
    /// have passed.
    #[must_use]
    pub fn of_person(&self, seen_at: &[u64], as_of: u64) -> Option<Sums> {
        if *self != Self::ReturnRate {
            return None;
        }
        let first = seen_at.iter().min()? / DAY_MS;
        if first + RETURN_DAYS >= as_of / DAY_MS {
            return None;
        }
        let after = seen_at.iter().map(|at| at / DAY_MS - first);
        let came = after
            .into_iter()
            .any(|day| (1..=RETURN_DAYS).contains(&day));
        Some(Sums::of(share(came)?, ONE))
    }

    /// Whether it asks about people, not about outputs: see [`Metric::of_person`].
    #[must_use]
    pub fn is_of_people(&self) -> bool {
        *self == Self::ReturnRate
    }
}

impl Sums {
    /// Of a value in thousandths that stands for 1 / `sample` (thousandths) as many.
    pub(crate) fn of(value: i64, sample: i64) -> Self {
        let sample = sample.clamp(SAMPLE_MIN, ONE);
        Self {
            numerator: rounded(value.saturating_mul(ONE), sample),
            denominator: rounded(ONE * ONE, sample),
        }
    }

    /// Both in thousandths as a ratio, in the metric's unit; `None` of nothing.
    #[must_use]
    pub fn ratio(self) -> Option<f64> {
        let of = |sum: i64| Milli::new(sum).to_f64();
        (self.denominator != 0).then(|| of(self.numerator) / of(self.denominator))
    }
}

/// To the nearest whole, half away from zero.
fn rounded(part: i64, whole: i64) -> i64 {
    let half = whole / 2 * part.signum();
    part.saturating_add(half) / whole
}

fn sample(label: &Labelled) -> i64 {
    thousandths(label.acts.sample)
}

fn thousandths(share: tacit_signals::Share) -> i64 {
    i64::from(share.thousandths())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "reads as every other metric's value"
)]
const fn share(yes: bool) -> Option<i64> {
    Some(if yes { ONE } else { 0 })
}

fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "measure_tests.rs"]
mod tests;
