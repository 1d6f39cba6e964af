//! What came after a label was mature, and what the label was before.
//!
//! Nothing that happens after a label is mature can change it. But something that
//! happened before may be received after: a phone that was offline for a week. It
//! counts like everything else, and it leaves a trace.

use super::{
    timeline::{EventId, Moment, Timeline, Visits},
    verdict::{By, Verdict},
    work::Workings,
};

/// The history as it was known when the label was first mature, where anything
/// was received after that.
///
/// The label as known from some moment on is mature once its `matures_at` has
/// passed; if what is received next comes later than that, it is late, and so is
/// everything after it. Visits are taken as known now.
pub(crate) fn before<'a>(
    timeline: &Timeline<'a>,
    visits: &Visits,
    by: &By<'_>,
) -> Option<Timeline<'a>> {
    let earliest = timeline.moments.first()?.at;
    // No history of this output can have been mature sooner.
    let soonest = earliest.saturating_add(by.terms.longest_ms());
    let receipts = timeline.moments.iter().map(|m| m.slice.received_at);
    if receipts.clone().all(|at| at <= soonest) {
        return None;
    }
    let mut receipts: Vec<u64> = receipts.collect();
    receipts.sort_unstable();
    receipts.dedup();
    for two in receipts.windows(2).filter(|two| two[1] > soonest) {
        let known = timeline.received_by(two[0]);
        let matured_at = Workings::of(&known, visits, by).matures_at;
        if matured_at.is_some_and(|at| at < two[1]) {
            return Some(known);
        }
    }
    None
}

/// The late events that made the label another: those it rests on or, where they
/// only took something away, those that stand.
pub(crate) fn events(
    timeline: &Timeline<'_>,
    visits: &Visits,
    by: &By<'_>,
    (work, verdict): (&Workings<'_, '_>, &Verdict<'_, '_, '_>),
) -> Vec<EventId> {
    let Some(known) = before(timeline, visits, by) else {
        return Vec::new();
    };
    let before = Workings::of(&known, visits, by);
    if says(&before.judge(by)) == says(verdict) {
        return Vec::new();
    }
    let last = known.moments.iter().map(|m| m.slice.received_at).max();
    let late = |m: &&Moment<'_>| Some(m.slice.received_at) > last;
    let evidence = verdict.reasons.iter().flat_map(|item| &item.moments);
    let mut events: Vec<_> = evidence.filter(late).collect();
    if events.is_empty() {
        let facts = work.facts.iter();
        let stands = facts.flat_map(|f| f.standing.iter().chain(&f.dwell.moments));
        events = stands.filter(late).collect();
    }
    events.sort_by(|a, b| a.order(b));
    let mut events: Vec<_> = events.into_iter().map(|moment| moment.id).collect();
    events.dedup();
    events
}

/// What makes two labels of an output the same: state, score and the grounds.
fn says<'v>(
    verdict: &'v Verdict<'_, '_, '_>,
) -> (super::State, super::Milli, Vec<(&'v str, Vec<EventId>)>) {
    let ground = |item: &&'v super::evidence::Item<'_, '_>| {
        let events = item.moments.iter().map(|moment| moment.id);
        (&*item.rule.name, events.collect())
    };
    let grounds = verdict.reasons.iter().map(ground).collect();
    (verdict.state, verdict.score, grounds)
}
