//! Guardrails against reward hacking: a number that is optimised may rise while what
//! it stood for falls.
//!
//! [`paired`] says what guards a metric, from a data file; [`state`] whether a guard
//! held, by its margin; [`is_hacking`] whether the number rose at its guard's cost.

mod judge;
mod pairs;

pub(crate) use self::judge::figure;
pub use self::{
    judge::{is_hacking, sentence, state},
    pairs::{NO_METRIC, Pair, named, paired, pairs},
};
