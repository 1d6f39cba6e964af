//! The install check: whether signals arrive, what is wrong where they do not, and what
//! each project lacks for the next level of integration.
//!
//! [`gather`] reads facts, with a bound on how many; [`check`] and [`level`] decide from
//! them alone; what is to be done about each stands in [`remedy`].

pub mod check;
pub mod facts;
pub mod gather;
pub mod level;
pub mod remedy;

use serde::Serialize;

use self::{check::Check, facts::Facts, level::Level};
use crate::limits::INSTALL_OUTPUTS_MAX;

/// What is said of a kind of signals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindSeen {
    /// Its name.
    pub kind: &'static str,
    /// How many ever, or of the outputs that were read, where those are not added up yet.
    pub count: u64,
    /// When the last came, Unix ms.
    pub last_at: Option<u64>,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing has arrived.
    Waiting,
    /// Signals arrive, and nothing is wrong.
    Good,
    /// Somebody should do something.
    Attention,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How it is.
    pub state: State,
    /// The latest outputs that were read, and at most how many.
    pub outputs: Read,
    /// Every kind there is, in the order of the wire.
    pub kinds: Vec<KindSeen>,
    /// What was found, what needs somebody first.
    pub checks: Vec<Check>,
    /// The level of integration that is reached.
    pub level: Option<u8>,
    /// All levels, and what is missing for each.
    pub levels: Vec<Level>,
}

/// How far the reading went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields of facts::Outputs")]
pub struct Read {
    pub read: u64,
    pub most: usize,
    pub seen: u64,
    pub registered: u64,
    pub joined: u64,
}

/// What the facts say.
#[must_use]
pub fn report(facts: &Facts) -> Report {
    let checks = check::checks(facts);
    let levels = level::levels(facts);
    let is_silent = facts.kinds.is_empty();
    let state = if checks
        .iter()
        .any(|check| check.state == check::State::Attention)
    {
        State::Attention
    } else if is_silent {
        State::Waiting
    } else {
        State::Good
    };
    let kinds = facts::KINDS.into_iter().map(|kind| {
        let seen = facts.kinds.get(kind.name()).copied().unwrap_or_default();
        KindSeen {
            kind: kind.name(),
            count: seen.count,
            last_at: (seen.count > 0).then_some(seen.last_at),
        }
    });
    let outputs = &facts.outputs;
    Report {
        state,
        outputs: Read {
            read: outputs.read,
            most: INSTALL_OUTPUTS_MAX,
            seen: outputs.seen,
            registered: outputs.registered,
            joined: outputs.joined,
        },
        kinds: kinds.collect(),
        checks,
        level: level::reached(&levels),
        levels,
    }
}

#[cfg(test)]
mod docs_tests;
#[cfg(test)]
mod tests;
