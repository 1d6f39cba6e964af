//! What became of an answer: old and new compared, and both held against what people
//! kept, wrote and rejected.
//!
//! One case's path: a [`Measured`] says of a text how long it is, whether it declines
//! and what [`Format`] it has; a [`Score`] whether the new answer is nearer to what people
//! kept than the old one was; [`Sides`] with whom it sides where they kept one text and
//! not another; [`Compared`] holds all of it. Then [`summarise`] adds cases up, each with
//! the outputs it stands for, and a [`Gate`] decides.
//!
//! Everything is a pure function; the order of cases does not matter. Texts are compared
//! by character 4-grams ([`tacit_signals::text`]): cheap, the same on any machine and in
//! any language, and blind to meaning. What follows from that stands in
//! `demo-site/docs/replay.md`.

mod case;
mod estimate;
mod figure;
mod format;
mod gate;
mod length;
mod refusal;
mod score;
mod sides;
mod summary;
mod tally;

pub use self::{
    case::{Compared, Measured, compare},
    estimate::Estimate,
    figure::{Figure, Found, Ran, figure},
    format::{Feature, Format},
    gate::{
        Bound, Condition, Gate, GateError, Judged as Condemned, Outcome as GateOutcome, Relation,
        Verdict as GateVerdict,
    },
    length::{AtEqualLength, Bucket, Lengths},
    refusal::is_refusal,
    score::{Race, Score, Still, TIE, Verdict},
    sides::{Panel, Side, Sides},
    summary::{Checks, Likeness, Races, Sided, Summary, Texts, Totals, summarise},
    tally::{Proportion, Weighed},
};
pub(super) use self::{estimate::net, score::References, sides::pairs};

#[cfg(test)]
pub(crate) mod made;
#[cfg(test)]
mod tests;
