//! What was found of a person.

use serde::Serialize;

/// A rule of the screen; each has thresholds of its own in the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// More acts within a minute than people make.
    ActsPerMinute,
    /// More acts within an hour than people make.
    ActsPerHour,
    /// Acts closer together than people make them, over a stretch.
    Run,
    /// One person's share of the answers of a set.
    Share,
    /// The same series of acts at the same distances in many sessions.
    Replay,
    /// Acts on answers that were never shown.
    Guess,
}

impl Rule {
    /// Its name in files and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ActsPerMinute => "acts_per_minute",
            Self::ActsPerHour => "acts_per_hour",
            Self::Run => "run",
            Self::Share => "share",
            Self::Replay => "replay",
            Self::Guess => "guess",
        }
    }
}

/// A rule somebody broke, with the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// What was counted.
    pub found: u64,
    /// The policy's threshold.
    pub limit: u64,
    /// Both in words.
    pub detail: String,
}

/// Why a person's signals must not teach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rules they broke, in the order of [`Rule`].
    pub broken: Vec<Broken>,
    /// Signals they sent, of every kind.
    pub signals: u64,
    /// Outputs these are about.
    pub outputs: u64,
}

impl Finding {
    /// The first rule they broke.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.broken.first().map_or("", |broken| broken.rule.name())
    }

    /// All in words.
    #[must_use]
    pub fn detail(&self) -> String {
        let details: Vec<_> = self.broken.iter().map(|b| b.detail.as_str()).collect();
        details.join("; ")
    }
}
