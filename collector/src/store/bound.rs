//! At most so many events of one output in memory, however many are stored. Pure.

use tacit_signals::{SessionId, signal::Kind};

use super::rows::Slice;
use crate::limits::{EVENTS_PER_OUTPUT_MAX, TEXTS_PER_OUTPUT_MAX};

/// The first, so that what happens later never takes away what a label rests on;
/// by time and not by receipt, so that the order of arrival does not matter. Early
/// times can be forged (`policy.md` says what bounds that).
///
/// The first events of an output by (corrected time, session, seq), texts and all
/// others each up to their limit: the same ones whatever the order of slices. No
/// more than twice the limits are held at any time.
#[derive(Debug, Default)]
pub(super) struct Bounded {
    slices: Vec<Slice>,
    held: Counts,
    beyond: u64,
}

/// Texts, and all other events.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    texts: usize,
    others: usize,
}

/// Place of an event in the order that decides, and among the slices.
type Place = (u64, SessionId, u32, usize, usize);

impl Bounded {
    /// Takes a slice, and drops what cannot be among the first any more.
    pub(super) fn push(&mut self, slice: Slice) {
        for event in &slice.events {
            *self.held.of(event.signal.kind() == Some(Kind::Content)) += 1;
        }
        self.slices.push(slice);
        if self.held.others > 2 * EVENTS_PER_OUTPUT_MAX
            || self.held.texts > 2 * TEXTS_PER_OUTPUT_MAX
        {
            self.trim();
        }
    }

    /// What is left, and how many events are not in it.
    pub(super) fn finish(mut self) -> (Vec<Slice>, u64) {
        if self.held.others > EVENTS_PER_OUTPUT_MAX || self.held.texts > TEXTS_PER_OUTPUT_MAX {
            self.trim();
        }
        (self.slices, self.beyond)
    }

    fn trim(&mut self) {
        let (texts, others) = self.places();
        let before = texts.len() + others.len();
        let mut kept = first(texts, TEXTS_PER_OUTPUT_MAX);
        self.held.texts = kept.len();
        kept.extend(first(others, EVENTS_PER_OUTPUT_MAX));
        self.held.others = kept.len() - self.held.texts;
        self.beyond += (before - kept.len()) as u64;
        kept.sort_unstable();
        for (slice, events) in self.slices.iter_mut().enumerate() {
            let mut number = 0;
            events.events.retain(|_| {
                let place = (slice, number);
                number += 1;
                kept.binary_search(&place).is_ok()
            });
        }
        self.slices.retain(|slice| !slice.events.is_empty());
    }

    /// Texts, and all other events.
    fn places(&self) -> (Vec<Place>, Vec<Place>) {
        let (mut texts, mut others) = (Vec::new(), Vec::new());
        for (number, slice) in self.slices.iter().enumerate() {
            for (event_number, event) in slice.events.iter().enumerate() {
                let at = slice.corrected(event.at);
                let place = (at, slice.session, event.seq, number, event_number);
                if event.signal.kind() == Some(Kind::Content) {
                    texts.push(place);
                } else {
                    others.push(place);
                }
            }
        }
        (texts, others)
    }
}

impl Counts {
    const fn of(&mut self, is_text: bool) -> &mut usize {
        if is_text {
            &mut self.texts
        } else {
            &mut self.others
        }
    }
}

/// Where the first `limit` of `places` are.
fn first(mut places: Vec<Place>, limit: usize) -> Vec<(usize, usize)> {
    if places.len() > limit {
        places.select_nth_unstable(limit);
        places.truncate(limit);
    }
    places
        .into_iter()
        .map(|(_, _, _, slice, event)| (slice, event))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use tacit_signals::signal::{ContentRole, CopyVia};

    use super::*;
    use crate::label::script::{Story, content, copied, id};

    fn slice(session: u8, seq: u32, at: u64, is_text: bool) -> Slice {
        let signal = if is_text {
            content(ContentRole::Edit, "text")
        } else {
            copied(1.0, CopyVia::Button)
        };
        let mut slice = Story::untold("o")
            .in_session(session)
            .at(at, signal)
            .rows
            .slices
            .remove(0);
        slice.events[0].seq = seq;
        slice.events[0].output = id("o");
        slice
    }

    fn ids(slices: &[Slice]) -> BTreeSet<(SessionId, u32)> {
        let of = |slice: &Slice| {
            let session = slice.session;
            let seqs: Vec<_> = slice.events.iter().map(|event| event.seq).collect();
            seqs.into_iter().map(move |seq| (session, seq))
        };
        slices.iter().flat_map(of).collect()
    }

    #[test]
    fn a_million_events_are_held_in_twice_the_limit() {
        let mut bounded = Bounded::default();
        let mut most = (0, 0);
        let batch = 1_000;
        for number in 0..1_000 {
            // Ever earlier, so that each batch pushes out what was there.
            let mut whole = slice(
                1,
                number * batch,
                2_000_000 - u64::from(number * batch),
                false,
            );
            let one = whole.events[0].clone();
            whole.events = (0..batch)
                .map(|place| {
                    let mut event = one.clone();
                    event.seq += place;
                    event
                })
                .collect();
            bounded.push(whole);
            let held = bounded.slices.iter().map(|slice| slice.events.len()).sum();
            most = most.max((held, bounded.slices.len()));
        }
        assert!(most.0 <= 2 * EVENTS_PER_OUTPUT_MAX, "{most:?}");
        assert!(most.1 <= 2 * EVENTS_PER_OUTPUT_MAX, "{most:?}");
        let (slices, beyond) = bounded.finish();
        let kept: BTreeSet<_> = ids(&slices).into_iter().map(|(_, seq)| seq).collect();
        assert_eq!(beyond, 1_000_000 - EVENTS_PER_OUTPUT_MAX as u64);
        // The last four batches are the earliest, and of the one before the first 96.
        let expected: BTreeSet<_> = (995_000..995_096).chain(996_000..1_000_000).collect();
        assert_eq!(kept, expected);
    }

    #[test]
    fn texts_have_a_limit_of_their_own() {
        let mut bounded = Bounded::default();
        for seq in 0..300 {
            bounded.push(slice(1, seq, u64::from(300 - seq), true));
            bounded.push(slice(1, 1_000 + seq, u64::from(seq), false));
        }
        let (slices, beyond) = bounded.finish();
        assert_eq!(beyond, 300 - TEXTS_PER_OUTPUT_MAX as u64);
        let texts = ids(&slices).into_iter().filter(|(_, seq)| *seq < 1_000);
        let seqs: Vec<_> = texts.map(|(_, seq)| seq).collect();
        assert_eq!(seqs, (236..300).collect::<Vec<_>>(), "the earliest");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn any_order_keeps_the_same(
            times in prop::collection::vec((0..3_u8, 0..50_u64), 300),
            shuffled in Just((0..300_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let texts = |order: &[usize]| {
                let mut bounded = Bounded::default();
                for &number in order {
                    let (session, at) = times[number];
                    bounded.push(slice(session, u32::try_from(number).unwrap(), at, true));
                }
                let (slices, beyond) = bounded.finish();
                (ids(&slices), beyond)
            };
            let in_order: Vec<_> = (0..300).collect();
            prop_assert_eq!(texts(&in_order), texts(&shuffled));
        }
    }
}
