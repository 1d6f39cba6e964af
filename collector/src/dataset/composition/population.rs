//! What the rows were drawn from.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::{capped::Capped, stratum::Stratum};
use crate::{
    dataset::provenance::Provenance,
    label::{Labelled, State},
};

/// Strata that are counted apart; the others together.
const STRATA_MAX: usize = 4_096;

/// Every output of the range that a person saw, by stratum, and how many of them
/// became rows. An interrupted build keeps it and goes on with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Population {
    pub(super) strata: Capped<Stratum, Tally>,
}

/// How many outputs, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    /// Seen by a person.
    pub(super) seen: u64,
    /// Of those, decided: good or bad.
    pub(super) labelled: u64,
    /// Rows that rest on one.
    pub(super) rows: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.seen += other.seen;
        self.labelled += other.labelled;
        self.rows += other.rows;
    }
}

impl Default for Population {
    fn default() -> Self {
        Self {
            strata: Capped::new(STRATA_MAX),
        }
    }
}

impl Population {
    /// Takes an output of the build's range. What nobody saw, and what a program
    /// looked at, is not in the population.
    pub fn add(&mut self, label: &Labelled) {
        if !label.seen || label.automated {
            return;
        }
        let decided = matches!(label.state, State::Positive | State::Negative);
        let tally = Tally {
            seen: 1,
            labelled: u64::from(decided),
            rows: 0,
        };
        self.strata.add(Stratum::of_output(label), tally);
    }

    /// Takes a row: each one that will be written, before the first is. Where a
    /// build cannot know that yet, each candidate; weights are then off by what
    /// duplicates and caps take from one stratum more than from another.
    pub fn row(&mut self, provenance: &Provenance) {
        let tally = Tally {
            rows: 1,
            ..Tally::default()
        };
        self.strata.add(Stratum::of_row(provenance), tally);
    }

    pub(super) fn total(&self) -> Tally {
        let mut total = *self.strata.other();
        self.strata.iter().for_each(|(_, tally)| total += *tally);
        total
    }
}
