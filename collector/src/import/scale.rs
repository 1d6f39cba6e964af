//! What was given, as a rating from −1 to 1.

use std::collections::BTreeMap;

use thiserror::Error;

/// What was given.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Yes or no.
    Bool(bool),
    /// A number, on a scale that the export does not tell.
    Number(f64),
    /// A word.
    Word(String),
}

/// Words for good, in lower case and with `_` between them.
const GOOD: [&str; 24] = [
    "thumbs_up",
    "thumbsup",
    "thumb_up",
    "up",
    "👍",
    "+1",
    "true",
    "yes",
    "y",
    "good",
    "great",
    "excellent",
    "positive",
    "like",
    "liked",
    "helpful",
    "correct",
    "accept",
    "accepted",
    "approve",
    "approved",
    "pass",
    "satisfied",
    "upvote",
];
/// Words for bad; `_1` is what is left of `-1`.
const BAD: [&str; 24] = [
    "thumbs_down",
    "thumbsdown",
    "thumb_down",
    "down",
    "👎",
    "_1",
    "false",
    "no",
    "n",
    "bad",
    "poor",
    "terrible",
    "negative",
    "dislike",
    "disliked",
    "unhelpful",
    "incorrect",
    "reject",
    "rejected",
    "disapprove",
    "wrong",
    "fail",
    "dissatisfied",
    "downvote",
];

impl Given {
    /// From a text: a number, if it reads as one; nothing where it is empty.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        Some(number.map_or_else(|| Self::Word(text.into()), Self::Number))
    }

    /// Whether a word, or yes or no, is good.
    fn is_good(&self) -> Option<bool> {
        let word = match self {
            Self::Bool(good) => return Some(*good),
            Self::Number(_) => return None,
            Self::Word(word) => word.to_lowercase().replace([' ', '-'], "_"),
        };
        // `👍🏽`: the tone says nothing.
        let word = word.trim_end_matches(|c| ('\u{1f3fb}'..='\u{1f3ff}').contains(&c));
        if GOOD.contains(&word) {
            return Some(true);
        }
        BAD.contains(&word).then_some(false)
    }

    /// What it measures, for an evaluation: a number stays as it is.
    pub(super) fn measured(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            other => other.is_good().map(|good| f64::from(u8::from(good))),
        }
    }
}

/// The least and the most that can be given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    min: f64,
    max: f64,
}

/// From 0 to 1: what LangSmith, Phoenix and Langfuse show without a configuration.
const USUAL: Scale = Scale { min: 0.0, max: 1.0 };

/// A scale that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("is no scale such as 1..5 or helpfulness=1..5")]
pub struct ScaleError;

impl Scale {
    fn parse(text: &str) -> Result<Self, ScaleError> {
        let (min, max) = text.split_once("..").ok_or(ScaleError)?;
        let number = |text: &str| text.trim().parse::<f64>().map_err(|_| ScaleError);
        let (min, max) = (number(min)?, number(max)?);
        if !(min.is_finite() && max.is_finite() && min < max) {
            return Err(ScaleError);
        }
        Ok(Self { min, max })
    }

    fn rating(self, number: f64) -> Option<f64> {
        let share = (number - self.min) / (self.max - self.min);
        (0.0..=1.0).contains(&share).then_some(2.0 * share - 1.0)
    }
}

/// The scales of all feedback: one for each name, and one for all others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scales {
    all: Option<Scale>,
    named: BTreeMap<String, Scale>,
}

/// Why there is no rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRating {
    Word,
    BeyondScale,
}

impl Scales {
    /// From `1..5` and `NAME=1..5`; the last of a name counts.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, ScaleError> {
        let mut scales = Self::default();
        for text in texts {
            match text.rsplit_once('=') {
                Some((name, scale)) => {
                    scales.named.insert(name.into(), Scale::parse(scale)?);
                }
                None => scales.all = Some(Scale::parse(text)?),
            }
        }
        Ok(scales)
    }

    /// The rating from −1 to 1: linear in the scale, ±1 for a word or yes and no.
    pub(super) fn rating(&self, name: &str, given: &Given) -> Result<f64, NoRating> {
        let Given::Number(number) = given else {
            let good = given.is_good().ok_or(NoRating::Word)?;
            return Ok(if good { 1.0 } else { -1.0 });
        };
        let scale = self.named.get(name).copied().or(self.all).unwrap_or(USUAL);
        scale.rating(*number).ok_or(NoRating::BeyondScale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Given {
        Given::Word(text.into())
    }

    #[test]
    fn a_scale_goes_from_worst_to_best() {
        let scales = Scales::parse(["1..5", "score=-1..1", "a=b=0..10"]).unwrap();
        let rating = |name, number| scales.rating(name, &Given::Number(number));
        for (number, expected) in [(1.0, -1.0), (2.0, -0.5), (3.0, 0.0), (5.0, 1.0)] {
            assert_eq!(rating("stars", number), Ok(expected));
        }
        assert_eq!(rating("score", -0.5), Ok(-0.5));
        assert_eq!(rating("a=b", 10.0), Ok(1.0));
        for number in [0.0, 5.5, f64::NAN] {
            assert_eq!(rating("stars", number), Err(NoRating::BeyondScale));
        }
        let usual = Scales::default();
        assert_eq!(usual.rating("x", &Given::Number(0.0)), Ok(-1.0));
        assert_eq!(usual.rating("x", &Given::Number(1.0)), Ok(1.0));
        assert_eq!(
            usual.rating("x", &Given::Number(5.0)),
            Err(NoRating::BeyondScale)
        );
    }

    #[test]
    fn words_are_good_or_bad_or_unknown() {
        let scales = Scales::parse(["1..5"]).unwrap();
        for good in ["Thumbs Up", "thumbs-up", "👍🏽", "Correct", "YES"] {
            assert_eq!(scales.rating("x", &word(good)), Ok(1.0), "{good}");
        }
        for bad in ["thumbs_down", "👎", "No", "-1"] {
            assert_eq!(scales.rating("x", &word(bad)), Ok(-1.0), "{bad}");
        }
        assert_eq!(scales.rating("x", &Given::Bool(false)), Ok(-1.0));
        assert_eq!(scales.rating("x", &word("off-topic")), Err(NoRating::Word));
        assert!(GOOD.iter().all(|word| !BAD.contains(word)));
    }

    #[test]
    fn what_is_no_scale_is_refused() {
        for wrong in ["", "5", "5..1", "1..1", "1..x", "0..inf", "=", "a="] {
            assert_eq!(Scales::parse([wrong]), Err(ScaleError), "{wrong}");
        }
    }
}
