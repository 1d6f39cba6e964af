//! The fold: which events of an output stand, by the laws of CONTRACTS.
//!
//! `shown` first · `dwell` max per session, then sum, and the deepest share ·
//! `selected`, `pasted` max share · `copied` max share per via · `accepted`,
//! `dismissed`, `edited`, `switched`, `rated`, content last (content per role) ·
//! `regenerated`, `stopped`, `followed_up`, `converted` by id, all stand ·
//! `survived` last per bucket · `shared`, `downloaded` any, the first stands.
//! Of equal maxima the first stands. Unknown kinds say only that somebody was there.
//! A last `edited` without a change takes the edits before it back.

use std::collections::BTreeMap;

use tacit_signals::{
    SessionId, Share, Signal,
    signal::{ContentRole, Kind, Shown},
};

use super::timeline::{Moment, Timeline};

/// Ages at which accepted text is looked at, in seconds: 30 s, 2 min, 10 min,
/// 1 h, 24 h, 7 d. A look at another age belongs to the last bucket before it.
pub(crate) const BUCKETS_S: [u32; 6] = [30, 120, 600, 3_600, 86_400, 604_800];

/// What is known about an output within one window.
#[derive(Default)]
pub(crate) struct Facts<'a> {
    /// When the window started: when it was first shown or, where that signal is
    /// missing, at the first signal of any kind. `None` without signals.
    pub(crate) start: Option<u64>,
    /// When the window ends, exclusive; Unix ms.
    pub(crate) deadline: u64,
    /// The first time it was shown.
    pub(crate) shown: Option<Moment<'a>>,
    /// Events that stand, ascending; without `shown`, `dwell` and content.
    pub(crate) standing: Vec<Moment<'a>>,
    /// Reading.
    pub(crate) dwell: Dwell<'a>,
    /// Content frames by role.
    pub(crate) content: [Option<&'a str>; 3],
    /// The first act of use.
    pub(crate) used: Option<Moment<'a>>,
    /// The last time it was accepted or pasted.
    pub(crate) taken: Option<Moment<'a>>,
    /// The last signal of any kind.
    pub(crate) last_at: u64,
}

/// Reading of an output over all sessions.
#[derive(Default)]
pub(crate) struct Dwell<'a> {
    /// Active time, in ms.
    pub(crate) active_ms: u64,
    /// Deepest part that came into view.
    pub(crate) read_share: Share,
    /// The longest reading of each session, ascending.
    pub(crate) moments: Vec<Moment<'a>>,
}

impl<'a> Facts<'a> {
    /// Folds what happened before `window_ms` after the start. Looks at accepted
    /// text count until `survival_ms` after the acceptance before them. `shown` is
    /// [`Timeline::shown`].
    pub(crate) fn fold(
        timeline: &Timeline<'a>,
        shown: Option<Moment<'a>>,
        window_ms: u64,
        survival_ms: u64,
    ) -> Self {
        let moments = &timeline.moments;
        let Some(start) = shown.or(moments.first().copied()).map(|m| m.at) else {
            return Self::default();
        };
        let deadline = start.saturating_add(window_ms);
        let mut facts = Self {
            start: Some(start),
            deadline,
            shown,
            ..Self::default()
        };
        let mut fold = Fold::default();
        for moment in moments {
            let survived = matches!(moment.event.signal, Signal::Survived { .. });
            let until = match (survived, facts.taken) {
                (true, Some(taken)) => taken.at.saturating_add(survival_ms),
                (true, None) => 0,
                (false, _) => deadline,
            };
            if moment.at < until {
                facts.notice(moment);
                fold.take(*moment);
            }
        }
        fold.finish(&mut facts);
        facts
    }

    fn notice(&mut self, moment: &Moment<'a>) {
        self.last_at = moment.at;
        match &moment.event.signal {
            Signal::Accepted(_) | Signal::Pasted(_) => {
                self.taken = Some(*moment);
                self.used.get_or_insert(*moment);
            }
            Signal::Copied { .. } | Signal::Shared(_) | Signal::Downloaded(_) => {
                self.used.get_or_insert(*moment);
            }
            Signal::Content { role, text } => {
                self.content[usize::from(role.code())] = Some(text);
            }
            _ => {}
        }
    }

