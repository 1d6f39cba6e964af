//! What a control is for, as its names say.
//!
//! `js/controls.js` reads and matches the names, with words of many languages
//! that are data beside the module. A name is only a hint: where an effect can
//! be seen (a clipboard write, a new variant, the end of a stream) the effect
//! decides. Ratings and the like have none we could see, so they lean on words.

/// What a control does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Says that the answer is bad.
    Down,
    /// Says that it is good.
    Up,
    /// Ends the stream.
    Stop,
    /// Keeps an edit.
    Save,
    /// Gives an edit up.
    Cancel,
    /// Asks for another answer.
    Regenerate,
    /// Opens an editor.
    Edit,
    /// Shares.
    Share,
    /// Downloads.
    Download,
    /// Goes to the variant before.
    Previous,
    /// Goes to the variant after.
    Next,
    /// Accepts, inserts or applies.
    Accept,
    /// Rejects.
    Dismiss,
    /// Copies.
    Copy,
    /// One of several stars.
    Star,
}

/// In the order of `MEANINGS` in `js/controls.js`.
const ALL: [Control; 15] = [
    Control::Down,
    Control::Up,
    Control::Stop,
    Control::Save,
    Control::Cancel,
    Control::Regenerate,
    Control::Edit,
    Control::Share,
    Control::Download,
    Control::Previous,
    Control::Next,
    Control::Accept,
    Control::Dismiss,
    Control::Copy,
    Control::Star,
];

impl Control {
    /// The one at a place of `MEANINGS`.
    #[must_use]
    pub fn at(place: u32) -> Option<Self> {
        ALL.get(usize::try_from(place).ok()?).copied()
    }

    /// Whether what it did is only to be seen a moment later.
    #[must_use]
    pub fn is_act(self) -> bool {
        matches!(
            self,
            Self::Down
                | Self::Up
                | Self::Star
                | Self::Share
                | Self::Download
                | Self::Accept
                | Self::Dismiss
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list of the other side, so that neither can change alone.
    #[test]
    fn places_are_those_of_the_names() {
        let source = include_str!("../../js/controls.js");
        let (_, list) = source.split_once("MEANINGS = \"").unwrap();
        let (list, _) = list.split_once('"').unwrap();
        let names: Vec<&str> = list.split(' ').collect();
        let ours: Vec<String> = (0..)
            .map_while(Control::at)
            .map(|control| format!("{control:?}").to_lowercase())
            .collect();
        assert_eq!(ours, names);
    }
}
