//! Feedback that another system holds, as signals: what people rated there counts here.
//!
//! Pure. A file is read into [`Record`]s ([`read()`]), a system's file knows what its
//! records say ([`Feedback`]), and [`Importer::signals`] makes of it what a server would
//! send to `POST /v1/signals`. Each signal has an id made of the system and the
//! feedback's own id, so that a second import adds nothing.
//!
//! People's feedback becomes `rated`; where a model or a program judged, it becomes a
//! measured value of that name, on which no label rests, and only if asked for.

mod langfuse;
mod langsmith;
mod phoenix;
mod read;
mod record;
mod scale;
mod send;
mod signal;

pub use self::{
    read::{Unread, read},
    record::Record,
    scale::{Given, Scale, ScaleError, Scales},
    send::requests,
    signal::{Importer, Skip, Wanted},
};

/// A system whose exports are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Langfuse scores.
    Langfuse,
    /// LangSmith feedback.
    Langsmith,
    /// Arize Phoenix annotations.
    Phoenix,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Langfuse, Self::Langsmith, Self::Phoenix];

    /// Its name on the command line and in the ids of signals.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Langfuse => "langfuse",
            Self::Langsmith => "langsmith",
            Self::Phoenix => "phoenix",
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.name() == name)
    }

    /// What `record` of this system says.
    #[must_use]
    pub fn feedback(self, record: &Record) -> Feedback {
        match self {
            Self::Langfuse => langfuse::feedback(record),
            Self::Langsmith => langsmith::feedback(record),
            Self::Phoenix => phoenix::feedback(record),
        }
    }
}

/// Who judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// A person.
    Human,
    /// A model, or code.
    Evaluation,
    /// The system does not say, or says something new.
    Unsaid,
}

/// One judgement of one output, in no system's shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    /// The feedback's own id.
    pub id: Option<String>,
    /// What was judged: `thumbs`, `helpfulness`.
    pub name: String,
    /// The id of the output, as the other system names it.
    pub output: Option<String>,
    /// Who judged.
    pub author: Author,
    /// What was given.
    pub given: Option<Given>,
    /// What people wrote about it.
    pub comment: Option<String>,
    /// The text the answer should have been.
    pub correction: Option<String>,
    /// When, Unix ms.
    pub at: Option<u64>,
}

#[cfg(test)]
mod tests;
