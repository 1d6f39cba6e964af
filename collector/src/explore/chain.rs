//! The answers of one turn beside each other. Pure.

use serde::Serialize;

use crate::label::{LabelledGroup, Milli, State, turn_of};

/// One answer of a turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sibling {
    /// The output.
    pub id: String,
    /// Its variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<u32>,
    /// When it was first shown, in corrected time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown_at: Option<u64>,
    /// The answer it took the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Its label.
    pub state: State,
    /// Its label's score.
    pub score: Milli,
    /// The person ended at this one: shown last, or gone back to.
    pub ended: bool,
}

/// The answers of the turn that the output at `place` is one of, by variant; none where
/// it is the only one.
#[must_use]
pub fn siblings(labelled: &LabelledGroup, place: usize) -> Vec<Sibling> {
    let (places, ended) = turn_of(&labelled.outputs, place);
    if places.len() < 2 {
        return Vec::new();
    }
    let mut siblings: Vec<_> = places
        .into_iter()
        .filter_map(|place| {
            let label = labelled.outputs.get(place)?;
            Some(Sibling {
                id: label.output.to_string(),
                variant: label.variant,
                shown_at: label.shown_at,
                replaces: label.replaces.as_ref().map(ToString::to_string),
                state: label.state,
                score: label.score,
                ended: ended == Some(place),
            })
        })
        .collect();
    siblings.sort_by(|a, b| (a.variant, a.shown_at, &a.id).cmp(&(b.variant, b.shown_at, &b.id)));
    siblings
}
