//! The readout: what an experiment says by now, for anybody who looks.
//!
//! `make` takes what [`super::people`] knows of everybody and has every part made:
//! `effects` by metric and arm, with `compare` for what [`super::stats`] says look by
//! look; `guards`, `novelty`, `segments`, `holdout`. `shape` is what leaves: the same
//! facts, policy, declaration and `as_of` give the same bytes. `told` says it for people,
//! in Markdown and as a `page`.

mod compare;
mod effects;
mod guards;
mod holdout;
mod make;
mod markdown;
mod novelty;
mod number;
mod page;
mod segments;
mod shape;
#[cfg(test)]
mod tests;
mod told;
mod words;

pub(crate) use self::{
    make::everybody,
    number::{maybe, rounded},
};
pub use self::{
    make::{
        HoldoutRequest, ReadoutError, Request, holdout_readout, of_facts, readout, readout_of,
        readout_with_courses,
    },
    markdown::markdown,
    page::page,
    shape::{
        ArmPeople, Comparison, Correction, Course, Dimension, Effect, Effects, Guard, GuardState,
        Guarded, Hacking, Holdout, HoldoutMetric, Look, Measured, Method, Novelty, People, Power,
        Readout, Segment, Series, Srm, Stopped, VERSION, Value, Week,
    },
};
