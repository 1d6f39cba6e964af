//! `rated`: thumbs and stars, by their controls and the trace these leave.
//!
//! Every chat shows a rating in a way of its own: `aria-pressed`, a data
//! attribute, a class, another icon, a form that opens. So a control is looked at
//! before the click and after it: a toggle that says it is off was taken back, and
//! so was one that looks again as it did before the rating.

use tacit_signals::{Rating, Signal};

use crate::adapter::Control;

/// What a rating control says and how it looked around the click, as
/// `stateOf` in `js/controls.js` tells it: "+" on, "-" off or "?", then its looks.
#[derive(Debug, Clone, Copy)]
pub struct Click<'a> {
    /// What it says.
    pub control: Control,
    /// For a star, which of how many.
    pub star: Option<(u32, u32)>,
    /// Before the page's own handlers.
    pub before: &'a str,
    /// After them.
    pub after: &'a str,
}

/// The last rating of an output.
#[derive(Debug, Clone, Default)]
pub struct Rated(Option<Given>);

#[derive(Debug, Clone)]
struct Given {
    value: i16,
    /// The control's looks before it was given and since.
    before: Box<str>,
    after: Box<str>,
}

impl Rated {
    /// A rating control of the output was used. `None` when nothing changed.
    pub fn clicked(&mut self, click: &Click<'_>) -> Option<Signal> {
        let (mut value, scale) = meaning(click.control, click.star)?;
        let is_off = click.before.starts_with('+') && click.after.starts_with('-');
        let is_back = self.0.as_ref().is_some_and(|last| {
            last.value == value && last.before != last.after && *last.before == *click.after
        });
        if is_off || is_back {
            value = 0;
        }
        let last = self.0.replace(Given {
            value,
            before: click.before.into(),
            after: click.after.into(),
        });
        let is_new = last.is_none_or(|last| last.value != value);
        is_new.then_some(Signal::Rated {
            value: Rating::from_thousandths("value", value.into()).ok()?,
            scale: Some(scale.into()),
            reason: None,
        })
    }
}

/// The value in thousandths, and the scale.
fn meaning(control: Control, star: Option<(u32, u32)>) -> Option<(i16, &'static str)> {
    match (control, star) {
        (Control::Up, _) => Some((1_000, "thumbs")),
        (Control::Down, _) => Some((-1_000, "thumbs")),
        (Control::Star, Some((n @ 1.., of @ 2..))) if n <= of => {
            let value = (n - 1).saturating_mul(2_000) / (of - 1);
            Some((i16::try_from(value).ok()? - 1_000, "stars"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn click(rated: &mut Rated, control: Control, before: &str, after: &str) -> Option<i16> {
        let click = Click {
            control,
            star: None,
            before,
            after,
        };
        match rated.clicked(&click)? {
            Signal::Rated { value, scale, .. } => {
                assert_eq!(scale.as_deref(), Some("thumbs"));
                Some(value.thousandths())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_toggle_says_itself_whether_it_is_on() {
        let mut rated = Rated::default();
        assert_eq!(click(&mut rated, Control::Up, "-", "+"), Some(1_000));
        assert_eq!(click(&mut rated, Control::Up, "+", "-"), Some(0));
        assert_eq!(click(&mut rated, Control::Up, "-", "+"), Some(1_000));
        assert_eq!(click(&mut rated, Control::Down, "-", "+"), Some(-1_000));
        // Rated before this page was loaded.
        let mut later = Rated::default();
        assert_eq!(click(&mut later, Control::Down, "+", "-"), Some(0));
        // Its state comes from a server, later than we look.
        assert_eq!(click(&mut later, Control::Down, "-", "-"), Some(-1_000));
    }

    #[test]
    fn a_class_that_comes_and_goes_is_a_rating_and_its_end() {
        let mut rated = Rated::default();
        let (plain, active) = ("?thumb", "?thumb active");
        assert_eq!(
            click(&mut rated, Control::Down, plain, active),
            Some(-1_000)
        );
        assert_eq!(click(&mut rated, Control::Down, active, plain), Some(0));
        assert_eq!(
            click(&mut rated, Control::Down, plain, active),
            Some(-1_000)
        );
        assert_eq!(click(&mut rated, Control::Up, plain, active), Some(1_000));
    }

    #[test]
    fn without_a_trace_a_second_click_changes_nothing() {
        let mut rated = Rated::default();
        assert_eq!(click(&mut rated, Control::Up, "?", "?"), Some(1_000));
        assert_eq!(click(&mut rated, Control::Up, "?", "?"), None);
        assert_eq!(click(&mut rated, Control::Down, "?", "?"), Some(-1_000));
        // `data-submitted` stays, so this is no withdrawal either.
        let mut once = Rated::default();
        assert_eq!(click(&mut once, Control::Up, "?", "?true"), Some(1_000));
        assert_eq!(click(&mut once, Control::Up, "?true", "?true"), None);
    }

    #[test]
    fn stars_span_the_whole_range() {
        let mut rated = Rated::default();
        let mut star = |n, of| {
            let click = Click {
                control: Control::Star,
                star: Some((n, of)),
                before: "?",
                after: "?",
            };
            match rated.clicked(&click) {
                Some(Signal::Rated { value, scale, .. }) => {
                    assert_eq!(scale.as_deref(), Some("stars"));
                    Some(value.thousandths())
                }
                _ => None,
            }
        };
        assert_eq!(star(1, 5), Some(-1_000));
        assert_eq!(star(3, 5), Some(0));
        assert_eq!(star(4, 5), Some(500));
        assert_eq!(star(5, 5), Some(1_000));
        assert_eq!(star(10, 10), None, "the same again");
        assert_eq!(star(7, 10), Some(333));
        for (n, of) in [(0, 5), (6, 5), (1, 1)] {
            assert_eq!(star(n, of), None, "{n} of {of}");
        }
    }

    #[test]
    fn other_controls_are_no_rating() {
        let mut rated = Rated::default();
        for control in [Control::Copy, Control::Star, Control::Accept] {
            assert_eq!(click(&mut rated, control, "-", "+"), None, "{control:?}");
        }
    }
}
