//! What can be measured of people in an experiment.
//!
//! A [`Metric`] is a ratio of two sums over a person's outputs. [`Seen`] is one
//! output as it is asked about, `measure` what it adds, `about` what each metric
//! means. `phrases` finds answers that flatter or give in.

mod about;
mod measure;
mod phrases;
mod seen;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

pub use self::{
    about::{About, Unit},
    measure::RETURN_DAYS,
    seen::{Before, Seen},
};

/// A metric: a ratio of two sums over a person's outputs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Seen outputs with an implicit positive act ÷ seen outputs.
    CaptureRate,
    /// Outputs that were used (accepted, pasted, copied, shared, downloaded) ÷ seen outputs.
    UseRate,
    /// Positive labels ÷ seen outputs.
    PositiveRate,
    /// Negative labels ÷ seen outputs.
    NegativeRate,
    /// Sum of label scores ÷ seen outputs.
    Score,
    /// Regenerated outputs ÷ seen outputs.
    RegenerateRate,
    /// Outputs whose next prompt rephrases or corrects ÷ seen outputs.
    CorrectionRate,
    /// 1 − survival of edited outputs, summed ÷ edited outputs.
    EditDepth,
    /// Surviving share of used outputs at the last look ÷ used outputs looked at.
    Survival,
    /// Active seconds ÷ seen outputs.
    DwellSeconds,
    /// Characters ÷ seen outputs.
    LengthChars,
    /// Positive ratings ÷ ratings.
    ThumbsUpRate,
    /// People who came back ÷ people who had the time to.
    ReturnRate,
    /// Answers that open by agreeing or praising ÷ answers whose text is known.
    AgreementRate,
    /// Answers that give in after push-back ÷ answers after push-back.
    FlipRate,
    /// Mean of the values that `POST /v1/signals` brought under this name.
    External(String),
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More.
    Higher,
    /// Less.
    Lower,
}

/// What one output, or one person, adds: both in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Over the bar.
    pub numerator: i64,
    /// Below it.
    pub denominator: i64,
}

/// Prefix of the names of external metrics.
const EXTERNAL: &str = "external:";

impl Metric {
    /// All that need no name of their own.
    pub const ALL: [Self; 15] = [
        Self::CaptureRate,
        Self::UseRate,
        Self::PositiveRate,
        Self::NegativeRate,
        Self::Score,
        Self::RegenerateRate,
        Self::CorrectionRate,
        Self::EditDepth,
        Self::Survival,
        Self::DwellSeconds,
        Self::LengthChars,
        Self::ThumbsUpRate,
        Self::ReturnRate,
        Self::AgreementRate,
        Self::FlipRate,
    ];

    /// Its name, as in declarations and readouts.
    #[must_use]
    pub fn name(&self) -> String {
        let plain = match self {
            Self::CaptureRate => "capture_rate",
            Self::UseRate => "use_rate",
            Self::PositiveRate => "positive_rate",
            Self::NegativeRate => "negative_rate",
            Self::Score => "score",
            Self::RegenerateRate => "regenerate_rate",
            Self::CorrectionRate => "correction_rate",
            Self::EditDepth => "edit_depth",
            Self::Survival => "survival",
            Self::DwellSeconds => "dwell_seconds",
            Self::LengthChars => "length_chars",
            Self::ThumbsUpRate => "thumbs_up_rate",
            Self::ReturnRate => "return_rate",
            Self::AgreementRate => "agreement_rate",
            Self::FlipRate => "flip_rate",
            Self::External(name) => return format!("{EXTERNAL}{name}"),
        };
        plain.into()
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if let Some(external) = name.strip_prefix(EXTERNAL) {
            return (!external.is_empty()).then(|| Self::External(external.into()));
        }
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }
}

impl Metric {
    /// Whether it lies between 0 and 1.
    #[must_use]
    pub const fn is_share(&self) -> bool {
        matches!(self.unit(), Unit::Share)
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Self::from_name(&name).ok_or_else(|| D::Error::custom("is no metric"))
    }
}

impl Sums {
    /// The sums of both.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            numerator: self.numerator.saturating_add(other.numerator),
            denominator: self.denominator.saturating_add(other.denominator),
        }
    }
}

#[cfg(test)]
#[path = "docs_tests.rs"]
mod docs;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_and_read_back() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_name(&metric.name()), Some(metric));
        }
        let factual = Metric::External("factual".into());
        assert_eq!(Metric::from_name("external:factual"), Some(factual));
        assert_eq!(Metric::from_name("external:"), None);
        assert_eq!(Metric::from_name("happiness"), None);
    }
}
