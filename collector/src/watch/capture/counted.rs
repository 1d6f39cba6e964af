//! Which outputs count in a capture rate, and when: the one meaning, for the trend and for
//! roll-ups.

use crate::{
    experiment::metric::{Metric, Sums},
    label::Trust,
    sights::{Person, Sight},
};

/// Why an output does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// All that is known of it came from people the screen found.
    Screened,
    /// A program drove the browser.
    Automated,
    /// Its signals rest on less than asked for.
    Trust,
}

/// Why an output does not count, if it does not.
pub(crate) fn left_out(sight: &Sight<'_>, least: Trust) -> Option<Left> {
    if sight.withheld {
        Some(Left::Screened)
    } else if sight.automated {
        Some(Left::Automated)
    } else {
        (sight.trust < least).then_some(Left::Trust)
    }
}

/// What it adds to the capture rate, and whose it is; `None` where nobody saw it.
pub(crate) fn captured<'s>(sight: &Sight<'s>) -> Option<(Sums, Person<'s>)> {
    let sums = sight.sums(&Metric::CaptureRate)?;
    Some((sums, sight.person?))
}
