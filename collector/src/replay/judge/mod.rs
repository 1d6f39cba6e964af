//! A second opinion: a judge model that sees both answers.
//!
//! One pair's path: [`questions`] asks about it twice, once with each answer first, as
//! judges prefer a place (Zheng et al. 2023, section 3.3: only a verdict that both orders
//! share counts). Each answer is read strictly; both are put together to a [`Ruling`].
//! Pairs that people have decided, a kept text and a rejected one, are asked as well: a
//! judge that does not agree with people is not to be believed, whatever it says of the
//! new answers.
//!
//! Pure: the questions are sent by the engine that asks the model that is tried.

mod ask;
mod ruling;
mod summary;

pub use self::{
    ask::{PROMPT, Question, questions},
    ruling::{Preferred, Ruling, read},
    summary::{Judged, People, judged},
};

#[cfg(test)]
mod tests;
