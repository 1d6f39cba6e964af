//! An output as a brief sees it: what was asked, whether it failed, and whether it
//! counts at all.

use serde::{Deserialize, Serialize};

use super::{
    Request,
    failing::{self, Act},
    terms,
};
use crate::{
    dataset::{self, provenance::held_out, redact::Redactor},
    label::Labelled,
    store::rows::OutputRows,
};

/// Characters of a prompt or an answer in an example.
const EXCERPT_CHARS: usize = 400;

/// Why an output is not counted; the first that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// Shown at another time, or never.
    OutsideRange,
    /// A program drove the browser.
    Automated,
    /// Its signals rest on less than asked for: no server registered it.
    Trust,
    /// Of a person held out of every loop.
    HeldOut,
    /// Nobody saw it.
    Unseen,
    /// What was asked is not known.
    NoPrompt,
    /// All that is known of it came from people the screen found.
    Screened,
}

impl LeftOut {
    /// For people.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::OutsideRange => "shown at another time",
            Self::Automated => "driven by a program",
            Self::Trust => "not registered by a server",
            Self::HeldOut => "of people held out",
            Self::Unseen => "not seen by anybody",
            Self::Screened => "of people who were screened",
            Self::NoPrompt => "without a known prompt",
        }
    }
}

/// An output that counts.
pub(super) struct Question<'a> {
    pub(super) rows: &'a OutputRows,
    pub(super) label: &'a Labelled,
    /// The last thing asked, redacted.
    pub(super) prompt: String,
    pub(super) words: Vec<String>,
    /// How it failed, if it did.
    pub(super) acts: Option<std::collections::BTreeSet<Act>>,
    pub(super) person: Option<u64>,
}

impl<'a> Question<'a> {
    /// The output as it counts in a brief, or why it does not. Whether its person is
    /// held out is known only once everything was seen: `is_held_out` tells.
    pub(super) fn of(
        rows: &'a OutputRows,
        label: &'a Labelled,
        request: &Request,
        is_held_out: impl Fn(u64) -> bool,
    ) -> Result<Self, LeftOut> {
        let period = &request.period;
        let in_range = |at: u64| at >= period.from && at < period.to;
        if label.withheld.is_all_within(in_range) {
            return Err(LeftOut::Screened);
        }
        if !label.shown_at.is_some_and(in_range) {
            return Err(LeftOut::OutsideRange);
        }
        if label.automated {
            return Err(LeftOut::Automated);
        }
        if label.trust < request.trust {
            return Err(LeftOut::Trust);
        }
        let person = person(label);
        if held_out(label) || person.is_some_and(is_held_out) {
            return Err(LeftOut::HeldOut);
        }
        if !label.seen {
            return Err(LeftOut::Unseen);
        }
        let asked = dataset::last_asked(rows, label).ok_or(LeftOut::NoPrompt)?;
        let prompt = clean(&asked);
        let words = terms::words(&prompt);
        if words.is_empty() {
            return Err(LeftOut::NoPrompt);
        }
        Ok(Self {
            rows,
            label,
            prompt,
            words,
            acts: failing::acts(rows, label),
            person,
        })
    }

    /// The start of what was answered, redacted.
    pub(super) fn answer(&self) -> Option<String> {
        dataset::answered(self.rows, self.label).map(|answer| excerpt(&clean(answer)))
    }
}

/// The person as a number: enough to tell people apart, nothing to find them by.
pub(crate) fn person(label: &Labelled) -> Option<u64> {
    let subject = label.subject.as_ref()?;
    let hash = blake3::hash(subject.id.as_bytes());
    let (first, _) = hash.as_bytes().split_first_chunk()?;
    Some(u64::from_le_bytes(*first))
}

/// Without what identifies people.
pub(super) fn clean(text: &str) -> String {
    Redactor::standard().redact(text).text.into_owned()
}

/// The start of a text.
pub(super) fn excerpt(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(EXCERPT_CHARS) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_cut_between_characters() {
        assert_eq!(excerpt(" short \n"), "short");
        let long = "ä".repeat(EXCERPT_CHARS + 1);
        assert_eq!(excerpt(&long), format!("{}…", "ä".repeat(EXCERPT_CHARS)));
        assert_eq!(
            excerpt(&"ä".repeat(EXCERPT_CHARS)),
            "ä".repeat(EXCERPT_CHARS)
        );
    }
}
