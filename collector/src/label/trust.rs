//! What a label's signals rest on.

use serde::{Deserialize, Serialize};

use super::{
    evidence::Item,
    timeline::{Moment, Timeline},
};
use crate::store::rows::OutputRows;

/// What a label's signals rest on; later ones are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Only the browser's word: the server never registered the output.
    Claimed,
    /// Bound to a registered output by an unguessable id or an alias.
    Known,
    /// By a token from the registration, valid for output and person.
    Signed,
}

impl Trust {
    /// All of them, ascending.
    pub const ALL: [Self; 3] = [Self::Claimed, Self::Known, Self::Signed];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Known => "known",
            Self::Signed => "signed",
        }
    }

    /// By its name in files.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trust| trust.name() == name)
    }
}

/// The weakest ground of what was found: every event that gave evidence must have
/// come with a token for the label to be signed; without evidence, every event.
pub(crate) fn of(rows: &OutputRows, items: &[Item<'_, '_>], timeline: &Timeline<'_>) -> Trust {
    if rows.registered.is_none() {
        return Trust::Claimed;
    }
    let signed = |moment: &Moment<'_>| moment.slice.signed;
    let mut grounds = items.iter().flat_map(|item| &item.moments).peekable();
    let all_signed = if grounds.peek().is_some() {
        grounds.all(signed)
    } else {
        !timeline.moments.is_empty() && timeline.moments.iter().all(signed)
    };
    if all_signed {
        Trust::Signed
    } else {
        Trust::Known
    }
}
