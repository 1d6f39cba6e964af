//! The moments of an output: each event once, in the one order everything uses.

use std::{cmp::Ordering, fmt};

use tacit_signals::{Event, SessionId, Signal};

use crate::store::rows::{OutputRows, Slice};

/// An event's id, printed `<session>:<seq>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The document load.
    pub session: SessionId,
    /// Its number there.
    pub seq: u32,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.session, self.seq)
    }
}

/// An event at its place: ordered by (corrected time, session, seq), which is how
/// CONTRACTS breaks every tie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment<'a> {
    /// Corrected time, Unix ms.
    pub(crate) at: u64,
    pub(crate) id: EventId,
    pub(crate) slice: &'a Slice,
    pub(crate) event: &'a Event,
}

impl Moment<'_> {
    /// The order of signals of an output.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        (self.at, self.id).cmp(&(other.at, other.id))
    }
}

/// The moments of one output, ascending.
pub(crate) struct Timeline<'a> {
    /// What people did, and what the site says came of it.
    pub(crate) moments: Vec<Moment<'a>>,
    /// What evaluations measured: apart, so that nothing of a label rests on it.
    pub(crate) evaluations: Vec<Moment<'a>>,
}

impl<'a> Timeline<'a> {
    /// Orders the events of all slices and drops repeats. The store already keeps
    /// an event once; here it makes the fold's laws hold for any input.
    pub(crate) fn of(rows: &'a OutputRows) -> Self {
        let mut moments: Vec<_> = rows.slices.iter().flat_map(moments).collect();
        let first = |m: &Moment<'_>| (m.id, m.at, m.slice.received_at);
        moments.sort_by_key(first);
        moments.dedup_by_key(|moment| moment.id);
        moments.sort_by(Moment::order);
        let mut evaluations = Vec::new();
        if moments.iter().any(|m| m.slice.origin.is_evaluation()) {
            (evaluations, moments) = moments
                .into_iter()
                .partition(|m| m.slice.origin.is_evaluation());
        }
        Self {
            moments,
            evaluations,
        }
    }

    /// What was received by `received_at`, Unix ms.
    pub(crate) fn received_by(&self, received_at: u64) -> Self {
        let known = |moment: &&Moment<'_>| moment.slice.received_at <= received_at;
        let of = |moments: &[Moment<'a>]| moments.iter().filter(known).copied().collect();
        Self {
            moments: of(&self.moments),
            evaluations: of(&self.evaluations),
        }
    }

    /// When the output was first shown, unless everything else was over by then: a
    /// page that shows an old output again, weeks after all that is known of it,
    /// does not start its windows anew.
    pub(crate) fn shown(&self, longest_ms: u64) -> Option<Moment<'a>> {
        let until = self.moments.first()?.at.saturating_add(longest_ms);
        let mut moments = self.moments.iter().take_while(|moment| moment.at < until);
        let shown = moments.find(|moment| matches!(moment.event.signal, Signal::Shown(_)));
        shown.copied()
    }
}

fn moments(slice: &Slice) -> impl Iterator<Item = Moment<'_>> {
    slice.events.iter().map(move |event| Moment {
        at: slice.corrected(event.at),
        id: EventId {
            session: slice.session,
            seq: event.seq,
        },
        slice,
        event,
    })
}

/// When the people of a group were there: stretches of signals without a long silence.
///
/// A conversation stands for the visit at this level: a person who has gone on to
/// another conversation of the same page counts as gone.
pub(crate) struct Visits {
    /// Times of all signals of the group, ascending, with the end of their visit.
    ends: Vec<(u64, u64)>,
    silence_ms: u64,
}

impl Visits {
    pub(crate) fn of(timelines: &[Timeline<'_>], silence_ms: u64) -> Self {
        let moments = timelines.iter().flat_map(|timeline| &timeline.moments);
        let mut ends: Vec<_> = moments.map(|moment| (moment.at, moment.at)).collect();
        ends.sort_unstable();
        let mut later: Option<(u64, u64)> = None;
        for (at, end) in ends.iter_mut().rev() {
            if let Some((next, visit_end)) = later
                && next - *at < silence_ms
            {
                *end = visit_end;
            }
            later = Some((*at, *end));
        }
        Self { ends, silence_ms }
    }

    /// When the visit that was on at `at` counts as over, Unix ms.
    pub(crate) fn over_at(&self, at: u64) -> u64 {
        let place = self.ends.partition_point(|(time, _)| *time < at);
        let end = self.ends.get(place).map_or(at, |(_, end)| *end);
        end.saturating_add(self.silence_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::script::{Story, T0, converted};

    fn visits(times: &[u64]) -> Visits {
        let told = Story::untold("o-1");
        let told = times
            .iter()
            .fold(told, |story, at| story.at(*at, converted()));
        Visits::of(&[Timeline::of(&told.rows)], 100)
    }

    #[test]
    fn an_event_sent_again_by_a_clock_that_was_set_stands_once_and_first() {
        let mut rows = Story::shown("o-1").rows;
        let mut again = rows.slices[0].clone();
        (again.sent_at, again.received_at) = (T0 + 60_000, T0 + 90_000);
        rows.slices.insert(0, again);
        for _ in 0..2 {
            rows.slices.reverse();
            let times: Vec<_> = Timeline::of(&rows).moments.iter().map(|m| m.at).collect();
            assert_eq!(times, [T0]);
        }
    }

    #[test]
    fn a_visit_ends_with_the_first_long_silence() {
        let visits = visits(&[0, 50, 149, 249, 300]);
        assert_eq!(visits.over_at(T0), T0 + 249, "100 of silence is enough");
        assert_eq!(visits.over_at(T0 + 50), T0 + 249);
        assert_eq!(visits.over_at(T0 + 149), T0 + 249);
        assert_eq!(visits.over_at(T0 + 249), T0 + 400);
    }
}
