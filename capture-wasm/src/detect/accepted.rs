//! `accepted`, `dismissed`, `shared`, `downloaded`: acts whose name is all there
//! is to see of them, so they are believed of a known output's own controls only.
//!
//! A page may say the same through the API, in the handler of the same click;
//! then its word counts, and ours is not needed. And a control that put the
//! answer on the clipboard copied it, whatever it is called.

use tacit_signals::{
    Signal,
    signal::{Act, Kind},
};

use super::Ms;
use crate::adapter::Control;

/// The act of a control; `via` is the gesture.
#[must_use]
pub fn signal(control: Control, via: &str) -> Option<Signal> {
    let act = match control {
        Control::Accept => Signal::Accepted,
        Control::Dismiss => Signal::Dismissed,
        Control::Share => Signal::Shared,
        Control::Download => Signal::Downloaded,
        _ => return None,
    };
    Some(act(Act { via: via.into() }))
}

/// What the page said last of an output itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told(Option<(Kind, Ms)>);

impl Told {
    /// The page told a signal of this kind.
    pub fn note(&mut self, now: Ms, kind: Kind) {
        self.0 = Some((kind, now));
    }

    /// Whether it has told that since `clicked_at`.
    #[must_use]
    pub fn since(self, clicked_at: Ms, kind: Kind) -> bool {
        self.0
            .is_some_and(|(last, at)| last == kind && at >= clicked_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_acts() {
        let via = |via: &str| Act { via: via.into() };
        assert_eq!(
            signal(Control::Accept, "key"),
            Some(Signal::Accepted(via("key")))
        );
        assert_eq!(
            signal(Control::Dismiss, "button"),
            Some(Signal::Dismissed(via("button")))
        );
        assert_eq!(
            signal(Control::Share, "button"),
            Some(Signal::Shared(via("button")))
        );
        assert_eq!(
            signal(Control::Download, "button"),
            Some(Signal::Downloaded(via("button")))
        );
        assert_eq!(signal(Control::Copy, "button"), None);
    }

    #[test]
    fn what_the_page_says_in_the_same_click_is_not_said_twice() {
        let mut told = Told::default();
        assert!(!told.since(0, Kind::Accepted));
        told.note(1_000, Kind::Accepted);
        assert!(told.since(990, Kind::Accepted));
        assert!(!told.since(990, Kind::Shared), "another act");
        assert!(!told.since(1_005, Kind::Accepted), "a click after it");
    }
}
