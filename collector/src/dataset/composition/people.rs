//! Who the rows come from. People are counted by how much they did, never one by
//! one: a million people take as many numbers as they differ in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::figure::{Kish, ratio, share};
use crate::label::Milli;

/// Days without any signal after which a person has left. (prior: a month, the
/// usual window of "monthly active"; longer than any window of the policy.)
pub const CHURNED_DAYS: u64 = 30;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Who the rows come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct People {
    /// People who saw an output.
    pub people: u64,
    /// People with a row.
    pub with_rows: u64,
    /// Rows of nobody known.
    pub rows_of_unknown: u64,
    /// As many people giving equally would weigh as much: `(Σn)² / Σn²` over rows
    /// per person.
    pub effective: u64,
    /// Gini coefficient of rows per person, of those with rows: 0 when all gave
    /// equally, near 1 when one gave everything.
    pub gini: Milli,
    /// Most rows of one person.
    pub rows_max: u64,
    /// Of all rows.
    pub rows_max_share: Milli,
    /// A tenth of the people each, from the least active to the most active.
    pub deciles: Vec<Decile>,
    /// Those who have left.
    pub churned: Churned,
}

/// A tenth of the people, by how many outputs they saw.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Decile {
    /// 1 to 10.
    pub decile: u64,
    /// People.
    pub people: u64,
    /// Outputs they saw.
    pub outputs: u64,
    /// Rows. People who are equally active share theirs evenly over deciles.
    pub rows: u64,
    /// Of the rows of all people.
    pub share: Milli,
}

/// People last seen more than [`CHURNED_DAYS`] before the build's moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Churned {
    /// Days without a signal.
    pub after_days: u64,
    /// People.
    pub people: u64,
    /// Of all people.
    pub people_share: Milli,
    /// Of the outputs that people saw.
    pub output_share: Milli,
    /// Rows.
    pub rows: u64,
    /// Of the rows of all people.
    pub row_share: Milli,
}

/// Counts people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Counts {
    /// People and their rows, by outputs they saw.
    activity: BTreeMap<u64, (u64, u64)>,
    /// People by rows.
    rows: BTreeMap<u64, u64>,
    churned: Totals,
    total: Totals,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Totals {
    people: u64,
    outputs: u64,
    rows: u64,
}

impl Totals {
    fn add(&mut self, outputs: u64, rows: u64) {
        self.people += 1;
        self.outputs += outputs;
        self.rows += rows;
    }
}

impl Counts {
    pub(super) fn add(&mut self, outputs: u64, rows: u64, last_seen_at: u64, as_of: u64) {
        let block = self.activity.entry(outputs).or_default();
        block.0 += 1;
        block.1 += rows;
        *self.rows.entry(rows).or_default() += 1;
        self.total.add(outputs, rows);
        if last_seen_at.saturating_add(CHURNED_DAYS * DAY_MS) < as_of {
            self.churned.add(outputs, rows);
        }
    }

    /// `rows` are all rows that were written.
    pub(super) fn finish(&self, rows: u64) -> People {
        let mut kish = Kish::default();
        for (&rows, &people) in &self.rows {
            kish.add(rows, people);
        }
        let rows_max = self.rows.keys().next_back().copied().unwrap_or_default();
        let without = self.rows.get(&0).copied().unwrap_or_default();
        let (churned, total) = (self.churned, self.total);
        People {
            people: total.people,
            with_rows: total.people - without,
            rows_of_unknown: rows.saturating_sub(total.rows),
            effective: kish.effective(),
            gini: self.gini(),
            rows_max,
            rows_max_share: share(rows_max, rows),
            deciles: self.deciles(),
            churned: Churned {
                after_days: CHURNED_DAYS,
                people: churned.people,
                people_share: share(churned.people, total.people),
                output_share: share(churned.outputs, total.outputs),
                rows: churned.rows,
                row_share: share(churned.rows, total.rows),
            },
        }
    }

    /// `Σᵢ (2i − n − 1)·xᵢ / (n·Σx)` over the `n` people with rows, ascending. The
    /// `c` people of one count stand at ranks `r + 1 … r + c`, and their part of
    /// the sum is `x·c·(2r + c − n)`.
    fn gini(&self) -> Milli {
        let with_rows = || self.rows.iter().filter(|(rows, _)| **rows > 0);
        let n: i128 = with_rows().map(|(_, people)| i128::from(*people)).sum();
        let (mut before, mut sum, mut total) = (0, 0, 0);
        for (&x, &c) in with_rows() {
            let (x, c) = (i128::from(x), i128::from(c));
            sum += x * c * (2 * before + c - n);
            total += x * c;
            before += c;
        }
        ratio(sum.unsigned_abs(), (n * total).unsigned_abs())
    }

    fn deciles(&self) -> Vec<Decile> {
        let mut deciles: Vec<Decile> = (1..=10)
            .map(|decile| Decile {
                decile,
                ..Decile::default()
            })
            .collect();
        let mut before = 0;
        for (&outputs, &(people, rows)) in &self.activity {
            for decile in &mut deciles {
                let bound = |tenths: u64| (self.total.people * tenths / 10).max(before) - before;
                let from = bound(decile.decile - 1).min(people);
                let to = bound(decile.decile).min(people);
                decile.people += to - from;
                decile.outputs += outputs * (to - from);
                decile.rows += rows * to / people - rows * from / people;
            }
            before += people;
        }
        for decile in &mut deciles {
            decile.share = share(decile.rows, self.total.rows);
        }
        deciles
    }
}
