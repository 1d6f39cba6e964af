//! What came after a label was mature, and what the label was before.
//!
//! Nothing that happens after a label is mature can change it. But something that
//! happened before may be received after: a phone that was offline for a week. It
//! counts like everything else, and it leaves a trace.
//!
//! Two things leave none. A registration is no event: one that comes late and
//! brings another override into play changes the label, and has no id to name. And
//! visits are taken as known now, not then: signals about other outputs of the
//! conversation that come late and lengthen a visit put off when the label counts
//! as having been mature. That matters only where a visit outlasts the act window.

use std::sync::Arc;

use super::{
    Milli, State,
    evidence::Item,
    identity,
    policy::{Policy, Terms},
    timeline::{EventId, Moment, Timeline, Visits},
    verdict::{By, Verdict},
    work::Workings,
};
use crate::store::rows::OutputRows;

/// An output of which something may have come late.
#[derive(Clone, Copy)]
pub(crate) struct History<'s, 'a> {
    pub(crate) rows: &'a OutputRows,
    pub(crate) timeline: &'s Timeline<'a>,
    /// As known now.
    pub(crate) visits: &'s Visits,
    pub(crate) policy: &'s Policy,
    pub(crate) as_of: u64,
}

/// What was known when a label was first mature, with the terms of that time.
pub(crate) struct Known<'a> {
    timeline: Timeline<'a>,
    terms: Arc<Terms>,
    /// When the last of it was received, Unix ms.
    received_at: u64,
}

impl<'s, 'a> History<'s, 'a> {
    /// The history as it was known when the label was first mature, where anything
    /// was received after that.
    ///
    /// The label as known from some moment on is mature once its `matures_at` has
    /// passed; if what is received next comes later than that, it is late, and so
    /// is everything after it.
    pub(crate) fn before(&self) -> Option<Known<'a>> {
        let earliest = self.timeline.moments.first()?.at;
        // No history of this output can have been mature sooner.
        let soonest = earliest.saturating_add(self.policy.shortest_ms());
        let receipts = self.timeline.moments.iter().map(|m| m.slice.received_at);
        if receipts.clone().all(|at| at <= soonest) {
            return None;
        }
        let mut receipts: Vec<u64> = receipts.collect();
        receipts.sort_unstable();
        receipts.dedup();
        let mut gaps = receipts.windows(2).filter(|two| two[1] > soonest);
        gaps.find_map(|two| {
            let known = self.known(two[0]);
            let matured_at = self.work(&known).matures_at?;
            (matured_at < two[1]).then_some(known)
        })
    }

    fn known(&self, received_at: u64) -> Known<'a> {
        let timeline = self.timeline.received_by(received_at);
        let within = self.policy.shortest_ms();
        let (model, surface) = identity::key(self.rows, &timeline, within);
        Known {
            terms: self.policy.terms(model, surface),
            timeline,
            received_at,
        }
    }

    /// By what `known` was judged.
    pub(crate) fn by<'k>(&'k self, known: &'k Known<'a>) -> By<'k> {
        By {
            policy: self.policy,
            terms: &known.terms,
            as_of: self.as_of,
        }
    }

    /// What the label rested on.
    pub(crate) fn work<'k>(&'k self, known: &'k Known<'a>) -> Workings<'k, 'a> {
        Workings::of(&known.timeline, self.visits, &self.by(known))
    }

    /// The late events that made the label another: those it rests on or, where
    /// they only took something away, those that stand.
    pub(crate) fn late(
        &self,
        work: &Workings<'_, '_>,
        verdict: &Verdict<'_, '_, '_>,
    ) -> Vec<EventId> {
        let Some(known) = self.before() else {
            return Vec::new();
        };
        if says(&self.work(&known).judge(&self.by(&known))) == says(verdict) {
            return Vec::new();
        }
        let late = |m: &&Moment<'_>| m.slice.received_at > known.received_at;
        let evidence = verdict.reasons.iter().flat_map(|item| &item.moments);
        let mut events: Vec<_> = evidence.filter(late).collect();
        if events.is_empty() {
            let facts = work.facts.iter();
            let stands =
                facts.flat_map(|f| f.standing.iter().chain(&f.dwell.moments).chain(&f.shown));
            events = stands.filter(late).collect();
        }
        events.sort_by(|a, b| a.order(b));
        let mut events: Vec<_> = events.into_iter().map(|moment| moment.id).collect();
        events.dedup();
        events
    }
}

/// What makes two labels of an output the same: state, score and the grounds.
fn says<'v>(verdict: &'v Verdict<'_, '_, '_>) -> (State, Milli, Vec<(&'v str, Vec<EventId>)>) {
    let ground = |item: &&'v Item<'_, '_>| {
        let events = item.moments.iter().map(|moment| moment.id);
        (&*item.rule.name, events.collect())
    };
    let grounds = verdict.reasons.iter().map(ground).collect();
    (verdict.state, verdict.score, grounds)
}
