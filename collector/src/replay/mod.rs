//! Replay: would another model, or another prompt, have done better on what people
//! really asked?
//!
//! One input's path: selection reads every group of the store, sets aside what cannot
//! be asked again (each with its one [`Reason`]) and draws a stratified sample of
//! [`Case`]s, without what is private; the [`Plan`] says what was drawn and how it will
//! be asked. Every case is sent to an OpenAI-compatible endpoint and ends in exactly one
//! [`Answer`]: answered, refused by the provider, or failed for good. The journal keeps
//! both, so that a run that was interrupted asks nothing twice.
//!
//! Evaluation, not training: nothing here reaches a dataset.

mod answer;
mod case;
pub mod client;
pub mod compare;
pub mod estimate;
pub mod journal;
pub mod judge;
mod plan;
pub mod report;
pub mod run;
pub mod select;

pub use self::{
    answer::{Answer, Failure, Outcome, Reply},
    case::{Case, Given, How, Kept, Message, Stratum},
    plan::{
        Allocation, Asking, Dimension, Judging, LeftOut, NotReplayable, Plan, Reason, Selected,
        StratumCount,
    },
};
