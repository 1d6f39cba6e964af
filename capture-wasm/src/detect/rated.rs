//! `rated`: thumbs by their controls.

use tacit_signals::{Rating, Signal};

/// What a thumb says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thumb {
    /// Liked.
    Up,
    /// Disliked.
    Down,
}

/// A thumb was used. `pressed` is its `aria-pressed` afterwards, where it has
/// one: a second click on a toggle withdraws the rating.
#[must_use]
pub fn signal(thumb: Thumb, pressed: Option<bool>) -> Option<Signal> {
    let thousandths = match (pressed, thumb) {
        (Some(false), _) => 0,
        (_, Thumb::Up) => 1_000,
        (_, Thumb::Down) => -1_000,
    };
    Some(Signal::Rated {
        value: Rating::from_thousandths("value", thousandths).ok()?,
        scale: Some("thumbs".into()),
        reason: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(thumb: Thumb, pressed: Option<bool>) -> i16 {
        match signal(thumb, pressed) {
            Some(Signal::Rated { value, .. }) => value.thousandths(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn up_down_and_withdrawn() {
        assert_eq!(value(Thumb::Up, None), 1_000);
        assert_eq!(value(Thumb::Down, Some(true)), -1_000);
        assert_eq!(value(Thumb::Down, Some(false)), 0);
    }
}
