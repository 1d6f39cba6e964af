//! What a dataset is made of, and what that means for whoever trains on it.
//!
//! A build's path: [`Population`] takes every output of the range that a person
//! saw and, once they are known, the rows; [`Composer`] takes each row as it is
//! written, gives back its inverse-propensity weight, takes every person, and
//! finishes as [`Composition`], with [`Warning`]s that say what to do. The page
//! for people is in `page`.
//!
//! Memory is bounded by numbers of names and of distinct counts, not by rows
//! (`capped`, `people`). Nothing depends on the order of rows or people.

mod balance;
mod breakdown;
mod capped;
mod figure;
mod length;
mod page;
mod people;
mod population;
mod propensity;
#[cfg(test)]
pub(crate) mod sample;
mod selection;
mod stratum;
mod warning;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub(super) use self::warning::{percent, some};
pub use self::{
    balance::{Balance, KtoWeights, Texts},
    breakdown::{Breakdown, Dimension, Part},
    page::page,
    people::{CHURNED_DAYS, Churned, Decile, People},
    population::Population,
    propensity::{Propensities, SHRINKAGE, WEIGHT_MAX},
    selection::{Rate, Rates, Selection},
    warning::{Code, Severity, Warning},
};
use self::{
    breakdown::Breakdowns,
    figure::{Kish, share},
    people::Counts,
};
use super::{format::Format, ledger::Skip, provenance::Provenance, split::Split};
use crate::label::{Family, Milli, Policy};

/// Version of the shape of `composition.json`.
pub const SCHEMA: u32 = 1;

/// What a dataset is made of: `composition.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Composition {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The format's name.
    pub format: String,
    /// The moment the labels are of, Unix ms.
    pub as_of: u64,
    /// Rows in all files.
    pub rows: u64,
    /// Outputs and pairs that are no row, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// What is wrong with it, worst first.
    pub warnings: Vec<Warning>,
    /// Rows by each property.
    pub by: BTreeMap<Dimension, Breakdown>,
    /// Rows by rule; a row may rest on several.
    pub rules: Vec<Part>,
    /// Who the rows come from.
    pub people: People,
    /// How many rows of equal weight it is worth.
    pub effective: Effective,
    /// Good rows beside bad ones.
    pub balance: Balance,
    /// Rows beside the outputs they were drawn from.
    pub selection: Selection,
}

/// Effective sample sizes, `(Σw)² / Σw²` (Kish 1965).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Effective {
    /// Where the training weights are honoured.
    pub training: u64,
    /// Of all rows.
    pub training_share: Milli,
    /// Where the inverse-propensity weights are honoured.
    pub ipw: u64,
    /// Of all rows.
    pub ipw_share: Milli,
}

/// Makes a [`Composition`].
#[derive(Debug, Clone)]
pub struct Composer {
    format: Format,
    as_of: u64,
    population: Population,
    propensities: Propensities,
    /// By rule.
    families: BTreeMap<String, Family>,
    rows: Breakdowns,
    people: Counts,
    training: Kish,
    ipw: Kish,
    balance: Balance,
}

impl Composer {
    /// For rows drawn from `population`, which knows its rows by now.
    #[must_use]
    pub fn new(population: Population, policy: &Policy, format: Format, as_of: u64) -> Self {
        let rules = policy.base().rules.iter();
        let family = rules.map(|rule| (rule.name.to_string(), rule.family));
        Self {
            format,
            as_of,
            propensities: Propensities::of(&population),
            population,
            families: family.collect(),
            rows: Breakdowns::new(),
            people: Counts::default(),
            training: Kish::default(),
            ipw: Kish::default(),
            balance: Balance::default(),
        }
    }

    /// Takes a row that is written, and gives back its inverse-propensity weight.
    pub fn row(&mut self, row: &Provenance, split: Split) -> Milli {
        let ipw = self.propensities.weight(row);
        self.rows.add(row, split, &self.signals(row));
        self.training
            .add(row.weight.thousandths().unsigned_abs(), 1);
        self.ipw.add(ipw.thousandths().unsigned_abs(), 1);
        self.balance.add(row);
        ipw
    }

    /// Takes a person: how many outputs of the range they saw, how many rows are
    /// theirs, and when their last signal was (Unix ms).
    pub fn person(&mut self, outputs: u64, rows: u64, last_seen_at: u64) {
        self.people.add(outputs, rows, last_seen_at, self.as_of);
    }

    /// The composition. `skipped` says what became of everything else.
    #[must_use]
    pub fn finish(self, skipped: &BTreeMap<Skip, u64>) -> Composition {
        let rows = self.rows.total.rows;
        let (training, ipw) = (self.training.effective(), self.ipw.effective());
        let named = skipped.iter();
        let mut composition = Composition {
            schema: SCHEMA,
            format: self.format.name().into(),
            as_of: self.as_of,
            rows,
            skipped: named.map(|(skip, n)| (skip.name().into(), *n)).collect(),
            warnings: Vec::new(),
            by: self.rows.finish(),
            rules: self.rows.rules(),
            people: self.people.finish(rows),
            effective: Effective {
                training,
                training_share: share(training, rows),
                ipw,
                ipw_share: share(ipw, rows),
            },
            balance: self.balance.finish(self.format == Format::TrlKto),
            selection: Selection::of(&self.population, &self.propensities),
        };
        composition.warnings = warning::all(&composition);
        composition
    }

    /// Names of the families that a row's rules are of, joined in their order.
    fn signals(&self, row: &Provenance) -> String {
        let families = row.rules.iter().filter_map(|rule| self.families.get(rule));
        let families: BTreeSet<Family> = families.copied().collect();
        let names: Vec<_> = families.into_iter().map(Family::name).collect();
        if names.is_empty() {
            return "none".into();
        }
        names.join("+")
    }
}

#[cfg(test)]
mod tests;
