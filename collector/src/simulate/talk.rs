//! One conversation, as collector and server get to know it, and the truth.

use tacit_signals::{Batch, Id, Signal, Subject};

use super::words::AnswerText;
use crate::store::rows::Registered;

/// One conversation as collector and server get to know it, and the truth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Talk {
    /// Whose; no two persons share it.
    pub person: u64,
    /// The place of their persona in the world's.
    pub persona: usize,
    /// Their pages carry tokens for registered answers.
    pub signed: bool,
    /// In the order they were given.
    pub answers: Vec<Answer>,
    /// What browsers sent, by time of receipt.
    pub sends: Vec<Sent>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The output.
    pub id: Id,
    /// What the server registers; `None` where it does not.
    pub said: Option<Said>,
    /// The truth: whether it satisfied. Of a bot's: whether it would have.
    pub satisfied: bool,
}

/// A registration, before the project hides the subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// When it arrives, Unix ms.
    pub received_at: u64,
    /// All but the subject.
    pub fields: Registered,
    /// The person, where the app knows them.
    pub subject: Option<Subject>,
}

/// A batch on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// Without a key.
    pub batch: Batch,
    /// When it arrives, Unix ms.
    pub received_at: u64,
}

/// Something that happened in a browser, in true time.
pub(crate) struct Told {
    /// Which document load of the conversation, from 0.
    pub(crate) visit: usize,
    /// Unix ms.
    pub(crate) at: u64,
    pub(crate) output: Id,
    pub(crate) signal: Signal,
}

/// An answer while the person looks at it.
pub(crate) struct Shows<'a> {
    pub(crate) id: &'a Id,
    /// When it settled, Unix ms.
    pub(crate) at: u64,
    pub(crate) words: f64,
    pub(crate) chars: u32,
    pub(crate) satisfied: bool,
    pub(crate) text: &'a AnswerText,
    /// How much of it there is: below 1 when the person stopped it.
    pub(crate) part: f64,
}
