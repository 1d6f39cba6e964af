//! What an output is and whose: the server's word before the browser's.

use std::{cmp::Reverse, collections::BTreeMap};

use tacit_signals::{Id, Signal, signal::Shown};

use super::timeline::{Moment, Timeline};
use crate::store::rows::{Origin, OutputRows, Registered, StoredSubject};

/// What an output is and whose.
pub(crate) struct Identity {
    pub(crate) output: Id,
    pub(crate) conversation: Option<Id>,
    pub(crate) turn: Option<u32>,
    pub(crate) variant: Option<u32>,
    pub(crate) model: Option<String>,
    pub(crate) prompt_version: Option<String>,
    pub(crate) arms: BTreeMap<String, String>,
    pub(crate) subject: Option<StoredSubject>,
    pub(crate) origin: Origin,
    pub(crate) automated: bool,
}

/// Each field as registered, else as the first `shown` that has it says; the
/// subject else as the batches say, the better kind first and then the earlier.
pub(crate) fn of(rows: &OutputRows, timeline: &Timeline<'_>) -> Identity {
    let none = Registered::default();
    let server = rows.registered.as_ref().unwrap_or(&none);
    let moments = &timeline.moments;
    Identity {
        output: rows.id.clone(),
        conversation: pick(&server.conversation, moments, |shown| &shown.conversation),
        turn: pick(&server.turn, moments, |shown| &shown.turn),
        variant: pick(&server.variant, moments, |shown| &shown.variant),
        model: pick(&server.model, moments, |shown| &shown.model),
        prompt_version: pick(&server.prompt_version, moments, |shown| {
            &shown.prompt_version
        }),
        arms: server.arms.clone(),
        subject: server
            .subject
            .as_ref()
            .or_else(|| claimed(moments))
            .cloned(),
        origin: origin(server, moments),
        automated: moments.iter().any(|moment| moment.slice.automated),
    }
}

/// By what a policy's overrides know an output: model and surface, as registered,
/// else as the first `shown` and the first batch say; empty where unknown. What is
/// shown `within_ms` or later after the first signal does not change it, so that a
/// mature label stays as it is.
pub(crate) fn key<'a>(
    rows: &'a OutputRows,
    timeline: &Timeline<'a>,
    within_ms: u64,
) -> (&'a str, &'a str) {
    let server = rows.registered.as_ref();
    let model = server.and_then(|server| server.model.as_deref());
    let claimed = || match &timeline.shown(within_ms)?.event.signal {
        Signal::Shown(shown) => shown.model.as_deref(),
        _ => None,
    };
    let surface = server.and_then(|server| server.surface.as_deref());
    let first = timeline.moments.first();
    let from = || first.map(|moment| moment.slice.origin.surface.as_str());
    (
        model.or_else(claimed).unwrap_or_default(),
        surface.or_else(from).unwrap_or_default(),
    )
}

/// What the first browser said of itself; the surface as the server registered it.
fn origin(server: &Registered, moments: &[Moment<'_>]) -> Origin {
    let first = moments.first().map(|moment| moment.slice.origin.clone());
    let mut origin = first.unwrap_or_default();
    if let Some(surface) = &server.surface {
        origin.surface.clone_from(surface);
    }
    origin
}

fn pick<T: Clone>(
    registered: &Option<T>,
    moments: &[Moment<'_>],
    field: impl Fn(&Shown) -> &Option<T>,
) -> Option<T> {
    let said = |moment: &Moment<'_>| match &moment.event.signal {
        Signal::Shown(shown) => field(shown).clone(),
        _ => None,
    };
    registered.clone().or_else(|| moments.iter().find_map(said))
}

fn claimed<'a>(moments: &[Moment<'a>]) -> Option<&'a StoredSubject> {
    let subjects = moments.iter().map(|moment| &moment.slice.subject);
    subjects.min_by_key(|subject| Reverse(subject.kind))
}
