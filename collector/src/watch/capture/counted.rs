//! Which outputs count in a capture rate, and when: the one meaning, for the trend and for
//! roll-ups.

use crate::{
    experiment::metric::{Metric, Seen, Sums},
    label::Trust,
    store::rows::StoredSubject,
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
pub(crate) fn left_out(seen: &Seen<'_>, least: Trust) -> Option<Left> {
    let label = seen.label;
    if label.withheld.all {
        Some(Left::Screened)
    } else if label.automated {
        Some(Left::Automated)
    } else {
        (label.trust < least).then_some(Left::Trust)
    }
}

/// When it was first shown or, where it never was, created; Unix ms.
pub(crate) fn dated(seen: &Seen<'_>) -> Option<u64> {
    let registered = seen.rows.registered.as_ref();
    let created = registered.and_then(|server| server.created_at);
    seen.label.shown_at.or(created)
}

/// What it adds to the capture rate, and whose it is; `None` where nobody saw it.
pub(crate) fn captured<'s>(seen: &Seen<'s>) -> Option<(Sums, &'s StoredSubject)> {
    let sums = Metric::CaptureRate.measure(seen)?;
    Some((sums, seen.label.subject.as_ref()?))
}
