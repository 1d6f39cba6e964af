//! What holds for any history: its label does not depend on how it arrived, and
//! its pairs do not contradict each other.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::Index};
use tacit_signals::{
    Event, SessionId, Signal,
    signal::{ContentRole, CopyVia, Intent},
};

use super::{
    script::{
        DAY, MINUTE, SECOND, Story, T0, act, content, converted, copied, dwell, edited,
        followed_up, rated, regenerated, shown, span, survived,
    },
    *,
};
use crate::store::rows::Slice;

/// When everything is received: within the 14 days that events may be old.
const LATER: u64 = T0 + 13 * DAY;

/// An event of output `output` in session `session`.
#[derive(Debug, Clone)]
struct Happening {
    output: usize,
    session: u8,
    after_ms: u64,
    signal: Signal,
}

fn signal() -> impl Strategy<Value = Signal> {
    let share = || (0..=1_000_u32).prop_map(|n| f64::from(n) / 1_000.0);
    let via = prop::sample::select(vec![CopyVia::Selection, CopyVia::Button, CopyVia::Code]);
    let intent = prop::sample::select(vec![Intent::Rephrase, Intent::Correction, Intent::Other]);
    let age = prop::sample::select(vec![20 * SECOND, 10 * MINUTE, 11 * MINUTE, DAY, 7 * DAY]);
    prop_oneof![
        (1..3_u32).prop_map(|turn| shown(turn, None)),
        (0..5_000_u32, share()).prop_map(|(ms, share)| dwell(ms, share)),
        (share(), via).prop_map(|(share, via)| copied(share, via)),
        share().prop_map(|share| Signal::Selected(span(share))),
        share().prop_map(|share| Signal::Pasted(span(share))),
        Just(Signal::Accepted(act())),
        Just(Signal::Dismissed(act())),
        Just(Signal::Shared(act())),
        share().prop_map(edited),
        (0..400_000_u64).prop_map(regenerated),
        prop::sample::select(vec![-1.0, 0.0, 1.0]).prop_map(rated),
        (intent, share(), 0..400_000_u64).prop_map(|(i, s, gap)| followed_up(i, s, gap)),
        (age, share()).prop_map(|(age, share)| survived(age, share)),
        Just(converted()),
        "[a-z]{1,9}".prop_map(|text| content(ContentRole::Edit, &text)),
    ]
}

fn history() -> impl Strategy<Value = Vec<Happening>> {
    // Short and long distances, and many ties.
    let after_ms = prop_oneof![0..20_u64, 0..MINUTE, 0..9 * DAY];
    let happening = (0..4_usize, 0..3_u8, after_ms, signal());
    let make = |(output, session, after_ms, signal)| Happening {
        output,
        session,
        after_ms,
        signal,
    };
    vec(happening.prop_map(make), 0..40)
}

/// The history as a group, every event in a slice of its own.
fn told(history: &[Happening]) -> Group {
    let mut group = Group {
        outputs: (0..4)
            .map(|n| Story::untold(&format!("o-{n}")).rows)
            .collect(),
    };
    let template = Story::shown("o").rows.slices[0].clone();
    for (seq, happening) in (0..).zip(history) {
        let rows = &mut group.outputs[happening.output];
        let event = Event {
            seq,
            at: T0 + happening.after_ms,
            output: rows.id.clone(),
            token: None,
            signal: happening.signal.clone(),
        };
        rows.slices.push(Slice {
            session: SessionId([happening.session; 16]),
            received_at: LATER,
            sent_at: LATER,
            signed: happening.session == 1,
            events: vec![event],
            ..template.clone()
        });
    }
    group
}

/// The same events in another order, some twice, in larger slices.
fn retold(mut group: Group, order: &[Index]) -> Group {
    for rows in &mut group.outputs {
        for index in order {
            if rows.slices.is_empty() {
                break;
            }
            let (from, to) = (
                index.index(rows.slices.len()),
                order.len() % rows.slices.len(),
            );
            rows.slices.swap(from, to);
            let moved = rows.slices[from].clone();
            rows.slices.push(moved.clone());
            // Joins a slice of the same session, as if one batch had brought both.
            let same = |slice: &&mut Slice| slice.session == moved.session;
            if let Some(slice) = rows.slices.iter_mut().find(same) {
                slice.events.extend(moved.events);
            }
        }
    }
    group
}

proptest! {
    #[test]
    fn order_repeats_and_splits_do_not_matter(
        history in history(),
        order in vec(any::<Index>(), 0..12),
        as_of in T0..LATER,
    ) {
        let policy = Policy::default_policy().unwrap();
        let group = told(&history);
        let label = label_group(&group, &policy, as_of);
        let again = label_group(&retold(group, &order), &policy, as_of);
        prop_assert_eq!(label, again);
    }

    #[test]
    fn pairs_never_contradict(history in history()) {
        let policy = Policy::default_policy().unwrap();
        let labelled = label_group(&told(&history), &policy, LATER);
        let mut seen = BTreeSet::new();
        for pair in &labelled.pairs {
            let (chosen, rejected) = (&labelled.outputs[pair.chosen_index], &labelled.outputs[pair.rejected_index]);
            prop_assert_eq!((&chosen.output, &rejected.output), (&pair.chosen, &pair.rejected));
            prop_assert!(pair.margin > Milli::default());
            prop_assert!(seen.insert((pair.kind, &pair.chosen, &pair.rejected)), "twice");
            if pair.kind == PairKind::Sibling {
                prop_assert!(!seen.contains(&(PairKind::Sibling, &pair.rejected, &pair.chosen)));
                prop_assert_eq!(chosen.state, State::Positive);
                prop_assert_eq!(pair.margin.thousandths(), chosen.score.thousandths() - rejected.score.thousandths());
                let turn = (&chosen.conversation, chosen.turn);
                prop_assert_eq!(turn, (&rejected.conversation, rejected.turn));
            }
        }
        prop_assert!(labelled.pairs.len() < 2 * labelled.outputs.len());
    }

    #[test]
    fn a_label_names_everything_it_rests_on(history in history()) {
        let policy = Policy::default_policy().unwrap();
        let group = told(&history);
        let labelled = label_group(&group, &policy, LATER);
        for (rows, label) in group.outputs.iter().zip(&labelled.outputs) {
            let of = |slice: &Slice| (slice.session, slice.events[0].seq);
            let events: BTreeSet<_> = rows.slices.iter().map(of).collect();
            let sum: i64 = label.reasons.iter().map(|r| i64::from(r.polarity) * r.weight.thousandths()).sum();
            prop_assert_eq!(sum, label.score.thousandths());
            for reason in &label.reasons {
                prop_assert!(!reason.evidence.is_empty());
                prop_assert!(reason.evidence.iter().all(|id| events.contains(&(id.session, id.seq))));
            }
        }
    }

    #[test]
    fn a_mature_label_is_the_same_for_ever(history in history(), waited in 0..DAY) {
        let policy = Policy::default_policy().unwrap();
        let group = told(&history);
        let now = label_group(&group, &policy, LATER);
        let later = label_group(&group, &policy, LATER + waited);
        for (now, later) in now.outputs.iter().zip(&later.outputs).filter(|(now, _)| now.mature) {
            prop_assert_eq!((now.state, &now.reasons, now.matures_at), (later.state, &later.reasons, later.matures_at));
        }
    }
}
