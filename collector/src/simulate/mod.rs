//! Simulated people: is the label right?
//!
//! A `world` says who the people are and what they do when an answer satisfies
//! them and when not. A `generator` has their conversations told, one by one
//! (`telling`): a `person` asks, an answer satisfies or does not (nobody but the
//! simulator sees that), `acts` follow, and `sends` carries them to a collector
//! as real events. `group` gives a conversation the shape a store hands to the
//! fold, and the real [`label_group`](crate::label::label_group) labels it;
//! [`fill`] sends it to a real data directory instead. In some worlds an experiment
//! runs: people are assigned as everywhere, and what its arms do to them is known.
//!
//! [`evaluate`] puts labels next to the truth, [`metrics`] says how good they
//! are, [`policies`] makes what the policy is compared with, [`fit`] the
//! temperature; [`study`] is what was found in a world, [`report`] all of it.
//!
//! All but [`fill`] is pure: the same world and seed give the same events.

mod acts;
pub(crate) mod dice;
pub mod evaluate;
pub mod fill;
pub mod fit;
mod generator;
mod group;
pub mod metrics;
mod person;
pub mod policies;
pub mod report;
mod sends;
pub mod study;
mod talk;
mod telling;
mod words;
mod world;

pub use self::{
    generator::{Generator, Plan},
    group::group,
    talk::{Answer, Said, Sent, Talk},
    world::{World, WorldError},
};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod trial_tests;
