//! Under what an output is added up.

use serde::{Deserialize, Serialize};

use crate::label::{Labelled, Trust};

const DAY_MS: u64 = 86_400_000;

/// Under what an output is added up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The UTC day, from 1 January 1970, on which it was first shown or, where it never
    /// was, created; `None` where neither is known.
    pub day: Option<u32>,
    /// The model, where it is known.
    pub model: Option<String>,
    /// The prompt version, where it is known.
    pub prompt_version: Option<String>,
    /// What its label rests on.
    pub trust: Trust,
}

impl Key {
    /// Of an output of the moment `at`, Unix ms.
    #[must_use]
    pub fn of(label: &Labelled, at: Option<u64>) -> Self {
        Self {
            day: at.map(day),
            model: label.model.clone(),
            prompt_version: label.prompt_version.clone(),
            trust: label.trust,
        }
    }
}

/// The day of a moment (Unix ms), UTC.
pub(super) fn day(at: u64) -> u32 {
    u32::try_from(at / DAY_MS).unwrap_or(u32::MAX)
}

/// The first moment of a day, Unix ms.
pub(super) fn begin(day: u32) -> u64 {
    u64::from(day) * DAY_MS
}
