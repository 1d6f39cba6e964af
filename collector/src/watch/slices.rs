//! By what outputs are told apart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DAY_MS, WatchError};
use crate::{
    cadence::period::{Every, Period},
    release::Release,
    sights::Context,
};

/// Versions, or models, that are told apart; outputs of others are left out, and said.
const NAMES_MAX: usize = 256;

/// Days from Monday 29 December 1969 to 1 January 1970.
const MONDAY: u64 = 3;

/// By what outputs are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum By {
    /// ISO weeks, UTC.
    Week,
    /// Prompt versions, in the order they were first shown.
    PromptVersion,
    /// Models, in the order they were first shown.
    Model,
    /// Before and after every release.
    Release,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Week, Self::PromptVersion, Self::Model, Self::Release];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::PromptVersion => "prompt_version",
            Self::Model => "model",
            Self::Release => "release",
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// Puts outputs into slices.
pub(super) enum Slicer {
    Week,
    /// By number and the first moment shown.
    Named(By, BTreeMap<String, (u32, u64)>),
    /// When they went live, ascending.
    Releases(Vec<(u64, String)>),
}

/// Why an output is in no slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSlice {
    /// It does not say its version or model.
    Unnamed,
    /// There are too many names.
    TooMany,
}

impl Slicer {
    pub(super) fn new(by: By, releases: &[Release], (since, until): (u64, u64)) -> Self {
        match by {
            By::Week => Self::Week,
            By::PromptVersion | By::Model => Self::Named(by, BTreeMap::new()),
            By::Release => {
                let within = releases.iter().filter(|r| r.at > since && r.at < until);
                let mut edges: Vec<_> = within.map(|r| (r.at, r.name.clone())).collect();
                edges.sort();
                // Several at one moment cannot be told apart.
                edges.dedup_by(|later, first| {
                    let same = later.0 == first.0;
                    if same {
                        first.1 = format!("{} + {}", first.1, later.1);
                    }
                    same
                });
                Self::Releases(edges)
            }
        }
    }

    /// The number of the slice of an output that was shown at `at`, Unix ms.
    pub(super) fn slice(&mut self, of: &Context<'_>, at: u64) -> Result<u32, NoSlice> {
        match self {
            Self::Week => Ok(week(at)),
            Self::Named(by, names) => {
                let name = match by {
                    By::Model => of.model,
                    _ => of.prompt_version,
                };
                let name = name.ok_or(NoSlice::Unnamed)?;
                if let Some((number, first)) = names.get_mut(name) {
                    *first = at.min(*first);
                    return Ok(*number);
                }
                let number = u32::try_from(names.len()).unwrap_or(u32::MAX);
                if names.len() >= NAMES_MAX {
                    return Err(NoSlice::TooMany);
                }
                names.insert(name.to_owned(), (number, at));
                Ok(number)
            }
            Self::Releases(edges) => {
                let before = edges.partition_point(|(edge, _)| *edge <= at);
                Ok(u32::try_from(before).unwrap_or(u32::MAX))
            }
        }
    }

    /// Names of the slices in their order, each with its number.
    pub(super) fn finish(self, numbers: &[u32]) -> Result<Vec<(u32, String)>, WatchError> {
        match self {
            Self::Week => numbers
                .iter()
                .map(|number| Ok((*number, week_of(*number)?.name)))
                .collect(),
            Self::Named(_, names) => {
                let mut all: Vec<_> = names
                    .into_iter()
                    .map(|(name, (number, first))| (first, name, number))
                    .collect();
                all.sort();
                all.retain(|(.., number)| numbers.contains(number));
                Ok(all
                    .into_iter()
                    .map(|(_, name, number)| (number, name))
                    .collect())
            }
            Self::Releases(edges) => {
                let name = |number: &u32| {
                    let place = *number as usize;
                    let own = place.checked_sub(1).and_then(|place| edges.get(place));
                    let next = edges.first();
                    match (own, next) {
                        (Some((_, name)), _) => name.clone(),
                        (None, Some((_, next))) => format!("before {next}"),
                        (None, None) => "all".into(),
                    }
                };
                Ok(numbers.iter().map(|n| (*n, name(n))).collect())
            }
        }
    }
}

/// The number of the ISO week of a moment; 0 is the one of 1 January 1970.
pub(super) fn week(at: u64) -> u32 {
    u32::try_from((at / DAY_MS + MONDAY) / 7).unwrap_or(u32::MAX)
}

/// The week of that number.
pub(super) fn week_of(number: u32) -> Result<Period, WatchError> {
    // A day within, so that its whole week is the one before the next.
    let next = (u64::from(number) + 1) * 7 * DAY_MS;
    Ok(Period::last_whole(Every::Week, next)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday() {
        let monday = 1_763_337_600_000; // 2025-11-17T00:00:00Z
        let number = week(monday);
        assert_eq!(week(monday - 1), number - 1);
        assert_eq!(week(monday + 7 * DAY_MS - 1), number);
        let period = week_of(number).unwrap();
        assert_eq!((&*period.name, period.from), ("2025-W47", monday));
        for number in [1, 52, 53, 2_900, 3_000] {
            let period = week_of(number).unwrap();
            assert_eq!(week(period.from), number);
            assert_eq!(week(period.to - 1), number);
        }
    }
}
