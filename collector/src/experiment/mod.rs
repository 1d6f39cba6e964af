//! Experiments: did what was changed help the people it was changed for?
//!
//! An experiment is a [`declaration`]: arms, traffic, what is to get better and
//! what must not get worse, written down before the first person sees it and
//! never changed. People are assigned by a hash ([`tacit_signals`], ASSIGN.md);
//! a [`metric`] says of one output what it adds to its person's sums; [`stats`]
//! compares arms by their people, so that anybody may look at any time; [`guard`]
//! says what must not get worse meanwhile. Before it starts, [`forecast`] says what it
//! would take.
//!
//! Nothing here does IO or reads a clock: a readout is a function of facts,
//! policy, declaration and `as_of`.

pub mod declaration;
pub mod forecast;
pub mod guard;
pub mod metric;
pub mod people;
pub mod readout;
pub mod stats;
mod told;

pub use told::Told;
