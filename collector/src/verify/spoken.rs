//! What was last said of a release: a fact, so that lists can show it without asking
//! all of it again.

use serde::{Deserialize, Serialize};

use super::{Report, Verdict, report::About};

/// What the gate said of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// The release's id.
    #[serde(skip)]
    pub release: String,
    /// What it said.
    pub verdict: Verdict,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// By this policy, `name@version#hash`.
    pub policy: String,
}

impl Report {
    /// What is written down of it; nothing where it is about no release.
    #[must_use]
    pub fn spoken(&self) -> Option<Spoken> {
        let About::Release { release, .. } = &self.about else {
            return None;
        };
        Some(Spoken {
            release: release.release.clone(),
            verdict: self.verdict,
            as_of: self.as_of,
            policy: self.policy.clone(),
        })
    }
}
