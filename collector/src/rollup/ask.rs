//! What is asked of roll-ups.

use serde::{Deserialize, Serialize};

use super::key::{Key, day};
use crate::label::Trust;

/// By what rows are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// UTC days.
    Day,
    /// Models.
    Model,
    /// Prompt versions.
    PromptVersion,
    /// Not at all.
    Total,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Day, Self::Model, Self::PromptVersion, Self::Total];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Model => "model",
            Self::PromptVersion => "prompt_version",
            Self::Total => "total",
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// By what rows are told apart.
    pub by: By,
    /// The first day, if there is one.
    pub first: Option<u32>,
    /// The day after the last, if there is one.
    pub end: Option<u32>,
    /// Of this model alone.
    pub model: Option<String>,
    /// Of this prompt version alone.
    pub prompt_version: Option<String>,
    /// The least trust.
    pub trust: Trust,
}

impl Request {
    /// Of the days that a span of time touches, Unix ms: `since` on, before `until`.
    #[must_use]
    pub fn new(by: By, since: Option<u64>, until: Option<u64>) -> Self {
        Self {
            by,
            first: since.map(day),
            // The day of the last moment within, and one more.
            end: until.map(|until| until.checked_sub(1).map_or(0, |last| day(last) + 1)),
            model: None,
            prompt_version: None,
            trust: Trust::Claimed,
        }
    }

    /// Whether it is about outputs of that key.
    #[must_use]
    pub fn takes(&self, key: &Key) -> bool {
        let is_named =
            |wanted: &Option<String>, name: &Option<String>| wanted.is_none() || wanted == name;
        self.has_day(key.day)
            && is_named(&self.model, &key.model)
            && is_named(&self.prompt_version, &key.prompt_version)
            && key.trust >= self.trust
    }

    /// What has no day is in no span of time.
    fn has_day(&self, day: Option<u32>) -> bool {
        let Some(day) = day else {
            return self.first.is_none() && self.end.is_none();
        };
        self.first.is_none_or(|first| first <= day) && self.end.is_none_or(|end| day < end)
    }
}
