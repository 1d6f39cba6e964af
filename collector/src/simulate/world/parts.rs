//! The parts of a world; `worlds/base.toml` explains every field.

use serde::Deserialize;

/// Given dissatisfied, given satisfied.
pub(crate) type Given = [f64; 2];

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Satisfaction {
    pub(crate) share: f64,
    pub(crate) person: f64,
    pub(crate) question: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Engagement {
    pub(crate) person: f64,
    pub(crate) answer: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conversation {
    pub(crate) goes_on: Given,
    pub(crate) think_s: f64,
    pub(crate) turns_max: u32,
    pub(crate) variants_max: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    pub(crate) words: f64,
    pub(crate) words_spread: f64,
    pub(crate) code: f64,
    pub(crate) words_per_s: f64,
    pub(crate) stock: f64,
    pub(crate) documents: usize,
    pub(crate) stale_document: f64,
    pub(crate) stale_penalty: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    pub(crate) app: f64,
    pub(crate) visitor: f64,
    pub(crate) registered: f64,
    pub(crate) signed: f64,
    pub(crate) edits_sent: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clock {
    pub(crate) skewed: f64,
    pub(crate) skew_s: f64,
    pub(crate) late: f64,
    pub(crate) late_s: f64,
}

/// One of several, with its share and what it adds to satisfaction in log-odds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variety {
    pub(crate) share: f64,
    pub(crate) quality: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromptVersion {
    pub(crate) from: f64,
    pub(crate) quality: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Persona {
    pub(crate) share: f64,
    pub(crate) activity: f64,
    #[serde(default)]
    pub(crate) satisfaction: f64,
    #[serde(default)]
    pub(crate) leaves: bool,
    #[serde(default)]
    pub(crate) automated: f64,
    /// The world's, with the persona's own in their places.
    pub(crate) acts: Acts,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acts {
    pub(crate) look: Given,
    pub(crate) read: Given,
    pub(crate) read_spread: f64,
    pub(crate) select: Given,
    pub(crate) copy_most: Given,
    pub(crate) copy_part: Given,
    pub(crate) copy_code: Given,
    pub(crate) accept: Given,
    pub(crate) kept_10min: Given,
    pub(crate) kept_24h: Given,
    pub(crate) kept_7d: Given,
    pub(crate) back_10min: f64,
    pub(crate) back_24h: f64,
    pub(crate) back_7d: f64,
    pub(crate) share: Given,
    pub(crate) download: Given,
    pub(crate) edit: Given,
    pub(crate) edit_kept: Given,
    pub(crate) stop: Given,
    pub(crate) regenerate: Given,
    pub(crate) regenerate_s: f64,
    pub(crate) after_use: f64,
    pub(crate) dismiss: Given,
    pub(crate) rephrase: Given,
    pub(crate) correct: Given,
    pub(crate) thank: Given,
    pub(crate) rate: Given,
    pub(crate) rate_up: Given,
    pub(crate) convert: Given,
}

impl Acts {
    /// The name of what is no probability, if anything is.
    pub(super) fn check(&self) -> Result<(), String> {
        let pairs = [
            ("look", self.look),
            ("select", self.select),
            ("copy_most", self.copy_most),
            ("copy_part", self.copy_part),
            ("copy_code", self.copy_code),
            ("accept", self.accept),
            ("kept_10min", self.kept_10min),
            ("kept_24h", self.kept_24h),
            ("kept_7d", self.kept_7d),
            ("share", self.share),
            ("download", self.download),
            ("edit", self.edit),
            ("edit_kept", self.edit_kept),
            ("stop", self.stop),
            ("regenerate", self.regenerate),
            ("dismiss", self.dismiss),
            ("rate", self.rate),
            ("rate_up", self.rate_up),
            ("convert", self.convert),
            ("back_10min and back_24h", [self.back_10min, self.back_24h]),
            ("back_7d and after_use", [self.back_7d, self.after_use]),
        ];
        let off = |given: &Given| given.iter().any(|value| !(0.0..=1.0).contains(value));
        if let Some((name, _)) = pairs.iter().find(|(_, given)| off(given)) {
            return Err(format!("{name} lies between 0 and 1"));
        }
        let next = |given: usize| self.rephrase[given] + self.correct[given] + self.thank[given];
        if off(&[next(0), next(1)]) {
            return Err("rephrase, correct and thank together lie between 0 and 1".into());
        }
        if !(self.read[0] > 0.0 && self.read[1] > 0.0 && self.regenerate_s > 0.0) {
            return Err("read and regenerate_s are above 0".into());
        }
        Ok(())
    }
}
