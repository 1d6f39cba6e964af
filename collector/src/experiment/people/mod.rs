//! People in an experiment: one pass over all outputs, in memory that grows neither
//! with them nor with people.
//!
//! A fact's path: [`Gather`] labels and measures every output, in the order the
//! store has them, and gives each to an external sorter under its person's key, as
//! it does with assignments. Then every `person` is looked at once, alone and in the
//! order of time: where they were assigned, what they saw first, what they did since,
//! and what before the experiment. `tally` adds them up by arm: as exact `totals`, so
//! that the order of people changes nothing, and by look (`plan`), so that one pass
//! says what every earlier look would have seen.
//!
//! Outputs take part in sums when a server registered them (trust `known` or
//! better), a person of kind `app` or `visitor` saw them, and no program did.

mod gather;
mod person;
mod plan;
mod record;
mod tally;
#[cfg(test)]
pub(crate) mod tests;
mod totals;

pub use self::plan::PRE_PERIOD_MS;
pub(crate) use self::{
    gather::Gather,
    plan::{DAY_MS, Plan},
    tally::{RATE_DAYS, SegmentKey, Tally},
    totals::{Entry, Totals},
};
