//! Which rows are kept apart as a test set.

use serde::{Deserialize, Serialize};
use tacit_signals::SubjectKind;

use crate::{
    dataset::{provenance::Provenance, split::Split},
    label::Milli,
};

/// How rows are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Splitting {
    /// Share of units in the test set, 0 to 1.
    pub share: Milli,
    /// What stays together.
    pub by: SplitBy,
}

/// What stays together: all rows of one unit are in the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitBy {
    /// A person; rows of whom only the session is known go by their conversation.
    Person,
    /// A conversation; an output that is in none is alone.
    Conversation,
}

impl SplitBy {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Person, Self::Conversation];

    /// Its name in files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Conversation => "conversation",
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

impl Splitting {
    /// Where a row goes. It depends on seed and unit alone: more rows, people or
    /// conversations move nobody to the other side.
    pub(super) fn of(self, seed: u64, row: &Provenance) -> Split {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(b"split");
        let (kind, name) = unit(self.by, row);
        hasher.update(&[0]);
        hasher.update(kind);
        hasher.update(name.as_bytes());
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        let draw = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        // draw / 2⁶⁴ < share, without rounding.
        let drawn = (u128::from(draw) * 1_000) >> 64;
        if i128::try_from(drawn).is_ok_and(|drawn| drawn < i128::from(self.share.thousandths())) {
            return Split::Test;
        }
        Split::Train
    }
}

/// What the row belongs to; kinds keep equal ids of different things apart.
fn unit(by: SplitBy, row: &Provenance) -> (&'static [u8], &str) {
    let known = row
        .subject_kind
        .is_some_and(|kind| kind != SubjectKind::Session);
    match (by, &row.subject, &row.conversation) {
        (SplitBy::Person, Some(subject), _) if known => (b"person\0", subject),
        (_, _, Some(conversation)) => (b"conversation\0", conversation),
        _ => (b"output\0", &row.output),
    }
}
