//! What everybody's outputs show, with an experiment or without: the trend of the
//! capture rate ([`capture`]) and whether a number rises at its guard's cost
//! ([`guardrails`]).
//!
//! One pass over the store: every output is labelled and put into a slice (a week, a
//! prompt version, a model, a release) by `slices`; what it adds to its person's sums
//! there goes to `people`, which sorts them in files, so that memory grows with
//! neither outputs nor people. Then slices are compared by [`crate::experiment::stats`].
//!
//! All of this is observation: people choose when to come, and a version is given to
//! whom it is given. It says where to look; an experiment says why.

pub mod capture;
pub mod guardrails;
mod people;
mod slices;

use std::ops::ControlFlow;

use thiserror::Error;

use crate::{
    cadence::period::PeriodError,
    control::ProjectId,
    dataset::sort::SortError,
    experiment::stats::{self, Bounds, EITHER_MIN, Moments, PEOPLE_MIN, TIGHTEST_AT},
    label::Policy,
    screen::Screened,
    store::{Store, StoreError, rows::Group},
};

pub use self::slices::By;

/// Chance of an interval that does not hold the truth, over all looks.
const ALPHA: f64 = 0.05;

const DAY_MS: u64 = 86_400_000;

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

/// Calls `take` with every group of a project as known at a moment, until it fails.
fn each_group(
    store: &dyn Store,
    policy: &Policy,
    (project, as_of): (ProjectId, u64),
    mut take: impl FnMut(&Group) -> Result<(), WatchError>,
) -> Result<(), WatchError> {
    let mut taken = Ok(());
    Screened::of(store, policy, project, as_of)?.groups(&mut |group| {
        taken = take(&group);
        match taken {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    taken
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
