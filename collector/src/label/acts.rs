//! What people did with an output, as far as metrics ask and the label does not say.

use std::collections::BTreeMap;

use tacit_signals::{
    Rating, Share, Signal,
    signal::{Intent, Kind},
};

use super::{
    Milli,
    facts::Facts,
    policy::{Class, Terms},
    timeline::{Moment, Timeline},
    work::Workings,
};

/// What people did with an output within the policy's window, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acts {
    /// Active reading over all sessions, in ms.
    pub dwell_ms: u64,
    /// A rule on what people do, not on what they say, spoke for it.
    pub implicit_positive: bool,
    /// Accepted, pasted, copied, shared or downloaded.
    pub used: bool,
    /// How often another answer was asked for in its place.
    pub regenerations: u64,
    /// The rating that stands; `None` without one, or when it was withdrawn.
    pub rating: Option<Rating>,
    /// The next prompt asked the same again.
    pub rephrased: bool,
    /// The next prompt corrected it.
    pub corrected: bool,
    /// How much of the text that was accepted or pasted was there at the last look;
    /// `None` without a look.
    pub survival: Option<Share>,
    /// The share of conversations that was captured where it was seen.
    pub sample: Share,
    /// What evaluations measured, by name: the last value of each, at any time.
    pub external: BTreeMap<String, Milli>,
}

impl Acts {
    pub(crate) fn of(work: &Workings<'_, '_>, terms: &Terms, timeline: &Timeline<'_>) -> Self {
        let facts = work.act(terms);
        let speaks_for = |item: &super::evidence::Item<'_, '_>| {
            item.rule.score > Milli::default() && item.rule.family.class() == Class::Implicit
        };
        let followed = |wanted: Intent| {
            let mut prompts = facts.of_kind(Kind::FollowedUp);
            prompts.any(|moment| intent(moment) == Some(wanted))
        };
        let samples = timeline.moments.iter().map(|moment| moment.slice.sample);
        Self {
            dwell_ms: facts.dwell.active_ms,
            implicit_positive: work.found.items.iter().any(speaks_for),
            used: facts.used.is_some(),
            regenerations: facts.of_kind(Kind::Regenerated).count() as u64,
            rating: facts.of_kind(Kind::Rated).last().and_then(rating),
            rephrased: followed(Intent::Rephrase),
            corrected: followed(Intent::Correction),
            survival: survival(facts),
            // A server's signals are never sampled: the browser's word is the smaller.
            sample: samples.min().unwrap_or(Share::ONE),
            external: external(&timeline.evaluations),
        }
    }
}

fn intent(moment: &Moment<'_>) -> Option<Intent> {
    match moment.event.signal {
        Signal::FollowedUp { intent, .. } => Some(intent),
        _ => None,
    }
}

fn rating(moment: &Moment<'_>) -> Option<Rating> {
    match moment.event.signal {
        Signal::Rated { value, .. } => Some(value).filter(|value| *value != Rating::default()),
        _ => None,
    }
}

/// Of the look at the greatest age.
fn survival(facts: &Facts<'_>) -> Option<Share> {
    let looks = facts.of_kind(Kind::Survived);
    let looks = looks.filter_map(|moment| match moment.event.signal {
        Signal::Survived { age_s, share } => Some((age_s, share)),
        _ => None,
    });
    looks
        .max_by_key(|(age_s, _)| *age_s)
        .map(|(_, share)| share)
}

/// The last value of each name; a signal without one says that it is so: 1.
fn external(evaluations: &[Moment<'_>]) -> BTreeMap<String, Milli> {
    let mut last = BTreeMap::new();
    for moment in evaluations {
        if let Signal::Converted { name, value } = &moment.event.signal {
            let value = value.map_or(1_000, tacit_signals::Amount::thousandths);
            last.insert(name.clone(), Milli::new(value));
        }
    }
    last
}

#[cfg(test)]
#[path = "acts_tests.rs"]
mod tests;
