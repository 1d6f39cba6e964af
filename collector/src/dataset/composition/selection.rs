//! Which outputs became rows and which did not.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::{
    breakdown::{Dimension, place},
    figure::{milli, share},
    population::{Population, Tally},
    propensity::Propensities,
    stratum::Stratum,
};
use crate::label::Milli;

/// Values of a property that a report lists.
const RATES_MAX: usize = 30;

/// Rows beside the outputs they were drawn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// Outputs that a person saw.
    pub seen: u64,
    /// Of those, decided.
    pub labelled: u64,
    /// Of those seen.
    pub labelled_share: Milli,
    /// Rows ÷ seen outputs.
    pub propensity: Milli,
    /// Strata that are told apart.
    pub strata: u64,
    /// Seen outputs beyond those strata, counted together.
    pub seen_beyond: u64,
    /// Seen outputs in strata without a row: no weight can stand for them.
    pub uncovered: u64,
    /// Of those seen.
    pub uncovered_share: Milli,
    /// Rows whose weight was cut at the maximum.
    pub cut: u64,
    /// Of all rows.
    pub cut_share: Milli,
    /// Least propensity of a stratum with rows.
    pub propensity_min: Milli,
    /// Greatest.
    pub propensity_max: Milli,
    /// By each property that strata are made of.
    pub by: BTreeMap<Dimension, Rates>,
    /// What strata are not made of.
    pub not_stratified: Vec<String>,
}

/// Seen outputs and rows by the values of a property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Most seen first, lengths ascending.
    pub values: Vec<Rate>,
    /// Total variation distance between rows and seen outputs, `½ Σ |row share −
    /// seen share|`: the share of rows that would have to be others.
    pub shift: Milli,
    /// What that distance would be by chance alone, `½ Σ √(2p(1−p)/(πn))` for `n`
    /// rows and shares `p` of seen outputs.
    pub shift_by_chance: Milli,
}

/// Outputs of one value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The value; `None` where it is not known.
    pub value: Option<String>,
    /// Seen outputs.
    pub seen: u64,
    /// Of those, decided.
    pub labelled: u64,
    /// Rows.
    pub rows: u64,
    /// Decided ÷ seen.
    pub labelled_share: Milli,
    /// Of all seen outputs.
    pub seen_share: Milli,
    /// Of all rows.
    pub row_share: Milli,
}

impl Selection {
    pub(super) fn of(population: &Population, propensities: &Propensities) -> Self {
        let total = population.total();
        let with_rows = || population.strata.iter().filter(|(_, tally)| tally.rows > 0);
        let uncovered = population
            .strata
            .iter()
            .filter(|(_, tally)| tally.rows == 0);
        let uncovered = uncovered.map(|(_, tally)| tally.seen).sum();
        let cut = with_rows().filter(|(stratum, _)| propensities.is_cut(stratum));
        let cut = cut.map(|(_, tally)| tally.rows).sum();
        let range = || with_rows().map(|(stratum, _)| milli(propensities.propensity(stratum)));
        Self {
            seen: total.seen,
            labelled: total.labelled,
            labelled_share: share(total.labelled, total.seen),
            propensity: share(total.rows, total.seen),
            strata: population.strata.iter().count() as u64,
            seen_beyond: population.strata.other().seen,
            uncovered,
            uncovered_share: share(uncovered, total.seen),
            cut,
            cut_share: share(cut, total.rows),
            propensity_min: range().min().unwrap_or_default(),
            propensity_max: range().max().unwrap_or_default(),
            by: Stratum::DIMENSIONS
                .into_iter()
                .enumerate()
                .map(|(index, dimension)| (dimension, Rates::of(population, index)))
                .collect(),
            not_stratified: Stratum::NOT.map(String::from).to_vec(),
        }
    }
}

impl Rates {
    fn of(population: &Population, index: usize) -> Self {
        let mut by: BTreeMap<&Option<String>, Tally> = BTreeMap::new();
        for (stratum, tally) in population.strata.iter() {
            *by.entry(&stratum.0[index]).or_default() += *tally;
        }
        let total = population.total();
        let (shift, chance) = shift(by.values(), total);
        let mut values: Vec<_> = by.into_iter().collect();
        values.sort_by_key(|(name, tally)| (Reverse(tally.seen), *name));
        values.truncate(RATES_MAX);
        if Stratum::DIMENSIONS[index] == Dimension::ShownLength {
            values.sort_by_key(|(name, _)| place(name.as_deref()));
        }
        let rate = |(value, tally): (&Option<String>, Tally)| Rate {
            value: value.clone(),
            seen: tally.seen,
            labelled: tally.labelled,
            rows: tally.rows,
            labelled_share: share(tally.labelled, tally.seen),
            seen_share: share(tally.seen, total.seen),
            row_share: share(tally.rows, total.rows),
        };
        Self {
            values: values.into_iter().map(rate).collect(),
            shift: milli(shift),
            shift_by_chance: milli(chance),
        }
    }
}

/// The distance between rows and seen outputs, and what it would be by chance.
fn shift<'a>(tallies: impl Iterator<Item = &'a Tally>, total: Tally) -> (f64, f64) {
    let (rows, seen) = (total.rows as f64, total.seen as f64);
    if total.rows == 0 || total.seen == 0 {
        return (0.0, 0.0);
    }
    tallies.fold((0.0, 0.0), |(shift, chance), tally| {
        let p = tally.seen as f64 / seen;
        let spread = 2.0 * p * (1.0 - p) / (std::f64::consts::PI * rows);
        let difference = (tally.rows as f64 / rows - p).abs();
        (shift + difference / 2.0, chance + spread.sqrt() / 2.0)
    })
}
