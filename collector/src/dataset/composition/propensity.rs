//! Inverse-propensity weights: rows of strata that became rows rarely count more,
//! so that all rows together look like what people saw.
//!
//! The propensity `e` of a stratum is its rows ÷ its seen outputs. Small strata are
//! shrunk: `e = (rows + κ·e↑) / (seen + κ)`, where `e↑` is the propensity of the
//! stratum without its last value (then without its last two, up to all outputs)
//! and `κ` = [`SHRINKAGE`]. The weight is `min(ē/e, M)` with `ē` of all outputs and
//! `M` = [`WEIGHT_MAX`] — stabilised (Robins, Hernán, Brumback 2000) and truncated
//! (Cole and Hernán 2008: a little bias for much less variance) — divided by its
//! mean over the rows (self-normalised), so that weights are one on average.
//!
//! That corrects for what the strata are made of and for nothing else.

use std::collections::BTreeMap;

use super::{
    figure::milli,
    population::{Population, Tally},
    stratum::Stratum,
};
use crate::{dataset::provenance::Provenance, label::Milli};

/// `κ`: as many outputs of the larger stratum are added to a smaller one. (prior:
/// below twenty outputs a rate says little.)
pub const SHRINKAGE: f64 = 20.0;

/// `M`: no row counts more than this times a row of a stratum as rich as all
/// outputs together. (prior; Cole and Hernán's trade-off, shown beside how many
/// rows it cuts.)
pub const WEIGHT_MAX: f64 = 10.0;

/// A stratum, or one without its last values.
type Prefix = Vec<Option<String>>;

/// The weights of a population's rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Propensities {
    /// By stratum and everything above it; the empty prefix is all outputs.
    propensities: BTreeMap<Prefix, f64>,
    overall: f64,
    /// Mean over the rows before it is divided by.
    mean: f64,
}

impl Propensities {
    /// Of a population that knows its rows.
    #[must_use]
    pub fn of(population: &Population) -> Self {
        let total = population.total();
        let mut tallies: BTreeMap<Prefix, Tally> = BTreeMap::from([(Prefix::new(), total)]);
        for (stratum, tally) in population.strata.iter() {
            for depth in 1..=stratum.0.len() {
                *tallies.entry(stratum.0[..depth].to_vec()).or_default() += *tally;
            }
        }
        let overall = rate(total.rows, total.seen, 0.0, 0.0);
        let mut this = Self {
            propensities: BTreeMap::new(),
            overall,
            mean: 1.0,
        };
        // A prefix sorts before whatever it is a prefix of.
        for (prefix, tally) in tallies {
            let propensity = match prefix.split_last() {
                None => overall,
                Some((_, above)) => rate(tally.rows, tally.seen, SHRINKAGE, this.at(above)),
            };
            this.propensities.insert(prefix, propensity);
        }
        this.mean = this.mean_over(population);
        this
    }

    /// The weight of a row: more than nothing, one on average.
    #[must_use]
    pub fn weight(&self, row: &Provenance) -> Milli {
        let (weight, _) = self.raw(&Stratum::of_row(row));
        milli(weight / self.mean).max(Milli::new(1))
    }

    /// The share of seen outputs like a stratum's that became rows.
    pub(super) fn propensity(&self, stratum: &Stratum) -> f64 {
        self.at(&stratum.0)
    }

    /// Whether the weights of a stratum's rows are cut.
    pub(super) fn is_cut(&self, stratum: &Stratum) -> bool {
        self.raw(stratum).1
    }

    /// Of the smallest stratum that is known.
    fn at(&self, prefix: &[Option<String>]) -> f64 {
        let depths = (0..=prefix.len()).rev();
        let mut found = depths.filter_map(|depth| self.propensities.get(&prefix[..depth]));
        found.next().copied().unwrap_or(self.overall)
    }

    /// The weight before it is normalised, and whether it was cut.
    fn raw(&self, stratum: &Stratum) -> (f64, bool) {
        let propensity = self.propensity(stratum);
        if propensity * WEIGHT_MAX < self.overall {
            return (WEIGHT_MAX, true);
        }
        // Without any rows there is no weight to give.
        let weight = if propensity > 0.0 {
            self.overall / propensity
        } else {
            1.0
        };
        (weight, false)
    }

    fn mean_over(&self, population: &Population) -> f64 {
        let other = population.strata.other().rows as f64;
        let (mut rows, mut sum) = (other, other);
        // In the order of names: sums of floating point depend on the order.
        let strata: BTreeMap<_, _> = population.strata.iter().collect();
        for (stratum, tally) in strata {
            rows += tally.rows as f64;
            sum += tally.rows as f64 * self.raw(stratum).0;
        }
        if rows > 0.0 { sum / rows } else { 1.0 }
    }
}

/// Rows per seen output, at most one: a pair's outputs may be in several rows.
fn rate(rows: u64, seen: u64, prior: f64, above: f64) -> f64 {
    let seen = seen.max(rows) as f64 + prior;
    if seen > 0.0 {
        (rows as f64 + prior * above) / seen
    } else {
        0.0
    }
}
