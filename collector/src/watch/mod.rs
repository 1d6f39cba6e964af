//! What everybody's outputs show, with an experiment or without: the trend of the
//! capture rate ([`capture`]) and whether a number rises at its guard's cost
//! ([`guardrails`]).
//!
//! One pass over all outputs ([`crate::sights`]): each is put into a slice (a week, a
//! prompt version, a model, a release) by `slices`; what it adds to its person's sums
//! there goes to `people`, which sorts in files what is too much for memory. Then slices are compared by [`crate::experiment::stats`].
//!
//! All of this is observation: people choose when to come, and a version is given to
//! whom it is given. It says where to look; an experiment says why.

pub mod capture;
pub mod guardrails;
mod people;
mod slices;

use thiserror::Error;

use crate::{
    cadence::period::PeriodError,
    dataset::sort::SortError,
    experiment::stats::{self, Bounds, EITHER_MIN, Moments, PEOPLE_MIN, TIGHTEST_AT},
    store::StoreError,
};

pub use self::slices::By;

/// Chance of an interval that does not hold the truth, over all looks.
const ALPHA: f64 = 0.05;

const DAY_MS: u64 = 86_400_000;

/// All of time, Unix ms.
const ALWAYS: (u64, u64) = (0, u64::MAX);

/// Why nothing could be said.
#[derive(Debug, Error)]
pub enum WatchError {
    /// The facts could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// People could not be sorted.
    #[error(transparent)]
    Sort(#[from] SortError),
    /// The work directory could not be used.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A time beyond all calendars.
    #[error(transparent)]
    Time(#[from] PeriodError),
}

/// Where a ratio over units lies, at all times at once: people, or conversations.
/// Unknown of fewer than [`PEOPLE_MIN`], or where fewer than [`EITHER_MIN`] did it or did
/// not.
pub(crate) fn bounds(units: &Moments) -> Bounds {
    let enough = units.measured() >= PEOPLE_MIN && units.either() >= EITHER_MIN;
    match stats::ratio(units).filter(|_| enough) {
        Some(rate) => stats::confidence_sequence(rate.value, rate.variance(), rate.n, ALPHA, rho()),
        None => Bounds::UNKNOWN,
    }
}

/// ρ of the sequences used here.
fn rho() -> f64 {
    stats::rho(ALPHA, TIGHTEST_AT)
}