    /// The standing events of a kind, ascending.
    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Moment<'a>> {
        let same = move |m: &&Moment<'_>| m.event.signal.kind() == Some(kind);
        self.standing.iter().filter(same)
    }

    /// The look at accepted text that stands for an age: the first at or after it.
    pub(crate) fn survived(&self, age_s: u32) -> Option<&Moment<'a>> {
        let age = |m: &&Moment<'_>| match m.event.signal {
            Signal::Survived { age_s, .. } => bucket(age_s),
            _ => None,
        };
        let wanted = bucket(age_s);
        let looks = self.of_kind(Kind::Survived);
        looks.filter(|m| age(m) >= wanted).min_by_key(age)
    }

    /// What the page said when it first showed it.
    pub(crate) fn shown_fields(&self) -> Option<&'a Shown> {
        match &self.shown?.event.signal {
            Signal::Shown(shown) => Some(shown),
            _ => None,
        }
    }

    /// The last content frame of a role.
    pub(crate) fn text(&self, role: ContentRole) -> Option<&'a str> {
        self.content[usize::from(role.code())]
    }
}

/// Index of the bucket an age belongs to; `None` before the first.
fn bucket(age_s: u32) -> Option<usize> {
    BUCKETS_S.iter().rposition(|bucket| *bucket <= age_s)
}

/// What stands so far. Takes moments in ascending order.
#[derive(Default)]
struct Fold<'a> {
    /// One place per law's group: (kind, via or bucket).
    places: BTreeMap<(Kind, usize), Moment<'a>>,
    /// Those that all stand.
    all: Vec<Moment<'a>>,
    /// The longest reading per session.
    dwell: BTreeMap<SessionId, (u32, Moment<'a>)>,
    read_share: Share,
}

impl<'a> Fold<'a> {
    fn take(&mut self, moment: Moment<'a>) {
        let signal = &moment.event.signal;
        let Some(kind) = signal.kind() else { return };
        match signal {
            Signal::Shown(_) | Signal::Content { .. } | Signal::Encoded(_) | Signal::Unknown(_) => {
            }
            Signal::Dwell {
                active_ms,
                read_share,
            } => self.read(moment, *active_ms, *read_share),
            Signal::Selected(span) | Signal::Pasted(span) => {
                self.longest((kind, 0), moment, span.share);
            }
            Signal::Copied { span, via } => {
                self.longest((kind, via.code().into()), moment, span.share);
            }
            Signal::Accepted(_)
            | Signal::Dismissed(_)
            | Signal::Edited(_)
            | Signal::Switched { .. }
            | Signal::Rated { .. } => {
                self.places.insert((kind, 0), moment);
            }
            Signal::Survived { age_s, .. } => {
                // A look before the first bucket says nothing yet.
                if let Some(bucket) = bucket(*age_s) {
                    self.places.insert((kind, bucket), moment);
                }
            }
            Signal::Shared(_) | Signal::Downloaded(_) => {
                self.places.entry((kind, 0)).or_insert(moment);
            }
            Signal::Regenerated { .. }
            | Signal::Stopped { .. }
            | Signal::FollowedUp { .. }
            | Signal::Converted { .. } => self.all.push(moment),
        }
    }

    fn longest(&mut self, place: (Kind, usize), moment: Moment<'a>, share: Share) {
        let standing = self.places.entry(place).or_insert(moment);
        let before = match &standing.event.signal {
            Signal::Copied { span, .. } | Signal::Selected(span) | Signal::Pasted(span) => {
                span.share
            }
            _ => Share::ZERO,
        };
        if share > before {
            *standing = moment;
        }
    }

    fn read(&mut self, moment: Moment<'a>, active_ms: u32, read_share: Share) {
        self.read_share = self.read_share.max(read_share);
        let standing = self.dwell.entry(moment.id.session);
        let standing = standing.or_insert((active_ms, moment));
        if active_ms > standing.0 {
            *standing = (active_ms, moment);
        }
    }

    fn finish(self, facts: &mut Facts<'a>) {
        let standing = self.places.into_values().chain(self.all);
        facts.standing = standing.filter(|m| !is_taken_back(m)).collect();
        facts.standing.sort_by(Moment::order);
        facts.dwell.read_share = self.read_share;
        facts.dwell.active_ms = self.dwell.values().map(|(ms, _)| u64::from(*ms)).sum();
        facts.dwell.moments = self.dwell.into_values().map(|(_, moment)| moment).collect();
        facts.dwell.moments.sort_by(Moment::order);
    }
}

/// An edit that was undone or given up: nothing differs from what was there.
fn is_taken_back(moment: &Moment<'_>) -> bool {
    match &moment.event.signal {
        Signal::Edited(edited) => edited.inserted == 0 && edited.deleted == 0,
        _ => false,
    }
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
